"""The register as its pages show it: the items of one agency with their days, and of each line who was told and who confirmed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.designation_notices import SILENT, TELLS, to_be_reminded
from accounts.models import Designation, DesignationNotice, RegisterEntry
from accounts.register_days import ENDING, Standing, ended_words, next_review, reviewed_on, standing_of

_LABELS = {
    Standing.COMING: _("まだ始まっていません"),
    Standing.IN_FORCE: _("有効"),
    Standing.LIFTED: _("解除"),
    Standing.EXPIRED: _("満了"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One item on a day."""

    item: Designation
    standing: Standing
    day: date

    @property
    def label(self) -> str:
        return str(_LABELS[self.standing])

    @property
    def mark(self) -> str:
        """What stands in the place of the frame; empty while it holds."""
        return ended_words(self.item, self.day)

    @property
    def goes_on(self) -> bool:
        return self.standing in {Standing.IN_FORCE, Standing.COMING}

    @property
    def in_force(self) -> bool:
        return self.standing is Standing.IN_FORCE

    @property
    def ending(self) -> bool:
        return self.in_force and self.item.expires_on - self.day <= ENDING

    @property
    def next_review(self) -> date | None:
        return next_review(self.item, reviewed_on(self.item)) if self.goes_on else None

    @property
    def overdue(self) -> bool:
        return self.in_force and self.next_review < self.day

    @property
    def lines(self) -> int:
        return len(self.item.entries.all())


FILTERS: dict[str, tuple[object, Callable[[Row], bool]]] = {
    "": (_("すべて"), lambda row: True),
    "in_force": (_("有効"), lambda row: row.in_force),
    "ending": (_("まもなく満了"), lambda row: row.ending),
    "review": (_("見直しの期限超過"), lambda row: row.overdue),
    "lifted": (_("解除"), lambda row: row.standing is Standing.LIFTED),
    "expired": (_("満了"), lambda row: row.standing is Standing.EXPIRED),
}


def row_of(item: Designation, day: date) -> Row:
    return Row(item, standing_of(item, day), day)


def rows_of(agency: UUID | str, day: date) -> list[Row]:
    """Every item of the agency, those whose period ends first at the top; two queries."""
    items = (
        Designation.objects.filter(agency=agency).prefetch_related("entries").order_by("expires_on", "register_number")
    )
    rows = [row_of(item, day) for item in items]
    return sorted(rows, key=lambda row: not row.goes_on)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the register, how many were told of it, and how many of those know."""

    entry: RegisterEntry
    told: int
    know: int

    @property
    def tells(self) -> bool:
        return self.entry.what in TELLS


def lines_of(item: Designation) -> list[Line]:
    """The lines of an item, in the order they were written; two queries."""
    told = DesignationNotice.objects.filter(entry__designation=item).values_list("entry")
    counted = told.annotate(told=Count("pk"), know=Count("pk", filter=~SILENT))
    counts = {entry: (every, know) for entry, every, know in counted}
    return [Line(entry, *counts.get(entry.pk, (0, 0))) for entry in item.entries.all()]


@dataclass(frozen=True, slots=True)
class Silence:
    """A line that somebody was told of and has not confirmed, with these people."""

    line: Line
    people: list[DesignationNotice]
    reminds: bool


def silent_about(lines: Iterable[Line]) -> list[Silence]:
    """The lines that wait for somebody, with whom they wait for; two queries."""
    lines, now = {line.entry.pk: line for line in lines if line.know < line.told}, timezone.now()
    rows = DesignationNotice.objects.filter(SILENT, entry__in=lines).select_related("person__organisation")
    people = list(rows.order_by("person__organisation__name", "person__name"))
    reminds = set(to_be_reminded(lines, now).values_list("entry", flat=True))
    return [Silence(line, [row for row in people if row.entry_id == pk], pk in reminds) for pk, line in lines.items()]


def numbers(rows: Iterable[Row]) -> dict[str, int]:
    """How many rows each filter shows."""
    rows = list(rows)
    return {name: sum(map(shows, rows)) for name, (_label, shows) in FILTERS.items()}
