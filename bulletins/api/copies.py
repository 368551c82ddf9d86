"""Numbered copies over the API: taking one as a PDF, one's own copies, and what became of them."""

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from bulletins.actions.copies import Wish, end_copy, look_at_copies_taken, take_copy
from bulletins.api import examples
from bulletins.api.choices import named
from bulletins.api.errors import BulletinsAPIView
from bulletins.api.once import KEY, once_made_anew
from bulletins.api.part_answers import url_of
from bulletins.api.positions import before, mark
from bulletins.api.reading import AnyType
from bulletins.copies import Held
from bulletins.models import TakenCopy
from bulletins.paper.apart import Broken, Busy, room
from bulletins.paper.numbered import handed_over, made_for
from council.access.policy import Action
from council.api import PAGE, PROBLEM, StrictSerializer, listing, problem, read_query
from council.api_schema import CURSOR, problems
from council.guard import SIGNED_IN, guarded_by

_PDF = "application/pdf"
# Seconds: what makes the file is busy, or broke down.
_AGAIN = 30


@extend_schema_field(named("string", TakenCopy.Reason.choices))
class ReasonField(serializers.ChoiceField):
    """What a copy is needed for."""

    def __init__(self, **options: object) -> None:
        super().__init__(TakenCopy.Reason.values, **options)


@extend_schema_field(named("string", TakenCopy.Ending.choices))
class EndingField(serializers.ChoiceField):
    """What became of a copy."""

    def __init__(self, **options: object) -> None:
        super().__init__(TakenCopy.Ending.values, **options)


class CopyGiven(StrictSerializer):
    """`revision`: the number that the caller read. `return_by`: needed from tier two on, within ninety days."""

    revision = serializers.IntegerField(min_value=1, max_value=999_999_999)
    reason = ReasonField()
    return_by = serializers.DateField(required=False, allow_null=True, default=None)


class EndGiven(StrictSerializer):
    """What became of the copy."""

    ending = EndingField()


class CopiesFilters(StrictSerializer):
    """There are none."""


class CopyAnswer(serializers.Serializer):
    """One copy of the caller's, never with a title. What is null has not happened, or there is none; `url` is where its end is said."""

    id = serializers.UUIDField()
    bulletin = serializers.UUIDField()
    reference = serializers.CharField()
    revision = serializers.IntegerField()
    number = serializers.IntegerField(help_text="as it stands on every page; counted within the bulletin")
    reason = ReasonField()
    taken_at = serializers.DateTimeField()
    return_by = serializers.DateField(allow_null=True)
    overdue = serializers.BooleanField()
    ending = EndingField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    url = serializers.URLField()


class CopiesAnswer(serializers.Serializer):
    """A page of the list, without any total."""

    results = CopyAnswer(many=True)
    next = serializers.URLField(allow_null=True)


def _body(request: Request, held: Held) -> dict:
    copy = held.copy
    return {
        "id": copy.pk,
        "bulletin": copy.bulletin_id,
        "reference": held.reference,
        "revision": copy.revision,
        "number": copy.number,
        "reason": copy.reason,
        "taken_at": copy.taken_at,
        "return_by": copy.return_by,
        "overdue": held.overdue,
        "ending": copy.ending or None,
        "ended_at": copy.ended_at,
        "url": url_of(request, "copy", copy.pk),
    }


_ID = "8b7c3c52-91c0-4d7a-9d53-2b6f1f0c7e11"
_COPY = {
    "id": _ID,
    "bulletin": "6f0c2f0e-7d0a-4c57-9a53-0f4f6d1f9b11",
    "reference": "TH-7KQ4",
    "revision": 1,
    "number": 3,
    "reason": "meeting",
    "taken_at": "2026-11-21T21:30:00+09:00",
    "return_by": "2026-12-10",
    "overdue": False,
    "ending": None,
    "ended_at": None,
    "url": f"https://portal.example/api/v1/copies/{_ID}/",
}
_ENDED = {**_COPY, "ending": "destroyed", "ended_at": "2026-12-09T17:00:00+09:00"}


@guarded_by(POST=Action.PRINT)
class TakeCopyView(BulletinsAPIView):
    """A numbered copy of the caller's own rendition. `Location` names the copy. The same key within 24 hours makes the same copy anew."""

    content_negotiation_class = AnyType

    @extend_schema(
        operation_id="bulletins_copies_create",
        parameters=[KEY],
        request=CopyGiven,
        responses={(201, _PDF): OpenApiTypes.BINARY} | problems(400, 401, 403, 404, 409, 422, 503),
        examples=[
            examples.given("copy", revision=1, reason="meeting", return_by="2026-12-10"),
            examples.refused(
                "no paper", 403, "この操作はできません",
                "この資料には、紙やファイルの写しがありません。画面で読んでください。", "permission_denied",
            ),
            examples.conflict(
                "newer revision",
                "開いたあとに新しい版が公開されました。新しい版を読んでから、もう一度受け取ってください。",
            ),
        ],
    )  # fmt: skip
    @once_made_anew
    def post(self, request: Request, bulletin_id: UUID, drawn: UUID) -> HttpResponse:
        given = CopyGiven(data=request.data)
        given.is_valid(raise_exception=True)
        wish = Wish(drawn, **given.validated_data)
        make = made_for(request.subject, request.user, wish.return_by)
        with room():
            taken, made = take_copy(request.subject, bulletin_id, wish, make)
        response = handed_over(taken, made)
        response.status_code, response["Location"] = status.HTTP_201_CREATED, url_of(request, "copy", taken.pk)
        return response

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, Broken):
            return _not_made(_("写しを作れませんでした。しばらくしてから、もう一度求めてください。"))
        if isinstance(exc, Busy):
            return _not_made(_("いま混み合っていて、写しを作っていません。しばらくしてから、もう一度求めてください。"))
        return super().handle_exception(exc)


@guarded_by(GET=SIGNED_IN)
class CopiesView(BulletinsAPIView):
    """The caller's own copies, the newest first."""

    @extend_schema(
        operation_id="copies_list",
        parameters=[CURSOR],
        responses={200: CopiesAnswer} | problems(400, 401),
        examples=[OpenApiExample("copies", value={"results": [_COPY], "next": None}, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        read_query(request, CopiesFilters)
        held, onward = look_at_copies_taken(request.subject, before(request), PAGE)
        return listing(request, [_body(request, each) for each in held], mark(onward))


@guarded_by(POST=SIGNED_IN)
class CopyView(BulletinsAPIView):
    """「返した」 or 「裁断した」 of the caller's own copy. Saying it again changes nothing and answers with what was said first."""

    @extend_schema(
        operation_id="copies_end",
        request=EndGiven,
        responses={200: CopyAnswer} | problems(400, 401, 404),
        examples=[
            examples.given("destroyed", ending="destroyed"),
            OpenApiExample("ended", value=_ENDED, response_only=True, status_codes=["200"]),
        ],
    )
    def post(self, request: Request, copy_id: UUID) -> Response:
        given = EndGiven(data=request.data)
        given.is_valid(raise_exception=True)
        ended, _new = end_copy(request.subject, copy_id, given.validated_data["ending"])
        return Response(_body(request, Held(ended, timezone.localdate())))


def _not_made(words: str) -> Response:
    body = problem(503, _("いまは使えません"), words)
    return Response(body, 503, headers={"Retry-After": str(_AGAIN)}, content_type=PROBLEM)
