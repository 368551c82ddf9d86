"""Who stands by, as the settings COUNCIL_WITNESSES and COUNCIL_WITNESS_QUORUM say it: [{"vkey": "name+id+key", "url": "https://…"}, …]."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from council.audit.cosignature import Verifier
from council.sealing.errors import NoteRefused

_MEMBERS = {"vkey", "url"}


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness that this deployment asks: its key, and where its submission prefix is."""

    verifier: Verifier
    url: str

    @property
    def name(self) -> str:
        return self.verifier.name


def configured() -> list[Witness]:
    """The witnesses in the order of the setting; NoteRefused for a key that is none. faults() says what else may be wrong."""
    return [Witness(Verifier.parse(each["vkey"]), each["url"].rstrip("/")) for each in settings.AUDIT_WITNESSES]


def faults() -> list[str]:
    """What is wrong with the settings, in sentences for whoever runs the portal."""
    entries = settings.AUDIT_WITNESSES
    if not isinstance(entries, list):
        return ['COUNCIL_WITNESSES is a list of {"vkey": …, "url": …}.']
    found = [f"COUNCIL_WITNESSES, entry {place}: {fault}" for place, fault in _of_entries(entries)]
    wanted = settings.AUDIT_WITNESS_QUORUM
    if wanted > len(entries):
        found.append(f"COUNCIL_WITNESS_QUORUM is {wanted}, of {len(entries)} witnesses.")
    return found


def _of_entries(entries: list) -> Iterator[tuple[int, str]]:
    names = set()
    for place, entry in enumerate(entries, 1):
        if not isinstance(entry, dict) or set(entry) != _MEMBERS or not all(isinstance(v, str) for v in entry.values()):
            yield place, 'not {"vkey": "…", "url": "…"}.'
            continue
        if not _is_address(entry["url"]):
            yield place, "the url is no plain http or https address."
        try:
            name = Verifier.parse(entry["vkey"]).name
        except NoteRefused:
            yield place, "the vkey can't be read; copy it as the witness prints it."
            continue
        if name in names:
            yield place, f"there are two witnesses called {name}."
        names.add(name)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and " " not in url
    bare = not (parts.query or parts.fragment or parts.username or parts.password)
    return plain and bare and parts.scheme in {"http", "https"} and bool(parts.hostname) and port != 0
