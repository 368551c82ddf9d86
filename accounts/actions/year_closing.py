"""The portal closes the figures of a year: what was counted then stands, and the log says the same numbers."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation, YearlyFigures
from accounts.register_figures import Year, closes_on, years_of
from council.audit.events import Event
from council.audit.record import record

# What rests on rows that go and on details that are destroyed one day; the rest stands in the register.
COUNTED = ("recorded", "cleared", "certified", "employees")


def close_year(agency: Organisation, year: int) -> bool:
    """Writes the numbers of the year down, once, however many try at a time; whether it was done now."""
    with transaction.atomic():
        Organisation.objects.select_for_update(no_key=True).get(pk=agency.pk)
        today = timezone.localdate()
        found = next((each for each in years_of(agency.pk, today) if each.year == year), None)
        if found is None or found.closed_on or today < closes_on(year):
            return False
        _write_down(agency, found, today)
    return True


def _write_down(agency: Organisation, found: Year, today: date) -> None:
    numbers = {name: getattr(found, name) for name in COUNTED}
    told = {"actor": None, "organisation": str(agency.pk), "object": str(agency.pk)}
    event = record(Event.FIGURES_CLOSED, **told, detail={"year": found.year, **numbers})
    YearlyFigures.objects.create(agency=agency, year=found.year, closed_on=today, event=event.pk, **numbers)
