"""The filters of the list, as a form whose values live in the address: a bookmark keeps them."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from bulletins.browse import Position, Wish
from bulletins.models import Bulletin
from council.access.facts import Subject
from council.access.tiers import Tier
from council.api import write_cursor

# A cursor carries the way back, page by page; beyond this many it leads to the first page.
LONGEST_TRAIL = 10
_NOT_AMONG_THEM = {"invalid_choice": _("選べない値です。この条件は使っていません。")}
_EVERY = ("", _("すべて"))
_STATES = [("unread", _("未開封")), ("unacknowledged", _("確認がまだ")), ("acknowledged", _("確認済み"))]


class BadTrail(Exception):
    """The cursor is none of ours."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition in force, in words, and the address of the list without it."""

    label: str
    without: str


def _radio(label: str, choices: Sequence[tuple[str, str]] = ()) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        required=False,
        widget=forms.RadioSelect,
        choices=[_EVERY, *choices],
        error_messages=_NOT_AMONG_THEM,
    )


class FilterForm(forms.Form):
    """What somebody may look for: only their own subcommittees and tiers up to their own ceiling are on offer.

    Always bound. What is not valid is said beside its field and left out of the wish.
    """

    _FIELDS = ("q", "state", "kind", "subcommittee", "tier")

    q = forms.CharField(
        label=_("語句・資料番号"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        help_text=_(
            "題名、資料番号、本文、付属資料の中から探します。1文字から。語を空白で区切ると、すべてを含むものだけになります。全角・半角、かな・カナ、大文字・小文字を区別しません。"
        ),
    )
    state = _radio(_("自分の確認"), _STATES)
    kind = _radio(_("種別"), Bulletin.Kind.choices)
    subcommittee = _radio(_("分科会"))
    tier = _radio(_("格付"))
    cursor = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: object, *, subject: Subject, names: dict[str, str]) -> None:
        super().__init__(data, auto_id="f_%s")
        self.fields["subcommittee"].choices = [_EVERY, *names.items()]
        tiers = [tier for tier in Tier if tier <= subject.ceiling]
        self.fields["tier"].choices = [_EVERY, *((str(int(tier)), _(tier.label)) for tier in tiers)]
        self.full_clean()

    def clean_cursor(self) -> list[Position]:
        """The positions of the pages on the way here, the last one being that of this page."""
        try:
            return read_trail(self.cleaned_data["cursor"])
        except BadTrail:
            self.add_error(None, _("続きの印が読めないため、最初のページを表示しています。"))
            return []

    @property
    def shown_fields(self) -> list[forms.BoundField]:
        """The fields that leave a choice: without subcommittees, or with one tier alone, there is none."""
        chosen = {"subcommittee", "tier"}
        return [self[name] for name in self._FIELDS if name not in chosen or len(self.fields[name].choices) > 2]

    @property
    def trail(self) -> list[Position]:
        return self.cleaned_data.get("cursor") or []

    @property
    def wish(self) -> Wish:
        """What is looked for, of the values that hold."""
        values = {name: self.cleaned_data.get(name) or "" for name in ("kind", "subcommittee", "state", "q")}
        tier = self.cleaned_data.get("tier")
        return Wish(**values, tier=Tier(int(tier)) if tier else None)

    @property
    def conditions(self) -> list[Condition]:
        """The conditions in force, each with the way out of it."""
        return [Condition(self._in_words(name), self.address(leave_out=name)) for name in self.held]

    def address(self, trail: Sequence[Position] = (), *, leave_out: str = "") -> str:
        """The query of this list at a position, or without one of its conditions."""
        values = {name: value for name, value in self.held.items() if name != leave_out}
        if trail:
            values["cursor"] = write_trail(trail)
        return f"?{urlencode(values)}"

    @property
    def held(self) -> dict[str, str]:
        """The conditions in force, by the names of their fields."""
        return {name: self.cleaned_data[name] for name in self._FIELDS if self.cleaned_data.get(name)}

    def _in_words(self, name: str) -> str:
        value = self.cleaned_data[name]
        if name == "q":
            return f"「{value}」"
        return str(dict(self.fields[name].choices)[value])


def read_trail(cursor: str) -> list[Position]:
    """The positions of the pages on the way, as write_trail() put them; BadTrail for anything else."""
    if not cursor:
        return []
    try:
        # validate: without it, letters that are none of ours would be passed over in silence.
        rows = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        return [(_moment(moment), UUID(pk)) for moment, pk in rows]
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError, binascii.Error) as error:
        raise BadTrail from error


def write_trail(trail: Sequence[Position]) -> str:
    """The last positions of the trail, as text for an address."""
    return write_cursor([[moment.isoformat(), str(pk)] for moment, pk in trail[-LONGEST_TRAIL:]])


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a position without a zone")
    return moment.astimezone(UTC)
