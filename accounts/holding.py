"""Which rows hold on a day, their first and their last day included: what Term.holds() says of facts, asked of the database."""

from datetime import date

from django.db.models import Q


def cleared_on(day: date) -> Q:
    """Clearances that hold: told to the person by then, and not over."""
    return Q(notified_on__lte=day, last_day__gte=day)


def taught_on(day: date) -> Q:
    """Education that is current."""
    return Q(held_on__lte=day, last_day__gte=day)


def listed_on(day: date) -> Q:
    """Entries of rosters whose days have begun and are not over; without a last day they go on."""
    return Q(first_day__lte=day) & not_ended_before(day)


def not_ended_before(day: date) -> Q:
    """Rows whose last day, if they have one, is not past."""
    return Q(last_day=None) | Q(last_day__gte=day)
