"""Answers of organisations in the API: what is taken, and what a caller is shown of those of their own organisation."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bulletins.actions.answer import LONGEST_NOTE
from bulletins.answering import Said
from bulletins.api.choices import named
from bulletins.api.serializers import Text
from bulletins.models import Answer
from council.api import StrictSerializer


@extend_schema_field(named("string", Answer.Value.choices))
class AnswerValue(serializers.ChoiceField):
    """What an organisation says of itself."""

    def __init__(self, **options: object) -> None:
        super().__init__(Answer.Value.values, **options)


class AnswerGiven(StrictSerializer):
    """`until`: the day of the next look (checking, needed) or of the report (applicable). `revision`: the number that the caller read."""

    value = AnswerValue()
    until = serializers.DateField(required=False, allow_null=True, default=None)
    note = Text(required=False, allow_blank=True, default="", max_length=LONGEST_NOTE)
    revision = serializers.IntegerField(required=False, min_value=1)


class SaidAnswer(serializers.Serializer):
    """One answer of the caller's organisation. `note` is empty where there is none, or none for the caller."""

    value = AnswerValue()
    until = serializers.DateField(allow_null=True)
    answered_at = serializers.DateTimeField()
    by = serializers.CharField()
    note = serializers.CharField(allow_blank=True)


def said_body(said: Said) -> dict:
    return {
        "value": said.value,
        "until": said.until,
        "answered_at": said.answered_at,
        "by": said.by,
        "note": said.note,
    }
