"""What became of the copies: an organisation's confirmation, and the desk's reminders and calls to those who owe one.

A confirmation stands for the whole organisation, whoever of those who held it gives it. It is given once. Only 「写しはありません」
may be taken back, when copies are found after all: the later answer then takes its place, and the log holds both. Late
confirmations are taken like others; the deadline says that they are late.
"""

from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Contact, Notice, User
from bulletins import dispatch, notifying
from bulletins.actions.verb import Conflict, note, verb
from bulletins.drafting import Invalid
from bulletins.models import Delivery, Revision
from bulletins.returns import (
    TOLD,
    Kind,
    asked_back_for,
    get_return_for,
    is_late,
    is_open,
    return_on_the_desk,
    to_be_reminded,
)
from council.access.facts import Subject
from council.access.policy import Action
from council.audit.events import Event
from council.audit.record import record

MOST_COPIES = 9999
_ANSWER = ["returned_at", "returned_by", "return_kind", "copies_digital", "copies_paper"]


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The delivery as it stands now, and whether this confirmation is the one that counts."""

    delivery: Delivery
    counts: bool


@verb(Action.CONFIRM_RETURN)
def confirm_return(
    return_id: UUID, subject: Subject, kind: str, copies_digital: int = 0, copies_paper: int = 0
) -> Confirmed:
    """Confirms for the subject's organisation; `kind` is a Delivery.Return. Saying it again changes nothing (see above).

    NotVisible unless the subject held it; Invalid for numbers that can't be, or copies where there are none.
    """
    row = get_return_for(subject, return_id, lock=True)
    _check(kind, copies_digital, copies_paper)
    if not is_open(row.returned_at, row.return_kind) or row.return_kind == kind:
        return Confirmed(row, counts=False)
    before, now = row.return_kind, timezone.now()
    row.returned_at, row.returned_by_id, row.return_kind = now, UUID(subject.person), kind
    row.copies_digital, row.copies_paper = copies_digital, copies_paper
    row.save(update_fields=_ANSWER)
    # The tier at which it existed for them: the banner may be above what the organisation knows of.
    record(
        Action.CONFIRM_RETURN, actor=subject.person, organisation=subject.organisation, object=str(row.bulletin_id),
        revision=row.revision.number, tier=row.revision.floor,
        detail={
            "kind": kind, "copies_digital": copies_digital, "copies_paper": copies_paper,
            "late": is_late(row.return_deadline, now), "instead_of": before,
        },
    )  # fmt: skip
    return Confirmed(row, counts=True)


def _check(kind: str, digital: int, paper: int) -> None:
    errors: dict[str, list[str]] = {}
    if kind not in Kind.values:
        errors["kind"] = [_("消した、返した、写しはない、のどれかを選んでください。")]
    for name, number in (("copies_digital", digital), ("copies_paper", paper)):
        if not 0 <= number <= MOST_COPIES:
            errors[name] = [_("0から9999までの数を入れてください。")]
        elif number and kind == Kind.NONE:
            errors[name] = [_("「写しはありません」を選ぶときは、数を0にしてください。")]
    if errors:
        raise Invalid(errors)


@verb(Action.REMIND)
def note_call(delivery_id: UUID, subject: Subject) -> Delivery:
    """Keeps that the desk called the organisation about its return. Conflict when it has confirmed meanwhile."""
    row = return_on_the_desk(subject, delivery_id, Action.REMIND)
    if row.returned_at:
        raise Conflict(_("この組織からは、もう確認が届いています。"))
    row.called_at, row.called_by_id = timezone.now(), UUID(subject.person)
    row.save(update_fields=["called_at", "called_by"])
    note(subject, Event.RETURN_CALLED, row.revision, {"organisation": str(row.organisation_id)})
    return row


@verb(Action.REMIND)
def remind_returns(bulletin_id: UUID, subject: Subject) -> int:
    """Writes again to everybody who was told, in organisations that have not confirmed; how many organisations.

    Each at most once in 24 hours, the recall itself not counted; Conflict when there is none left to be reminded.
    """
    revision, now = asked_back_for(subject, bulletin_id, Action.REMIND), timezone.now()
    rows = to_be_reminded(revision, now)
    if not rows:
        raise Conflict(_("いま再通知できる組織はありません。再通知は、組織ごとに24時間に1回までです。"))
    told = _told(revision, rows)
    for row in rows:
        notifying.reminder(row, told.get(row.organisation_id, ()), round=f"return-{now:%Y%m%d%H%M}")
    Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(reminded_at=now)
    note(subject, Action.REMIND, revision, {"organisations": len(rows), "of": "return"})
    dispatch.soon(dispatch.SEND_NOTICES)
    return len(rows)


def _told(revision: Revision, rows: list[Delivery]) -> dict[UUID, list[User | Contact]]:
    """Everybody who was told of the recall, people and mailboxes, by organisation."""
    notices = Notice.objects.filter(
        about=revision.bulletin_id, kind__in=TOLD, revision=revision.number,
        organisation__in=[row.organisation_id for row in rows],
    )  # fmt: skip
    told: dict[UUID, dict[UUID, User | Contact]] = {}
    for each in notices.select_related("person", "contact"):
        whom = each.person or each.contact
        told.setdefault(each.organisation_id, {})[whom.pk] = whom
    return {organisation: list(people.values()) for organisation, people in told.items()}
