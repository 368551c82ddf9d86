"""The words inside attached files: read once, in the worker, when a revision is served, and kept sealed under the label of their part.

Reading a PDF takes seconds at times; the transaction that publishes does not wait for it. Until then a file is found by its name.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import PurePath
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from bulletins import file_text, indexing
from bulletins.models import AttachmentText, Bulletin, Part, PartWrap, Revision
from bulletins.paper.apart import Broken, Busy, run
from bulletins.sealed import CONTENT, KeysDestroyed, Words, binding_of, open_file, open_parts
from council.keys import keyring
from council.sealing.envelope import seal

# How far back the worker looks for what it has missed; index_bulletins looks at everything.
_MISSED = timedelta(days=1)
# Of a revision on the desk so many files are read at one look.
MOST_BEFOREHAND = 4
# What takes a reader that a file could break; plain text is only decoded.
_APART = {".pdf", ".docx", ".xlsx", ".pptx"}


def read_files(revision_id: UUID) -> int:
    """Reads the files of a served revision that were not read yet and puts their words into the index; how many files.

    Runs again without harm. A revision that is not served (any more) is left alone: its keys may be gone. When others are at work (Busy)
    nothing is kept, and missed() finds it again.
    """
    parts = list(_unread().filter(revision=revision_id).select_related("revision"))
    try:
        names = {pk: words.name for pk, words in open_parts(parts).items()}
        texts = {part: _text_of(names[part.pk], open_file(part)) for part in parts}
    except (KeysDestroyed, FileNotFoundError, Busy):
        return 0
    with transaction.atomic():
        bulletin = Bulletin.unrestricted.select_for_update().filter(served=revision_id).first()
        if bulletin is None or not texts:
            return 0
        for part, text in texts.items():
            _keep(part, text)
        indexing.put(Revision.unrestricted.select_related("bulletin").get(pk=revision_id))
    return len(texts)


def read_beforehand(parts: Iterable[Part], words: Mapping[UUID, Words]) -> None:
    """Reads the files of these parts before anything is published, MOST_BEFOREHAND at a time, and keeps what it finds as read_files() does.

    Each is read once, however often its revision is looked at; what is not read yet is read at another look.
    """
    files = [part for part in parts if part.stored_file and part.pk in words]
    read = set(AttachmentText.objects.filter(part__in=files).values_list("part", flat=True)) if files else set()
    for part in [part for part in files if part.pk not in read][:MOST_BEFOREHAND]:
        try:
            name, data = words[part.pk].name, open_file(part)
            text = _text_of(name, data) if PurePath(name).suffix.lower() in _APART else file_text.text_of(name, data)
        except (KeysDestroyed, FileNotFoundError):
            continue
        except Busy:
            # At another look: nobody is to wait for file after file.
            return
        with transaction.atomic():
            # Whoever destroys keys or rewrites a draft holds this row: a key made after that would be one nobody destroys.
            Bulletin.unrestricted.select_for_update().filter(pk=part.revision.bulletin_id).first()
            if PartWrap.objects.filter(part=part, purpose=CONTENT).exists():
                _keep(part, text)


def _text_of(name: str, data: bytes) -> str:
    """In a process of its own: a file made to break its reader breaks nothing else, and is a file without words."""
    try:
        return run("bulletins.file_text", {"name": name}, data)[1].decode()
    except Broken:
        return ""


def _keep(part: Part, text: str) -> None:
    binding = binding_of(part, indexing.TEXT, bulletin=part.revision.bulletin_id, number=part.revision.number)
    sealed = seal(keyring(), binding, text.encode())
    _row, is_new = AttachmentText.objects.get_or_create(part=part, defaults={"ciphertext": sealed.ciphertext})
    if is_new:
        PartWrap.objects.create(
            part=part, purpose=indexing.TEXT, wrap=sealed.wrap, epoch=sealed.epoch,
            algorithm=sealed.algorithm, key_id=sealed.key_id,
        )  # fmt: skip


def missed() -> Iterable[UUID]:
    """The revisions that began to be served lately and whose files were not read: the message to the worker was lost."""
    lately = Bulletin.unrestricted.filter(published_at__gte=timezone.now() - _MISSED, served__isnull=False)
    rows = _unread().filter(revision__in=lately.values("served"))
    return list(rows.values_list("revision", flat=True).distinct())


def _unread() -> Iterable[Part]:
    """Parts with a file whose words nobody has looked for."""
    read = AttachmentText.objects.values("part")
    return Part.unrestricted.filter(~Q(stored_file=""), revision__state="published").exclude(pk__in=read).order_by("pk")
