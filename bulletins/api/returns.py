"""Returns over the API: what the caller's organisation has to confirm after a recall, and the confirmation."""

from collections.abc import Mapping
from uuid import UUID

from django.utils import translation
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bulletins.actions.returned import MOST_COPIES, confirm_return
from bulletins.api.answers import url_of
from bulletins.api.choices import RevisionState
from bulletins.api.errors import BulletinsAPIView
from bulletins.api.positions import before, mark
from bulletins.models import Delivery
from bulletins.returns import Return, page_for
from council.access.policy import Action
from council.api import PAGE, StrictSerializer, listing
from council.api_schema import CURSOR, problems
from council.guard import guarded_by

with translation.override("ja"):
    _KINDS: Mapping[str, object] = {
        "type": "string",
        "oneOf": [{"const": value, "title": str(label)} for value, label in Delivery.Return.choices],
    }


@extend_schema_field(_KINDS)
class ReturnKind(serializers.ChoiceField):
    """What became of the copies."""

    def __init__(self, **options: object) -> None:
        super().__init__(Delivery.Return.values, **options)


class CopiesGiven(StrictSerializer):
    """What became of the organisation's copies; `none` goes with no copies alone."""

    kind = ReturnKind()
    copies_digital = serializers.IntegerField(required=False, default=0, min_value=0, max_value=MOST_COPIES)
    copies_paper = serializers.IntegerField(required=False, default=0, min_value=0, max_value=MOST_COPIES)


class ReturnAnswer(serializers.Serializer):
    """One return of the caller's organisation. What is null has not been confirmed yet; `late` is measured by the deadline."""

    id = serializers.UUIDField()
    bulletin = serializers.UUIDField()
    reference = serializers.CharField()
    state = RevisionState()
    asked_at = serializers.DateTimeField()
    deadline = serializers.DateTimeField()
    late = serializers.BooleanField()
    kind = ReturnKind(allow_null=True)
    copies_digital = serializers.IntegerField()
    copies_paper = serializers.IntegerField()
    confirmed_at = serializers.DateTimeField(allow_null=True)
    confirmed_by = serializers.CharField(allow_null=True)
    url = serializers.URLField()


class ReturnsAnswer(serializers.Serializer):
    """A page of the list, without any total."""

    results = ReturnAnswer(many=True)
    next = serializers.URLField(allow_null=True)


def _body(request: Request, shown: Return) -> dict:
    return {
        "id": shown.id,
        "bulletin": shown.bulletin,
        "reference": shown.reference,
        "state": shown.state,
        "asked_at": shown.asked_at,
        "deadline": shown.deadline,
        "late": shown.late,
        "kind": shown.kind or None,
        "copies_digital": shown.copies_digital,
        "copies_paper": shown.copies_paper,
        "confirmed_at": shown.confirmed_at,
        "confirmed_by": shown.confirmed_by or None,
        "url": url_of(request, "confirm_return", shown.id),
    }


@guarded_by(GET=Action.CONFIRM_RETURN)
class ReturnsView(BulletinsAPIView):
    """What the caller's organisation was asked to hand back and the caller knows of, the newest recall first."""

    @extend_schema(
        operation_id="returns_list",
        parameters=[CURSOR],
        responses={200: ReturnsAnswer} | problems(400, 401),
    )
    def get(self, request: Request) -> Response:
        rows = page_for(request.subject, before(request), PAGE + 1)
        shown = rows[:PAGE]
        onward = (shown[-1].asked_at, shown[-1].id) if len(rows) > PAGE else None
        return listing(request, [_body(request, row) for row in shown], mark(onward))


@guarded_by(POST=Action.CONFIRM_RETURN)
class ConfirmReturnView(BulletinsAPIView):
    """Confirms for the whole organisation. Saying it again changes nothing and answers with what was confirmed first."""

    @extend_schema(
        operation_id="returns_confirm",
        request=CopiesGiven,
        responses={200: ReturnAnswer} | problems(400, 401, 404),
    )
    def post(self, request: Request, return_id: UUID) -> Response:
        given = CopiesGiven(data=request.data)
        given.is_valid(raise_exception=True)
        confirmed = confirm_return(return_id, acting_user=request.user, **given.validated_data)
        return Response(_body(request, Return.of(confirmed.delivery)))
