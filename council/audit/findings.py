"""What a check found, as rows kept with it and as sentences for people."""

from collections.abc import Mapping
from dataclasses import dataclass

from council.audit import log_keys
from council.audit.models import Verification
from council.templatetags.portal import tier_short


@dataclass(frozen=True, slots=True)
class Found:
    """One finding: in which log, at which place (None: none in particular), the word of the code and a sentence."""

    log: str
    index: int | None
    code: str
    sentence: str

    @property
    def place(self) -> str:
        return "" if self.index is None else f"{self.index:,}"


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check said of one log."""

    log: str
    verdict: str
    size: int
    witnesses: list[str]
    findings: list[Found]
    # (place, whole minutes): how long no heartbeat came before that one. Nobody wrote then, or what was written is gone.
    silences: list[tuple[str, int]]

    @property
    def count(self) -> str:
        return f"{self.size:,}"


def of(verification: Verification) -> list[Checked]:
    """Log by log, in the order of tiers; what it did not reach is not there."""
    names = {log_keys.log_name(tier): tier_short(tier) for tier in log_keys.TIERS}
    return [_checked(label, verification.result[name]) for name, label in names.items() if name in verification.result]


def sentences(verification: Verification | None) -> list[Found]:
    """All findings of it."""
    return [found for each in of(verification) for found in each.findings] if verification else []


def _checked(label: str, said: Mapping) -> Checked:
    findings = [
        Found(label, each.get("index"), each.get("code", ""), each.get("sentence", "")) for each in said["findings"]
    ]
    silences = [(f"{index:,}", gap // 60_000) for index, gap in said.get("silences", [])]
    return Checked(label, said["verdict"], said["size"], said.get("witnesses", []), findings, silences)
