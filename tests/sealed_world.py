"""A bulletin with something in every table of wraps, and what of it still opens."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Model
from django.utils import timezone

from accounts.factors import FactorAdapter
from accounts.models import FactorSecret
from accounts.subject import subject_of
from bulletins import answering, attached, indexing, payloads, releasing, saved_searches, sealed
from bulletins.actions.answer import answer
from bulletins.actions.scratch import keep_new
from bulletins.actions.searches import keep_search
from bulletins.models import Answer, Part, Payload, Revision, SavedSearch
from bulletins.scratches import Page, never_saved
from council.audit import pack_store
from council.audit.details import details_of
from council.audit.models import AuditDetail, AuditEvent, EvidencePack
from council.ids import opaque_id
from council.rewrapping import WrapStore, stores
from tests import cast
from tests.bulletins import parcels, shelf

WORDS, DATA, NOTE = "変電所の設定を確かめてください。", b"a,b\n1,2\n", "点検を終えました。"
EVIDENCE, SECRET = b"PK", "JBSWY3DPEHPK3PXP"


@dataclass
class SealedWorld:
    """The council, and the revision that its desk has published."""

    council: cast.Council
    revision: Revision


def sealed_world() -> SealedWorld:
    """Parts, an attachment, the payload of a package, an answer with a note, a secret of a factor, and the events of all that."""
    council = cast.council()
    parcels.key(council.company, council.reader_two)
    parts = [WORDS, ("会員だけの段落です。", 2), shelf.attachment(data=DATA, tier=2)]
    revision = shelf.published(
        council.publisher,
        council.approver,
        tier=2,
        floor=1,
        floor_title="題名",
        parts=parts,
        subcommittees=[council.materials],
        organisations=[council.company],
    )
    releasing.distribute(revision.pk)
    answer(subject_of(council.reader_two), revision.bulletin_id, "handled", note=NOTE)
    evidence()
    FactorAdapter().encrypt(SECRET)
    keep_new(opaque_id(), Page(), {"title": [WORDS]}, acting_user=council.publisher)
    keep_search(subject_of(council.reader_two), NOTE, {"q": WORDS}, alerts=False)
    attached.read_files(revision.pk)
    return SealedWorld(council, Revision.unrestricted.select_related("bulletin").get(pk=revision.pk))


def evidence() -> EvidencePack:
    """An evidence pack that is made."""
    now = timezone.now()
    pack = EvidencePack.objects.create(asked_at=now, moved_at=now, ended_at=now, expires_at=now + timedelta(days=7))
    EvidencePack.objects.filter(pk=pack.pk).update(state="done", **pack_store.write(pack, [EVIDENCE])._asdict())
    return pack


def opens(world: SealedWorld) -> dict[str, object]:
    """What every sealed thing says, by the ways in which the portal itself opens them. Refusals go through."""
    revision = world.revision
    parts = list(Part.unrestricted.filter(revision=revision).select_related("revision"))
    [file] = [part for part in parts if part.kind == Part.Kind.ATTACHMENT]
    answers = list(Answer.objects.filter(bulletin=revision.bulletin))
    details = details_of(AuditEvent.objects.filter(pk__in=AuditDetail.objects.values("pk")))
    return {
        "parts": {key: words.text for key, words in sealed.open_parts(parts).items()},
        "file": sealed.open_file(file),
        "payloads": {each.pk: payloads.file_key_of(each, revision) for each in Payload.objects.all()},
        "notes": answering.notes_of(answers, revision),
        "evidence": {pack.pk: b"".join(pack_store.opened(pack)) for pack in EvidencePack.objects.all()},
        "secrets": [FactorAdapter().decrypt(str(key)) for key in FactorSecret.objects.values_list("pk", flat=True)],
        "texts": indexing.attached_texts(parts),
        "searches": [saved_searches.opened(row) for row in SavedSearch.objects.all()],
        "unsaved": [each.title for each in never_saved(subject_of(world.council.publisher))],
        "details": {key: detail for key, detail in details.items() if detail},
    }


def wraps() -> dict[str, dict]:
    """Store -> id -> wrap, epoch, algorithm, key id."""
    columns = ("wrap", "epoch", "algorithm", "key_id")
    return {
        store.name: {pk: (bytes(wrap), *rest) for pk, wrap, *rest in store.model.objects.values_list("pk", *columns)}
        for store in stores()
    }


def epochs(of: Iterable[WrapStore] = ()) -> set[int]:
    """The epochs of all wraps, or of those in some stores."""
    of = of or stores()
    return {epoch for store in of for epoch in store.model.objects.values_list("epoch", flat=True)}


def spoil(row: Model) -> bytes:
    """Alters a wrap in the database; returns what it was."""
    before = bytes(row.wrap)
    type(row).objects.filter(pk=row.pk).update(wrap=before[:-1] + bytes([before[-1] ^ 1]))
    return before
