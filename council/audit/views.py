"""The page of events: plain sentences, newest first, filters in the address, no totals. Proofs of events, saved filters."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from council.access.policy import Action
from council.audit.events import Event
from council.audit.filters import EventFilter, uuid_or_none
from council.audit.proving import NotYet, prove
from council.audit.reading import PAGE, Reader, Window, auditor_of, events_for, reader_of, record_look, refuse, window
from council.audit.record import record
from council.audit.saved import SaveForm, asked_of, queries_of, remove_query, save_query
from council.audit.showing import show
from council.guard import guarded_by

_TIER_OF_ALL_EVENTS = 2  # who read what is 機密性2情報, whatever was read
_SECONDS_TO_WAIT = 5


def screen_tier(reader: Reader) -> int:
    """The tier of a page that tells of events."""
    return _TIER_OF_ALL_EVENTS if reader.auditor else min(_TIER_OF_ALL_EVENTS, reader.subject.ceiling)


@require_safe
@guarded_by(GET=Action.READ_EVENTS)
def events(request: HttpRequest) -> HttpResponse:
    """Auditors see every event, administrators those of their own organisation; for others there is no such page."""
    reader = reader_of(request.subject)
    asked = EventFilter(request.GET, queryset=events_for(reader))
    found = _window(request, reader, asked) if asked.is_valid() else Window([])
    shown = show(reader, found.events)
    query = asked_of(asked)
    record_look(reader, query, len(shown))
    context = {
        "form": asked.form,
        "events": shown,
        "auditor": reader.auditor,
        "filtered": bool(query),
        "query": urlencode(query),
        "queries": queries_of(reader.subject),
        "save_form": SaveForm(subject=reader.subject, initial={"query": urlencode(query)}, auto_id="save_%s"),
        "pack_url": _pack_url(query) if reader.auditor else "",
        "size": PAGE,
        "newer_url": found.newer and f"?{urlencode({**query, 'after': found.newer})}",
        "older_url": found.older and f"?{urlencode({**query, 'before': found.older})}",
        "screen_tier": screen_tier(reader),
    }
    return render(request, "audit/events.html", context)


@require_safe
@guarded_by(GET=Action.READ_EVENTS)
def proof(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """The proof that one event is in its log, as a file; 503 while no checkpoint covers the event. Auditors alone."""
    reader = auditor_of(request.subject)
    try:
        proved = prove(event_id)
    except LookupError:
        refuse(reader, str(event_id))
    except NotYet:
        waiting = {"back": reverse("audit-events"), "screen_tier": screen_tier(reader)}
        answer = render(request, "audit/events_unproved.html", waiting, status=503)
        answer["Retry-After"] = _SECONDS_TO_WAIT
        return answer
    with transaction.atomic():
        who = {"actor": reader.subject.person, "organisation": reader.subject.organisation}
        record(Event.AUDIT_PROVE, **who, object=str(event_id))
    headers = {"Content-Disposition": f'attachment; filename="{event_id}.tlog-proof"'}
    return HttpResponse(bytes(proved), content_type="text/plain; charset=utf-8", headers=headers)


@require_POST
@guarded_by(POST=Action.READ_EVENTS)
def save(request: HttpRequest) -> HttpResponse:
    """Keeps the filter under a name, and goes back to what it finds. What is wrong is said beside what was typed."""
    reader = reader_of(request.subject)
    form = SaveForm(request.POST, subject=reader.subject, auto_id="save_%s")
    if form.is_valid():
        try:
            kept = save_query(form.cleaned_data["name"], form.cleaned_data["query"], subject=reader.subject)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("条件「%(name)s」を保存しました。") % {"name": kept.name})
            return redirect(f"{reverse('audit-events')}?{kept.query}")
    return render(request, "audit/query.html", {"form": form, "screen_tier": screen_tier(reader)})


@require_POST
@guarded_by(POST=Action.READ_EVENTS)
def remove(request: HttpRequest, query_id: UUID) -> HttpResponse:
    """Forgets one of the caller's own saved filters; the others' don't exist."""
    reader = reader_of(request.subject)
    if not remove_query(query_id, subject=reader.subject):
        refuse(reader, str(query_id))
    messages.success(request, _("保存した条件を消しました。"))
    return redirect("audit-events")


def _window(request: HttpRequest, reader: Reader, asked: EventFilter) -> Window:
    """A place in the list that can't be read is the top of it."""
    before, after = (uuid_or_none(request.GET.get(name, "")) for name in ("before", "after"))
    found = window(reader, asked.qs, before=before, after=after)
    return found if found.events or not after else window(reader, asked.qs)


def _pack_url(query: dict[str, str]) -> str:
    try:
        return f"{reverse('audit-pack-new')}?{urlencode(query)}"
    except NoReverseMatch:
        return ""
