"""What an author hands in, and the checks it has to pass before anything is written: every fault is named."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Designation, Organisation, Subcommittee, User
from bulletins import facts, figures, markings, related, scopes, structured
from bulletins.draft_days import LAST_YEAR, faults_in
from bulletins.draft_files import FileRefused, Findings, taken
from bulletins.draft_words import Faults, check_line, check_text, secret
from bulletins.models import Bulletin, Part
from council.access import caveats
from council.access.facts import Subject
from council.access.policy import reaches_tier
from council.access.tiers import Tier, TierRefused

LONGEST_TEXT = 1_000_000
LONGEST_TITLE = 200
LONGEST_SUMMARY = 400
MOST_PARTS = 400


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
    # What was found in the file (bulletins.metadata), as it is sealed beside the words.
    findings: Findings = ()


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
    # Of a correction: None is as good as True, so that nobody is spared a question by accident.
    important: bool | None = None
    review_on: date | None = None
    related: tuple[str, ...] = ()


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
    related: list[str] = field(default_factory=list)

    @property
    def all_subcommittees(self) -> list[str]:
        return sorted({*self.draft.subcommittees, *(each for part in self.parts for each in part.subcommittees)})


def _tier(value: object, where: str, faults: Faults) -> Tier:
    try:
        return Tier.parse(value)
    except TierRefused as refused:
        faults.add(where, _(str(refused)))
        return Tier.ONE


def caveat_fault(refused: caveats.CaveatRefused) -> str:
    """What is wrong with a caveat, in the reader's language."""
    return _(refused.sentence) % {"words": refused.words}


def _caveats(words: tuple[str, ...], where: str, faults: Faults) -> tuple[caveats.Caveat, ...]:
    try:
        return caveats.parse_all(words)
    except caveats.CaveatRefused as refused:
        faults.add(where, caveat_fault(refused))
        return ()


def refuse_marked(where: str, words: str) -> None:
    """Invalid for words beside a bulletin (a comment, a reason) that are marked 機密性3, 極秘 or 秘."""
    faults = Faults()
    if markings.is_marked_secret(words):
        faults.add(where, secret())
        raise Invalid(faults)


def _rows(model: type, ids: tuple[str, ...], where: str, faults: Faults, **only: object) -> list:
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


def _need_to_know(ids: tuple[str, ...], where: str, subject: Subject, faults: Faults) -> None:
    """Only the author's own subcommittees: another one, and one that does not exist, give the same answer."""
    if not subject.subcommittees.issuperset(ids):
        faults.add(where, _("選べない分科会が含まれています。"))


def _designation(draft: Draft, tier: Tier, subject: Subject, faults: Faults) -> Designation | None:
    if tier is not Tier.CRITICAL:
        if draft.designation:
            faults.add("designation", _("指定を付けられるのは重要経済安保情報だけです。"))
        return None
    if settings.COUNCIL_ZONE != "closed":
        elsewhere = _(
            "この接続系のポータルでは重要経済安保情報を扱えません。"
            "閉域のポータルか、指定した機関が定めた場所で扱ってください。"
        )
        faults.add("tier", elsewhere)
        return None
    number = draft.designation.replace("\x00", "")
    rows = Designation.objects.filter(register_number=number) if number else []
    reached = [row for row in rows if not reaches_tier(subject, tier, facts.designation_facts(row))]
    # Two agencies may have the same number; whoever handles both items can't be understood by it.
    if len(reached) != 1:
        faults.add("designation", _("重要経済安保情報には、あなたが取り扱える有効な指定の番号が必要です。"))
        return None
    return reached[0]


def _taken(part: PartDraft, where: str, faults: Faults) -> tuple[bytes | None, Findings]:
    """The bytes that are sealed in the place of those that came, and what was found in these."""
    if part.data is None:
        return None, part.findings
    try:
        return taken(part.name, part.data)
    except FileRefused as refused:
        for sentence in refused.sentences:
            faults.add(f"{where}.file", sentence)
        return part.data, ()


def _attachment(part: PartDraft, where: str, faults: Faults) -> None:
    """A file, new or kept, and the words beside it, which may be missing."""
    if part.text.strip():
        check_text(part.text, f"{where}.text", faults, longest=LONGEST_TEXT)
    if part.data is None and part.keep is None:
        faults.add(f"{where}.file", _("ファイルを選んでください。"))


