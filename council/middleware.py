"""Around every request: it gets a name and a language, its answer is never stored, and without a log it is refused."""

import logging
from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

from council.api import problem_response
from council.audit.context import current, request_context
from council.audit.events import Event
from council.audit.models import AuditEvent
from council.audit.record import AuditUnavailable, record
from council.going_on import page_at
from council.guard import OPEN, policies_of
from council.sealing.errors import KeyringUnavailable

log = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]

# The last two: the event of a transaction is lost when its COMMIT fails, and then nothing is served either.
_UNAVAILABLE = (AuditUnavailable, KeyringUnavailable, OperationalError, InterfaceError)
_SAFE = {"GET", "HEAD"}
_FORM_AGAIN = 422


def is_api(request: HttpRequest) -> bool:
    """Whether programs call here: errors are problem documents, the language is the one they ask for."""
    return request.path_info.startswith("/api/")


class RequestContextMiddleware:
    """Names the request for its events, forbids storing the answer, and turns a log or keyring out of reach into 503.

    The name stands in no header and on no 404: missing and forbidden must be equal byte for byte.
    Static files never come here (WhiteNoise answers before).
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        agent = request.headers.get("User-Agent", "")
        with request_context(address=request.META.get("REMOTE_ADDR", ""), agent=agent):
            response = self.get_response(request)
        # What never changes says itself how long whoever asked for it may keep it.
        response["Cache-Control"] = getattr(response, "may_be_kept", "no-store")
        # never_cache dates some answers to the second, which would tell two equal ones apart.
        response.headers.pop("Expires", None)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """503 with nothing of what the view had made ready; other exceptions go their way."""
        if not isinstance(error, _UNAVAILABLE):
            return None
        return _unavailable(request, error)


class RecordedMiddleware:
    """Nothing leaves without an event: what members of the council were shown, and no view has recorded, is recorded here.

    The event is committed before the answer is handed on; without it there is none. Open pages show nothing of the council.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not _shows(request, response) or _is_recorded(request):
            return response
        try:
            _record_page(request)
        except _UNAVAILABLE as error:
            return _unavailable(request, error)
        return response


def _shows(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether the answer is a page or data of a route that is not open; redirects, refusals and errors are none.

    Nor is one that says no more than that what was sent has arrived, and says so of itself (`shows_nothing`).
    """
    where = request.resolver_match
    served = response.status_code < 300 or response.status_code == _FORM_AGAIN
    if getattr(response, "shows_nothing", False):
        return False
    if where is None or not served:
        return False
    policy = policies_of(where.func).get("GET" if request.method == "HEAD" else request.method)
    return policy is not None and policy != OPEN


def _is_recorded(request: HttpRequest) -> bool:
    """A deed that a form gave up may have taken its event back; who only looks takes none back."""
    written = current().recorded
    return bool(written) and (request.method in _SAFE or AuditEvent.objects.filter(pk__in=written).exists())


def _record_page(request: HttpRequest) -> None:
    where, subject = request.resolver_match, request.subject
    shown = next((str(value) for value in where.kwargs.values() if isinstance(value, UUID)), "")
    with transaction.atomic():
        record(
            Event.PAGE_SHOWN, actor=subject.person, organisation=subject.organisation, object=shown,
            detail={"page": where.view_name, "query": request.GET.dict()},
        )  # fmt: skip


def _unavailable(request: HttpRequest, error: Exception) -> HttpResponse:
    """503, and why in the process's own log alone."""
    log.error("request %s refused: %s", current().id, type(error).__name__, exc_info=error)
    if is_api(request):
        return problem_response(request, 503)
    words = {"request_id": current().id, "contact": settings.COUNCIL_CONTACT, "council_name": settings.COUNCIL_NAME}
    return HttpResponse(render_to_string("503.html", words), status=503)


class LanguageMiddleware:
    """Pages speak the language in the cookie of the language switch, else Japanese; the API that of Accept-Language."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked_in = "Accept-Language" if is_api(request) else "Cookie"
        language = _accepted(request) if is_api(request) else _chosen(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = _with_a_way_back(request, self.get_response(request))
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, [asked_in])
        return response


def _with_a_way_back(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Whoever opens the address of a form, which can only be sent, sees a page that leads on, where there would be nothing."""
    if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and request.method == "GET" and not is_api(request):
        words = {"back": page_at(request.path), "council_name": settings.COUNCIL_NAME}
        response.content = render_to_string("405.html", words)
        response["Content-Type"] = "text/html; charset=utf-8"
        # Counted already, when there was nothing.
        response["Content-Length"] = str(len(response.content))
    return response


def _chosen(request: HttpRequest) -> str:
    language = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _accepted(request: HttpRequest) -> str:
    for wanted, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "").lower()):
        language = wanted.split("-")[0]
        if language in dict(settings.LANGUAGES):
            return language
    return settings.LANGUAGE_CODE
