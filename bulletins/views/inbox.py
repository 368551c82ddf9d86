"""The page of one's own notices."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from bulletins.actions.inbox import look_at_notices
from bulletins.inbox import LONGEST, tier_of
from council.guard import SIGNED_IN, guarded_by


@require_http_methods(["GET"])
@guarded_by(GET=SIGNED_IN)
def notices(request: HttpRequest) -> HttpResponse:
    """The newest notices, each with what it asks for and until when. Showing them is what makes them seen."""
    lines = look_at_notices(request.subject)
    context = {"lines": lines, "longest": LONGEST, "screen_tier": tier_of(lines)}
    return render(request, "bulletins/notices.html", context)
