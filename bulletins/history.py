"""How a bulletin got where it is: the desk's own events, for the desk. Who and why come out of their sealed details."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from bulletins.desk import revisions_reached
from council.access.facts import Subject
from council.access.policy import Action
from council.audit.details import details_of
from council.audit.events import Event, Outcome
from council.audit.models import AuditEvent

LONGEST = 50


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened: when, what, by whom (empty for the clock), in which revision, and what was said."""

    moment: datetime
    words: str
    who: str
    revision: int
    said: str


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
    }


def history_of(subject: Subject, bulletin_id: UUID) -> list[Step]:
    """The last LONGEST steps, newest first, for somebody who may inspect the bulletin (four queries).

    Of revisions whose whole banner they reach, and without what was said of a draft while it stood above them.
    """
    words, numbers = _words(), [row.number for row in revisions_reached(subject, bulletin_id)]
    rows = AuditEvent.objects.filter(object=str(bulletin_id), action__in=map(str, words), outcome=Outcome.ALLOW)
    events = list(rows.filter(revision__in=numbers).order_by("-id")[:LONGEST])
    details = details_of(events)
    people = {detail["person"] for detail in details.values() if detail["person"]}
    names = {str(pk): name for pk, name in User.objects.filter(pk__in=people).values_list("pk", "name")}
    return [_step(event, details.get(event.pk, {}), names, words, subject) for event in events]


def _step(event: AuditEvent, detail: dict, names: dict[str, str], words: dict[str, str], subject: Subject) -> Step:
    facts, who = detail.get("facts", {}), names.get(detail.get("person", ""), "")
    within = event.tier <= subject.ceiling and subject.subcommittees.issuperset(facts.get("within", ()))
    said = (facts.get("comment") or facts.get("why") or "") if within else ""
    return Step(event.time, words[event.action], who, event.revision, said)
