"""Searches that people keep: sealed each by itself, opened for their owner alone, and asked of one bulletin when it was published.

Their names and conditions rest sealed at tier two: what somebody looks for tells what they know, and a copy of the database tells neither.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from bulletins import search
from bulletins.browse import Wish
from bulletins.models import SavedSearch
from council.access.facts import Subject
from council.access.tiers import Tier
from council.keys import keyring
from council.sealing.envelope import Binding, Sealed, open_sealed, seal

TIER = Tier.TWO
MOST = 50
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Saved:
    """A kept search, opened. `fields` are those of the address of the list."""

    id: UUID
    name: str
    fields: Mapping[str, str]
    alerts: bool
    created_at: datetime
    # How far its owner reached when they kept it: a session that reaches less does not show it.
    tier: int = Tier.ONE

    @property
    def address(self) -> str:
        """The query of the list that it stands for."""
        return f"?{urlencode(self.fields)}"

    @property
    def wish(self) -> Wish:
        tier = self.fields.get("tier")
        return Wish(
            **{name: self.fields.get(name, "") for name in ("kind", "subcommittee", "state", "q")},
            tier=Tier(int(tier)) if tier else None,
        )


def searches_of(subject: Subject) -> QuerySet[SavedSearch]:
    """The rows of the subject's own, the oldest first; nobody else's exist for them."""
    return SavedSearch.objects.filter(person=subject.person).order_by("created_at", "pk")


def opened(row: SavedSearch) -> Saved:
    """What the row says; OpeningRefused when it was altered."""
    sealed = Sealed(bytes(row.ciphertext), bytes(row.wrap), row.epoch, row.algorithm, row.key_id)
    said = json.loads(open_sealed(keyring(), binding_of(row), sealed))
    return Saved(row.pk, said["name"], said["fields"], row.alerts, row.created_at, said.get("tier", Tier.ONE))


def shown_to(subject: Subject, row: SavedSearch | None) -> Saved | None:
    """The row, opened, if there is one and the subject reaches it in this session."""
    saved = opened(row) if row else None
    return saved if saved and saved.tier <= subject.ceiling else None


def sealed_row(subject: Subject, name: str, fields: Mapping[str, str], *, alerts: bool) -> SavedSearch:
    """A row of the subject's, not saved yet."""
    row = SavedSearch(person_id=subject.person, alerts=alerts, created_at=timezone.now())
    said = {"name": name, "fields": dict(fields), "tier": int(subject.ceiling)}
    sealed = seal(keyring(), binding_of(row), json.dumps(said).encode())
    row.ciphertext, row.wrap, row.epoch = sealed.ciphertext, sealed.wrap, sealed.epoch
    row.algorithm, row.key_id = sealed.algorithm, sealed.key_id
    return row


def binding_of(row: SavedSearch) -> Binding:
    """What the conditions are bound to: their row and its owner."""
    return Binding(str(row.pk), 0, str(row.person_id), int(TIER), (), "saved_search")


def finds(subject: Subject, bulletin_id: UUID) -> bool:
    """Whether any search with alerts of the subject finds the bulletin, as the subject themselves would find it now.

    Their own state is left out: whoever keeps 「未開封」 means what is new, and this is.
    """
    saved = map(opened, searches_of(subject).filter(alerts=True))
    return any(search.answers(subject, replace(each.wish, state=""), bulletin_id) for each in saved)
