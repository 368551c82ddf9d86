"""The pages of timelines: looking for a person or a bulletin, and the month of one. What a reader may not know does not exist."""

from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from council.access.policy import Action
from council.audit.reading import Reader, reader_of, record_look, refuse
from council.audit.timeline import (
    MOST,
    Timeline,
    bulletin_for,
    by_organisation,
    events_of_bulletin,
    events_of_person,
    month_of,
    people_like,
    person_for,
    timeline,
)
from council.audit.views import screen_tier
from council.guard import guarded_by

_LONGEST = 120


@require_safe
@guarded_by(GET=Action.READ_EVENTS)
def find(request: HttpRequest) -> HttpResponse:
    """?of= a reference, or the name or address of a person: the timeline, or the people to choose from."""
    reader = reader_of(request.subject)
    wanted = request.GET.get("of", "").replace("\x00", "").strip()[:_LONGEST]
    what, people = bulletin_for(reader, wanted), people_like(reader, wanted)
    record_look(reader, {"of": wanted}, len(people))
    if what:
        return redirect("audit-timeline-bulletin", what.reference)
    if len(people) == 1:
        return redirect("audit-timeline-person", people[0].id)
    context = {"wanted": wanted, "people": people, "screen_tier": screen_tier(reader)}
    return render(request, "audit/timeline_find.html", context)


@require_safe
@guarded_by(GET=Action.READ_EVENTS)
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """What a person did and what was done to them. Administrators: their own people alone."""
    reader = reader_of(request.subject)
    whom = person_for(reader, person_id)
    if whom is None:
        refuse(reader, str(person_id))
    line = timeline(reader, events_of_person(reader, whom), month_of(request.GET.get("month", "")))
    _record(reader, {"person": whom.id}, line)
    context = {"whom": whom, "list_query": _list_query({"actor": whom.id}, line.month, line.final_day)}
    return render(request, "audit/timeline.html", {**context, **_shared(reader, line)})


@require_safe
@guarded_by(GET=Action.READ_EVENTS)
def bulletin(request: HttpRequest, which: str) -> HttpResponse:
    """What was done with a bulletin, by its id or reference. Administrators: those they may read, and their own people's deeds."""
    reader = reader_of(request.subject)
    what = bulletin_for(reader, which)
    if what is None:
        refuse(reader, which.replace("\x00", ""))
    rows = events_of_bulletin(reader, what)
    line = timeline(reader, rows, month_of(request.GET.get("month", "")))
    table = by_organisation(reader, rows, line.month)
    _record(reader, {"bulletin": what.reference}, line)
    context = {
        "what": what,
        "table": table,
        "list_query": _list_query({"object": what.reference}, line.month, line.final_day),
    }
    return render(request, "audit/timeline.html", {**context, **_shared(reader, line)})


def _record(reader: Reader, about: dict[str, str], line: Timeline) -> None:
    shown = sum(len(stretch.events) for stretch in line.stretches)
    record_look(reader, {**about, "month": f"{line.month:%Y-%m}"}, shown)


def _list_query(about: dict[str, str], first: date, last: date) -> str:
    return urlencode({"since": first, "until": last, **about})


def _shared(reader: Reader, line: Timeline) -> dict:
    return {"line": line, "most": MOST, "auditor": reader.auditor, "screen_tier": screen_tier(reader)}
