"""The frame of the API: deny what no policy guards, one shape for errors (RFC 9457), lists without totals."""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from itertools import islice
from typing import IO, TYPE_CHECKING

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.settings import api_settings

from council.audit.context import current
from council.guard import OPEN

if TYPE_CHECKING:
    # rest_framework.views reads DEFAULT_PERMISSION_CLASSES while it loads, and so needs this module first.
    from rest_framework.views import APIView

PROBLEM = "application/problem+json"
PAGE = 20
# Room for the largest attachment (20 MB, a third more in base64) beside the words of a bulletin.
LARGEST_BODY = 32 * 1024 * 1024
_MOST_ERRORS, _LONGEST_NAME = 100, 200


class Declared(BasePermission):
    """Lets signed-in people reach methods that declare a policy. What it says is asked where the object is known."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        policy = getattr(view, "policies", {}).get("GET" if request.method == "HEAD" else request.method)
        if request.method == "OPTIONS" or policy is None:
            return False
        return policy == OPEN or bool(request.user and request.user.is_authenticated)


class Conflict(exceptions.APIException):
    """The thing is not in a state in which this can be done."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class PreconditionFailed(exceptions.APIException):
    """What the caller began from is no longer what is there."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_code = "precondition_failed"


class PreconditionRequired(exceptions.APIException):
    """The caller has to say what they began from (RFC 6585)."""

    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_code = "precondition_required"


class TooLarge(exceptions.APIException):
    """The body is longer than anything that this portal takes."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


class BadQuery(exceptions.ValidationError):
    """A parameter of the address can't be taken; the problem names it as `parameter`, where a body has a `pointer`."""


class BoundedJSONParser(BaseParser):
    """JSON of at most LARGEST_BODY bytes. What is longer, or nested too deeply to read, is refused.

    No subclass of JSONParser: for those DRF reads `request.body`, whose bound is that of forms, too low for files.
    """

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: dict | None = None) -> object:
        body = stream.read(LARGEST_BODY + 1)
        if len(body) > LARGEST_BODY:
            raise TooLarge(_("送られた内容が大きすぎます。32MBまでにしてください。"))
        try:
            return JSONParser().parse(BytesIO(body), media_type, parser_context)
        except (exceptions.ParseError, RecursionError) as error:
            raise exceptions.ParseError(_("JSON（UTF-8）として読めません。")) from error


def problem(code: int, title: str, detail: str = "", *, kind: str = "", errors: Sequence[dict] = ()) -> dict:
    """A problem document (RFC 9457). `instance` is the request id, so that a caller can quote it.

    Not in a 404: what is missing and what may not be seen answer with the same bytes, every time.
    """
    body = {"type": f"/help/#error-{kind}" if kind else "about:blank", "title": title, "status": code}
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = list(errors)
    return body if code == status.HTTP_404_NOT_FOUND else {**body, "instance": f"urn:request:{current().id}"}


def _clean(name: object) -> str:
    """What a caller named, safe to send back: no lone surrogates, which no answer can carry, and not too long."""
    return str(name).encode("utf-8", "backslashreplace").decode()[:_LONGEST_NAME]


def _flatten(detail: object, pointer: str = "") -> Iterator[dict]:
    """A row for each sentence, under the JSON pointer (RFC 6901) of what it is about; "" is the whole body."""
    if isinstance(detail, Mapping):
        for key, value in detail.items():
            step = "/" + str(key).replace("~", "~0").replace("/", "~1")
            yield from _flatten(value, pointer if key == api_settings.NON_FIELD_ERRORS_KEY else pointer + step)
    elif isinstance(detail, list | tuple):
        for place, value in enumerate(detail):
            yield from _flatten(value, f"{pointer}/{place}" if isinstance(value, Mapping | list) else pointer)
    else:
        yield {"pointer": _clean(pointer), "detail": _clean(detail)}


def _rows(error: exceptions.ValidationError) -> list[dict]:
    rows = list(islice(_flatten(error.detail), _MOST_ERRORS))
    if isinstance(error, BadQuery):
        return [{"parameter": row["pointer"].removeprefix("/"), "detail": row["detail"]} for row in rows]
    return rows


