"""期限: what ends soon or is over and waits for the reader's decision, by how near it is."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.clock import Ending, What, queues
from accounts.clock_queues import Desk, endings
from accounts.views import door
from council.access import facts
from council.access.facts import Role, Subject
from council.access.policy import Action
from council.guard import guarded_by

_OF_COMPANIES = {What.CERTIFICATION, What.CONTRACT, What.ITEM}


@require_safe
@guarded_by(GET=Action.VIEW_PEOPLE)
@never_cache
def clock(request: HttpRequest) -> HttpResponse:
    """The queues of the reader's roles; for who has none of them there is no such page."""
    subject = request.subject
    door.need(request, Action.VIEW_PEOPLE, facts.Organisation(subject.organisation))
    found = queues(endings(subject.today, Desk.of(subject)), subject.today)
    shown = [
        {"days": queue.days, "rows": [_row(row, subject, subject.today) for row in queue.endings]} for queue in found
    ]
    return render(request, "accounts/clock.html", {"queues": shown})


def _row(ending: Ending, subject: Subject, today: date) -> dict[str, object]:
    return {"ending": ending, "path": _path(ending, subject), "left": (ending.day - today).days}


def _path(ending: Ending, subject: Subject) -> str:
    """Where the reader acts on it."""
    if ending.what is What.PERIOD:
        return reverse("accounts:pledges")
    officer = Role.CLEARANCE_OFFICER in subject.roles and str(ending.agency) == subject.organisation
    if ending.what is What.CLEARANCE:
        return reverse("accounts:clearance", args=[ending.person])
    if ending.what in _OF_COMPANIES:
        return (
            reverse("accounts:certification", args=[ending.company])
            if officer
            else reverse("accounts:certification_mine")
        )
    if ending.what is What.EDUCATION:
        return reverse("accounts:handlers") if officer else reverse("accounts:handlers_mine")
    return reverse("accounts:register_item", args=[ending.thing])
