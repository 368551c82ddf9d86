"""Who vouches for people, as the setting COUNCIL_IDENTITY says it: GビズID for companies, identity providers of agencies for their staff.

docs/identity.md says what each member means. What can't be meant stops the boot (council.E011).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_ID = re.compile(r"[a-z][a-z0-9-]{0,39}\Z", re.ASCII)
_NUMBER = re.compile(r"[0-9]{13}\Z", re.ASCII)
_SECRETS = ("client_secret", "client_secret_file")
_NEEDED = ("id", "kind", "issuer", "client_id", "label")
_OF_ALL = {*_NEEDED, *_SECRETS, "scopes", "sign_in_origins"}
_OF_STAFF = {"organisation", "organisation_claim", "strong_acr", "addresses_are_checked"}
# The least that tells the type of the account and the 法人番号; what else was granted is not asked for.
_SCOPES = {"gbizid": ("openid", "profile", "user"), "staff": ("openid", "profile", "email")}


class Kind(StrEnum):
    """GビズID of the Digital Agency, or an identity provider of one or several agencies."""

    GBIZID = "gbizid"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """One of them. `organisation` is the 法人番号 of everybody there; else `claim` says it, through `numbers`."""

    id: str
    kind: Kind
    issuer: str
    client_id: str
    label: str
    scopes: tuple[str, ...]
    organisation: str = ""
    claim: str = ""
    numbers: tuple[tuple[str, str], ...] = ()
    strong_acr: frozenset[str] = frozenset()
    # Whether the provider itself gives its people their addresses, so that none has to be told verified.
    addresses_are_checked: bool = False

    @property
    def secret(self) -> str:
        """Read anew each time, so that it can be changed without a restart. OSError when its file can't be read."""
        entry = next(each for each in settings.COUNCIL_IDENTITY if each["id"] == self.id)
        return entry.get("client_secret") or Path(entry["client_secret_file"]).read_text("utf-8").strip()


def configured() -> list[IdentityProvider]:
    """The providers in the order of the setting, which faults() has found nothing wrong with."""
    return [_provider(entry) for entry in settings.COUNCIL_IDENTITY]


def _provider(entry: dict) -> IdentityProvider:
    by_claim = entry.get("organisation_claim", {})
    return IdentityProvider(
        **{name: entry[name] for name in ("id", "issuer", "client_id", "label")},
        kind=Kind(entry["kind"]),
        scopes=tuple(entry.get("scopes", _SCOPES[entry["kind"]])),
        organisation=entry.get("organisation", ""),
        claim=by_claim.get("claim", ""),
        numbers=tuple(by_claim.get("numbers", {}).items()),
        strong_acr=frozenset(entry.get("strong_acr", ())),
        addresses_are_checked=entry.get("addresses_are_checked", False),
    )


def origins(entries: object) -> list[str]:
    """Where browsers are sent to sign in: what forms of this portal may lead to. Nothing for entries that are none."""
    found = []
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict):
            further = entry.get("sign_in_origins")
            found += [entry.get("issuer"), *(further if isinstance(further, list) else ())]
    return sorted({_origin(each) for each in found if isinstance(each, str) and _is_address(each)})


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def faults() -> list[str]:
    """What is wrong with the setting, in sentences for whoever runs the portal."""
    entries = settings.COUNCIL_IDENTITY
    if not isinstance(entries, list):
        return ["COUNCIL_IDENTITY is a list of providers."]
    found = [
        f"COUNCIL_IDENTITY, entry {place}: {fault}" for place, each in enumerate(entries, 1) for fault in _of(each)
    ]
    if found:
        return found
    for member in ("id", "issuer"):
        values = [each[member] for each in entries]
        found += [f"COUNCIL_IDENTITY: two entries have the {member} {each}." for each in _twice(values)]
    return found


def _twice(values: list[str]) -> list[str]:
    return sorted({each for each in values if values.count(each) > 1})


def _of(entry: object) -> Iterator[str]:
    if not isinstance(entry, dict):
        yield "it is no object."
        return
    missing = [name for name in _NEEDED if not isinstance(entry.get(name), str) or not entry[name].strip()]
    if missing:
        yield f"{missing[0]} is missing, or no text."
        return
    if entry["kind"] not in list(Kind):
        yield f"the kind is gbizid or staff, not {entry['kind']!r}."
        return
    known = _OF_ALL | (_OF_STAFF if entry["kind"] == Kind.STAFF else set())
    yield from (f"{name} is no member that {entry['kind']} has." for name in sorted(set(entry) - known))
    yield from _of_plain_members(entry)
    yield from _of_secret(entry)
    if entry["kind"] == Kind.STAFF:
        yield from _of_staff(entry)


def _of_plain_members(entry: dict) -> Iterator[str]:
    if not _ID.match(entry["id"]):
        yield "the id begins with a small letter and holds small letters, digits and dashes, 40 at most."
    if not _is_address(entry["issuer"]):
        yield "the issuer is no plain https address (a slash at its end counts, and nothing follows a ? or #)."
    for name in ("scopes", "sign_in_origins"):
        if name in entry and not _are_words(entry[name]):
            yield f"{name} is a list of words."
    if _are_words(entry.get("scopes")) and "openid" not in entry["scopes"]:
        yield "the scopes lack openid."
    if _are_words(entry.get("sign_in_origins")) and not all(
        _is_address(each) and each == _origin(each) for each in entry["sign_in_origins"]
    ):
        yield "sign_in_origins are addresses like https://login.example, with no path and no slash at their end."


def _of_secret(entry: dict) -> Iterator[str]:
    given = [name for name in _SECRETS if name in entry]
    if len(given) != 1 or not isinstance(entry[given[0]], str) or not entry[given[0]]:
        yield "it needs either client_secret or client_secret_file."
    elif given == ["client_secret_file"] and not _is_readable(entry["client_secret_file"]):
        yield f"client_secret_file names a file that can't be read, or an empty one: {entry['client_secret_file']!r}."


def _of_staff(entry: dict) -> Iterator[str]:
    fixed, by_claim = entry.get("organisation"), entry.get("organisation_claim")
    if (fixed is None) == (by_claim is None):
        yield "staff needs either organisation (a 法人番号) or organisation_claim, which says whose staff somebody is."
    if fixed is not None and not _is_number(fixed):
        yield "organisation is the 法人番号 of an agency, 13 digits."
    if by_claim is not None and not _is_by_claim(by_claim):
        yield 'organisation_claim is {"claim": "…", "numbers": {"value": "法人番号 of 13 digits", …}}.'
    if not _are_words(entry.get("strong_acr", [])):
        yield "strong_acr is a list of words."
    if not isinstance(entry.get("addresses_are_checked", False), bool):
        yield "addresses_are_checked is true or false."


def _is_by_claim(value: object) -> bool:
    if not isinstance(value, dict) or set(value) != {"claim", "numbers"} or not isinstance(value["numbers"], dict):
        return False
    named = isinstance(value["claim"], str) and bool(value["claim"])
    return named and bool(value["numbers"]) and all(map(_is_number, value["numbers"].values()))


def _is_number(value: object) -> bool:
    return isinstance(value, str) and bool(_NUMBER.match(value))


def _are_words(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) and each.strip() == each and each for each in value)


def _is_readable(path: str) -> bool:
    try:
        return bool(Path(path).read_text("utf-8").strip())
    except (OSError, ValueError):
        return False


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and not set(" ;,'\"\\") & set(url)
    bare = not (parts.query or parts.fragment or parts.username or parts.password or url.endswith(("?", "#")))
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    return plain and bare and safe and bool(parts.hostname) and port != 0
