"""The auditor's desk: whether the records are whole, first of all; what happened of late; the checks; and how to do without this site."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from council.access.policy import Action
from council.audit import charts, desk, findings, offline, verdicts, verifying
from council.audit.filters import EventFilter
from council.audit.parties import people_named
from council.audit.reading import auditor_of, events_for, record_look, refuse
from council.audit.status import status_of, unfinished
from council.guard import guarded_by

SCREEN_TIER = 2  # who read what is 機密性2情報, whatever was read
_LAST_EVENTS = 8


@require_safe
@guarded_by(GET=Action.READ_EVENTS)
def front(request: HttpRequest) -> HttpResponse:
    """The verdict, the last fourteen days, the last events."""
    reader, now = auditor_of(request.subject), timezone.now()
    shown = desk.last_events(reader, _LAST_EVENTS)
    record_look(reader, {}, len(shown))
    activity, status = desk.activity_at(now), status_of(now)
    context = {
        "status": status,
        "findings": findings.sentences(status.checked),
        "activity": activity,
        "days": _drawn(activity.days),
        "reasons": charts.by_rank(activity.reasons),
        "takers": charts.by_rank(activity.takers),
        "events": shown,
        "form": EventFilter(None, queryset=events_for(reader)).form,
        "signals": desk.open_signals(),
        "now": now,
    }
    return _page(request, "audit/desk.html", context)


def _drawn(days: list[desk.Day]) -> charts.Days:
    return charts.by_day(
        [each.day for each in days],
        [each.done for each in days],
        [each.refused for each in days],
        [each.day for each in days if each.off],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=Action.READ_EVENTS, POST=Action.READ_EVENTS)
def verifications(request: HttpRequest) -> HttpResponse:
    """The checks so far, newest first; POST asks for one, or leads to the one that is under way."""
    reader = auditor_of(request.subject)
    if request.method == "POST":
        return redirect("audit-verification", verifying.start(subject=reader.subject).pk)
    tasks = verifying.last()
    names = people_named(each.asked_by for each in tasks)
    fit = verdicts.that_fit(tasks)
    rows = [
        (each, findings.of(each) if each.pk in fit else [], names.get(str(each.asked_by), ""), each.pk in fit)
        for each in tasks
    ]
    context = {"rows": rows, "running": any(each.state in unfinished() for each in tasks)}
    return _page(request, "audit/verifications.html", context)


@require_safe
@guarded_by(GET=Action.READ_EVENTS)
def verification(request: HttpRequest, verification_id: UUID) -> HttpResponse:
    """One check: how far it is, or what it found, log by log."""
    return _page(request, "audit/verification.html", _of_one(request, verification_id))


@require_safe
@guarded_by(GET=Action.READ_EVENTS)
def verification_progress(request: HttpRequest, verification_id: UUID) -> HttpResponse:
    """The moving part of the same page."""
    return render(request, "audit/verification_live.html", _of_one(request, verification_id))


def _of_one(request: HttpRequest, verification_id: UUID) -> dict:
    reader, found = auditor_of(request.subject), verifying.one(verification_id)
    if found is None:
        refuse(reader, request.path)
    fits = bool(verdicts.that_fit([found]))
    checked = findings.of(found) if fits else []
    return {
        "task": found, "live": found.state in unfinished(), "checked": checked, "fits": fits, "now": timezone.now(),
    }  # fmt: skip


@require_safe
@guarded_by(GET=Action.READ_EVENTS)
def offline_page(request: HttpRequest) -> HttpResponse:
    """How to check the records without this site, and the keys to compare by telephone."""
    auditor_of(request.subject)
    return _page(
        request, "audit/verify_offline.html", {"keys": offline.log_keys_shown(), "witnesses": offline.witness_keys()}
    )


def _page(request: HttpRequest, template: str, context: dict) -> HttpResponse:
    return render(request, template, {**context, "screen_tier": SCREEN_TIER})
