"""What the people of the demo council have done with what asked for an answer: opened it, acknowledged it, said whether it concerns them.

They do it by the same verbs as everybody, so the log has it; the moments are then moved to the days after the publication, as those of
the publication were (bulletins.backdate). Who does what follows from the names alone; those whom a visitor signs in as do nothing.
"""

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.subject import subject_of
from bulletins import facts
from bulletins.access import NotVisible, readers_given, visible_to
from bulletins.actions.acknowledge import acknowledge
from bulletins.actions.answer import answer
from bulletins.actions.read import open_bulletin
from bulletins.models import Answer, Delivery, Package, Receipt

Value = Answer.Value
_KNOCKS = 6
# How far an organisation goes: nothing, opened, acknowledged, or an answer.
_COURSES = (
    "", "opened", "acknowledged", "acknowledged", Value.NOT_APPLICABLE, Value.NOT_APPLICABLE, Value.NOT_APPLICABLE,
    Value.CHECKING, Value.APPLICABLE, Value.HANDLED,
)  # fmt: skip


def live(visitors: Iterable[str]) -> int:
    """Lets one person of each organisation go their course with every bulletin that has a deadline; how many did something.

    `visitors` are the addresses of those who are left alone, and so are their organisations. A second run does nothing more.
    """
    # Queued when they were published (bulletins.backdate), they would have been sealed a moment later.
    Package.objects.filter(state=Package.State.RELEASED).update(released_at=F("queued_at") + timedelta(minutes=1))
    addresses = set(visitors)
    left_alone = set(User.objects.filter(email__in=addresses).values_list("organisation_id", flat=True))
    due = Delivery.objects.filter(deadline__isnull=False).exclude(organisation__in=left_alone)
    bulletins = list(due.order_by().values_list("bulletin_id", flat=True).distinct())
    acted = sum(_live_with(bulletin) for bulletin in bulletins)
    if acted:
        _knock(bulletins, User.objects.exclude(organisation__in=left_alone))
    return acted


def _knock(bulletins: list[UUID], people: QuerySet[User]) -> None:
    """Lets one of the people ask again and again for what is not there for them: a signal of misuse for the auditor to look into."""
    for person in people.filter(is_active=True).order_by("email"):
        seen = set(visible_to(person).values_list("pk", flat=True))
        hidden = sorted(set(bulletins) - seen)
        if seen and hidden:
            subject = subject_of(person)
            for bulletin_id in (hidden * _KNOCKS)[:_KNOCKS]:
                with suppress(NotVisible):
                    open_bulletin(subject, bulletin_id)
            return


def _live_with(bulletin_id: UUID) -> int:
    bulletin, about = facts.served(bulletin_id)
    if about is None or Receipt.objects.filter(bulletin=bulletin_id).exists():
        return 0
    asked = set(Delivery.objects.filter(revision=bulletin.served_id).values_list("organisation_id", flat=True))
    first: dict[UUID, User] = {}
    for person, _subject in readers_given(about):
        first.setdefault(person.organisation_id, person)
    acted = 0
    for organisation, person in first.items():
        seed = hashlib.sha256(f"{bulletin.published_at.isoformat()}{person.email}".encode()).digest()
        course = _COURSES[seed[0] % len(_COURSES)]
        if organisation in asked and course:
            _go(person, bulletin_id, course)
            _move(person, bulletin_id, bulletin.published_at + timedelta(minutes=10 + seed[1] * 6))
            acted += 1
    return acted


def _go(person: User, bulletin_id: UUID, course: str) -> None:
    subject = subject_of(person)
    open_bulletin(subject, bulletin_id)
    if course == "opened":
        return
    acknowledge(subject, bulletin_id)
    if course in Value.values:
        until = timezone.localdate() + timedelta(days=7) if course == Value.CHECKING else None
        answer(subject, bulletin_id, course, until=until)


def _move(person: User, bulletin_id: UUID, moment: datetime) -> None:
    moment = min(moment, timezone.now())
    own = {"person": person, "bulletin": bulletin_id}
    Receipt.objects.filter(**own).update(opened_at=moment)
    later = min(moment + timedelta(minutes=25), timezone.now())
    Receipt.objects.filter(**own, acknowledged_at__isnull=False).update(acknowledged_at=later)
    Answer.objects.filter(**own).update(answered_at=later)
