"""Which kinds of proposals there are, and what confirming each of them does."""

from collections.abc import Mapping

from accounts.actions import certifications, clearances, designation_extension, entrances, people
from accounts.actions.plan import Plan
from accounts.models import Proposal

PLANS: Mapping[str, Plan] = {
    Proposal.Kind.CLEARANCE: clearances.CLEARANCE,
    Proposal.Kind.CERTIFICATION: certifications.CERTIFICATION,
    Proposal.Kind.EXTENSION: designation_extension.EXTENSION,
    Proposal.Kind.ROLE: people.ROLE,
    Proposal.Kind.RECOVERY: entrances.RECOVERY,
}
