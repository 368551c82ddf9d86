"""What did not arrive: noting it, and finding it in the reports that mail servers send back (RFC 3464, RFC 6522)."""

import re
from collections.abc import Iterator
from email import message_from_bytes, message_from_string
from email.message import Message
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import Contact, Notice
from council.audit.events import Event
from council.audit.record import record

Kind, State = Notice.Kind, Notice.State
REPORTED = "reported"
# A report quotes at most one of our short mails; what is longer is none.
MOST_BYTES = 2 * 1024 * 1024
_OURS = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@[^<>@\s]+>", re.IGNORECASE)
# What may have left: a report can come in before the worker has noted that it handed the mail over.
_ON_ITS_WAY = (State.QUEUED, State.SENDING, State.SENT, State.FAILED)


class Found(StrEnum):
    """What a file turned out to be."""

    NOTED = "noted"
    KNOWN = "known"
    UNKNOWN = "unknown"


def note_bounce(notice: Notice, reason: str) -> bool:
    """Marks the notice, its mailbox and what a digest carried as not arrived, with the event; False when that is known already."""
    with transaction.atomic():
        rows = Notice.objects.filter(pk=notice.pk, state__in=_ON_ITS_WAY)
        if not rows.update(state=State.BOUNCED, reason=reason):
            return False
        Contact.objects.filter(pk=notice.contact_id).update(bounced_at=timezone.now())
        for each in [notice, *_carried(notice, reason)]:
            _record(each, reason, notice)
    return True


def _carried(digest: Notice, reason: str) -> list[Notice]:
    """The notices that went out in this digest: the person's own that were marked sent at the very same moment."""
    if digest.kind != Kind.DIGEST or digest.sent_at is None:
        return []
    rows = Notice.objects.filter(person=digest.person_id, sent_at=digest.sent_at, state=State.SENT)
    carried = list(rows.exclude(pk=digest.pk))
    rows.filter(pk__in=[each.pk for each in carried]).update(state=State.BOUNCED, reason=reason)
    return carried


def _record(notice: Notice, reason: str, mail: Notice) -> None:
    record(
        Event.NOTICE_BOUNCED,
        actor=None,
        organisation=str(notice.organisation_id) if notice.organisation_id else None,
        object=str(notice.about or ""),
        revision=notice.revision,
        tier=notice.tier,
        detail={"notice": str(notice.pk), "mail": str(mail.pk), "kind": str(notice.kind), "reason": reason},
    )


def reports_in(folder: Path) -> list[Path]:
    """The messages of a Maildir (its cur and new), or the .eml files of a folder, by name. They are never moved or deleted."""
    places = [folder / name for name in ("cur", "new") if (folder / name).is_dir()]
    found = [each for place in places for each in place.iterdir()] if places else folder.glob("*.eml")
    return sorted(path for path in found if path.is_file() and not path.name.startswith("."))


def read_report(path: Path) -> Found:
    """Notes what the file reports, if it is a report that one of our notices failed."""
    ids = list(_failed(path.read_bytes())) if path.stat().st_size <= MOST_BYTES else []
    notices = Notice.objects.filter(pk__in=ids)
    if not notices:
        return Found.UNKNOWN
    noted = [note_bounce(notice, REPORTED) for notice in notices]
    if any(noted):
        return Found.NOTED
    return Found.KNOWN if any(notice.state == State.BOUNCED for notice in notices) else Found.UNKNOWN


def _failed(data: bytes) -> Iterator[UUID]:
    """The ids of our mails that a delivery report says have failed for good; nothing for any other message."""
    message = message_from_bytes(data)
    parts = list(message.walk()) if message.get_content_type() == "multipart/report" else []
    statuses = [part for part in parts if part.get_content_type() == "message/delivery-status"]
    if not any(map(_says_failed, statuses)):
        return
    for original in _originals(parts):
        for found in _OURS.findall(str(original.get("Message-ID", ""))):
            yield UUID(found)


def _says_failed(status: Message) -> bool:
    """Whether a group of fields says `Action: failed` (RFC 3464 §2.3.3); `delayed` is no failure yet."""
    groups = status.get_payload()
    actions = [str(group.get("Action", "")) for group in groups] if isinstance(groups, list) else []
    return any(action.strip().lower() == "failed" for action in actions)


def _originals(parts: list[Message]) -> Iterator[Message]:
    """The original message, or its header alone, as the report carries it."""
    for part in parts:
        content, kind = part.get_payload(), part.get_content_type()
        if kind == "message/rfc822" and isinstance(content, list):
            yield from content
        elif kind == "text/rfc822-headers":
            yield message_from_string(part.get_payload(decode=True).decode("ascii", "replace"))
