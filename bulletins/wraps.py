"""The wraps of what is shared, for making them anew after a rotation of keys. Another table of wraps is another entry of STORES.

Nothing is opened here: a row with what it is labelled with, from which follows what it is bound to.
"""

from django.db.models import OuterRef, QuerySet, Subquery, Value

from bulletins import answering, payloads, saved_searches, scratches, sealed
from bulletins.models import AnswerWrap, PartWrap, PayloadWrap, Revision, SavedSearch, Scratch
from council.rewrapping import WrapStore
from council.sealing.envelope import Binding


def _parts() -> QuerySet[PartWrap]:
    return PartWrap.objects.select_related("part__revision").defer("part__ciphertext")


def _part_binding(row: PartWrap) -> Binding:
    revision = row.part.revision
    return sealed.binding_of(row.part, row.purpose, bulletin=revision.bulletin_id, number=revision.number)


def _payloads() -> QuerySet[PayloadWrap]:
    return PayloadWrap.objects.select_related("payload__revision").defer("payload__sealed_key")


def _payload_binding(row: PayloadWrap) -> Binding:
    return payloads.binding_of(row.payload, row.payload.revision)


def _answers() -> QuerySet[AnswerWrap]:
    """Answers name their revision by its number; its label is what their notes are bound to."""
    revision = Revision.unrestricted.filter(bulletin=OuterRef("answer__bulletin"), number=OuterRef("answer__revision"))
    label = Subquery(revision.values("all_subcommittees"))
    return AnswerWrap.objects.select_related("answer").defer("answer__ciphertext").annotate(subcommittees=label)


def _answer_binding(row: AnswerWrap) -> Binding:
    answer = row.answer
    revision = Revision(bulletin_id=answer.bulletin_id, number=answer.revision, all_subcommittees=row.subcommittees)
    return answering.binding_of(answer, revision)


def _scratches() -> QuerySet[Scratch]:
    return Scratch.objects.defer("ciphertext")


def _searches() -> QuerySet[SavedSearch]:
    return SavedSearch.objects.defer("ciphertext").annotate(tier=Value(int(saved_searches.TIER)))


STORES = (
    WrapStore("parts", PartWrap, _parts, _part_binding, "part__tier", "part__subcommittees"),
    WrapStore("payloads", PayloadWrap, _payloads, _payload_binding, "payload__tier", "payload__subcommittees"),
    WrapStore("answers", AnswerWrap, _answers, _answer_binding, "answer__tier", "subcommittees"),
    WrapStore("saved searches", SavedSearch, _searches, saved_searches.binding_of, "tier"),
    WrapStore("unsaved", Scratch, _scratches, scratches.binding_of, "tier", "subcommittees"),
)
