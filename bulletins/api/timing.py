"""When, over the API: a moment at which a revision is published by itself, and the day on which what is published is looked at again."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bulletins.actions.publish import schedule, unschedule
from bulletins.actions.review_day import keep
from bulletins.api import answers, examples
from bulletins.api.deeds import PROBLEMS, carried_out
from bulletins.api.errors import BulletinsAPIView
from bulletins.api.once import KEY, once
from bulletins.api.serializers import Moment, NothingGiven
from council.access.policy import Action
from council.api import StrictSerializer
from council.api_schema import problems
from council.guard import guarded_by

_ANSWERS = {200: answers.ProgressAnswer} | PROBLEMS | problems(422)


class ScheduleGiven(StrictSerializer):
    """The moment, with its zone, and how many people the caller expects to reach as things are now; any other number is a conflict."""

    moment = Moment(help_text="ISO 8601, with its zone; yet to come")
    expected_people = serializers.IntegerField(required=False, min_value=0)


class KeepGiven(StrictSerializer):
    """The day of the next look, null for none; `seen` is the day that stood there when the caller decided."""

    review_on = serializers.DateField(allow_null=True)
    seen = serializers.DateField(required=False, allow_null=True)


@guarded_by(POST=Action.SCHEDULE)
class ScheduleView(BulletinsAPIView):
    """approved → scheduled. At the moment it goes to whoever may see it then, if whoever planned it may still publish."""

    @extend_schema(
        operation_id="bulletins_schedule",
        parameters=[KEY],
        request=ScheduleGiven,
        responses=_ANSWERS,
        examples=[examples.SCHEDULE, examples.SCHEDULED, examples.CONFLICT],
    )
    @once
    def post(self, request: Request, bulletin_id: UUID) -> Response:
        return carried_out(request, bulletin_id, schedule, ScheduleGiven)


@guarded_by(POST=Action.PUBLISH)
class UnscheduleView(BulletinsAPIView):
    """scheduled → approved: nothing happens by itself any more. A conflict when nothing was planned, or it has happened meanwhile."""

    @extend_schema(
        operation_id="bulletins_schedule_cancel",
        parameters=[KEY],
        request=NothingGiven,
        responses=_ANSWERS,
        examples=[examples.UNSCHEDULED, examples.NOT_PLANNED],
    )
    @once
    def post(self, request: Request, bulletin_id: UUID) -> Response:
        return carried_out(request, bulletin_id, unschedule, NothingGiven)


@guarded_by(POST=Action.REVISE)
class KeepView(BulletinsAPIView):
    """What is published stays as it is, and is looked at again on another day, or never. A conflict when `seen` stands there no more."""

    @extend_schema(
        operation_id="bulletins_keep",
        parameters=[KEY],
        request=KeepGiven,
        responses=_ANSWERS,
        examples=[examples.KEEP, examples.KEPT, examples.MOVED],
    )
    @once
    def post(self, request: Request, bulletin_id: UUID) -> Response:
        return carried_out(request, bulletin_id, keep, KeepGiven)
