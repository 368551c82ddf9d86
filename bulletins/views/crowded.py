"""Too many files are being made or shown at this moment: the page says so, and when to come again."""

import functools
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bulletins.paper.apart import Busy, room
from council.audit.context import current

UNAVAILABLE = 503
# In seconds: by then those that are at work are done, or were ended.
AGAIN = 30

View = Callable[..., HttpResponse]


def needing_room(view: View) -> View:
    """Has a place among those that work at once for the whole of the view, before it writes down that anything was opened."""

    @functools.wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            with room():
                return view(request, *args, **kwargs)
        except Busy:
            return crowded(request)

    return answer


def crowded(request: HttpRequest) -> HttpResponse:
    """503 with `Retry-After`, and nothing of what was asked for."""
    words = {"request_id": current().id, "contact": settings.COUNCIL_CONTACT, "council_name": settings.COUNCIL_NAME}
    answer = render(request, "bulletins/crowded.html", words, status=UNAVAILABLE)
    answer["Retry-After"] = str(AGAIN)
    return answer
