"""What a kind of proposal needs to say: who may make it, what is done when another person confirms it, and how it is told."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Model, QuerySet

from accounts.actions.verb import Deed
from accounts.models import Organisation, Proposal, User
from council.access.facts import Subject


@dataclass(frozen=True, slots=True)
class Plan:
    """One kind of proposal.

    `check(subject, organisation, about, facts)` raises Refused, or ValidationError for what can't be at all; it is asked when it is
    proposed and again, of the proposer, when it is confirmed. `carry_out(deed, proposal)` does it, and writes its event; what it answers
    is what whoever confirmed gets to see, once. `says(proposal, about)` is a sentence about what will be done, for those who may confirm
    it; `about` is whom or what it is about, out of `rows`. `tell(proposal)` tells whom it concerns that it was proposed, in the same
    transaction.
    """

    check: Callable[[Subject, Organisation, UUID, dict], None]
    carry_out: Callable[[Deed, Proposal], object]
    says: Callable[[Proposal, Model], str] | None = None
    rows: QuerySet[Model] = User.objects.select_related("organisation")
    tell: Callable[[Proposal], None] | None = None
