"""What the audit log's pages may call a bulletin and its packages: its reference, and only where the reader of the log may know it."""

from collections.abc import Iterable
from uuid import UUID

from bulletins.access import visible_to
from bulletins.models import Bulletin, Package
from bulletins.packages import known_ids
from council.access.facts import Subject


def _uuids(ids: Iterable[str]) -> list[UUID]:
    """Those that are UUIDs, and one that nothing has: an empty list would save a query, and so tell that it was empty."""
    found = [UUID(int=0)]
    for each in ids:
        try:
            found.append(UUID(each))
        except ValueError:
            continue
    return found


class BulletinNames:
    """The resolver that bulletins registers with council.audit.names."""

    def ids_of(self, reference: str) -> list[str]:
        rows = Bulletin.unrestricted.filter(reference=reference.strip().upper())
        return [str(pk) for pk in rows.values_list("pk", flat=True)]

    def references_of(self, ids: Iterable[str]) -> dict[str, str]:
        rows = Bulletin.unrestricted.filter(pk__in=_uuids(ids)).values_list("pk", "reference")
        return {str(pk): reference for pk, reference in rows}

    def known_to(self, subject: Subject, ids: Iterable[str]) -> set[str]:
        rows = visible_to(subject).filter(pk__in=_uuids(ids))
        return {str(pk) for pk in rows.values_list("pk", flat=True)}

    def groups_of(self, ids: Iterable[str]) -> dict[str, set[str]]:
        rows = Bulletin.unrestricted.filter(pk__in=_uuids(ids)).values_list("pk", "served__subcommittees")
        return {str(pk): set(subcommittees or ()) for pk, subcommittees in rows}


class PackageNames:
    """The resolver of packages, which are called by the reference of their bulletin."""

    def ids_of(self, reference: str) -> list[str]:
        rows = Package.objects.filter(bulletin__reference=reference.strip().upper())
        return [str(pk) for pk in rows.values_list("pk", flat=True)]

    def references_of(self, ids: Iterable[str]) -> dict[str, str]:
        rows = Package.objects.filter(pk__in=_uuids(ids)).values_list("pk", "bulletin__reference")
        return {str(pk): reference for pk, reference in rows}

    def known_to(self, subject: Subject, ids: Iterable[str]) -> set[str]:
        return {str(pk) for pk in known_ids(subject, _uuids(ids))}

    def groups_of(self, ids: Iterable[str]) -> dict[str, set[str]]:
        rows = Package.objects.filter(pk__in=_uuids(ids)).values_list("pk", "revision__subcommittees")
        return {str(pk): set(subcommittees or ()) for pk, subcommittees in rows}
