"""The verbs of the register, for the tests that ask every verb the same: what has to be there before, the call, and who calls."""

from collections.abc import Callable
from datetime import timedelta

from accounts.actions import designations as verbs
from accounts.models import DesignationNotice, RegisterEntry
from tests import cast


def _lifted(world: cast.Council) -> None:
    line = verbs.cancel_designation(world.item, acting_user=world.officer)
    rows = DesignationNotice.objects.filter(entry=line)
    for row in rows:
        row.told_at -= timedelta(days=2)
        row.save()


def _line() -> RegisterEntry:
    return RegisterEntry.objects.get(what="cancelled")


def _told(world: cast.Council) -> DesignationNotice:
    return DesignationNotice.objects.get(person=world.reader_three)


PREPARED: dict[str, Callable] = {"remind_of_designation": _lifted, "note_reached": _lifted, "confirm_told": _lifted}
CALLS: dict[str, tuple[Callable, str]] = {
    "change_designation": (
        lambda w, **by: verbs.change_designation(w.item, measure="notice", reading_place="", contact="", **by),
        "officer",
    ),
    "review_designation": (lambda w, **by: verbs.review_designation(w.item, **by), "officer"),
    "cancel_designation": (lambda w, **by: verbs.cancel_designation(w.item, **by), "officer"),
    "remind_of_designation": (lambda w, **by: verbs.remind_of_designation(_line(), **by), "officer"),
    "note_reached": (lambda w, **by: verbs.note_reached(_told(w), **by), "officer"),
    "confirm_told": (lambda w, **by: verbs.confirm_told(_told(w).pk, **by), "reader_three"),
    "export_figures": (lambda w, **by: verbs.export_figures(w.agency, **by), "officer"),
}
