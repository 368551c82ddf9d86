"""Puts the facts about the caller on the request, gathered once and only when something asks for them."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from accounts.subject import subject_of


class SubjectMiddleware:
    """`request.subject`: the Subject of the person who calls. Only signed-in requests may touch it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.subject = SimpleLazyObject(lambda: subject_of(request.user))
        return self.get_response(request)
