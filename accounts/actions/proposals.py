"""二人制: one person proposes, another confirms, and only then it is done; in one transaction, once, however many confirm at a time."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import limits
from accounts.actions.plans import PLANS
from accounts.actions.verb import Deed, Refused, verb
from accounts.models import Organisation, Proposal
from accounts.proposal_facts import as_asked
from accounts.subject import subject_of
from council.access.policy import Action, Reason, proved, standing
from council.audit.events import Event


@verb(Event.PROPOSED)
def propose(deed: Deed, kind: str, organisation: Organisation, about: UUID, wanted: dict) -> Proposal:
    """A proposal that waits for somebody else; `wanted` are the facts the plan of the kind asks for.

    Refused as the deed itself would be; ValidationError when the same is proposed already, or can't be at all.
    """
    PLANS[kind].check(deed.subject, organisation, about, wanted)
    proposal = Proposal(
        kind=kind, organisation=organisation, about=about, facts=wanted,
        proposed_by_id=deed.subject.person, proposed_at=timezone.now(),
    )  # fmt: skip
    try:
        with transaction.atomic():
            proposal.save(force_insert=True)
    except IntegrityError:
        raise ValidationError(_("同じ提案が、すでに確認を待っています。")) from None
    tell = PLANS[kind].tell
    if tell:
        tell(proposal)
    deed.note(about, {**wanted, "of": kind, "proposal": str(proposal.pk)})
    return proposal


@verb(Event.PROPOSAL_CONFIRMED)
def confirm(deed: Deed, proposal_id: UUID) -> object:
    """Does what was proposed, and hands back what came of it (a code to be told once, say).

    Refused for who proposed it, for whom it is about, and when it was confirmed by now; ValidationError when whoever proposed it may no
    longer do so, or it can't be any more.
    """
    proposal = _open(deed, proposal_id)
    _need_second(deed, proposal)
    try:
        PLANS[proposal.kind].check(
            subject_of(proposal.proposed_by), proposal.organisation, proposal.about, proposal.facts
        )
    except Refused as refused:
        raise ValidationError(_("提案した人が、いまはこれを提案できません。提案し直してください。")) from refused
    outcome = PLANS[proposal.kind].carry_out(deed, proposal)
    proposal.confirmed_by_id, proposal.confirmed_at = deed.subject.person, timezone.now()
    proposal.save(update_fields=["confirmed_by", "confirmed_at"])
    deed.note(
        proposal.about,
        {"of": proposal.kind, "proposal": str(proposal.pk), "proposed_by": str(proposal.proposed_by_id)},
    )
    return outcome


@verb(Event.PROPOSAL_WITHDRAWN)
def withdraw(deed: Deed, proposal_id: UUID) -> None:
    """The proposal is gone, and nothing tells that there was one: by who proposed it, or by who could confirm it."""
    proposal = _open(deed, proposal_id)
    if str(proposal.proposed_by_id) == deed.subject.person:
        _need_standing(deed, proposal)
    else:
        _need_second(deed, proposal)
    proposal.delete()
    deed.note(proposal_id)


def _open(deed: Deed, proposal_id: UUID) -> Proposal:
    """The proposal, locked; Refused when there is none, or it was confirmed by now."""
    found = Proposal.objects.select_for_update(of=("self",)).select_related("organisation", "proposed_by__organisation")
    proposal = found.filter(pk=proposal_id, confirmed_at=None).first()
    if proposal is None:
        raise Refused(Reason.NOT_FOUND, proposal_id)
    return proposal


def _need_standing(deed: Deed, proposal: Proposal) -> None:
    asked = as_asked(proposal)
    refused = standing(deed.subject, Action.DECIDE_PROPOSAL, asked) or proved(
        deed.subject, Action.DECIDE_PROPOSAL, asked
    )
    if refused:
        raise Refused(refused, proposal.pk)


def _need_second(deed: Deed, proposal: Proposal) -> None:
    limits.need(deed.subject, Action.DECIDE_PROPOSAL, as_asked(proposal), proposal.pk)
