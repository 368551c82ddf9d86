"""look(): what in a text may tell more than its author means to: addresses, numbers, inner machines, names of those who don't read it.

Pure. A finding is a warning: most of what is found is meant. Text is compared in NFKC, so that full-width letters hide nothing.
"""

import ipaddress
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

# The code of each kind of finding; bulletins.leak_words says it in a sentence.
MAIL, PHONE, ADDRESS, HOST, NUMBER = "mail", "phone", "address", "host", "number"
ORGANISATION, PERSON, REFERENCE = "organisation", "person", "reference"
# Of one kind in one part so many are listed.
MOST_OF_A_KIND = 20
# Shorter names than this are looked for nowhere: two letters of a name stand in ordinary words.
SHORTEST_NAME = 3

_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—―−－﹣", "-"))
# Between Japanese letters a word of Latin ones begins and ends: only ASCII counts as one.
_A = re.ASCII
_MAIL = re.compile(r"(?<![\w.%+-])[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}(?![\w-])", _A)
_APART = r"(?:[-. ]|ー)"
_PHONE = re.compile(
    rf"(?<![\d.\-/])(?:\+81{_APART}?\(?0?\)?\d{{1,4}}|\(0\d{{1,4}}\)|0\d{{1,4}}){_APART}?\(?\d{{1,4}}\)?{_APART}?\d{{3,4}}(?![\d\-/.]\d|\d)",
    _A,
)
_EXTENSION = re.compile(r"内線(?:番号)?[\s:：]{0,2}\d{2,6}", _A)
_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?:/\d{1,2})?(?!\w|\.\d)", _A)
_IPV6 = re.compile(r"(?<![\w:])(?:f[cd][0-9a-f]{2}|fe80):[0-9a-f:]{2,}", _A | re.IGNORECASE)
_INNER = re.compile(
    r"(?<![\w.@\]-])(?:[A-Za-z0-9-]+\.)+(?:local|internal|intranet|intra|corp|lan|localdomain|home\.arpa)(?![\w.\[-]*[A-Za-z0-9])",
    _A | re.IGNORECASE,
)
_GOVERNMENT = re.compile(r"(?<![\w.@-])(?:[A-Za-z0-9-]+\.){2,}go\.jp(?![\w-])", _A | re.IGNORECASE)
_INNER_WORDS = re.compile(
    r"(?:^|[.-])(?:intra(?:net)?|internal|lan|local|naibu|shanai|chonai|dc\d*|ad\d*|fs\d*|nas\d*|filesv\d*|gw\d*|vpn\d*|proxy\d*)(?=[.-])",
    _A | re.IGNORECASE,
)
_SHARE = re.compile(r"(?<![\\\w])\\\\[A-Za-z0-9._-]{2,}\\[^\s\\、。」』)]+", _A)
_TWELVE = re.compile(r"(?<![\d.\-/])\d{4}[- ]?\d{4}[- ]?\d{4}(?![\d\-/.]\d|\d)", _A)
_REFERENCE = re.compile(r"(?<![A-Za-z0-9-])(?:FL|AL|TH|SN|SC|TC|RG)-[23456789A-HJKMNP-Z]{4,8}(?![A-Za-z0-9-])")
_WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of one part, or inside of its file. `where` names the part to the author; `indicators` are meant to hold addresses."""

    where: str
    text: str
    indicators: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What the portal knows: names that are no secret here (`readers`), and those of organisations and people who do not read it.

    `references` are all that the text may name without a warning: each of its readers may see them too.
    """

    organisations: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    readers: frozenset[str] = frozenset()
    references: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Leak:
    """One finding: its kind, the part, and the words as they stand there."""

    code: str
    where: str
    words: str


def look(passages: Iterable[Passage], known: Known) -> list[Leak]:
    """Everything found, part by part, each word once a part. No finding stops anything."""
    names = _Names(known)
    found = []
    for passage in passages:
        said: dict[tuple[str, str], Leak] = {}
        for code, words in _in_text(passage, names, known):
            said.setdefault((code, words), Leak(code, passage.where, words))
        found += _not_too_many(said.values())
    return found


def references_in(passages: Iterable[Passage]) -> set[str]:
    """The references of bulletins that the texts name."""
    return {match[0] for passage in passages for match in _REFERENCE.finditer(folded(passage.text))}


def folded(text: str) -> str:
    """Full-width letters and the many hyphens as the one kind that the patterns know."""
    return unicodedata.normalize("NFKC", text).translate(_HYPHENS)


