"""What an author hands in, and the checks it has to pass before anything is written: every fault is named."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Designation, Organisation, Subcommittee, User
from bulletins import documents, facts, markings
from bulletins.lettering import hidden_characters
from bulletins.models import Bulletin, Part
from council.access import caveats
from council.access.facts import Subject
from council.access.policy import reaches_tier
from council.access.tiers import Tier, TierRefused

LONGEST_TEXT = 1_000_000
LONGEST_TITLE = 200
LONGEST_SUMMARY = 400
LARGEST_FILE = 20 * 1024 * 1024
MOST_PARTS = 400
# Attachments are searched for a mark of 機密性3 as text, this far in; what is inside office formats is not looked at.
MARKED_WITHIN = 1024 * 1024
# Years that every clock, calendar and time zone can show.
FIRST_YEAR, LAST_YEAR = 2000, 2999


# A zero byte, which PostgreSQL can't hold, and lone surrogates, which UTF-8 can't spell.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Invalid(Exception):
    """What was handed in can't be taken, and nothing was changed. `errors`: field ("parts.2.tier") -> sentences."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__("; ".join(sentence for sentences in errors.values() for sentence in sentences))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class PartDraft:
    """One part as the author hands it in.

    `keep` names an attachment of the revision, or of the one it starts from, whose file stays whatever label it gets.
    """

    text: str
    tier: object = 1
    kind: str = "text"
    subcommittees: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    name: str = ""
    data: bytes | None = None
    keep: UUID | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A revision as the author hands it in. Ids are text; empty release lists mean nobody."""

    kind: str
    title: str
    tier: object
    parts: tuple[PartDraft, ...]
    floor: object = None
    floor_title: str = ""
    subcommittees: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    designation: str = ""
    deadline: datetime | None = None
    standard_deadline: bool = False
    organisations: tuple[str, ...] = ()
    to_subcommittees: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    nominated: tuple[str, ...] = ()
    change_summary: str = ""


@dataclass(slots=True)
class Checked:
    """A draft whose every word stands for something: tiers, rows and dates instead of text."""

    draft: Draft
    tier: Tier = Tier.ONE
    floor: Tier = Tier.ONE
    designation: Designation | None = None
    expires_at: datetime | None = None
    organisations: list[Organisation] = field(default_factory=list)
    to_subcommittees: list[Subcommittee] = field(default_factory=list)
    people: list[User] = field(default_factory=list)
    nominated: list[User] = field(default_factory=list)
    parts: list[PartDraft] = field(default_factory=list)

    @property
    def all_subcommittees(self) -> list[str]:
        return sorted({*self.draft.subcommittees, *(each for part in self.parts for each in part.subcommittees)})


class _Faults(dict[str, list[str]]):
    def add(self, where: str, sentence: str) -> None:
        self.setdefault(where, []).append(sentence)


def _tier(value: object, where: str, faults: _Faults) -> Tier:
    try:
        return Tier.parse(value)
    except TierRefused as refused:
        faults.add(where, _(str(refused)))
        return Tier.ONE


def _caveats(words: tuple[str, ...], where: str, faults: _Faults) -> tuple[caveats.Caveat, ...]:
    try:
        return caveats.parse_all(words)
    except caveats.CaveatRefused as refused:
        faults.add(where, str(refused))
        return ()


def _secret(where: str, faults: _Faults) -> None:
    faults.add(where, _("機密性3情報（極秘・秘）はこのポータルでは扱えません。定められた別の手段を使ってください。"))


def refuse_marked(where: str, words: str) -> None:
    """Invalid for words beside a bulletin (a comment, a reason) that are marked 機密性3, 極秘 or 秘."""
    faults = _Faults()
    if markings.is_marked_secret(words):
        _secret(where, faults)
        raise Invalid(faults)


def _text(text: str, where: str, faults: _Faults, *, longest: int) -> None:
    if not text.strip():
        faults.add(where, _("入力してください。"))
    elif len(text) > longest:
        faults.add(where, _("長すぎます。%(longest)d文字までにしてください。") % {"longest": longest})
    elif _UNSTORABLE.search(text):
        faults.add(where, _("使えない文字が入っています。"))
    elif markings.is_marked_secret(text):
        _secret(where, faults)


def _line(text: str, where: str, faults: _Faults, *, longest: int) -> None:
    """One line of text: a title stands in lists, where a second line or a control character would tell lies."""
    text = text.strip()
    if any(unicodedata.category(char) in ("Cc", "Zl", "Zp") for char in text) or hidden_characters(text):
        faults.add(where, _("改行や制御文字を入れずに、1行で書いてください。"))
    else:
        _text(text, where, faults, longest=longest)


def _rows(model: type, ids: tuple[str, ...], where: str, faults: _Faults, **only: object) -> list:
    wanted = []
    for each in dict.fromkeys(ids):
        try:
            wanted.append(UUID(str(each)))
        except ValueError:
            faults.add(where, _("選べない相手が含まれています。"))
    rows = list(model.objects.filter(pk__in=wanted, **only))
    if len(rows) != len(set(wanted)):
        faults.add(where, _("選べない相手が含まれています。"))
    return rows


def _need_to_know(ids: tuple[str, ...], where: str, subject: Subject, faults: _Faults) -> None:
    """Only the author's own subcommittees: another one, and one that does not exist, give the same answer."""
    if not subject.subcommittees.issuperset(ids):
        faults.add(where, _("選べない分科会が含まれています。"))


