"""The page of events: plain sentences, newest first, filters in the address, no totals."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from council.access.policy import Action
from council.audit.filters import EventFilter, uuid_or_none
from council.audit.reading import PAGE, Reader, Window, events_for, reader_of, record_look, window
from council.audit.showing import show
from council.guard import guarded_by

_TIER_OF_ALL_EVENTS = 2  # who read what is 機密性2情報, whatever was read


@require_safe
@guarded_by(GET=Action.READ_EVENTS)
def events(request: HttpRequest) -> HttpResponse:
    """Auditors see every event, administrators those of their own organisation; for others there is no such page."""
    reader = reader_of(request.subject)
    asked = EventFilter(request.GET, queryset=events_for(reader))
    found = _window(request, reader, asked) if asked.is_valid() else Window([])
    shown = show(reader, found.events)
    query = {name: value for name in asked.form.fields if (value := request.GET.get(name, ""))}
    record_look(reader, query, len(shown))
    context = {
        "form": asked.form,
        "events": shown,
        "auditor": reader.auditor,
        "filtered": bool(query),
        "size": PAGE,
        "newer_url": found.newer and f"?{urlencode({**query, 'after': found.newer})}",
        "older_url": found.older and f"?{urlencode({**query, 'before': found.older})}",
        "screen_tier": _TIER_OF_ALL_EVENTS if reader.auditor else min(_TIER_OF_ALL_EVENTS, reader.subject.ceiling),
    }
    return render(request, "audit/events.html", context)


def _window(request: HttpRequest, reader: Reader, asked: EventFilter) -> Window:
    """A place in the list that can't be read is the top of it."""
    before, after = (uuid_or_none(request.GET.get(name, "")) for name in ("before", "after"))
    found = window(reader, asked.qs, before=before, after=after)
    return found if found.events or not after else window(reader, asked.qs)
