"""The rows of the board: which of them are shown, in which order, and the addresses that say so. Filters live in the URL."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from bulletins.stages import Stage
from bulletins.standing import Standing

# A page of the table; councils of this size and beyond exist, and a browser must still lay it out.
PAGE = 200
WAITING = "waiting"
UNREACHABLE = "unreachable"
# From what needs nobody any more to what needs somebody first.
URGENCY = (
    Stage.NOT_APPLICABLE,
    Stage.HANDLED,
    Stage.APPLICABLE,
    Stage.ACKNOWLEDGED,
    Stage.OPENED,
    Stage.DELIVERED,
    Stage.UNDELIVERED,
    Stage.OVERDUE,
)
# Nobody has acknowledged or answered.
_UNSETTLED = {Stage.OPENED, Stage.DELIVERED, Stage.UNDELIVERED, Stage.OVERDUE}
_LONGEST_NUMBER = 9

SORTS: dict[str, Callable[[Standing], object]] = {
    "organisation": lambda row: (row.organisation.name, str(row.organisation.pk)),
    "readers": lambda row: row.readers,
    "sealed": lambda row: row.sealed_at,
    "told": lambda row: row.told_at,
    "fetched": lambda row: row.fetched_at,
    "opened": lambda row: row.opened_at,
    "acknowledged": lambda row: row.acknowledged_at,
    "answered": lambda row: row.answer.answered_at if row.answer else None,
    "state": lambda row: URGENCY.index(row.state),
}


@dataclass(frozen=True, slots=True)
class Query:
    """What the address asks for: a revision, a state (or `waiting`), an order and a page. What it can't mean is left out."""

    revision: int | None = None
    state: str = ""
    sort: str = "state"
    descending: bool = True
    page: int = 1

    @property
    def address(self) -> str:
        """The query of the address, without what goes without saying."""
        said = {
            "revision": self.revision,
            "state": self.state,
            "sort": ""
            if self == replace(self, sort="state", descending=True)
            else f"{'-' * self.descending}{self.sort}",
            "page": self.page if self.page > 1 else "",
        }
        return f"?{urlencode({name: value for name, value in said.items() if value})}"

    def sorted_by(self, name: str) -> "Query":
        """The same rows in another order; by the same name again, the other way round. States begin with the most urgent."""
        turned = not self.descending if name == self.sort else name == "state"
        return replace(self, sort=name, descending=turned, page=1)


def read(given: Mapping[str, str]) -> Query:
    """The query of an address."""
    sort = given.get("sort", "")
    state = given.get("state", "")
    name = sort.removeprefix("-")
    order = {"sort": name, "descending": sort.startswith("-")} if name in SORTS else {}
    return Query(
        revision=_number(given.get("revision", "")),
        state=state if state in {WAITING, UNREACHABLE, *Stage} else "",
        page=_number(given.get("page", "")) or 1,
        **order,
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER else None


def chosen(rows: Iterable[Standing], query: Query) -> list[Standing]:
    """The rows that the query asks for, in its order; what has not happened comes last either way."""
    kept = [row for row in rows if _fits(row, query.state)]
    key = SORTS[query.sort]
    happened = [row for row in kept if key(row) is not None]
    never = [row for row in kept if key(row) is None]
    return [*sorted(happened, key=key, reverse=query.descending), *never]


def unsettled(row: Standing) -> bool:
    """Whether nobody of the organisation has acknowledged or answered."""
    return row.state in _UNSETTLED


def _fits(row: Standing, state: str) -> bool:
    if state == UNREACHABLE:
        return row.unreachable
    return unsettled(row) if state == WAITING else state in ("", row.state)
