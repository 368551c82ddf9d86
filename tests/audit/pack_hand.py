"""Evidence packs, asked for and made as the desk and the worker do it, and what lies in them."""

import io
import json
from zipfile import ZipFile

from council.access.facts import Subject
from council.audit import packs
from council.audit.models import EvidencePack


def asked(subject: Subject, *, logs: bool = False, **query: str) -> EvidencePack:
    """A pack of these events that waits for the worker."""
    plan = packs.plan_of(packs.rows_of({"filter": query}), logs=logs)
    return packs.ask_for(query, plan, subject=subject)


def made(subject: Subject, *, logs: bool = False, **query: str) -> EvidencePack:
    """A pack of these events, made."""
    pack = asked(subject, logs=logs, **query)
    assert packs.run(pack.pk)
    pack.refresh_from_db()
    return pack


def content(pack: EvidencePack, subject: Subject) -> bytes:
    """The ZIP as whoever takes it gets it."""
    return b"".join(packs.take(pack, subject=subject))


def files(pack: EvidencePack, subject: Subject) -> dict[str, bytes]:
    """Name -> bytes of everything in it."""
    with ZipFile(io.BytesIO(content(pack, subject))) as folder:
        assert folder.testzip() is None
        return {name: folder.read(name) for name in folder.namelist()}


def rows(found: dict[str, bytes]) -> list[dict]:
    return json.loads(found["events.json"])
