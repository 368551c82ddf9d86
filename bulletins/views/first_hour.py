"""はじめの5つ on the home page, until they are done or put away."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_POST

from bulletins.first_hour import NEW_FOR, Step, hidden_for, steps_of
from council.guard import SIGNED_IN, guarded_by

_COOKIE = "first_hour"


def steps_shown(request: HttpRequest) -> list[Step]:
    """The steps of whoever asks; none in a browser in which they put them away, and then the same question is asked all the same."""
    steps = steps_of(request.subject, request.subject.now)
    put_away = constant_time_compare(request.COOKIES.get(_COOKIE, ""), hidden_for(request.subject))
    return [] if put_away else steps


@require_POST
@guarded_by(POST=SIGNED_IN)
def put_away(request: HttpRequest) -> HttpResponse:
    """Remembers in this browser that the person wants to see the steps no more."""
    response = redirect("home")
    response.set_cookie(
        _COOKIE,
        hidden_for(request.subject),
        max_age=int(2 * NEW_FOR.total_seconds()),
        httponly=True,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
    )
    return response
