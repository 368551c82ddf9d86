"""The table that a benchmark prints. With BENCHMARKS=write it also goes into docs/benchmarks.md, a section for each."""

import os
import platform
import re
from dataclasses import dataclass
from pathlib import Path

from django.utils import timezone

from tests.benchmarks.stopwatch import Cost

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
_HEAD = """# Benchmarks

Ratios of one run (`make bench`; `BENCHMARKS=write make bench` writes this page). By the clock: medians. By the processor: the work
of the web process and of its database backend, which other work on the same machine disturbs less.
"""


@dataclass(frozen=True)
class Line:
    """One line: `by_clock` and `by_processor` are ratios or amounts in the same unit; no goal, no verdict."""

    what: str
    by_clock: float
    by_processor: float | None = None
    at_most: float | None = None
    at_least: float | None = None

    def _met(self, value: float) -> bool:
        return value <= self.at_most if self.at_most is not None else value >= self.at_least

    def cells(self) -> list[str]:
        goal = "" if self.at_most is None else f"≤ {self.at_most:g}"
        goal = goal if self.at_least is None else f"≥ {self.at_least:g}"
        values = [self.by_clock, self.by_processor]
        verdicts = ["yes" if self._met(value) else "no" for value in values if goal and value is not None]
        shown = ["" if value is None else f"{value:.2f}" for value in values]
        return [self.what, goal, *shown, " / ".join(verdicts)]


def ratio(what: str, of: Cost, to: Cost, **goal: float) -> Line:
    """How many times the one costs the other."""
    return Line(what, of.clock / to.clock, of.processor / to.processor, **goal)


def amounts(costs: dict[str, Cost]) -> list[Line]:
    """The costs themselves, in milliseconds."""
    return [Line(f"{name}, ms", cost.clock, cost.processor) for name, cost in costs.items()]


def tell(title: str, lines: list[Line], note: str = "") -> None:
    """Prints the table and, when asked, puts it in place of the section of that title."""
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    where = f"{timezone.localdate()}, Python {platform.python_version()}, {os.cpu_count()} cores, load {load}. {note}"
    rows = [["what", "goal", "by clock", "by processor", "met"], ["---"] * 5, *(line.cells() for line in lines)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    section = f"## {title}\n\n{where.strip()}\n\n{table}\n"
    print(f"\n\n{section}")
    if os.environ.get("BENCHMARKS") == "write":
        _write(title, section)


def _write(title: str, section: str) -> None:
    PAGE.parent.mkdir(exist_ok=True)
    text = PAGE.read_text() if PAGE.exists() else _HEAD
    others = [each for each in re.split(r"(?m)^(?=## )", text) if not each.startswith(f"## {title}\n")]
    PAGE.write_text("\n".join(each.rstrip() + "\n" for each in [*others, section]))
