"""Fields with a fixed vocabulary; in the schema each value stands with its Japanese name (`oneOf` of `const`)."""

from collections.abc import Iterable

from django.utils import translation
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bulletins.models import Bulletin, Part, Revision
from council.access.policy import Reason
from council.access.tiers import Tier


def named(kind: str, choices: Iterable[tuple[object, object]]) -> dict:
    """The schema of a vocabulary: its values, each with its Japanese name."""
    with translation.override("ja"):
        return {"type": kind, "oneOf": [{"const": value, "title": str(label)} for value, label in choices]}


_PART_KINDS = [(value, label) for value, label in Part.Kind.choices if value not in Part.OF_THE_WHOLE]
_STATES = [(state.value, label) for state, label in Revision.STATES.items()]
_WITHHELD = [(Reason.CAVEAT.value, "取扱制限により、画面でだけ読める")]
_OWN = [("unread", "未読"), ("opened", "開封済み"), ("acknowledged", "確認済み")]
TIER = named("integer", [(int(tier), tier.label) for tier in Tier])


@extend_schema_field(named("string", Bulletin.Kind.choices))
class BulletinKind(serializers.ChoiceField):
    """What kind of bulletin it is."""

    def __init__(self, **options: object) -> None:
        super().__init__(Bulletin.Kind.values, **options)


@extend_schema_field(named("string", _PART_KINDS))
class PartKind(serializers.ChoiceField):
    """What a part is; titles are no parts of their own here."""

    def __init__(self, **options: object) -> None:
        super().__init__([value for value, _label in _PART_KINDS], **options)


@extend_schema_field(named("string", _STATES))
class RevisionState(serializers.CharField):
    """Where a revision stands."""


@extend_schema_field(named("string", _OWN))
class OwnState(serializers.CharField):
    """Where a reader stands with a bulletin."""


@extend_schema_field(named("string", _WITHHELD))
class Withheld(serializers.CharField):
    """Why a text is not given to programs; null where it is."""


@extend_schema_field(TIER)
class TierShown(serializers.IntegerField):
    """A tier."""


@extend_schema_field(TIER)
class TierGiven(serializers.Field):
    """A tier as it was given: Tier.parse() knows what to say to anything else."""

    def to_internal_value(self, data: object) -> object:
        return data
