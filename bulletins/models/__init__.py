from bulletins.models.bulletin import Bulletin
from bulletins.models.delivery import Answer, AnswerWrap, Delivery
from bulletins.models.feed import CalendarFeed
from bulletins.models.grant import GroupGrant, PersonGrant
from bulletins.models.idempotency import IdempotencyKey
from bulletins.models.listing import AudienceClass, Listing
from bulletins.models.package import Package, PackageSeal, Payload, PayloadWrap
from bulletins.models.part import Part, PartWrap
from bulletins.models.receipt import Receipt
from bulletins.models.revision import Approval, Nomination, Release, Revision
from bulletins.models.scratch import Scratch
from bulletins.models.search import AttachmentText, SavedSearch, SearchCompartment, SearchEntry
from bulletins.models.taken_copy import TakenCopy
from bulletins.models.world import WorldKey

__all__ = [
    "Answer",
    "AnswerWrap",
    "Approval",
    "AttachmentText",
    "AudienceClass",
    "Bulletin",
    "CalendarFeed",
    "Delivery",
    "GroupGrant",
    "IdempotencyKey",
    "Listing",
    "Nomination",
    "Package",
    "PackageSeal",
    "Part",
    "PartWrap",
    "Payload",
    "PayloadWrap",
    "PersonGrant",
    "Receipt",
    "Release",
    "Revision",
    "SavedSearch",
    "Scratch",
    "SearchCompartment",
    "SearchEntry",
    "TakenCopy",
    "WorldKey",
]
