"""The wraps of the log's sealed details, for making them anew after a rotation of keys."""

from django.db.models import OuterRef, QuerySet, Subquery

from council.audit.models import AuditDetail, AuditEvent
from council.audit.record import binding_of
from council.rewrapping import WrapStore
from council.sealing.envelope import Binding


def _rows() -> QuerySet[AuditDetail]:
    """Details with the tier of their event; the two have no foreign key."""
    tier = Subquery(AuditEvent.objects.filter(pk=OuterRef("pk")).values("tier"))
    return AuditDetail.objects.defer("salt", "ciphertext").annotate(tier=tier)


def _binding(row: AuditDetail) -> Binding:
    return binding_of(row.pk, row.tier)


STORES = (WrapStore("audit details", AuditDetail, _rows, _binding, tier="tier"),)
