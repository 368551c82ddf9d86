"""What the API takes: each field of its own type, and no unknown ones. What the words mean is checked by drafting."""

import base64
import binascii
from datetime import UTC, datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from bulletins.api.choices import BulletinKind, PartKind, TierGiven
from bulletins.browse import OWN_STATES
from bulletins.drafting import MOST_PARTS, Draft, PartDraft
from bulletins.models import Part
from council.access.facts import State
from council.access.tiers import Tier
from council.api import StrictSerializer

_MOST_IDS = 2000


class Text(serializers.CharField):
    """A string, and nothing that can merely be made into one; spaces at its ends belong to it."""

    def __init__(self, **options: object) -> None:
        super().__init__(trim_whitespace=False, **options)

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Id(serializers.UUIDField):
    """A UUID as text, given on in its usual form."""

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str):
            self.fail("invalid", value="")
        return str(super().to_internal_value(data))


class Moment(serializers.DateTimeField):
    """A moment; one without a zone is passed on as it is, so that it is refused instead of guessed at."""

    def enforce_timezone(self, value: datetime) -> datetime:
        try:
            return value.astimezone(UTC) if value.tzinfo else value
        except OverflowError:
            return self.fail("overflow")


class Flag(serializers.BooleanField):
    """true or false, and nothing that can merely be read as one."""

    def to_internal_value(self, data: object) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


def _ids(**options: object) -> serializers.ListField:
    return serializers.ListField(child=Id(), max_length=_MOST_IDS, required=False, default=list, **options)


def _caveats() -> serializers.ListField:
    return serializers.ListField(child=Text(), max_length=50, required=False, default=list)


class AttachmentGiven(StrictSerializer):
    """A file: its name, and its content as text or in base64; or, where the draft has it already, `keep` as its draft gives it."""

    name = Text(required=False)
    text = Text(required=False, allow_blank=True)
    content_base64 = Text(required=False, allow_blank=True)
    keep = serializers.UUIDField(required=False, help_text="a file that stays as it is, under its name")

    def validate_content_base64(self, value: str) -> bytes:
        try:
            return base64.b64decode(value.encode(), validate=True)
        except binascii.Error as error:
            raise serializers.ValidationError(_("base64 として読めません。")) from error

    def validate(self, attrs: dict) -> dict:
        if len(attrs.keys() & {"text", "content_base64", "keep"}) != 1:
            raise serializers.ValidationError(_("text、content_base64、keep のどれか1つを入れてください。"))
        if "keep" not in attrs and "name" not in attrs:
            raise serializers.ValidationError({"name": [_("ファイルの名前を入れてください。")]})
        return attrs


class PartGiven(StrictSerializer):
    """One part with its own label."""

    text = Text(required=False, default="", allow_blank=True)
    tier = TierGiven()
    kind = PartKind(required=False)
    subcommittees = _ids()
    caveats = _caveats()
    attachment = AttachmentGiven(required=False)

    def validate(self, attrs: dict) -> dict:
        attrs.setdefault("kind", Part.Kind.ATTACHMENT if "attachment" in attrs else Part.Kind.TEXT)
        if "attachment" in attrs and attrs["kind"] not in (Part.Kind.ATTACHMENT, Part.Kind.FIGURE):
            raise serializers.ValidationError(
                {"kind": [_("ファイルが付くのは付属資料（attachment）と図（figure）だけです。")]}
            )
        return attrs


class ReleaseGiven(StrictSerializer):
    """To whom the bulletin is to be released. Three empty lists are nobody, never everybody."""

    organisations = _ids()
    subcommittees = _ids()
    people = _ids()


class DraftGiven(StrictSerializer):
    """A bulletin as an author hands it in."""

    kind = BulletinKind()
    title = Text()
    tier = TierGiven()
    floor = TierGiven(required=False, allow_null=True, default=None)
    floor_title = Text(required=False, allow_blank=True, default="")
    subcommittees = _ids()
    caveats = _caveats()
    designation = Text(required=False, allow_blank=True, default="", help_text="指定管理簿の番号")
    deadline = Moment(required=False, allow_null=True, default=None, help_text="ISO 8601, with its zone")
    standard_deadline = Flag(required=False, default=False, help_text="count the business days from publishing")
    released_to = ReleaseGiven(required=False)
    parts = PartGiven(many=True, max_length=MOST_PARTS)
    nominated = _ids()
    review_on = serializers.DateField(required=False, allow_null=True, default=None, help_text="looked at again then")
    related = serializers.ListField(
        child=Text(),
        max_length=20,
        required=False,
        default=list,
        help_text="資料番号 of bulletins that the caller may see",
    )

    def draft(self) -> Draft:
        """The validated body as the kernel takes it."""
        data = dict(self.validated_data)
        released = data.pop("released_to", {})
        return Draft(
            parts=tuple(_part(part) for part in data.pop("parts")),
            organisations=tuple(released.get("organisations", ())),
            to_subcommittees=tuple(released.get("subcommittees", ())),
            people=tuple(released.get("people", ())),
            **{name: tuple(value) if isinstance(value, list) else value for name, value in data.items()},
        )


class RevisionGiven(DraftGiven):
    """The next revision of a published bulletin, and what it changes."""

    change_summary = Text(max_length=400)
    important = Flag(required=False, default=True, help_text="false: those who acknowledged are not asked again")


class DraftSaved(DraftGiven):
    """All of a draft as it is to stand from now on; `change_summary` and `important` are said of the next revisions alone."""

    change_summary = Text(required=False, allow_blank=True, default="", max_length=400)
    important = Flag(required=False, allow_null=True, default=None)


def _content(file: dict | None) -> bytes | None:
    if file is None or "keep" in file:
        return None
    return file["content_base64"] if "content_base64" in file else file["text"].encode()


def _part(data: dict) -> PartDraft:
    file = data.get("attachment")
    return PartDraft(
        text=data["text"],
        tier=data["tier"],
        kind=data["kind"],
        subcommittees=tuple(data["subcommittees"]),
        caveats=tuple(data["caveats"]),
        name=file.get("name", "") if file else "",
        data=_content(file),
        keep=file.get("keep") if file else None,
    )


class ApproveGiven(StrictSerializer):
    """`seen`: the digest of what the approver read, as the bulletin's `desk` gives it."""

    seen = Text(required=False)


class ReturnGiven(StrictSerializer):
    """Why the draft goes back."""

    comment = Text(required=False, allow_blank=True, default="", max_length=2000)


class PublishGiven(StrictSerializer):
    """How many people the caller expects to reach; any other number is a conflict."""

    expected_people = serializers.IntegerField(required=False, min_value=0)


class RecallGiven(StrictSerializer):
    """Why the bulletin is taken back."""

    why = Text(required=False, allow_blank=True, default="", max_length=2000)


class AcknowledgeGiven(StrictSerializer):
    """`revision`: the number that the caller read; a conflict when another one has taken its place."""

    revision = serializers.IntegerField(required=False, min_value=1)


class NothingGiven(StrictSerializer):
    """No fields."""


class Filters(StrictSerializer):
    """The filters of the list. `state` is a state of the design, or one's own: unread, unacknowledged, acknowledged."""

    kind = BulletinKind(required=False)
    subcommittee = serializers.UUIDField(required=False)
    tier = serializers.ChoiceField([1, 2, 3], required=False)
    q = serializers.CharField(required=False, max_length=200)
    state = serializers.ChoiceField([*State, *OWN_STATES], required=False)

    def validate_tier(self, value: int) -> Tier:
        return Tier(value)

    def validate_subcommittee(self, value: UUID) -> str:
        return str(value)
