from accounts.models.clearance import Clearance, ContractItem, Designation, OperatorCertification, RosterEntry
from accounts.models.organisation import Organisation, Subcommittee, SubcommitteeSeat
from accounts.models.person import (
    ApiToken,
    PledgeAcceptance,
    PledgeText,
    RoleAssignment,
    SubcommitteeMembership,
    User,
)

__all__ = [
    "ApiToken",
    "Clearance",
    "ContractItem",
    "Designation",
    "OperatorCertification",
    "Organisation",
    "PledgeAcceptance",
    "PledgeText",
    "RoleAssignment",
    "RosterEntry",
    "Subcommittee",
    "SubcommitteeMembership",
    "SubcommitteeSeat",
    "User",
]