def _not_too_many(leaks: Iterable[Leak]) -> Iterator[Leak]:
    seen: dict[str, int] = {}
    for leak in leaks:
        seen[leak.code] = seen.get(leak.code, 0) + 1
        if seen[leak.code] <= MOST_OF_A_KIND:
            yield leak


def _in_text(passage: Passage, names: "_Names", known: Known) -> Iterator[tuple[str, str]]:
    text = folded(passage.text)
    if not passage.indicators:
        yield from _addresses(text)
    yield from _numbers(text)
    yield from names.found(text)
    yield from ((REFERENCE, match[0]) for match in _REFERENCE.finditer(text) if match[0] not in known.references)


def _addresses(text: str) -> Iterator[tuple[str, str]]:
    yield from ((MAIL, match[0]) for match in _MAIL.finditer(text))
    for pattern in (_IPV4, _IPV6):
        yield from ((ADDRESS, match[0]) for match in pattern.finditer(text) if _is_inner(match[0]))
    yield from ((HOST, match[0]) for pattern in (_INNER, _SHARE) for match in pattern.finditer(text))
    yield from ((HOST, match[0]) for match in _GOVERNMENT.finditer(text) if _INNER_WORDS.search(match[0]))


def _is_inner(words: str) -> bool:
    try:
        address = ipaddress.ip_address(words.partition("/")[0].rstrip(":"))
    except ValueError:
        return False
    shown_in_books = any(address in net for net in _EXAMPLES if net.version == address.version)
    return address.is_private and not shown_in_books and not address.is_unspecified


# RFC 5737 and 3849: documentation; the machine itself.
_EXAMPLES = tuple(
    map(ipaddress.ip_network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "127.0.0.0/8"))
)


def _numbers(text: str) -> Iterator[tuple[str, str]]:
    yield from ((PHONE, match[0].strip()) for match in _PHONE.finditer(text) if _is_phone(match[0]))
    yield from ((PHONE, match[0]) for match in _EXTENSION.finditer(text))
    for match in _TWELVE.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if _checks(digits) or "番号" in text[max(0, match.start() - 12) : match.start()]:
            yield NUMBER, match[0]


def _is_phone(words: str) -> bool:
    """Ten digits, eleven for mobile and internet telephones. Without a mark between them only these are clear."""
    digits = re.sub(r"\D", "", words)
    if words.startswith("+81"):
        digits = "0" + digits.removeprefix("81").lstrip("0")
    mobile = digits.startswith(("020", "050", "060", "070", "080", "090"))
    free = digits.startswith(("0120", "0570", "0800"))
    long_enough = len(digits) == (11 if mobile and not digits.startswith("0800") or len(digits) == 11 and free else 10)
    return long_enough and (mobile or free or any(mark in words for mark in "-()ー+"))


def _checks(digits: str) -> bool:
    """The check digit of an individual number (番号法施行規則: weights 6 to 2 and 7 to 2, modulo 11)."""
    rest = sum(int(digit) * weight for digit, weight in zip(digits[:11], _WEIGHTS, strict=True)) % 11
    return int(digits[11]) == (0 if rest <= 1 else 11 - rest)


@dataclass(slots=True)
class _Names:
    """All names by their first two letters, the longest first: a text is gone through once, however many there are."""

    known: Known
    by_start: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kinds = ((ORGANISATION, self.known.organisations), (PERSON, self.known.people), ("", self.known.readers))
        for code, names in kinds:
            for name in names:
                for form in _forms(name, whole=code == PERSON):
                    self.by_start.setdefault(form[:2], []).append((form, code, name))
        for names in self.by_start.values():
            # Who reads it wins over somebody else of the same name.
            names.sort(key=lambda each: (-len(each[0]), each[1]))

    def found(self, text: str) -> Iterator[tuple[str, str]]:
        squeezed, at = re.sub(r"\s+", "", text), 0
        while at < len(squeezed) - 1:
            here = self.by_start.get(squeezed[at : at + 2], ())
            form, code, name = next((each for each in here if squeezed.startswith(each[0], at)), ("", "", ""))
            if code:
                yield code, name
            at += len(form) or 1


_LEGAL_FORM = re.compile(
    r"株式会社|有限会社|合同会社|一般社団法人|一般財団法人|公益財団法人|国立研究開発法人|独立行政法人|\(株\)"
)


def _forms(name: str, *, whole: bool) -> set[str]:
    """The name without blanks, and that of a company also without its legal form."""
    squeezed = re.sub(r"\s+", "", folded(name))
    short = squeezed if whole else _LEGAL_FORM.sub("", squeezed)
    return {
        form for form in (squeezed, short) if len(form) >= (SHORTEST_NAME if form == squeezed else SHORTEST_NAME + 1)
    }
