"""What the pages of the desk have in common: they run a verb, and say what came of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from bulletins.access import NotVisible
from bulletins.actions.verb import Conflict
from bulletins.desk import Refused
from bulletins.drafting import Invalid
from bulletins.wording import refusal
from council.access.policy import Action

UNPROCESSABLE = 422
LONGEST_WORD = 1000
LONGEST_NUMBER = 10
readable_or_sent = require_http_methods(["GET", "HEAD", "POST"])


def words_in(request: HttpRequest, name: str) -> str:
    """What was typed into a field of LONGEST_WORD characters; a browser counts the end of a line as one and sends it as two."""
    return request.POST.get(name, "").replace("\r\n", "\n").strip()[:LONGEST_WORD]


@contextmanager
def missing_and_forbidden_alike() -> Iterator[None]:
    """Answers whatever is not visible with the one page for an id that was never used."""
    try:
        yield
    except NotVisible:
        raise Http404 from None


@contextmanager
def saying_why_not(request: HttpRequest, action: Action) -> Iterator[None]:
    """Runs a verb; where it is refused, in conflict or not valid, the next page says so in words."""
    try:
        yield
    except Refused as refused:
        messages.error(request, refusal(action, refused.reason))
    except Conflict as conflict:
        messages.error(request, str(conflict))
    except Invalid as invalid:
        for sentence in dict.fromkeys(each for sentences in invalid.errors.values() for each in sentences):
            messages.error(request, sentence)


def answer(
    request: HttpRequest, bulletin_id: UUID, action: Action, call: Callable[[], object], done: str
) -> HttpResponse:
    """Runs a verb and goes back to the work page, which says what came of it."""
    with missing_and_forbidden_alike(), saying_why_not(request, action):
        call()
        messages.success(request, done)
    return redirect("desk:work", bulletin_id)
