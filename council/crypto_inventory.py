"""What is encrypted, signed and digested with what, and which keys there are: for machines first. Never a secret.

Other apps add what they hold by register(): a function that says a Section, called each time the inventory is made.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from django.conf import settings
from django.db.models import Count

from council.keys import keyring, place_in_words
from council.rewrapping import WrapStore, remaining, stores

FORMAT, VERSION = "council-crypto-inventory", 1

# Standing on the list below, as far as this project could establish it: no guesses.
CRYPTREC = "LS-0001-2022 (2023-03-30)"
LISTED = "listed"
NOT_VERIFIED = "listed, not verified"
NOT_CONFIRMED = "not confirmed"
NO_LISTING = "no listing found"
NOT_STATED = "not looked up"
_AES_GCM = f"AES: {LISTED}; GCM: {NOT_VERIFIED}"
_AGE_PARTS = f"X25519: {NOT_CONFIRMED}; ChaCha20-Poly1305: {NOT_VERIFIED}"


@dataclass(frozen=True, slots=True)
class Algorithm:
    """One algorithm in one use. `id` is what records of it say, empty where they say nothing.

    `cryptrec` is its standing on the list of CRYPTREC. `post_quantum`: whether it rests on nothing that a quantum computer is known
    to break; None where that depends on something outside the portal.
    """

    algorithm: str
    use: str
    where: str
    standard: str
    cryptrec: str
    post_quantum: bool | None
    id: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """What one part of the portal adds: algorithms, and keys under names of their own (plain JSON, nothing secret)."""

    algorithms: tuple[Algorithm, ...] = ()
    keys: Mapping[str, object] = field(default_factory=dict)


_ENVELOPE, _AGE = "council/sealing/FORMAT.md §1–§6", "council/sealing/FORMAT.md §8"
_PACKAGE, _AUDIT = "council/sealing/PACKAGE.md", "council/audit/FORMAT.md"
ALGORITHMS = (
    Algorithm("AES-256-GCM", "contents at rest", _ENVELOPE, "NIST SP 800-38D", _AES_GCM, True, "AES-256-GCM.v1"),
    Algorithm("AES-256-GCM", "wraps of file keys", _ENVELOPE, "NIST SP 800-38D", _AES_GCM, True, "AES-256-GCM.v1"),
    Algorithm("HKDF-SHA256", "keys of a file keyring", _ENVELOPE, "RFC 5869", NOT_STATED, True),
    Algorithm("HMAC-SHA256", "names of people in the log, other macs", _ENVELOPE, "RFC 2104", LISTED, True),
    Algorithm(
        "SHA-256", "leaves and trees of the log, digests of details and packages", _AUDIT, "FIPS 180-4", LISTED, True
    ),
    Algorithm(
        "ML-KEM-768 + X25519, HKDF-SHA256, ChaCha20-Poly1305 (HPKE)",
        "file keys of packages, hybrid recipients",
        _AGE,
        "RFC 9180, FIPS 203, C2SP age",
        f"ML-KEM: {NO_LISTING}; {_AGE_PARTS}",
        True,
        "mlkem768x25519",
    ),
    Algorithm(
        "X25519, HKDF-SHA256, ChaCha20-Poly1305",
        "file keys of packages, classic recipients",
        _AGE,
        "RFC 7748, C2SP age",
        _AGE_PARTS,
        False,
        "X25519",
    ),
    Algorithm("ChaCha20-Poly1305", "payloads of packages", _AGE, "RFC 8439, C2SP age", NOT_VERIFIED, True),
    Algorithm("HMAC-SHA256", "headers of packages", _AGE, "C2SP age", LISTED, True),
    Algorithm(
        "Ed25519",
        "signed notes: manifests of packages",
        _PACKAGE,
        "RFC 8032, C2SP signed-note",
        f"EdDSA: {LISTED}",
        False,
    ),
    Algorithm("argon2id", "passwords of people", "settings.PASSWORD_HASHERS", "RFC 9106", NOT_STATED, True),
    Algorithm("HMAC-SHA256", "sessions and forms, under SECRET_KEY", "Django signing", "RFC 2104", LISTED, True),
    Algorithm("TLS", "connections", "the reverse proxy's, outside the portal", "RFC 8446", "as the proxy is set", None),
)


def of_the_frame() -> Section:
    """The algorithms above and the keyring: its kind, its epochs, and how many wraps each of them holds."""
    ring = keyring()
    held = {
        "kind": ring.kind,
        "place": place_in_words(),
        "current_epoch": ring.current_epoch(),
        "minimum_epoch": ring.minimum_epoch(),
        "epochs": list(ring.epochs()),
        "left_to_rewrap": remaining(),
    }
    return Section(ALGORITHMS, {"keyring": held, "wraps": [row for store in stores() for row in _wraps_of(store)]})


_sources: list[Callable[[], Section]] = [of_the_frame]


def register(source: Callable[[], Section]) -> None:
    """Called from AppConfig.ready(); registering twice changes nothing."""
    if source not in _sources:
        _sources.append(source)


def inventory() -> dict[str, object]:
    """The whole inventory as plain JSON. KeyringUnavailable without keys; ValueError when two sources name keys alike."""
    sections = [source() for source in _sources]
    keys: dict[str, object] = {}
    for section in sections:
        if twice := keys.keys() & section.keys.keys():
            raise ValueError(f"two sources speak of {sorted(twice)}")
        keys |= section.keys
    return {
        "format": FORMAT,
        "v": VERSION,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "portal": settings.VERSION,
        "cryptrec_list": CRYPTREC,
        "algorithms": [asdict(each) for section in sections for each in section.algorithms],
        "keys": keys,
    }


def _wraps_of(store: WrapStore) -> list[dict[str, object]]:
    """Numbers of wraps by tier, number of subcommittees and epoch. Which subcommittees is nobody's business here."""
    paths = [store.tier, store.subcommittees, "epoch", "algorithm"]
    rows = store.rows().order_by().values(*filter(None, paths)).annotate(wraps=Count("pk"))
    found: Counter[tuple[int, int, int, str]] = Counter()
    for row in rows:
        subcommittees = len(row[store.subcommittees] or []) if store.subcommittees else 0
        found[row[store.tier], subcommittees, row["epoch"], row["algorithm"]] += row["wraps"]
    names = ("tier", "subcommittees", "epoch", "algorithm")
    return [{"store": store.name, **dict(zip(names, key, strict=True)), "wraps": found[key]} for key in sorted(found)]
