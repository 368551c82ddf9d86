"""The page of one's own history."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from bulletins.own_history import PAGE, look_at_own
from council.guard import SIGNED_IN, guarded_by


@require_http_methods(["GET"])
@guarded_by(GET=SIGNED_IN)
def history(request: HttpRequest) -> HttpResponse:
    """What the log has of the person themselves, a page at a time; an unreadable mark shows the newest."""
    shown = look_at_own(request.subject, before=_mark(request.GET.get("before")), after=_mark(request.GET.get("after")))
    context = {
        "history": shown,
        "size": PAGE,
        "newer_url": f"?after={shown.newer}" if shown.newer else "",
        "older_url": f"?before={shown.older}" if shown.older else "",
        # Who read what is 機密性2情報, whatever was read.
        "screen_tier": min(2, int(request.subject.ceiling)),
    }
    return render(request, "bulletins/own_history.html", context)


def _mark(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
