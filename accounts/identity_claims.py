"""What an identity provider said of somebody, read strictly and without asking anybody: pure.

GビズID's developer guideline tells of `account_type` (1 エントリー, 2 プライム, 3 メンバー), `corporate_number`, `verified_claims` and
`delegation_info`. What it did not say is never taken for granted, and what contradicts itself counts for nothing.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from council.identity_settings import IdentityProvider, Kind

Claims = Mapping[str, object]

_NUMBER = re.compile(r"[0-9]{13}\Z", re.ASCII)
_IAL = re.compile(r"(?:ial)?([0-3])\Z", re.ASCII | re.IGNORECASE)
# Strong authentication counts only when it has just happened; clocks may be a minute apart.
_FRESH, _APART = 600, 60


class Account(StrEnum):
    """Which kind of account somebody came with. The values are words of the log's details."""

    ENTRY = "entry"
    PRIME = "prime"
    MEMBER = "member"
    STAFF = "staff"
    UNKNOWN = "unknown"


_ACCOUNTS = {"1": Account.ENTRY, "2": Account.PRIME, "3": Account.MEMBER}
# How surely GビズID knows who somebody is. Of a member nothing was looked at: their company says who they are.
_IALS = {Account.ENTRY: 1, Account.PRIME: 2, Account.MEMBER: 1}


@dataclass(frozen=True, slots=True)
class Assurance:
    """How surely somebody is who they say: `ial` 0 to 3 (0: nothing is known), and the 法人番号 they act under, if one."""

    kind: Account
    ial: int
    corporate_number: str
    delegated: bool

    def told(self) -> dict[str, object]:
        """For the detail of an event."""
        return {
            "kind": str(self.kind), "ial": self.ial, "corporate_number": self.corporate_number, "delegated": self.delegated,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Vouched:
    """Somebody of whom a provider proved that it vouches for them: `id_token` was verified, `userinfo` is about the same subject."""

    provider: IdentityProvider
    id_token: Claims
    userinfo: Claims

    @property
    def uid(self) -> str:
        return uid_of(self.provider.issuer, str(self.id_token["sub"]))

    @property
    def assurance(self) -> Assurance:
        if self.provider.kind is Kind.GBIZID:
            return assurance_of(self.userinfo)
        return Assurance(Account.STAFF, 0, number_of_staff(self.provider, self.said), delegated=False)

    @property
    def said(self) -> Claims:
        """Both, the signed one above the other."""
        return {**self.userinfo, **self.id_token}

    def told(self) -> dict[str, object]:
        """For the detail of an event."""
        return {
            "provider": self.provider.id,
            "issuer": self.provider.issuer,
            "identity": self.uid,
            **self.assurance.told(),
        }


def uid_of(issuer: str, subject: str) -> str:
    """The one name of an identity here: equal only for the same subject of the same issuer, 64 hexadecimal digits."""
    return hashlib.sha256(json.dumps([issuer, subject]).encode()).hexdigest()


def assurance_of(userinfo: Claims) -> Assurance:
    """What GビズID's UserInfo is worth."""
    kind = _ACCOUNTS.get(str(userinfo.get("account_type", "")), Account.UNKNOWN)
    number = str(userinfo.get("corporate_number") or "")
    number = number if _NUMBER.match(number) else ""
    ial = _IALS.get(kind, 0)
    verified = userinfo.get("verified_claims")
    if verified:
        kind, ial = _held_against(verified, kind, number, ial)
    return Assurance(kind, ial, number, delegated=_is_delegated(userinfo))


def _held_against(verified: object, kind: Account, number: str, ial: int) -> tuple[Account, int]:
    """Account and ial, lowered to what the verified claims say; unknown and 0 where the two contradict each other."""
    if not isinstance(verified, Mapping):
        return Account.UNKNOWN, 0
    process, claims = verified.get("verification"), verified.get("claims")
    claims = claims if isinstance(claims, Mapping) else {}
    if claims.get("role", kind) != kind or str(claims.get("registration_number") or number) != number:
        return Account.UNKNOWN, 0
    level = process.get("assurance_level") if isinstance(process, Mapping) else None
    if level is None:
        return kind, ial
    said = _IAL.match(str(level))
    return kind, min(ial, int(said[1])) if said else 0


def _is_delegated(userinfo: Claims) -> bool:
    """Whether somebody else acts for the company: whatever is said about a delegation counts as one."""
    return any(name.lower().startswith("delegat") and bool(value) for name, value in userinfo.items())


def number_of_staff(provider: IdentityProvider, said: Claims) -> str:
    """The 法人番号 of the one agency whose staff this is; empty when the claim names none, or several."""
    if provider.organisation:
        return provider.organisation
    values, numbers = said.get(provider.claim), dict(provider.numbers)
    values = values if isinstance(values, list) else [values]
    found = {numbers[value] for value in values if isinstance(value, str) and value in numbers}
    return found.pop() if len(found) == 1 else ""


def address_of_staff(provider: IdentityProvider, said: Claims) -> str:
    """The address of the person, in small letters; empty when the provider does not say that it is theirs."""
    checked = said.get("email_verified") is True or provider.addresses_are_checked
    return str(said.get("email") or "").strip().lower() if checked else ""


def shown_strongly_at(provider: IdentityProvider, id_token: Claims, now: float) -> float | None:
    """When somebody has just shown the provider what this portal takes for as good as a passkey; None when they have not."""
    at = id_token.get("auth_time")
    if id_token.get("acr") not in provider.strong_acr or isinstance(at, bool) or not isinstance(at, int):
        return None
    return float(min(at, now)) if -_APART <= now - at <= _FRESH else None
