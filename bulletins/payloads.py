"""The encrypted payloads of packages: one for each distinct rendition of a revision, made once, kept as a file, destroyed on recall."""

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from tempfile import TemporaryFile
from uuid import UUID

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from bulletins.models import Bulletin, Part, Payload, PayloadWrap, Revision
from bulletins.packing import contents_of, members_of
from bulletins.rendition import Rendition
from council.audit.events import Event
from council.audit.record import record
from council.failpoints import passing
from council.ids import opaque_id
from council.keys import keyring
from council.sealing.envelope import Binding, Sealed, open_sealed, seal
from council.sealing.package import SealedPayload, new_file_key, seal_payload

_FOLDER = "packages"
# A file that no row names may belong to a transaction still under way.
_ORPHANED_AFTER = timedelta(hours=1)


def digest_of(parts: Iterable[UUID]) -> str:
    """Which parts a payload holds, as 64 hexadecimal digits."""
    return hashlib.sha256("\n".join(sorted(map(str, parts))).encode()).hexdigest()


def parts_of(rendition: Rendition[Part]) -> str:
    """The digest of the parts of a rendition."""
    shown = [portion for portion in (rendition.title, rendition.changes, *rendition.portions) if portion]
    return digest_of(portion.content.pk for portion in shown)


def binding_of(payload: Payload, revision: Revision) -> Binding:
    """What the key of a payload is bound to."""
    return Binding(
        str(revision.bulletin_id),
        revision.number,
        str(payload.pk),
        payload.tier,
        tuple(payload.subcommittees),
        "package",
    )


def make(revision: Revision, rendition: Rendition[Part]) -> Payload | None:
    """The payload of the rendition, sealed now unless it was before. None when the revision is not served any more.

    Encrypting holds no lock. Of two workers that do it at once one is recorded, and the other's file is removed.
    """
    file_key, name = new_file_key(), f"{_FOLDER}/{opaque_id().hex}.age"
    try:
        made = _write(revision, rendition, file_key, name)
        passing("seal.payload_written")
        payload = _record(revision, rendition, file_key, name, made)
    except BaseException:
        default_storage.delete(name)
        raise
    if payload is None or payload.stored_file != name:
        default_storage.delete(name)
    passing("seal.payload_recorded")
    return payload


def _write(revision: Revision, rendition: Rendition[Part], file_key: bytes, name: str) -> SealedPayload:
    with TemporaryFile() as draft:
        made = seal_payload(file_key, contents_of(revision, rendition), members_of(revision, rendition), draft)
        draft.seek(0)
        default_storage.save(name, File(draft))
    return made


@transaction.atomic
def _record(
    revision: Revision, rendition: Rendition[Part], file_key: bytes, name: str, made: SealedPayload
) -> Payload | None:
    # The row that a recall locks too: what it has destroyed is not made again behind it.
    bulletin = Bulletin.unrestricted.select_for_update().get(pk=revision.bulletin_id)
    if bulletin.served_id != revision.pk:
        return None
    banner = rendition.banner
    facts = {
        "tier": int(banner.tier),
        "subcommittees": sorted(banner.subcommittees),
        "caveats": [caveat.words for caveat in banner.caveats],
    }
    payload, _new = Payload.objects.get_or_create(revision=revision, parts=parts_of(rendition), defaults=facts)
    if payload.sealed_at is not None:
        return payload
    sealed = seal(keyring(), binding_of(payload, revision), file_key)
    PayloadWrap.objects.create(
        payload=payload, wrap=sealed.wrap, epoch=sealed.epoch, algorithm=sealed.algorithm, key_id=sealed.key_id
    )
    payload.stored_file, payload.size, payload.sha256 = name, made.size, made.sha256
    payload.sealed_key, payload.sealed_at = sealed.ciphertext, timezone.now()
    payload.save()
    record(
        Event.PACKAGE_SEALED, actor=None, organisation=str(bulletin.originator_id), object=str(bulletin.pk),
        revision=revision.number, tier=payload.tier,
        detail={"payload": str(payload.pk), "bytes": made.size, "sha256": made.sha256},
    )  # fmt: skip
    return payload


def file_key_of(payload: Payload, revision: Revision) -> bytes:
    """The age file key (16 bytes). PayloadWrap.DoesNotExist once it was destroyed, OpeningRefused for swapped rows."""
    row = PayloadWrap.objects.get(payload=payload)
    sealed = Sealed(bytes(payload.sealed_key), bytes(row.wrap), row.epoch, row.algorithm, row.key_id)
    return open_sealed(keyring(), binding_of(payload, revision), sealed)


def destroy(revisions: Iterable[Revision]) -> None:
    """Destroys the keys of every payload of the revisions in the open transaction, and their files once it is committed."""
    rows = Payload.objects.filter(revision__in=list(revisions), destroyed_at=None)
    names = [name for name in rows.values_list("stored_file", flat=True) if name]
    PayloadWrap.objects.filter(payload__in=rows).delete()
    rows.update(sealed_key=b"", destroyed_at=timezone.now(), stored_file="")
    transaction.on_commit(lambda: _remove(names), robust=True)


def _remove(names: Iterable[str]) -> None:
    for name in names:
        default_storage.delete(name)


def sweep_files() -> int:
    """Removes files that no payload names: a worker died before it could record or remove them. How many."""
    if not default_storage.exists(_FOLDER):
        return 0
    named = set(Payload.objects.exclude(stored_file="").values_list("stored_file", flat=True))
    orphans = [
        name
        for name in (f"{_FOLDER}/{file}" for file in default_storage.listdir(_FOLDER)[1])
        if name not in named and timezone.now() - default_storage.get_modified_time(name) > _ORPHANED_AFTER
    ]
    _remove(orphans)
    return len(orphans)
