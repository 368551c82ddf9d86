"""The board over the API: how far a revision has got with each organisation, for the desk that put it out; and 再通知."""

from collections.abc import Sequence
from uuid import UUID

from django.utils import translation
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bulletins.actions.remind import remind
from bulletins.actions.track import look_at_board
from bulletins.api.answers import NamedAnswer
from bulletins.api.errors import BulletinsAPIView
from bulletins.api.once import KEY, once
from bulletins.api.serializers import Id
from bulletins.board import board_of
from bulletins.board_rows import chosen, read
from bulletins.models import Answer, Package
from bulletins.stages import LABELS
from bulletins.standing import Standing, standings
from council.access.policy import Action
from council.api import PAGE, StrictSerializer, bad_cursor, listing, read_cursor, read_query
from council.api_schema import CURSOR, problems
from council.guard import guarded_by

_MOST_IDS = 2000
Place = tuple[str, str]


def _named(choices: Sequence[tuple[object, object]]) -> dict:
    with translation.override("ja"):
        return {"type": "string", "oneOf": [{"const": str(value), "title": str(label)} for value, label in choices]}


@extend_schema_field(_named(list(LABELS.items())))
class StageShown(serializers.CharField):
    """Where an organisation stands."""


@extend_schema_field(_named(Answer.Value.choices))
class AnswerShown(serializers.CharField):
    """What an organisation said of itself."""


@extend_schema_field(_named(Package.State.choices))
class PackageState(serializers.CharField):
    """Where the newest package for an organisation stands."""


class DeliveryAnswer(serializers.Serializer):
    """One organisation. What is null has not happened; `why` says in a few words why it stands there."""

    organisation = NamedAnswer()
    readers = serializers.IntegerField()
    state = StageShown()
    why = serializers.CharField()
    package = PackageState(allow_null=True)
    sealed_at = serializers.DateTimeField(allow_null=True)
    told_at = serializers.DateTimeField(allow_null=True)
    fetched_at = serializers.DateTimeField(allow_null=True)
    opened_at = serializers.DateTimeField(allow_null=True)
    opened_by = serializers.IntegerField(help_text="How many of its people have opened it")
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    acknowledged_by = serializers.IntegerField(help_text="How many of its people have acknowledged it")
    answer = AnswerShown(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    deadline = serializers.DateTimeField(allow_null=True)
    reminded_at = serializers.DateTimeField(allow_null=True)
    returned_at = serializers.DateTimeField(allow_null=True)


class DeliveriesAnswer(serializers.Serializer):
    """A page of organisations, by name."""

    results = DeliveryAnswer(many=True)
    next = serializers.URLField(allow_null=True)


class DeliveryFilters(StrictSerializer):
    """Which revision (the newest that went out unless named), and organisations in one state alone."""

    revision = serializers.IntegerField(required=False, min_value=1, max_value=999_999_999)
    state = serializers.ChoiceField([str(stage) for stage in LABELS] + ["waiting"], required=False)


class RemindGiven(StrictSerializer):
    """`organisations`: those to be reminded; all that were reached and have not acknowledged, unless named."""

    organisations = serializers.ListField(child=Id(), required=False, allow_empty=False, max_length=_MOST_IDS)


class RemindedAnswer(serializers.Serializer):
    organisations = serializers.IntegerField(help_text="How many were reminded")


def _body(row: Standing) -> dict:
    return {
        "organisation": {"id": row.organisation.pk, "name": row.organisation.name},
        "readers": row.readers,
        "state": row.state,
        "why": row.why,
        "package": row.parcel.state or None,
        "sealed_at": row.sealed_at,
        "told_at": row.told_at,
        "fetched_at": row.fetched_at,
        "opened_at": row.opened_at,
        "opened_by": row.people.opened,
        "acknowledged_at": row.acknowledged_at,
        "acknowledged_by": row.people.acknowledged,
        "answer": row.answer.value if row.answer else None,
        "answered_at": row.answer.answered_at if row.answer else None,
        "deadline": row.deadline,
        "reminded_at": row.delivery.reminded_at,
        "returned_at": row.delivery.returned_at,
    }


def _after(request: Request) -> Place | None:
    position = read_cursor(request)
    if position is None:
        return None
    if len(position) != 2 or not all(isinstance(each, str) for each in position):
        raise bad_cursor()
    return position[0], position[1]


def _place(row: Standing) -> Place:
    return row.organisation.name, str(row.organisation.pk)


@guarded_by(GET=Action.TRACK)
class DeliveriesView(BulletinsAPIView):
    """How far a revision has got with each organisation, for the desk of its originator."""

    @extend_schema(
        operation_id="bulletins_deliveries",
        parameters=[DeliveryFilters, CURSOR],
        responses={200: DeliveriesAnswer} | problems(400, 401, 404),
    )
    def get(self, request: Request, bulletin_id: UUID) -> Response:
        wish, after = read_query(request, DeliveryFilters), _after(request)
        revision = look_at_board(request.subject, bulletin_id, wish.get("revision")).revision
        query = read({"state": wish.get("state", ""), "sort": "organisation"})
        rows = [row for row in chosen(standings(revision), query) if after is None or _place(row) > after]
        onward = _place(rows[PAGE - 1]) if len(rows) > PAGE else None
        return listing(request, [_body(row) for row in rows[:PAGE]], onward)


@guarded_by(POST=Action.REMIND)
class RemindView(BulletinsAPIView):
    """再通知: each organisation at most once in 24 hours; a conflict when there is none left to remind."""

    @extend_schema(
        operation_id="bulletins_remind",
        parameters=[KEY],
        request=RemindGiven,
        responses={200: RemindedAnswer} | problems(400, 401, 403, 404, 409, 422),
    )
    @once
    def post(self, request: Request, bulletin_id: UUID) -> Response:
        board_of(request.subject, bulletin_id)
        given = RemindGiven(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = given.validated_data.get("organisations")
        ids = None if wanted is None else [UUID(each) for each in wanted]
        return Response({"organisations": remind(bulletin_id, ids, acting_user=request.user)})
