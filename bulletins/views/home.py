"""私の机: what is due and new for a reader, what is on its way for the desk, and for others the way to their work."""

from collections.abc import Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.clock_line import line_of
from accounts.proposal_facts import to_confirm
from bulletins import browse
from bulletins.actions.look import look_at_desk
from bulletins.my_work import work_of
from bulletins.returns import Return, owed_by
from bulletins.ruler import Day, ruler
from bulletins.views.first_hour import steps_shown
from council.access.facts import Role, Subject
from council.business_days import business_days_between
from council.guard import SIGNED_IN, guarded_by
from council.templatetags.portal import SOON


@require_http_methods(["GET"])
@guarded_by(GET=SIGNED_IN)
def home(request: HttpRequest) -> HttpResponse:
    """The desk of a reader, or the way to their pages for those who see no content."""
    subject = request.subject
    if not reads_content(subject):
        context = {"to_confirm": len(to_confirm(subject)), "clock": line_of(subject)}
        return render(request, "bulletins/home_without_content.html", context)
    waiting, work = look_at_desk(subject), work_of(subject)
    duties = in_order(waiting.duties, owed_by(subject))
    context = {
        "waiting": waiting,
        "duties": duties,
        "work": work,
        "to_confirm": len(to_confirm(subject)),
        "days": days_of(duties),
        "overdue": sum(row.deadline < subject.now for row in duties),
        "soon": sum(is_soon(row, subject) for row in duties),
        "cut": len(waiting.duties) == browse.LONGEST_DUTIES,
        "ceiling": subject.ceiling,
        "subcommittees": browse.subcommittee_names(subject).values(),
        "clock": line_of(subject),
        "steps": steps_shown(request),
        "pledged": subject.pledge_current,
        "reads_elsewhere": settings.COUNCIL_ZONE == "connected" and bool(subject.rosters),
        "now": subject.now,
        "screen_tier": max(waiting.tier, work.tier),
    }
    return render(request, "bulletins/home.html", context)


def reads_content(subject: Subject) -> bool:
    """Auditors never see content; people who only operate the portal have no business with it."""
    return Role.AUDITOR not in subject.roles and subject.roles != {Role.OPERATOR}


def in_order(to_acknowledge: Sequence[browse.Row], to_return: Sequence[Return]) -> list[browse.Row | Return]:
    """What is to be read and what is to be handed back, the earliest deadline first."""
    return sorted([*to_return, *to_acknowledge], key=lambda row: row.deadline)


def days_of(duties: Sequence[browse.Row | Return]) -> list[Day]:
    """The ruler with each duty on its last day in Japan."""
    return ruler(timezone.localdate(), (timezone.localdate(row.deadline) for row in duties), soon=SOON)


def is_soon(row: browse.Row | Return, subject: Subject) -> bool:
    """Whether the duty ends within the next few business days and is not late yet."""
    left = business_days_between(subject.today, timezone.localdate(row.deadline))
    return row.deadline >= subject.now and left <= SOON
