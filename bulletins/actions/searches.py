"""Keeping a search, turning its alerts on and off, removing it: each with its event. Nobody has to do with anybody else's."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from bulletins.access import NotVisible, refuse
from bulletins.actions.verb import Conflict
from bulletins.models import SavedSearch
from bulletins.saved_searches import MOST, Saved, opened, sealed_row, searches_of, shown_to
from council.access.facts import Subject
from council.access.policy import Action, Decision, Reason
from council.access.tiers import Tier
from council.audit.events import Event
from council.audit.record import record


def look_at_searches(subject: Subject) -> list[Saved]:
    """The subject's own searches that this session reaches, and the event that they were shown."""
    saved = [found for row in searches_of(subject) if (found := shown_to(subject, row))]
    with transaction.atomic():
        who = {"actor": subject.person, "organisation": subject.organisation}
        record(Event.PAGE_SHOWN, **who, tier=int(subject.ceiling), detail={"page": "searches", "shown": len(saved)})
    return saved


def keep_search(subject: Subject, name: str, fields: Mapping[str, str], *, alerts: bool) -> SavedSearch:
    """Keeps conditions that the form of the list has understood. Conflict when there are MOST already."""
    row = sealed_row(subject, name, fields, alerts=alerts)
    with transaction.atomic():
        if searches_of(subject).count() >= MOST:
            raise Conflict(_("保存できる条件は%(most)s個までです。使わないものを消してください。") % {"most": MOST})
        row.save(force_insert=True)
        _note(Event.SEARCH_SAVED, subject, row)
    return row


def set_alerts(subject: Subject, search_id: UUID, *, alerts: bool) -> None:
    """Turns the alerts of one of the subject's own on or off; NotVisible when there is none with this id."""
    with transaction.atomic():
        row = searches_of(subject).select_for_update().filter(pk=search_id).first()
        row = row if shown_to(subject, row) else None
        if row is not None and row.alerts != alerts:
            row.alerts = alerts
            row.save(update_fields=["alerts"])
            _note(Event.SEARCH_SAVED, subject, row)
    _refuse_missing(subject, search_id, row)


def remove_search(subject: Subject, search_id: UUID) -> None:
    """Forgets one of the subject's own; NotVisible when there is none with this id."""
    with transaction.atomic():
        row = searches_of(subject).select_for_update().filter(pk=search_id).first()
        row = row if shown_to(subject, row) else None
        if row is not None:
            _note(Event.SEARCH_REMOVED, subject, row)
            row.delete()
    _refuse_missing(subject, search_id, row)


def _refuse_missing(subject: Subject, search_id: UUID, row: SavedSearch | None) -> None:
    if row is None:
        nothing = Decision(allowed=False, reason=Reason.NOT_FOUND)
        refuse(subject, Action.READ, search_id, nothing, tier=Tier.ONE)
        raise NotVisible


def _note(event: Event, subject: Subject, row: SavedSearch) -> None:
    """Its conditions are sealed in the log as in the list: at the ceiling of whoever looks for them."""
    saved = opened(row)
    detail = {"name": saved.name, **saved.fields, "alerts": row.alerts}
    who = {"actor": subject.person, "organisation": subject.organisation}
    record(event, **who, object=str(row.pk), tier=int(subject.ceiling), detail=detail)
