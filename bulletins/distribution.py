"""Which organisation is to get which package: planned when a revision is published, ended when it is closed, and what lies in between
driven on from the database alone. Knows nothing of Celery.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.keys_in_use import in_use
from accounts.models import User
from bulletins import facts, payloads
from bulletins.access import readers_given
from bulletins.models import Bulletin, Delivery, Package, PackageSeal, Revision
from bulletins.releasing import BATCH, Judge
from council.access.facts import Subject
from council.access.policy import Reason
from council.audit.events import Event
from council.audit.record import Entry, record_many
from council.failpoints import passing

# Organisations that gain their first reader within this time after publishing still get their package.
_LATE = timedelta(days=30)


def plan(revision: Revision, readers: Iterable[tuple[User, Subject]], *, deadline: datetime | None = None) -> None:
    """Writes a delivery and a queued package for each organisation with readers, in the transaction that publishes.

    `deadline` is that of the organisations, if it is not the revision's.
    Packages of earlier revisions end. Organisations that have their delivery already are passed over.
    """
    end(revision.bulletin, besides=revision)
    count = Counter(person.organisation_id for person, _ in readers)
    planned = set(Delivery.objects.filter(revision=revision).values_list("organisation_id", flat=True))
    new = [organisation for organisation in count if organisation not in planned]
    Delivery.objects.bulk_create(
        [
            Delivery(
                bulletin=revision.bulletin, revision=revision, organisation_id=organisation,
                readers=count[organisation], deadline=deadline or revision.deadline,
            )
            for organisation in new
        ],
        batch_size=500,
    )  # fmt: skip
    queue(revision, new)
    passing("plan.written")


def queue(revision: Revision, organisations: Iterable[UUID]) -> None:
    """Queues the next version of the bulletin's package for each of the organisations."""
    organisations, now = list(organisations), timezone.now()
    earlier = Package.objects.filter(bulletin=revision.bulletin_id).values("organisation").annotate(last=Max("version"))
    last = {row["organisation"]: row["last"] for row in earlier}
    Package.objects.bulk_create(
        [
            Package(
                bulletin_id=revision.bulletin_id, revision=revision, organisation_id=organisation,
                version=last.get(organisation, 0) + 1, queued_at=now,
            )
            for organisation in organisations
        ],
        batch_size=500,
    )  # fmt: skip


def end(bulletin: Bulletin, *, besides: Revision | None = None) -> None:
    """Ends every package of the bulletin in the open transaction, but for those of one revision: nothing is served or sealed any
    more, and what opened them is destroyed.
    """
    revisions = Revision.unrestricted.filter(bulletin=bulletin)
    if besides is not None:
        revisions = revisions.exclude(pk=besides.pk)
    packages = Package.objects.filter(revision__in=revisions)
    # A release under way holds its rows: it commits first and is ended here, or finds them ended.
    packages.exclude(state=Package.State.CLOSED).update(state=Package.State.CLOSED, closed_at=timezone.now())
    PackageSeal.objects.filter(package__in=packages).delete()
    payloads.destroy(revisions)
    passing("close.keys_destroyed")


# --- what is still to do, asked of the database -------------------------------------------------------------------------


def unfinished() -> list[UUID]:
    """The revisions that have queued packages."""
    return list(
        Package.objects.filter(state=Package.State.QUEUED).order_by().values_list("revision_id", flat=True).distinct()
    )


def queue_for_new_keys() -> int:
    """Queues what waited for a key of an organisation that has one in use now; how many packages."""
    waiting = Package.objects.filter(state=Package.State.NO_KEY)
    keys = in_use(waiting.order_by().values_list("organisation_id", flat=True).distinct(), timezone.now())
    return waiting.filter(organisation__in=list(keys)).update(state=Package.State.QUEUED, reason="") if keys else 0


def replace_revoked() -> int:
    """Ends packages that were sealed to a key revoked since, and queues their next version; how many. They were not served any more
    from the moment of the revocation (bulletins.packages)."""
    with transaction.atomic():
        seals = PackageSeal.objects.filter(key__revoked_at__isnull=False)
        rows = list(
            Package.objects.select_for_update(of=("self",))
            .filter(pk__in=seals.values("package"), state=Package.State.RELEASED)
            .select_related("revision__bulletin")[:BATCH]
        )
        ids = [package.pk for package in rows]
        PackageSeal.objects.filter(package__in=ids).delete()
        Package.objects.filter(pk__in=ids).update(state=Package.State.CLOSED, closed_at=timezone.now())
        entries = [
            Entry(
                str(row.organisation_id), object=str(row.pk), revision=row.revision.number, tier=row.revision.tier,
                detail={"bulletin": str(row.bulletin_id), "why": "key_revoked"},
            )
            for row in rows
        ]  # fmt: skip
        record_many(Event.PACKAGE_CLOSED, entries, actor=None)
        for revision in {row.revision for row in rows}:
            queue(revision, [row.organisation_id for row in rows if row.revision_id == revision.pk])
    return len(rows)


def reconsider_withheld() -> int:
    """Queues withheld packages that would be released now: a holder was cleared or came back, a pledge was accepted. How many."""
    withheld = Package.objects.filter(state=Package.State.WITHHELD).exclude(reason=Reason.CAVEAT)
    queued = 0
    for bulletin_id in withheld.order_by().values_list("bulletin_id", flat=True).distinct():
        bulletin, about = facts.served(bulletin_id)
        if about is None:
            continue
        rows = list(withheld.filter(bulletin=bulletin_id, revision=bulletin.served_id))
        judge = Judge(bulletin.served, about, [row.organisation_id for row in rows])
        allowed = [row.pk for row in rows if judge.verdict(row.organisation_id).rendition]
        queued += withheld.filter(pk__in=allowed).update(state=Package.State.QUEUED, reason="")
    return queued


def latecomers() -> list[tuple[Revision, list[tuple[User, Subject]]]]:
    """The readers of organisations that have gained their first reader since a revision was published, for each such revision."""
    found = []
    recent = Bulletin.unrestricted.filter(served__isnull=False, published_at__gt=timezone.now() - _LATE)
    for bulletin_id in recent.values_list("pk", flat=True):
        bulletin, about = facts.served(bulletin_id)
        if about is None:
            continue
        there = set(Delivery.objects.filter(revision=bulletin.served_id).values_list("organisation_id", flat=True))
        late = [(person, subject) for person, subject in readers_given(about) if person.organisation_id not in there]
        if late:
            found.append((bulletin.served, late))
    return found
