"""The publishing desk: one verb of bulletins.actions behind each address. What they raise, BulletinsAPIView answers."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from bulletins.actions.close import recall
from bulletins.actions.draft import start_revision
from bulletins.actions.history import revisions_for
from bulletins.actions.publish import publish
from bulletins.actions.review import approve_seeing, hand_in, send_back
from bulletins.api import answers, examples, serializers
from bulletins.api.deeds import PROBLEMS, carried_out, carried_out_seeing
from bulletins.api.errors import BulletinsAPIView
from bulletins.api.once import KEY, once
from council.access.policy import Action
from council.api import listing
from council.api_schema import problems
from council.guard import guarded_by


@guarded_by(POST=Action.SUBMIT)
class SubmitView(BulletinsAPIView):
    """draft → in_review. `findings` is what people would have to confirm first; the log says that nobody has, and so does the desk."""

    @extend_schema(
        operation_id="bulletins_submit",
        request=serializers.NothingGiven,
        responses={200: answers.SeenAnswer} | PROBLEMS,
        examples=[examples.HANDED_IN],
    )
    def post(self, request: Request, bulletin_id: UUID) -> Response:
        return carried_out_seeing(request, bulletin_id, hand_in, serializers.NothingGiven)


@guarded_by(POST=Action.APPROVE)
class ApproveView(BulletinsAPIView):
    """in_review → approved, once enough people have approved; never by its author."""

    @extend_schema(
        operation_id="bulletins_approve",
        request=serializers.ApproveGiven,
        responses={200: answers.SeenAnswer} | PROBLEMS,
    )
    def post(self, request: Request, bulletin_id: UUID) -> Response:
        return carried_out_seeing(request, bulletin_id, approve_seeing, serializers.ApproveGiven)


@guarded_by(POST=Action.RETURN)
class ReturnView(BulletinsAPIView):
    """in_review, approved or scheduled → draft."""

    @extend_schema(
        operation_id="bulletins_return",
        request=serializers.ReturnGiven,
        responses={200: answers.ProgressAnswer} | PROBLEMS,
    )
    def post(self, request: Request, bulletin_id: UUID) -> Response:
        return carried_out(request, bulletin_id, send_back, serializers.ReturnGiven)


@guarded_by(POST=Action.PUBLISH)
class PublishView(BulletinsAPIView):
    """approved → published."""

    @extend_schema(
        operation_id="bulletins_publish",
        parameters=[KEY],
        request=serializers.PublishGiven,
        responses={200: answers.ProgressAnswer} | PROBLEMS | problems(422),
    )
    @once
    def post(self, request: Request, bulletin_id: UUID) -> Response:
        return carried_out(request, bulletin_id, publish, serializers.PublishGiven)


@guarded_by(POST=Action.RECALL)
class RecallView(BulletinsAPIView):
    """published → recalled, for everybody at once; its keys are destroyed."""

    @extend_schema(
        operation_id="bulletins_recall",
        request=serializers.RecallGiven,
        responses={200: answers.ProgressAnswer} | PROBLEMS,
    )
    def post(self, request: Request, bulletin_id: UUID) -> Response:
        return carried_out(request, bulletin_id, recall, serializers.RecallGiven)


@guarded_by(GET=Action.INSPECT, POST=Action.REVISE)
class RevisionsView(BulletinsAPIView):
    """The revisions of a bulletin for its desk, and the next one as a draft."""

    @extend_schema(
        operation_id="bulletins_revisions_list",
        responses={200: answers.RevisionsAnswer} | problems(401, 404),
    )
    def get(self, request: Request, bulletin_id: UUID) -> Response:
        rows = revisions_for(request.subject, bulletin_id)
        return listing(request, [answers.revision_body(row) for row in rows], None)

    @extend_schema(
        operation_id="bulletins_revisions_create",
        parameters=[KEY],
        request=serializers.RevisionGiven,
        responses={201: answers.ProgressAnswer} | PROBLEMS | problems(413, 415, 422),
    )
    @once
    def post(self, request: Request, bulletin_id: UUID) -> Response:
        given = serializers.RevisionGiven(data=request.data)
        given.is_valid(raise_exception=True)
        revision = start_revision(bulletin_id, given.draft(), acting_user=request.user)
        body = answers.progress_body(request, revision)
        return Response(body, status.HTTP_201_CREATED, headers={"Location": body["url"]})
