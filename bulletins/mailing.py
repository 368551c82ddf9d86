"""Sending notices by mail: each once. What is due stands in the database, so that neither a broker nor a worker can lose one.

A notice is claimed (SENDING, committed), mailed, and recorded (SENT, with its event). A worker may die in between: whoever finds a
claim without its owner sends again under the same Message-ID, by which receivers, and our own folder of mails, know the double.
"""

import smtplib
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.header import Header
from email.message import Message
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import log_notices
from accounts.models import Notice
from accounts.notices import address_of
from accounts.subject import subjects_of
from bulletins import digests, letters
from bulletins.bounces import note_bounce
from bulletins.ended_marks import marks_of
from bulletins.mail_marks import Marks, caveats_of
from bulletins.telling import Withheld, may_name
from council.audit.events import Event
from council.audit.record import Entry, record_many
from council.failpoints import passing
from council.only_one import only_one

Kind, State = Notice.Kind, Notice.State
# How long to wait after each attempt that failed for the moment; after the last of them there is one more attempt.
# The first is short: a disk or a database that was away for a moment holds nobody up for long.
STEPS = tuple(timedelta(seconds=seconds) for seconds in (20, 120, 600, 1800, 7200, 28800))
REFUSED = "refused"
GAVE_UP = "gave_up"
_FOR_THE_MOMENT = range(400, 500)
# What no other mail would fare better with.
_OURS = (
    smtplib.SMTPConnectError,
    smtplib.SMTPServerDisconnected,
    smtplib.SMTPHeloError,
    smtplib.SMTPAuthenticationError,
    smtplib.SMTPNotSupportedError,
    smtplib.SMTPSenderRefused,
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a mail is going to say: for a digest the notices in it, and those that are left out, each with its reason; of the logs; `mark`
    in the place of the tier of what is no longer designated; the caveats of what each notice is about.
    """

    named: bool = False
    mark: str = ""
    caveats: Marks = field(default_factory=dict)
    logs: log_notices.Report = log_notices.Report()
    digest: list[Notice] = field(default_factory=list)
    left_out: dict[UUID, str] = field(default_factory=dict)


def due(limit: int = 1000) -> list[UUID]:
    """The notices whose moment has come, the longest waiting first; also those that somebody is sending, or was when they died."""
    return list(_due(timezone.now()).order_by("not_before").values_list("pk", flat=True)[:limit])


def _due(now: datetime) -> QuerySet[Notice]:
    return Notice.objects.filter(Q(state=State.QUEUED, not_before__lte=now) | Q(state=State.SENDING))


def send(notice_id: UUID) -> None:
    """Sends one notice if it is due and nobody else is sending it. Not to be called in a transaction: the claim has to be committed."""
    connection = get_connection()
    try:
        _send(notice_id, connection)
    finally:
        _hang_up(connection)


def send_due(limit: int = 200, *, seconds: float = 120) -> int:
    """Sends what is due over one connection; how many notices were looked at. Call it again while the answer is `limit`.

    Ends early after so many seconds, or when the post office can't be reached: the others have lost none of their attempts then.
    """
    until, looked_at, connection = time.monotonic() + seconds, 0, get_connection()
    try:
        for notice_id in due(limit):
            if time.monotonic() > until or not _send(notice_id, connection):
                break
            looked_at += 1
    finally:
        _hang_up(connection)
    return looked_at


def _send(notice_id: UUID, connection: BaseEmailBackend) -> bool:
    """False when there is no use in trying the next one over this connection."""
    with only_one(f"notice {notice_id}") as mine:
        notice = _claim(notice_id) if mine else None
        return notice is None or _carry_out(notice, connection)


def _claim(notice_id: UUID) -> Notice | None:
    """The notice, now ours to send. One that is SENDING although its lock was free belonged to somebody who is no more."""
    with transaction.atomic(durable=True):
        rows = _due(timezone.now()).select_related("person__organisation", "contact", "organisation")
        notice = rows.select_for_update(skip_locked=True, of=("self",)).filter(pk=notice_id).first()
        if notice is None:
            return None
        if notice.attempts > len(STEPS):
            _settle(notice, State.FAILED, reason=GAVE_UP)
            return None
        if not _settle(notice, State.SENDING, attempts=notice.attempts + 1):
            return None
    notice.state, notice.attempts = State.SENDING, notice.attempts + 1
    return notice


def _carry_out(notice: Notice, connection: BaseEmailBackend) -> bool:
    passing("notice.claimed")
    try:
        return _mail(notice, _plan(notice), connection)
    except Withheld as withheld:
        _settle(notice, State.SKIPPED, reason=str(withheld))
        return True
    except Exception:
        # Whatever went wrong on our own side goes wrong again in a moment: it takes its turn like a mail that failed.
        _later(notice)
        raise


def _plan(notice: Notice) -> Plan:
    if notice.kind == Kind.LOG:
        named = may_name(notice)
        return Plan(named, logs=log_notices.report(notice, subjects_of([notice.person])[notice.person_id]))
    if notice.kind != Kind.DIGEST:
        named = may_name(notice)
        return Plan(named, mark=marks_of([notice]).get(notice.pk, ""), caveats=caveats_of([notice] if named else ()))
    found = digests.contents(notice)
    if not found.told:
        digests.leave_out(found.withheld)
        raise Withheld(digests.NOTHING_LEFT)
    return Plan(digest=found.told, left_out=found.withheld, caveats=caveats_of(found.told))


def _mail(notice: Notice, plan: Plan, connection: BaseEmailBackend) -> bool:
    try:
        # A connection that send() itself had to open, it would close again after each mail.
        connection.open()
        message(notice, plan, connection).send()
    except smtplib.SMTPRecipientsRefused as refused:
        _refused(notice, refused)
        return True
    # ValueError: an address that no mail can be written to.
    except (smtplib.SMTPException, OSError, ValueError) as error:
        _later(notice)
        _hang_up(connection)
        return not _out_of_reach(error)
    passing("notice.sent")
    _record(notice, plan)
    passing("notice.recorded")
    return True


class Mail(EmailMessage):
    """A mail whose subject begins on the line of its name. Django folds a long one before its first word, and there are programs
    that then read a blank in front of it.
    """

    def message(self) -> Message:
        made = super().message()
        del made["Subject"]
        made["Subject"] = Header(self.subject, "utf-8", header_name="Subject").encode(linesep="")
        return made


def message(notice: Notice, plan: Plan, connection: BaseEmailBackend | None = None) -> EmailMessage:
    """The mail of a notice, with a Message-ID that is the same however often it is made."""
    written = letters.letter(
        notice, named=plan.named, mark=plan.mark, digest=plan.digest, logs=plan.logs, caveats=plan.caveats
    )
    host = urlsplit(settings.COUNCIL_URL).hostname or "localhost"
    return Mail(
        written.subject,
        written.body,
        to=[address_of(notice.person) if notice.person_id else notice.contact.address],
        connection=connection,
        headers={
            "Message-ID": f"<{notice.pk}@{'localhost' if ':' in host else host}>",
            "Auto-Submitted": "auto-generated",
            "X-Council-Notice": str(notice.kind),
        },
    )


def _record(notice: Notice, plan: Plan) -> None:
    """SENT, with what a digest carried at the very same moment, and the events; nothing if somebody else took it over meanwhile."""
    now = timezone.now()
    with transaction.atomic():
        if not _settle(notice, State.SENT, sent_at=now, reason=""):
            return
        digests.carried(plan.digest, now)
        digests.leave_out(plan.left_out)
        record_many(Event.NOTICE_SENT, [_entry(each, notice) for each in plan.digest or [notice]], actor=None)


def _entry(notice: Notice, mail: Notice) -> Entry:
    to = {"person": str(mail.person_id)} if mail.person_id else {"contact": str(mail.contact_id)}
    return Entry(
        str(notice.organisation_id) if notice.organisation_id else None,
        object=str(notice.about or ""),
        revision=notice.revision,
        tier=notice.tier,
        detail={"notice": str(notice.pk), "mail": str(mail.pk), "kind": str(notice.kind), **to},
    )


def _settle(notice: Notice, state: str, **facts: object) -> bool:
    """Moves the notice on from the state and attempt in which we know it; False when it is there no more."""
    rows = Notice.objects.filter(pk=notice.pk, state=notice.state, attempts=notice.attempts)
    return bool(rows.update(state=state, **facts))


def _later(notice: Notice) -> None:
    if notice.attempts > len(STEPS):
        _settle(notice, State.FAILED, reason=GAVE_UP)
    else:
        _settle(notice, State.QUEUED, not_before=timezone.now() + STEPS[notice.attempts - 1])


def _refused(notice: Notice, refused: smtplib.SMTPRecipientsRefused) -> None:
    """An address that is refused for good has bounced; one that is refused for the moment (greylisting) is tried again."""
    if all(code in _FOR_THE_MOMENT for code, _words in refused.recipients.values()):
        _later(notice)
    else:
        note_bounce(notice, REFUSED)


def _out_of_reach(error: Exception) -> bool:
    """Whether the next mail would meet the same: no connection, no sign-in, not as this sender. SMTPException is an OSError too."""
    return isinstance(error, _OURS) or (isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException))


def _hang_up(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except (smtplib.SMTPException, OSError):
        # Nobody is left to say goodbye to.
        return
