"""提案: what one person has proposed and another has to confirm. Each sees what they may confirm and what they have made, nothing else."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.actions.plans import PLANS
from accounts.actions.proposals import confirm, withdraw
from accounts.context import clearing_pages
from accounts.models import Proposal
from accounts.proposal_facts import ever_confirms, made_by, to_confirm
from accounts.views import door
from council.access import facts
from council.access.facts import Role
from council.access.policy import Action, Reason
from council.guard import guarded_by


@dataclass(frozen=True, slots=True)
class Shown:
    """A proposal, and a sentence about what will be done when it is confirmed."""

    proposal: Proposal
    sentence: str


def _shown(proposals: Iterable[Proposal]) -> list[Shown]:
    """Whom or what they are about is asked for together, kind by kind."""
    about: dict[str, set[UUID]] = defaultdict(set)
    for each in (proposals := list(proposals)):
        about[each.kind].add(each.about)
    rows = {kind: PLANS[kind].rows.in_bulk(wanted) for kind, wanted in about.items()}
    return [Shown(each, _sentence(each, rows[each.kind][each.about])) for each in proposals]


def _sentence(proposal: Proposal, about: Model) -> str:
    says = PLANS[proposal.kind].says
    return says(proposal, about) if says else str(proposal.get_kind_display())


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=Action.DECIDE_PROPOSAL, POST=Action.DECIDE_PROPOSAL)
@never_cache
@door.refusals_look_missing
def proposals(request: HttpRequest) -> HttpResponse:
    """What waits for the reader, and what the reader's own proposals wait for; confirming and withdrawing."""
    mine, theirs = made_by(request.subject), to_confirm(request.subject)
    if not mine and not theirs and not ever_confirms(request.subject):
        door.need(request, Action.DECIDE_PROPOSAL, facts.Proposal("", request.subject.organisation, ""))
    if request.method == "POST":
        return _decide(request, {each.pk: each for each in (*mine, *theirs)})
    clears = Role.CLEARANCE_OFFICER in request.subject.roles
    context = {
        "theirs": _shown(theirs),
        "mine": _shown(mine),
        "sections": clearing_pages(request.subject.roles) if clears else [],
    }
    return render(request, "accounts/proposals.html", context)


def _decide(request: HttpRequest, seen: dict[UUID, Proposal]) -> HttpResponse:
    deed = _DEEDS.get(request.POST.get("do", ""))
    if deed is None:
        raise Http404
    try:
        proposal = seen[UUID(request.POST.get("proposal", ""))]
    except (ValueError, KeyError):
        door.refuse(request, Action.DECIDE_PROPOSAL, "", Reason.NOT_FOUND)
    try:
        return deed(request, proposal)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("accounts:proposals")


def _confirm(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    (shown,) = _shown([proposal])
    outcome = confirm(proposal.pk, acting_user=request.user)
    if isinstance(outcome, str):
        return render(request, "accounts/proposal_code.html", {"shown": shown, "code": outcome})
    messages.success(request, _("確認しました。提案のとおりにしました。"))
    return redirect("accounts:proposals")


def _withdraw(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    withdraw(proposal.pk, acting_user=request.user)
    messages.success(request, _("提案を取り下げました。"))
    return redirect("accounts:proposals")


_DEEDS = {"confirm": _confirm, "withdraw": _withdraw}
