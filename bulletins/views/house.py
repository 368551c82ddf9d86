"""自組織のアクセス: the page on which an administrator sees who of the own people may read what; made to be printed."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.views import door
from bulletins.actions.look import look_at_house, tier_of
from bulletins.browse import Position
from bulletins.filters import BadTrail, read_trail, write_trail
from council.access import facts
from council.access.facts import Role
from council.access.policy import Action, Reason
from council.guard import guarded_by


@require_safe
@guarded_by(GET=Action.VIEW_PEOPLE)
@never_cache
def house(request: HttpRequest) -> HttpResponse:
    """For administrators, about their own organisation; for everybody else there is no such page."""
    subject = request.subject
    door.need(request, Action.VIEW_PEOPLE, facts.Organisation(subject.organisation))
    if Role.ADMINISTRATOR not in subject.roles:
        door.refuse(request, Action.VIEW_PEOPLE, "", Reason.ROLE)
    trail = _trail(request)
    found = look_at_house(subject, trail[-1] if trail else None)
    context = {
        "house": found,
        "screen_tier": tier_of(line.row for line in found.lines),
        "next_url": _address([*trail, found.onward]) if found.onward else "",
        "previous_url": _address(trail[:-1]) if trail else "",
    }
    return render(request, "bulletins/house.html", context)


def _trail(request: HttpRequest) -> list[Position]:
    try:
        return read_trail(request.GET.get("cursor", ""))
    except BadTrail:
        messages.warning(request, _("続きの印が読めないため、最初のページを表示しています。"))
        return []


def _address(trail: Sequence[Position]) -> str:
    return f"?{urlencode({'cursor': write_trail(trail)} if trail else {})}"
