"""GET /api/v1/audit/events/: the same events through the same filter, for programs."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from council.access.policy import Action
from council.api import BadQuery, bad_cursor, listing, read_cursor
from council.api_schema import CURSOR, problems
from council.audit.events import Outcome
from council.audit.filters import EventFilter, uuid_or_none
from council.audit.reading import events_for, reader_of, record_look, window
from council.audit.saved import asked_of
from council.audit.showing import Shown, show
from council.guard import guarded_by


class EventSerializer(serializers.Serializer):
    """The members of the leaf, null where the caller is not told; the person; and the sentence."""

    id = serializers.UUIDField()
    time = serializers.DateTimeField()
    actor = serializers.CharField(allow_blank=True)
    org = serializers.CharField(allow_blank=True)
    action = serializers.CharField()
    object = serializers.CharField(allow_blank=True)
    revision = serializers.IntegerField()
    tier = serializers.IntegerField(allow_null=True)
    outcome = serializers.ChoiceField(choices=[str(outcome) for outcome in Outcome])
    reason = serializers.CharField(allow_null=True)
    policy = serializers.CharField(allow_null=True)
    request = serializers.UUIDField()
    detail = serializers.CharField(allow_null=True)
    v = serializers.IntegerField(allow_null=True)
    leaf = serializers.IntegerField(
        allow_null=True, help_text="The place of the event in the log of its tier, for auditors."
    )
    person = serializers.UUIDField(allow_null=True)
    sentence = serializers.CharField()


class EventListSerializer(serializers.Serializer):
    results = EventSerializer(many=True)
    next = serializers.URLField(allow_null=True)


def _parameter(name: str, description: str, **kind: Any) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.QUERY, description=description, **kind)


_PARAMETERS = [
    _parameter("actor", "An actor, a person's id, an e-mail address, or part of the name of a person or organisation."),
    _parameter("organisation", "The id of an organisation, or part of its name."),
    _parameter("object", "An id or a reference."),
    _parameter(
        "action",
        "A word of the log, such as bulletin.read, or received for both ways of taking a file away. "
        "Heartbeats (log.heartbeat) and looks at pages (page.show) are left out unless this asks for them.",
    ),
    _parameter("outcome", "What became of it.", enum=[str(outcome) for outcome in Outcome]),
    _parameter("since", "A day in Japan or a moment (ISO 8601), included."),
    _parameter("until", "A day in Japan or a moment (ISO 8601), included."),
    CURSOR,
]


@guarded_by(GET=Action.READ_EVENTS)
class EventsView(APIView):
    """Newest first. Auditors see every event, administrators those of their own organisation."""

    @extend_schema(
        operation_id="audit_events_list",
        parameters=_PARAMETERS,
        responses={200: EventListSerializer} | problems(400, 401, 404),
        tags=["audit"],
    )
    def get(self, request: Request) -> Response:
        reader = reader_of(request.subject)
        asked = EventFilter(request.query_params, queryset=events_for(reader))
        unknown = sorted(set(request.query_params) - {*asked.form.fields, "cursor"})
        if unknown:
            raise BadQuery({name: [_("この条件は知りません。")] for name in unknown})
        if not asked.is_valid():
            raise BadQuery({name: list(errors) for name, errors in asked.errors.items()})
        found = window(reader, asked.qs, before=_place(request))
        shown = show(reader, found.events)
        record_look(reader, asked_of(asked), len(shown))
        return listing(request, [_row(event) for event in shown], [str(found.older)] if found.older else None)


def _place(request: Request) -> UUID | None:
    position = read_cursor(request)
    if position is None:
        return None
    place = uuid_or_none(str(position[0])) if len(position) == 1 else None
    if place is None:
        raise bad_cursor()
    return place


def _row(event: Shown) -> dict:
    return {**event.fields, "leaf": event.leaf, "person": event.person or None, "sentence": event.sentence}
