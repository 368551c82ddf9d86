from bulletins.models.bulletin import Bulletin
from bulletins.models.grant import GroupGrant, PersonGrant
from bulletins.models.idempotency import IdempotencyKey
from bulletins.models.listing import AudienceClass, Listing
from bulletins.models.part import Part, PartWrap
from bulletins.models.receipt import Receipt
from bulletins.models.revision import Approval, Nomination, Release, Revision
from bulletins.models.world import WorldKey

__all__ = [
    "Approval",
    "AudienceClass",
    "Bulletin",
    "GroupGrant",
    "IdempotencyKey",
    "Listing",
    "Nomination",
    "Part",
    "PartWrap",
    "PersonGrant",
    "Receipt",
    "Release",
    "Revision",
    "WorldKey",
]
