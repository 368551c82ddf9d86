from accounts.models.clearance import (
    ChangeReport,
    Clearance,
    Contract,
    ContractDepartment,
    ContractItem,
    Education,
    HandlingPlace,
    OperatorCertification,
    RosterEntry,
    RosterGrant,
)
from accounts.models.contact import Contact
from accounts.models.designation import Designation, DesignationNotice, RegisterEntry
from accounts.models.emergency import Emergency
from accounts.models.entrance import Device, Enrolment, FactorSecret, Proposal, Session, SignInFailure
from accounts.models.notice import Notice
from accounts.models.organisation import Organisation, Subcommittee, SubcommitteeSeat
from accounts.models.person import (
    ApiToken,
    CouncilPeriod,
    PledgeAcceptance,
    PledgeText,
    RoleAssignment,
    SubcommitteeMembership,
    User,
)
from accounts.models.recipient_key import KeyApproval, KeyHolder, RecipientKey
from accounts.models.review import ReviewCampaign, ReviewItem
from accounts.models.yearly_figures import YearlyFigures

__all__ = [
    "ApiToken",
    "ChangeReport",
    "Clearance",
    "Contact",
    "Contract",
    "ContractDepartment",
    "ContractItem",
    "CouncilPeriod",
    "Designation",
    "DesignationNotice",
    "Device",
    "Education",
    "Emergency",
    "Enrolment",
    "FactorSecret",
    "HandlingPlace",
    "KeyApproval",
    "KeyHolder",
    "Notice",
    "OperatorCertification",
    "Organisation",
    "PledgeAcceptance",
    "PledgeText",
    "Proposal",
    "RecipientKey",
    "RegisterEntry",
    "ReviewCampaign",
    "ReviewItem",
    "RoleAssignment",
    "RosterEntry",
    "RosterGrant",
    "Session",
    "SignInFailure",
    "Subcommittee",
    "SubcommitteeMembership",
    "SubcommitteeSeat",
    "User",
    "YearlyFigures",
]
