"""該当あり, 該当なし, 確認中, 対処済: what an organisation says of itself. Said anew it is another answer, and the last one counts."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bulletins.access import get_bulletin_for
from bulletins.actions.verb import Conflict
from bulletins.answering import seal_note
from bulletins.drafting import LAST_YEAR, Invalid, refuse_marked
from bulletins.models import Answer, AnswerWrap
from council.access.facts import Subject
from council.access.policy import Action
from council.audit.record import record

LONGEST_NOTE = 1000
_MUST_SAY_WHEN = {Answer.Value.CHECKING}
_MAY_SAY_WHEN = _MUST_SAY_WHEN | {Answer.Value.APPLICABLE}


def answer(
    subject: Subject,
    bulletin_id: UUID,
    value: str,
    *,
    note: str = "",
    until: date | None = None,
    revision: int | None = None,
) -> Answer:
    """Adds the organisation's answer on the served revision. NotVisible when the bulletin is not there for the person.

    `until` is the day of the next look (checking) or of the report (applicable). `revision` is the number the person had on
    screen: Conflict when another one has taken its place since. Invalid, naming every fault. Acknowledges nothing: that is a
    fact of its own.
    """
    bulletin, _about = get_bulletin_for(subject, bulletin_id, Action.ANSWER)
    served, note = bulletin.served, note.replace("\r\n", "\n").strip()
    if revision is not None and revision != served.number:
        raise Conflict(_("開いたあとに新しい版が公開されました。新しい版を読んでから回答してください。"))
    _check(value, note, until, subject.today)
    said = Answer(
        bulletin=bulletin, revision=served.number, organisation_id=subject.organisation, person_id=subject.person,
        value=value, until=until, tier=served.tier, answered_at=timezone.now(),
    )  # fmt: skip
    with transaction.atomic():
        wraps = seal_note(said, served, note)
        said.save(force_insert=True)
        AnswerWrap.objects.bulk_create(wraps)
        record(
            Action.ANSWER, actor=subject.person, organisation=subject.organisation, object=str(bulletin.pk),
            revision=served.number, tier=int(served.tier), detail={"value": value, "until": until.isoformat() if until else ""},
        )  # fmt: skip
    return said


def _check(value: str, note: str, until: date | None, today: date) -> None:
    errors = {"value": _of_value(value), "until": _of_day(value, until, today), "note": _of_note(note)}
    found = {name: [sentence] for name, sentence in errors.items() if sentence}
    if found:
        raise Invalid(found)
    refuse_marked("note", note)


def _of_value(value: str) -> str:
    return "" if value in Answer.Value.values else _("回答を、該当あり・該当なし・確認中・対処済から選んでください。")


def _of_day(value: str, until: date | None, today: date) -> str:
    if until is None:
        return _("確認中のときは、いつまでに答えるかを入れてください。") if value in _MUST_SAY_WHEN else ""
    if value not in _MAY_SAY_WHEN:
        return _("日付を入れるのは、確認中か該当ありのときです。")
    if until < today:
        return _("今日か、これからの日付を入れてください。")
    return _("日付の年を確かめてください。") if until.year > LAST_YEAR else ""


def _of_note(note: str) -> str:
    if len(note) > LONGEST_NOTE:
        return _("長すぎます。%(longest)d文字までにしてください。") % {"longest": LONGEST_NOTE}
    # A lone surrogate can come through JSON, and has no UTF-8 to be sealed.
    return _("使えない文字が入っています。") if any("\ud800" <= char <= "\udfff" for char in note) else ""
