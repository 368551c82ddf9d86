"""How a bulletin got where it is: the desk's own events, for the desk. Who and why come out of their sealed details."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from bulletins.desk import revisions_reached
from bulletins.models import Revision
from council.access.caveats import parse_all
from council.access.facts import Subject
from council.access.policy import Action
from council.audit.details import details_of
from council.audit.events import Event, Outcome
from council.audit.models import AuditEvent

LONGEST = 50


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened: when, what, by whom (empty for the clock), in which revision, and what was said.

    `lowered`: it was copied, and the newest revision bears less than what it was copied from.
    """

    moment: datetime
    words: str
    who: str
    revision: int
    said: str
    lowered: bool = False


def _words() -> dict[str, str]:
    return {
        Action.DRAFT: _("下書きを作成"),
        Action.SUBMIT: _("査読に出した"),
        Action.RETURN: _("差し戻し"),
        Action.APPROVE: _("承認"),
        Action.SCHEDULE: _("公開の日時を決めた"),
        Action.PUBLISH: _("公開"),
        Action.REVISE: _("改訂を始めた"),
        Action.RECALL: _("回収"),
        Action.DISPOSE: _("廃棄"),
        Event.BULLETIN_SUPERSEDED: _("差し替え済みにした"),
        Event.BULLETIN_EXPIRED: _("期限切れ"),
        Event.BULLETIN_UNSCHEDULED: _("公開の予定を取り消した"),
        Event.BULLETIN_KEPT: _("見直して続けた"),
    }


def history_of(subject: Subject, bulletin_id: UUID) -> list[Step]:
    """The last LONGEST steps, newest first, for somebody who may inspect the bulletin (four queries).

    Of revisions whose whole banner they reach, and without what was said of a draft while it stood above them.
    """
    reached = revisions_reached(subject, bulletin_id)
    words, numbers = _words(), [row.number for row in reached]
    rows = AuditEvent.objects.filter(object=str(bulletin_id), action__in=map(str, words), outcome=Outcome.ALLOW)
    events = list(rows.filter(revision__in=numbers).order_by("-id")[:LONGEST])
    details = details_of(events)
    people = {detail["person"] for detail in details.values() if detail["person"]}
    names = {str(pk): name for pk, name in User.objects.filter(pk__in=people).values_list("pk", "name")}
    return [_step(event, details.get(event.pk, {}), names, words, subject, reached[0]) for event in events]


def _step(
    event: AuditEvent, detail: dict, names: dict[str, str], words: dict[str, str], subject: Subject, newest: Revision
) -> Step:
    facts, who = detail.get("facts", {}), names.get(detail.get("person", ""), "")
    within = event.tier <= subject.ceiling and subject.subcommittees.issuperset(facts.get("within", ()))
    said = (facts.get("comment") or facts.get("why") or "") if within else ""
    if "copied_from" in facts:
        return Step(
            event.time, words[event.action], who, event.revision, _copy(facts, subject), _is_lower(newest, facts)
        )
    return Step(event.time, words[event.action], who, event.revision, said)


def copied_from(source: Revision) -> dict[str, object]:
    """What the event of a copy says: what it was made of, and the label that nobody is to fall below unseen."""
    return {
        "copied_from": str(source.bulletin_id),
        "reference": source.bulletin.reference,
        "number": source.number,
        "tier": source.tier,
        "subcommittees": sorted(source.all_subcommittees),
        "caveats": sorted(source.caveats),
    }


def _copy(facts: dict, subject: Subject) -> str:
    """The number of the source stands there for those who reach its label."""
    if facts["tier"] <= subject.ceiling and subject.subcommittees.issuperset(facts["subcommittees"]):
        return _("%(reference)s 第%(number)s版から写しました。") % facts
    return _("ほかの資料から写しました。")


def _is_lower(newest: Revision, facts: dict) -> bool:
    """A last day that is over is not carried along, and missing it is no lowering."""
    today = timezone.localdate()
    wanted = [each for each in parse_all(facts["caveats"]) if not each.is_over(today)]
    return (
        newest.tier < facts["tier"]
        or not set(newest.all_subcommittees).issuperset(facts["subcommittees"])
        or not set(newest.caveats).issuperset(each.words for each in wanted)
    )


def last_saved_by(revision: Revision) -> str:
    """Who last saved the revision or moved it, for somebody who may edit it; empty when the log no longer says (three queries)."""
    wrote = map(str, (Action.DRAFT, Action.EDIT, Action.REVISE, Action.SUBMIT, Action.RETURN))
    rows = AuditEvent.objects.filter(object=str(revision.bulletin_id), action__in=wrote, outcome=Outcome.ALLOW)
    events = rows.filter(revision=revision.number).order_by("-id")[:1]
    people = [detail["person"] for detail in details_of(events).values() if detail.get("person")]
    return User.objects.filter(pk__in=people).values_list("name", flat=True).first() or ""