def _titles() -> dict[int, str]:
    return {
        400: _("送られた内容に誤りがあります"),
        401: _("サインインが必要です"),
        403: _("この操作はできません"),
        404: _("見つかりません"),
        405: _("この方法では呼べません"),
        406: _("その形式では答えられません"),
        409: _("いまの状態ではできません"),
        412: _("ほかの人が先に変えています"),
        413: _("大きすぎます"),
        415: _("その形式は受け取れません"),
        422: _("前の要求と内容が違います"),
        428: _("どの保存からの変更かを示してください"),
        429: _("回数が多すぎます"),
        500: _("こちらで問題が起きました"),
        503: _("いまは使えません"),
    }


# The kinds of problems that carry a type of their own; the help page has an entry for each, which is where the type points.
_KINDS = {
    "invalid": 400,
    "parse_error": 400,
    "not_authenticated": 401,
    "authentication_failed": 401,
    "permission_denied": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "not_acceptable": 406,
    "conflict": 409,
    "precondition_failed": 412,
    "too_large": 413,
    "unsupported_media_type": 415,
    "idempotency_key_reused": 422,
    "precondition_required": 428,
    "throttled": 429,
}


def kinds_of_problems() -> list[tuple[str, int, str]]:
    """Kind, status and title of each, for the help page."""
    return [(kind, code, _titles()[code]) for kind, code in _KINDS.items()]


def problem_handler(error: Exception, context: dict) -> Response | None:
    """DRF's exception handler: every refusal becomes a problem document, and says nothing that its title does not."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    elif isinstance(error, RequestDataTooBig):
        error = TooLarge(_("送られた内容が大きすぎます。"))
    if not isinstance(error, exceptions.APIException):
        return None
    code, title = error.status_code, _titles().get(error.status_code, "")
    if isinstance(error, exceptions.ValidationError):
        body = problem(code, title, errors=_rows(error), kind="invalid")
    elif isinstance(error, exceptions.NotFound | exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        body = problem(code, title, kind=error.default_code)
    else:
        body = problem(code, title, str(error.detail), kind=error.default_code)
    response = Response(body, status=code, content_type=PROBLEM)
    if code == status.HTTP_401_UNAUTHORIZED:
        response["WWW-Authenticate"] = "Bearer"
    return response


def problem_response(request: HttpRequest, code: int) -> JsonResponse:
    """The same shape outside DRF: Django's own 404, 500 and 503 under /api/."""
    return JsonResponse(problem(code, _titles().get(code, "")), status=code, content_type=PROBLEM)


def read_query(request: Request, filters: type[Serializer]) -> dict:
    """The filters of a list, checked by the serializer; BadQuery for unknown names, names given twice, and bad values.

    A known filter that is left empty (`?kind=`) counts as not given.
    """
    given = {name: values for name, values in request.query_params.lists() if name != "cursor"}
    twice = {name: [_("この条件は1つだけ指定してください。")] for name, values in given.items() if len(values) > 1}
    if twice:
        raise BadQuery(twice)
    known = filters().fields
    wanted = filters(data={name: values[0] for name, values in given.items() if values[0] or name not in known})
    if not wanted.is_valid():
        raise BadQuery(wanted.errors)
    return wanted.validated_data


def bad_cursor() -> BadQuery:
    """What a cursor that is not one of ours is answered with."""
    return BadQuery({"cursor": [_("続きの印が読めません。最初から取り直してください。")]})


def read_cursor(request: Request) -> list | None:
    """The position in an opaque cursor, or None without one; BadQuery when it is not one of ours."""
    raw = request.query_params.get("cursor")
    if not raw:
        return None
    try:
        position = json.loads(base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)))
    except (ValueError, RecursionError, binascii.Error) as error:
        raise bad_cursor() from error
    if not isinstance(position, list):
        raise bad_cursor()
    return position


def write_cursor(position: Sequence) -> str:
    """An opaque cursor for a JSON-able position."""
    return base64.urlsafe_b64encode(json.dumps(list(position)).encode()).decode().rstrip("=")


def listing(request: Request, results: list, position: Sequence | None) -> Response:
    """A list answer: {"results", "next"} with RFC 8288 Link; no total (counts leak)."""
    if position is None:
        return Response({"results": results, "next": None})
    query = request.query_params.copy()
    query["cursor"] = write_cursor(position)
    url = request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
    return Response({"results": results, "next": url}, headers={"Link": f'<{url}>; rel="next"'})


class StrictSerializer(Serializer):
    """A serializer that refuses fields it does not know, instead of dropping them silently."""

    def to_internal_value(self, data: object) -> dict:
        if isinstance(data, dict):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                raise exceptions.ValidationError({name: [_("この項目は知りません。")] for name in unknown})
        return super().to_internal_value(data)
