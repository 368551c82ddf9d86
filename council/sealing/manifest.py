"""What a package says about itself: outside, signed, and inside, for comparison. PACKAGE.md §2, §3."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, Self

from council.sealing.canonical import canonical
from council.sealing.errors import PackageRefused, gettext_noop

MANIFEST_FORMAT = "council-package"
CONTENTS_FORMAT = "council-package-contents"
VERSION = 1
LARGEST_MANIFEST = 64 * 1024
LARGEST_NUMBER = 2**53 - 1  # RFC 8785 canonical JSON has no larger whole numbers

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ORIGIN = re.compile(r"[^\x00-\x20\x7f]+( [^\x00-\x20\x7f]+)*")
_TIME = "%Y-%m-%dT%H:%M:%SZ"

BAD_MANIFEST = gettext_noop("パッケージの目録（manifest）が決められた形式ではないので開けません。")
BAD_CONTENTS = gettext_noop("パッケージの中の記載（package.json）が決められた形式ではないので開けません。")
BAD_MEMBER = gettext_noop("パッケージの項目 %(member)s の値が正しくありません。")
DIFFERENT_INSIDE = gettext_noop("パッケージの中と外で %(member)s が違うので開けません。")


class FileNames(NamedTuple):
    """The four files of a package on disk and in a download."""

    manifest: str
    signature: str
    age: str
    proof: str


def file_names(package: str) -> FileNames:
    return FileNames(f"{package}.manifest.json", f"{package}.manifest.sig", f"{package}.age", f"{package}.tlog-proof")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What all recipients of one payload share. Ids are UUIDs in lower case; subcommittees are a sorted set."""

    bulletin: str
    revision: int
    tier: int
    subcommittees: tuple[str, ...]
    caveats: tuple[str, ...]

    def __post_init__(self) -> None:
        _check_shared(self)
        _check("caveats", all(_is_line(each) for each in self.caveats))

    def document(self) -> dict[str, object]:
        return {
            "format": CONTENTS_FORMAT,
            "v": VERSION,
            **_shared(self),
            "caveats": list(self.caveats),
        }

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """From `package.json`; PackageRefused for anything that departs from PACKAGE.md §3."""
        document = _document(data, CONTENTS_FORMAT)
        if document is None or document.keys() != {*cls.__slots__, "format", "v"}:
            raise PackageRefused(BAD_CONTENTS)
        return cls(**_lists_as_tuples(document))


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What the signature binds. `recipient` is a fingerprint, `header` and `payload` are SHA-256, all in hexadecimal.

    `version` counts up over all packages of one bulletin for one organisation. `not_after` is a UTC time in whole
    seconds, or None for a package without a last day.
    """

    package: str
    version: int
    organisation: str
    recipient: str
    bulletin: str
    revision: int
    tier: int
    subcommittees: tuple[str, ...]
    header: str
    payload: str
    not_after: datetime | None
    log_origin: str

    def __post_init__(self) -> None:
        _check_shared(self)
        for member in ("package", "organisation"):
            _check(member, _matches(_ID, getattr(self, member)))
        for member in ("recipient", "header", "payload"):
            _check(member, _matches(_SHA256, getattr(self, member)))
        _check("version", _is_count(self.version))
        _check("not_after", self.not_after is None or _is_whole_utc(self.not_after))
        _check("log_origin", _matches(_ORIGIN, self.log_origin))

    def document(self) -> dict[str, object]:
        return {
            "format": MANIFEST_FORMAT,
            "v": VERSION,
            **_shared(self),
            "package": self.package,
            "version": self.version,
            "organisation": self.organisation,
            "recipient": self.recipient,
            "header": self.header,
            "payload": self.payload,
            "not_after": None if self.not_after is None else self.not_after.strftime(_TIME),
            "log_origin": self.log_origin,
        }

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """From the signed bytes; PackageRefused for anything that departs from PACKAGE.md §2."""
        document = _document(data, MANIFEST_FORMAT)
        if document is None or document.keys() != {*cls.__slots__, "format", "v"}:
            raise PackageRefused(BAD_MANIFEST)
        facts = _lists_as_tuples(document)
        return cls(**{**facts, "not_after": _time(facts["not_after"])})

    def compare(self, inside: Contents) -> None:
        """PackageRefused, with the member's name, when what is inside was not made for this manifest."""
        outside = _shared(self)
        for member, value in _shared(inside).items():
            if outside[member] != value:
                raise PackageRefused(DIFFERENT_INSIDE, member=member)


def _shared(facts: Contents | Manifest) -> dict[str, object]:
    return {
        "bulletin": facts.bulletin,
        "revision": facts.revision,
        "tier": facts.tier,
        "subcommittees": list(facts.subcommittees),
    }


def _check_shared(facts: Contents | Manifest) -> None:
    _check("bulletin", _matches(_ID, facts.bulletin))
    _check("revision", _is_count(facts.revision))
    _check("tier", type(facts.tier) is int and 1 <= facts.tier <= 3)
    ids = facts.subcommittees
    _check("subcommittees", all(_matches(_ID, each) for each in ids) and list(ids) == sorted(set(ids)))


def _check(member: str, holds: bool) -> None:
    if not holds:
        raise PackageRefused(BAD_MEMBER, member=member)


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_line(value: object) -> bool:
    return isinstance(value, str) and value != "" and value.isprintable()


def _is_count(value: object) -> bool:
    return type(value) is int and 1 <= value <= LARGEST_NUMBER


def _is_whole_utc(value: object) -> bool:
    return isinstance(value, datetime) and value.tzinfo is UTC and value.microsecond == 0


def _time(value: object) -> datetime | None:
    """Exactly the spelling that `document` writes: 2026-12-31T15:00:00Z."""
    if value is None:
        return None
    try:
        time = datetime.strptime(str(value), _TIME).replace(tzinfo=UTC)
    except ValueError:
        time = None
    _check("not_after", time is not None and time.strftime(_TIME) == value)
    return time


def _document(data: bytes, expected: str) -> dict[str, object] | None:
    """The JSON object, or None when it is none, not canonical, or of another format or version."""
    if len(data) > LARGEST_MANIFEST:
        return None
    try:
        document = json.loads(data.decode(), object_pairs_hook=_without_repeats)
        if not isinstance(document, dict) or canonical(document) != data:
            return None
    except (ValueError, RecursionError):
        return None
    if document.get("format") != expected:
        return None
    return document if type(document.get("v")) is int and document["v"] == VERSION else None


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a name is given twice")
    return dict(pairs)


def _lists_as_tuples(document: dict[str, object]) -> dict[str, object]:
    facts = {name: value for name, value in document.items() if name not in ("format", "v")}
    for name in facts.keys() & {"subcommittees", "caveats"}:
        _check(name, isinstance(facts[name], list))
        facts[name] = tuple(facts[name])
    return facts
