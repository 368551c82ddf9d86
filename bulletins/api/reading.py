"""Reading: the list, the rendition for the caller, its files, acknowledgement and answer; and the way in for new drafts."""

import hashlib
from uuid import UUID

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from bulletins.access import may
from bulletins.actions.acknowledge import acknowledge
from bulletins.actions.answer import answer
from bulletins.actions.draft import create_draft
from bulletins.actions.history import place_on_desk
from bulletins.actions.inspect import inspect, take_desk_file
from bulletins.actions.look import look
from bulletins.actions.read import open_bulletin, take_file
from bulletins.answering import told
from bulletins.api import answers, replies, serializers
from bulletins.api.errors import BulletinsAPIView
from bulletins.api.once import KEY, once
from bulletins.api.positions import before, mark
from bulletins.browse import OWN_STATES, Wish, subcommittee_names
from bulletins.desk import has_desk
from council.access.facts import State, Subject
from council.access.policy import Action
from council.api import listing, read_query
from council.api_schema import CURSOR, problems
from council.guard import guarded_by

_SERVED = ("", State.PUBLISHED, *OWN_STATES)


def _on_the_desk(request: Request, bulletin_id: UUID) -> bool:
    """Whether the desk's door is the one to try: for those who have a desk, where the reader's door stays shut."""
    subject = request.subject
    return has_desk(subject) and not may(request.user, Action.READ, bulletin_id, subject=subject)


def _tag(subject: Subject, body: bytes) -> str:
    """A strong entity tag, of these bytes and for this person alone."""
    return f'"{hashlib.sha256(subject.person.encode() + body).hexdigest()}"'


def _matches(request: Request, tag: str) -> bool:
    asked = [each.strip().removeprefix("W/") for each in request.headers.get("If-None-Match", "").split(",")]
    return tag in asked or asked == ["*"]


@guarded_by(GET=Action.READ, POST=Action.DRAFT)
class BulletinsView(BulletinsAPIView):
    """What the caller may see, newest first; and the way in for drafts."""

    @extend_schema(
        operation_id="bulletins_list",
        parameters=[serializers.Filters, CURSOR],
        responses={200: answers.ListAnswer} | problems(400, 401),
    )
    def get(self, request: Request) -> Response:
        wish, start = Wish(**read_query(request, serializers.Filters)), before(request)
        if wish.state not in _SERVED:
            return listing(request, [], None)
        rows, onward = look(request.subject, wish, start)
        names = subcommittee_names(request.subject)
        return listing(request, [answers.row_body(request, row, names) for row in rows], mark(onward))

    @extend_schema(
        operation_id="bulletins_create",
        parameters=[KEY],
        request=serializers.DraftGiven,
        responses={201: answers.ProgressAnswer} | problems(400, 401, 403, 409, 413, 415, 422),
    )
    @once
    def post(self, request: Request) -> Response:
        given = serializers.DraftGiven(data=request.data)
        given.is_valid(raise_exception=True)
        body = answers.progress_body(request, create_draft(given.draft(), acting_user=request.user))
        return Response(body, status.HTTP_201_CREATED, headers={"Location": body["url"]})


@guarded_by(GET=Action.READ)
class BulletinView(BulletinsAPIView):
    """The rendition for the caller; the whole revision for its desk."""

    @extend_schema(
        operation_id="bulletins_retrieve",
        responses={200: answers.DetailAnswer, 304: OpenApiResponse(description="As the caller has it.")}
        | problems(401, 404),
    )
    def get(self, request: Request, bulletin_id: UUID) -> HttpResponse:
        subject = request.subject
        if _on_the_desk(request, bulletin_id):
            body = answers.inspected_body(request, subject, inspect(subject, bulletin_id))
        else:
            body = answers.opened_body(request, subject, open_bulletin(subject, bulletin_id))
        tag = _tag(subject, JSONRenderer().render(body))
        if _matches(request, tag):
            return HttpResponse(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": tag})
        return Response(body, headers={"ETag": tag})


class AnyType(DefaultContentNegotiation):
    """A file is what it is: callers may ask for any type."""

    def select_renderer(self, request: Request, renderers: list, format_suffix: str | None = None) -> tuple:
        return renderers[0], renderers[0].media_type


@guarded_by(GET=Action.DOWNLOAD)
class FileView(BulletinsAPIView):
    """The attachment that is the part with this number in the caller's own rendition."""

    content_negotiation_class = AnyType

    @extend_schema(
        operation_id="bulletins_file",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY} | problems(401, 404),
    )
    def get(self, request: Request, bulletin_id: UUID, position: int) -> HttpResponse:
        subject = request.subject
        if _on_the_desk(request, bulletin_id):
            name, data = take_desk_file(subject, bulletin_id, place_on_desk(subject, bulletin_id, position))
        else:
            name, data = take_file(subject, bulletin_id, position)
        # Always a download and never guessed at: what an author attached must not run in the portal's own origin.
        response = HttpResponse(data, content_type="application/octet-stream")
        response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
        response["X-Content-Type-Options"] = "nosniff"
        return response


@guarded_by(POST=Action.ACKNOWLEDGE)
class AcknowledgeView(BulletinsAPIView):
    """「確認しました」. Saying it again changes nothing and gives the same answer."""

    @extend_schema(
        operation_id="bulletins_acknowledge",
        parameters=[KEY],
        request=serializers.AcknowledgeGiven,
        responses={200: answers.ReceiptAnswer} | problems(400, 401, 404, 409, 422),
    )
    @once
    def post(self, request: Request, bulletin_id: UUID) -> Response:
        given = serializers.AcknowledgeGiven(data=request.data)
        given.is_valid(raise_exception=True)
        return Response(answers.receipt_body(acknowledge(request.subject, bulletin_id, **given.validated_data)))


@guarded_by(POST=Action.ANSWER)
class AnswerView(BulletinsAPIView):
    """Whether it concerns the caller's organisation: its answer is the last one that any of its readers gave. Acknowledges nothing."""

    @extend_schema(
        operation_id="bulletins_answer",
        parameters=[KEY],
        request=replies.AnswerGiven,
        responses={200: replies.SaidAnswer} | problems(400, 401, 404, 409, 422),
    )
    @once
    def post(self, request: Request, bulletin_id: UUID) -> Response:
        given = replies.AnswerGiven(data=request.data)
        given.is_valid(raise_exception=True)
        said = answer(request.subject, bulletin_id, **given.validated_data)
        return Response(replies.said_body(told(said, request.user, given.validated_data["note"].strip())))
