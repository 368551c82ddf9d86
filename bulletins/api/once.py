"""Idempotency-Key: a request sent twice has one effect, and both get the same answer.

After draft-ietf-httpapi-idempotency-key-header-07 (expired, so this is the specification of ours): a key belongs to one
person and to one method, address and body for 24 hours. The same request again is answered from the row, another one
with 422, one that is still under way with 409. What was refused leaves no row behind; a request that died frees
its key after ten minutes.
"""

import functools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions, status
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bulletins.models import IdempotencyKey
from council.api import Conflict
from council.ids import opaque_id
from council.keys import keyring

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)
# Longer than any request may take: what is still under way after this has died.
GIVEN_UP = timedelta(minutes=10)
KEY = OpenApiParameter(
    HEADER,
    {"type": "string", "minLength": 1, "maxLength": 200},
    OpenApiParameter.HEADER,
    description="The same key and request within 24 hours get the same answer, and have no second effect.",
)

Post = Callable[..., HttpResponse]


class OtherRequest(exceptions.APIException):
    """The key was used for something else."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "idempotency_key_reused"


def once(post: Post) -> Post:
    """Makes a post() of a view obey the header. Without the header nothing changes."""

    @functools.wraps(post)
    def answer(view: APIView, request: Request, **place: UUID) -> Response:
        if HEADER not in request.headers:
            return post(view, request, **place)
        claim, fresh = _claim(request, _key(request))
        if not fresh:
            return _replayed(claim)
        with _freed_by_a_refusal(claim):
            response = post(view, request, **place)
        _keep(claim, response, JSONRenderer().render(response.data).decode())
        return response

    return answer


def once_made_anew(post: Post) -> Post:
    """once() for what is not kept: the same request again makes it anew, under the id that was `drawn` for the first one."""

    @functools.wraps(post)
    def answer(view: APIView, request: Request, **place: UUID) -> HttpResponse:
        if HEADER not in request.headers:
            return post(view, request, drawn=opaque_id(), **place)
        claim, fresh = _claim(request, _key(request))
        if not fresh:
            return post(view, request, drawn=UUID(claim.answer), **place)
        drawn = opaque_id()
        with _freed_by_a_refusal(claim):
            response = post(view, request, drawn=drawn, **place)
        _keep(claim, response, str(drawn))
        return response

    return answer


@contextmanager
def _freed_by_a_refusal(claim: IdempotencyKey) -> Iterator[None]:
    try:
        yield
    except Exception:
        claim.delete()
        raise


def _key(request: Request) -> str:
    key = request.headers[HEADER]
    if not 0 < len(key) <= 200 or not key.isascii() or not key.isprintable():
        raise exceptions.ParseError(_("Idempotency-Key は200文字までの ASCII で指定してください。"))
    return key


def _fingerprint(request: Request) -> str:
    """Keyed, so that a copy of the database does not let anybody try out what a draft may have said."""
    said = [request.method, request.path, request.data]
    return keyring().mac("api.idempotency", json.dumps(said, sort_keys=True).encode()).hex()


def _claim(request: Request, key: str) -> tuple[IdempotencyKey, bool]:
    """The row of the key, and whether this request made it. OtherRequest or Conflict when it can't be answered from."""
    now, mine = timezone.now(), IdempotencyKey.objects.filter(person=request.user)
    mine.filter(Q(created_at__lt=now - KEPT) | Q(created_at__lt=now - GIVEN_UP, status=None)).delete()
    fingerprint = _fingerprint(request)
    try:
        with transaction.atomic():
            row = IdempotencyKey(person=request.user, key=key, fingerprint=fingerprint, created_at=now)
            row.save(force_insert=True)
        return row, True
    except IntegrityError:
        row = mine.filter(key=key).first()
    if row is not None and row.fingerprint != fingerprint:
        raise OtherRequest(_("この Idempotency-Key は別の要求に使われています。"))
    if row is None or row.status is None:
        raise Conflict(_("同じ要求をいま処理しています。少し待ってからもう一度送ってください。"))
    return row, False


def _keep(claim: IdempotencyKey, response: HttpResponse, answer: str) -> None:
    claim.status, claim.location, claim.answer = response.status_code, response.get("Location", ""), answer
    claim.save(update_fields=["status", "answer", "location"])


def _replayed(claim: IdempotencyKey) -> Response:
    headers = {"Location": claim.location} if claim.location else {}
    return Response(json.loads(claim.answer), claim.status, headers=headers)
