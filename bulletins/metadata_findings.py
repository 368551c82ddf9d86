"""What is said of a file that was looked into: findings, the cleaned bytes, and why a file can't be taken. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

# A detail holds names and counts, for people to read; a file can make it as long as it likes.
LONGEST_DETAIL = 200
MOST_NAMES = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a reader of the file would not see. `stays`: it is still there, and the author has to decide.

    `code` names the sentence (bulletins.metadata_words), `detail` is what it says of this file: names, or a number.
    """

    code: str
    detail: str = ""
    stays: bool = False


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The bytes that may be sealed, and what was found in those that came."""

    data: bytes
    findings: tuple[Finding, ...] = ()


class Uncleanable(ValueError):
    """The file can't be taken; `code` names the sentence that says why and what to do."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class Findings:
    """Findings while a file is being looked into: names and numbers are gathered, and said once for each code."""

    names: dict[tuple[str, bool], list[str]] = field(default_factory=dict)
    numbers: Counter[tuple[str, bool]] = field(default_factory=Counter)

    def name(self, code: str, words: object, *, stays: bool = False) -> None:
        """Notes the words under the code, once; empty words are nothing."""
        said = " ".join(str(words or "").split())
        known = self.names.setdefault((code, stays), []) if said else []
        if said and said not in known:
            known.append(said)

    def count(self, code: str, number: int = 1, *, stays: bool = False) -> None:
        """Adds to the number under the code; nothing for zero."""
        if number:
            self.numbers[code, stays] += number

    def add(self, others: Iterable[Finding]) -> None:
        """Takes over what another look has found."""
        for each in others:
            if each.detail.isdecimal():
                self.count(each.code, int(each.detail), stays=each.stays)
            else:
                self.name(each.code, each.detail or each.code, stays=each.stays)

    def told(self) -> tuple[Finding, ...]:
        """Everything found: first what was taken out, then what stays."""
        named = [Finding(code, _listed(words), stays) for (code, stays), words in self.names.items() if words]
        numbered = [Finding(code, str(number), stays) for (code, stays), number in self.numbers.items()]
        return tuple(sorted([*named, *numbered], key=lambda each: each.stays))


def _listed(words: list[str]) -> str:
    more = "…" if len(words) > MOST_NAMES else ""
    return ("、".join(words[:MOST_NAMES]) + more)[:LONGEST_DETAIL]