def _designation(draft: Draft, tier: Tier, subject: Subject, faults: _Faults) -> Designation | None:
    if tier is not Tier.CRITICAL:
        if draft.designation:
            faults.add("designation", _("指定を付けられるのは重要経済安保情報だけです。"))
        return None
    if settings.COUNCIL_ZONE != "closed":
        faults.add("tier", _("この接続系のポータルでは重要経済安保情報を扱えません。"))
        return None
    number = draft.designation.replace("\x00", "")
    row = Designation.objects.filter(register_number=number).first() if number else None
    if row is None or reaches_tier(subject, tier, facts.designation_facts(row)):
        faults.add("designation", _("重要経済安保情報には、あなたが取り扱える有効な指定の番号が必要です。"))
        return None
    return row


def _file(part: PartDraft, where: str, faults: _Faults) -> None:
    if not 0 < len(part.data) <= LARGEST_FILE:
        faults.add(where, _("空のファイルと20MBを超えるファイルは受け取れません。"))
        return
    try:
        documents.name_of_file(part.name)
    except documents.DocumentRefused as refused:
        faults.add(where, str(refused))
    if markings.is_marked_file(part.data[:MARKED_WITHIN]):
        _secret(where, faults)


def _attachment(part: PartDraft, where: str, faults: _Faults) -> None:
    """A file, new or kept, and the words beside it, which may be missing."""
    if part.text.strip():
        _text(part.text, f"{where}.text", faults, longest=LONGEST_TEXT)
    if part.data is not None:
        _file(part, f"{where}.file", faults)
    elif part.keep is None:
        faults.add(f"{where}.file", _("ファイルを選んでください。"))


def _part(place: int, part: PartDraft, checked: Checked, subject: Subject, faults: _Faults) -> PartDraft:
    where = f"parts.{place}"
    tier = _tier(part.tier, f"{where}.tier", faults)
    if tier > checked.tier:
        faults.add(f"{where}.tier", _("部分の格付が資料の格付を超えています。"))
    if part.kind not in set(Part.Kind.values) - Part.OF_THE_WHOLE:
        faults.add(f"{where}.kind", _("知らない種類です。"))
    if part.kind == Part.Kind.ATTACHMENT:
        _attachment(part, where, faults)
    else:
        _text(part.text, f"{where}.text", faults, longest=LONGEST_TEXT)
        if part.data is not None or part.keep is not None:
            faults.add(f"{where}.kind", _("ファイルを付けられるのは付属資料だけです。"))
    _need_to_know(part.subcommittees, f"{where}.subcommittees", subject, faults)
    _last_day(part.caveats, f"{where}.caveats", faults)
    return PartDraft(
        part.text, tier, part.kind, tuple(sorted(set(part.subcommittees))), tuple(dict.fromkeys(part.caveats)),
        part.name, part.data, part.keep,
    )  # fmt: skip


def _end_of(draft: Draft, faults: _Faults) -> datetime | None:
    """The first moment after the last day of a 「○年○月○日まで」 caveat, in the council's time zone."""
    day = _last_day(draft.caveats, "caveats", faults)
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min)) if day else None


def _last_day(words: tuple[str, ...], where: str, faults: _Faults) -> date | None:
    """The earliest last day among the caveats; a fault and None for one that is over, or beyond all calendars."""
    day = caveats.last_day(_caveats(words, where, faults))
    if day and day < timezone.localdate():
        faults.add(where, _("取扱制限の期限がもう過ぎています。"))
    elif day and day.year > LAST_YEAR:
        faults.add(where, _("取扱制限の期限が遠すぎます。"))
    else:
        return day
    return None


def check(draft: Draft, subject: Subject) -> Checked:
    """The draft with its words resolved. Invalid, naming every fault, when something does not hold."""
    faults, checked = _Faults(), Checked(draft)
    if draft.kind not in Bulletin.Kind.values:
        faults.add("kind", _("知らない種類です。"))
    checked.tier = _tier(draft.tier, "tier", faults)
    checked.floor = checked.tier if draft.floor in (None, "") else _tier(draft.floor, "floor", faults)
    if checked.floor > checked.tier:
        faults.add("floor", _("見える下限は資料の格付より高くできません。"))
    if checked.tier > subject.ceiling:
        faults.add("tier", _("自分が扱える格付より高い資料は作れません。"))
    _line(draft.title, "title", faults, longest=LONGEST_TITLE)
    if draft.floor_title:
        _line(draft.floor_title, "floor_title", faults, longest=LONGEST_TITLE)
    if draft.change_summary.strip():
        _text(draft.change_summary, "change_summary", faults, longest=LONGEST_SUMMARY)
    _need_to_know(draft.subcommittees, "subcommittees", subject, faults)
    checked.designation = _designation(draft, checked.tier, subject, faults)
    checked.expires_at = _end_of(draft, faults)
    if draft.deadline is not None and draft.standard_deadline:
        faults.add("deadline", _("標準の期限にするときは、日時を指定しないでください。"))
    elif draft.deadline is not None and timezone.is_naive(draft.deadline):
        faults.add("deadline", _("期限は時差つきの日時で指定してください。"))
    elif draft.deadline is not None and not FIRST_YEAR <= draft.deadline.year <= LAST_YEAR:
        faults.add("deadline", _("期限の年を確かめてください。"))
    if not 0 < len(draft.parts) <= MOST_PARTS:
        faults.add("parts", _("本文を1つ以上、400個までで入れてください。"))
    checked.parts = [_part(place, part, checked, subject, faults) for place, part in enumerate(draft.parts, start=1)]
    checked.organisations = _rows(
        Organisation, draft.organisations, "released_to.organisations", faults, is_active=True
    )
    checked.to_subcommittees = _rows(Subcommittee, draft.to_subcommittees, "released_to.subcommittees", faults)
    checked.people = _rows(User, draft.people, "released_to.people", faults, is_active=True)
    checked.nominated = _rows(User, draft.nominated, "nominated", faults, is_active=True)
    if faults:
        raise Invalid(faults)
    return checked
