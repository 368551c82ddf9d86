"""Missing and forbidden are one answer: whatever is not visible becomes the one page for an id that was never used."""

import functools
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse

from bulletins.access import NotVisible

View = Callable[..., HttpResponse]


def missing_unless_visible(view: View) -> View:
    """Turns NotVisible into Http404, without a word of why."""

    @functools.wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotVisible:
            raise Http404 from None

    return answer
