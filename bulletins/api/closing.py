"""Ending service by the desk over the API, beside a recall: replaced by another bulletin, and disposed of. Each says why."""

from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bulletins.actions.close import dispose, supersede
from bulletins.api import answers, examples
from bulletins.api.deeds import PROBLEMS, carried_out
from bulletins.api.errors import BulletinsAPIView
from bulletins.api.once import KEY, once
from bulletins.api.serializers import Text
from council.access.policy import Action
from council.api import StrictSerializer
from council.api_schema import problems
from council.guard import guarded_by

_ANSWERS = {200: answers.ProgressAnswer} | PROBLEMS | problems(422)


class WhyGiven(StrictSerializer):
    """Why. The log keeps it, and the desk reads it."""

    why = Text(max_length=1000)

    def validate_why(self, value: str) -> str:
        if not value.strip():
            raise serializers.ValidationError(_("理由を書いてください。"))
        return value.strip()


@guarded_by(POST=Action.RECALL)
class SupersedeView(BulletinsAPIView):
    """published → superseded: another bulletin says it now. Nobody reads it any more, and copies are asked back."""

    @extend_schema(
        operation_id="bulletins_supersede",
        parameters=[KEY],
        request=WhyGiven,
        responses=_ANSWERS,
        examples=[examples.WHY, examples.SUPERSEDED, examples.CONFLICT],
    )
    @once
    def post(self, request: Request, bulletin_id: UUID) -> Response:
        return carried_out(request, bulletin_id, supersede, WhyGiven)


@guarded_by(POST=Action.DISPOSE)
class DisposeView(BulletinsAPIView):
    """recalled, expired or superseded → disposed: the keys of every revision are destroyed, and nobody opens it again, nor its address."""

    @extend_schema(
        operation_id="bulletins_dispose",
        parameters=[KEY],
        request=WhyGiven,
        responses=_ANSWERS,
        examples=[examples.WHY, examples.DISPOSED, examples.CONFLICT],
    )
    @once
    def post(self, request: Request, bulletin_id: UUID) -> Response:
        return carried_out(request, bulletin_id, dispose, WhyGiven)