def _part(place: int, part: PartDraft, checked: Checked, subject: Subject, faults: Faults) -> PartDraft:
    where = f"parts.{place}"
    tier = _tier(part.tier, f"{where}.tier", faults)
    if tier > checked.tier:
        faults.add(f"{where}.tier", _("部分の格付が資料の格付を超えています。"))
    if part.kind not in set(Part.Kind.values) - Part.OF_THE_WHOLE:
        faults.add(f"{where}.kind", _("知らない種類です。"))
    if part.kind == Part.Kind.ATTACHMENT:
        _attachment(part, where, faults)
    elif part.kind == Part.Kind.FIGURE and figures.is_picture(
        part.text, has_file=part.data is not None or part.keep is not None
    ):
        _attachment(part, where, faults)
        for name, sentence in figures.faults_in(part.text, part.data):
            faults.add(f"{where}.{name}", sentence)
    else:
        check_text(part.text, f"{where}.text", faults, longest=LONGEST_TEXT)
        for sentence in structured.faults_in(part.kind, part.text):
            faults.add(f"{where}.text", sentence)
        if part.data is not None or part.keep is not None:
            faults.add(f"{where}.kind", _("ファイルを付けられるのは付属資料と図だけです。"))
    _need_to_know(part.subcommittees, f"{where}.subcommittees", subject, faults)
    _last_day(part.caveats, f"{where}.caveats", faults)
    for sentence in scopes.part_faults_in(part.caveats):
        faults.add(f"{where}.caveats", sentence)
    data, findings = _taken(part, where, faults)
    return PartDraft(
        part.text, tier, part.kind, tuple(sorted(set(part.subcommittees))), tuple(dict.fromkeys(part.caveats)),
        part.name, data, part.keep, findings,
    )  # fmt: skip


def check_part(part: PartDraft, tier: Tier, subject: Subject) -> PartDraft:
    """One part of a draft of this tier, with its words resolved. Invalid, its faults named as of the first part."""
    part = scopes.narrowed_part(part, subject)
    faults, whole = Faults(), Checked(Draft("", "", tier, (part,)), tier)
    checked = _part(1, part, whole, subject, faults)
    if faults:
        raise Invalid(faults)
    return checked


def _end_of(draft: Draft, faults: Faults) -> datetime | None:
    """The first moment after the last day of a 「○年○月○日まで」 caveat, in the council's time zone."""
    day = _last_day(draft.caveats, "caveats", faults)
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min)) if day else None


def _last_day(words: tuple[str, ...], where: str, faults: Faults) -> date | None:
    """The earliest last day among the caveats; a fault for any day that is over, or beyond all calendars, and None for all of them."""
    marks = _caveats(words, where, faults)
    if any(each.is_over(timezone.localdate()) for each in marks):
        faults.add(where, _("取扱制限の期限がもう過ぎています。"))
    elif any((each.until or each.through or date.min).year > LAST_YEAR for each in marks):
        faults.add(where, _("取扱制限の期限が遠すぎます。"))
    else:
        return caveats.last_day(marks)
    return None


def check(draft: Draft, subject: Subject) -> Checked:
    """The draft with its words resolved. Invalid, naming every fault, when something does not hold."""
    draft = scopes.narrowed(draft, subject)
    faults, checked = Faults(), Checked(draft)
    if draft.kind not in Bulletin.Kind.values:
        faults.add("kind", _("知らない種類です。"))
    checked.tier = _tier(draft.tier, "tier", faults)
    checked.floor = checked.tier if draft.floor in (None, "") else _tier(draft.floor, "floor", faults)
    if checked.floor > checked.tier:
        faults.add("floor", _("見える下限は資料の格付より高くできません。"))
    # Of what no zone of this kind takes, whoever hands it in, _designation() says where it belongs.
    if subject.ceiling < checked.tier <= subject.zone:
        faults.add("tier", _("自分が扱える格付より高い資料は作れません。"))
    check_line(draft.title, "title", faults, longest=LONGEST_TITLE)
    if draft.floor_title:
        check_line(draft.floor_title, "floor_title", faults, longest=LONGEST_TITLE)
    if draft.change_summary.strip():
        check_text(draft.change_summary, "change_summary", faults, longest=LONGEST_SUMMARY)
    _need_to_know(draft.subcommittees, "subcommittees", subject, faults)
    checked.designation = _designation(draft, checked.tier, subject, faults)
    checked.expires_at = _end_of(draft, faults)
    for where, sentence in faults_in(draft.deadline, draft.review_on, standard=draft.standard_deadline):
        faults.add(where, sentence)
    wanted = related.references_in(" ".join(draft.related))
    checked.related = related.found_for(subject, wanted)
    if len(checked.related) < len(wanted):
        faults.add("related", _("見つからない資料番号が含まれています。関連する資料は20件までです。"))
    if not 0 < len(draft.parts) <= MOST_PARTS:
        faults.add("parts", _("本文を1つ以上、400個までで入れてください。"))
    checked.parts = [_part(place, part, checked, subject, faults) for place, part in enumerate(draft.parts, start=1)]
    checked.organisations = _rows(
        Organisation, draft.organisations, "released_to.organisations", faults, is_active=True
    )
    checked.to_subcommittees = _rows(Subcommittee, draft.to_subcommittees, "released_to.subcommittees", faults)
    checked.people = _rows(User, draft.people, "released_to.people", faults, is_active=True)
    checked.nominated = _rows(User, draft.nominated, "nominated", faults, is_active=True)
    for sentence in scopes.faults_in(
        draft.caveats, checked.organisations, checked.people, others=bool(draft.to_subcommittees)
    ):
        faults.add("caveats", sentence)
    if faults:
        raise Invalid(faults)
    return checked
