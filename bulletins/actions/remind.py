"""再通知 and longer deadlines: what the desk does for those who have not acknowledged yet."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from bulletins.actions.verb import Conflict, note, verb
from bulletins.desk import get_served_for
from bulletins.drafting import LAST_YEAR, Invalid
from bulletins.models import Bulletin, Delivery, Revision
from bulletins.owing import Addressees, owing, possible_again, reached, rested
from bulletins.reminding import send_round
from council.access.facts import Subject
from council.access.policy import Action
from council.audit.events import Event
from council.templatetags.portal import jst_near


@verb(Action.REMIND)
def remind(bulletin_id: UUID, subject: Subject, organisation_ids: Sequence[UUID] | None = None) -> int:
    """Reminds the organisations (all, or those named) that were reached and have not acknowledged; how many.

    Conflict when none is left to remind, with the moment from which it is possible again.
    """
    revision = _served(get_served_for(subject, bulletin_id, Action.REMIND))
    rows = owing(revision).filter(reached(revision))
    if organisation_ids is not None:
        rows = rows.filter(organisation__in=list(organisation_ids))
    rows = list(rows.select_for_update(of=("self",)).order_by("pk"))
    now = timezone.now()
    ready = [row for row in rows if rested(row, now)]
    rounds = dict.fromkeys([row.pk for row in ready], f"hand-{now:%Y%m%dT%H%M%S}")
    to = Addressees.for_all(revision)
    organisations, people = send_round(revision, to, ready, rounds, now)
    if not organisations:
        raise Conflict(_why_nobody(rows))
    note(subject, Action.REMIND, revision, {"organisations": organisations, "people": people})
    return organisations


def _served(bulletin: Bulletin | None) -> Revision:
    if bulletin is None:
        raise Conflict(_("公開中の資料ではないので、確認を求められません。"))
    return bulletin.served


def _why_nobody(rows: Sequence[Delivery]) -> str:
    again = possible_again(rows)
    if again is None or again <= timezone.now():
        return _("再通知する組織はありません。")
    return _("再通知は1日に1回までです。次は%(again)sから送れます。") % {"again": jst_near(again)}


@verb(Action.REMIND)
def extend_deadline(bulletin_id: UUID, subject: Subject, organisation_id: UUID, until: datetime) -> Delivery:
    """Gives one organisation until a later moment (with its zone). Reminders and the ladder begin anew before and after it.

    Invalid for a moment that is no later one; Conflict where no acknowledgement was asked for.
    """
    revision = _served(get_served_for(subject, bulletin_id, Action.REMIND))
    row = Delivery.objects.select_for_update().filter(revision=revision, organisation=organisation_id).first()
    if row is None:
        raise Invalid({"organisation": [_("選べない相手が含まれています。")]})
    if row.deadline is None:
        raise Conflict(_("この資料は確認を求めていないので、期限を延ばせません。"))
    if timezone.is_naive(until) or until <= max(row.deadline, timezone.now()) or until.year > LAST_YEAR:
        raise Invalid({"until": [_("いまの期限より後で、これから来る日時を、時差つきで指定してください。")]})
    before, row.deadline = row.deadline, until
    row.level, row.escalated_at = 0, None
    row.save(update_fields=["deadline", "level", "escalated_at"])
    detail = {"organisation": str(organisation_id), "from": before.isoformat(), "until": until.isoformat()}
    note(subject, Event.DEADLINE_EXTENDED, revision, detail)
    return row
