from accounts.models.clearance import Clearance, ContractItem, Designation, OperatorCertification, RosterEntry
from accounts.models.contact import Contact
from accounts.models.notice import Notice
from accounts.models.organisation import Organisation, Subcommittee, SubcommitteeSeat
from accounts.models.person import (
    ApiToken,
    PledgeAcceptance,
    PledgeText,
    RoleAssignment,
    SubcommitteeMembership,
    User,
)
from accounts.models.recipient_key import KeyApproval, KeyHolder, RecipientKey
from accounts.models.review import ReviewCampaign, ReviewItem

__all__ = [
    "ApiToken",
    "Clearance",
    "Contact",
    "ContractItem",
    "Designation",
    "KeyApproval",
    "KeyHolder",
    "Notice",
    "OperatorCertification",
    "Organisation",
    "PledgeAcceptance",
    "PledgeText",
    "RecipientKey",
    "ReviewCampaign",
    "ReviewItem",
    "RoleAssignment",
    "RosterEntry",
    "Subcommittee",
    "SubcommitteeMembership",
    "SubcommitteeSeat",
    "User",
]
