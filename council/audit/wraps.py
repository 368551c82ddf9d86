"""The wraps of the log's sealed details and of evidence packs, for making them anew after a rotation of keys."""

from django.db.models import OuterRef, QuerySet, Subquery, Value

from council.audit import pack_store
from council.audit.models import AuditDetail, AuditEvent, EvidencePack
from council.audit.record import binding_of
from council.rewrapping import WrapStore
from council.sealing.envelope import Binding


def _rows() -> QuerySet[AuditDetail]:
    """Details with the tier of their event; the two have no foreign key."""
    tier = Subquery(AuditEvent.objects.filter(pk=OuterRef("pk")).values("tier"))
    return AuditDetail.objects.defer("salt", "ciphertext").annotate(tier=tier)


def _binding(row: AuditDetail) -> Binding:
    return binding_of(row.pk, row.tier)


def _packs() -> QuerySet[EvidencePack]:
    """Packs with the tier that their keys are wrapped for. One whose file is gone, or not made yet, is of no epoch."""
    return EvidencePack.objects.exclude(epoch=0).annotate(tier=Value(pack_store.TIER))


STORES = (
    WrapStore("audit details", AuditDetail, _rows, _binding, tier="tier"),
    WrapStore("evidence packs", EvidencePack, _packs, pack_store.binding_of, tier="tier"),
)
