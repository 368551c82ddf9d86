"""The day of the next look: what is still right is kept, with another day or none."""

from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from bulletins.actions.verb import Conflict, note, verb
from bulletins.desk import get_served_for
from bulletins.draft_days import is_to_come
from bulletins.drafting import Invalid
from bulletins.models import Revision
from council.access.facts import Subject
from council.access.policy import Action
from council.audit.events import Event


@verb(Action.REVISE)
def keep(bulletin_id: UUID, subject: Subject, review_on: date | None, *, seen: date | None = None) -> Revision:
    """Leaves the served revision as it is and looks at it again on another day; None: never again. What it says does not change.

    `seen` is the day that stood there when the person decided: Conflict when somebody else has moved it since.
    """
    revision = get_served_for(subject, bulletin_id, Action.REVISE).served
    if review_on is not None and not is_to_come(review_on):
        raise Invalid({"review_on": [_("見直しの日には、今日よりあとの日を指定してください。")]})
    if seen is not None and revision.review_on != seen:
        raise Conflict(_("見直しの日は、ほかの人がもう決めています。"))
    before, revision.review_on = revision.review_on, review_on
    revision.save(update_fields=["review_on", "saved_at"])
    note(subject, Event.BULLETIN_KEPT, revision, {"before": _iso(before), "until": _iso(review_on)})
    return revision


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
