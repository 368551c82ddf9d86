"""取扱者名簿: an organisation names its people for an item, the agency accepts them, each signs; and taking off takes one person, at once.

What is about to end is prolonged by an entry of its own that begins the day after: named, accepted and signed like any other, since the
sentence that is signed says the days. Nobody says why somebody was not accepted, or came off: rows and events hold no reason.
"""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import handler_pledge
from accounts.actions import limits
from accounts.actions.verb import Deed, Refused, days, verb
from accounts.models import Designation, RosterEntry, User
from accounts.roster_grants import COUNTS, derive
from accounts.roster_proof import unproved
from accounts.roster_room import Room, room_for
from council.access import facts
from council.access.facts import Role
from council.access.policy import Action, Reason
from council.audit.events import Event


def _need_nominator(deed: Deed, designation: Designation, person: User) -> None:
    """Refused unless the subject runs the person's organisation, or clears people for the item's agency, which is the person's own."""
    own_agency = designation.agency_id == person.organisation_id
    if own_agency and Role.CLEARANCE_OFFICER in deed.subject.roles:
        limits.need_officer_for(deed.subject, designation.agency, person)
    else:
        limits.need(deed.subject, Action.NOMINATE, facts.Organisation(str(person.organisation_id)), person.pk)


def _within(room: Room, first_day: date, last_day: date | None) -> date | None:
    """The last day, that of the contract unless an earlier one is given. ValidationError for days outside of it."""
    last_day = last_day or room.days.last
    if last_day and last_day < first_day:
        raise ValidationError({"last_day": _("終わりの日が始まりの日より前です。")})
    if not (room.days.holds(first_day) and (last_day is None or room.days.holds(last_day))):
        raise ValidationError({"first_day": _("この項目の契約の期間の中の日にしてください。")})
    return last_day


@verb(Event.ROSTER_RECORD)
def nominate_handler(
    deed: Deed, designation: Designation, person: User, *, first_day: date, last_day: date | None = None
) -> RosterEntry:
    """Names the person for the item. Refused where no contract covers it; it counts only once the agency accepted and the person signed."""
    _need_nominator(deed, designation, person)
    last_day = _within(_room_of(deed, designation, person), first_day, last_day)
    today = deed.subject.today
    if last_day and last_day < today:
        raise ValidationError({"last_day": _("終わりの日が、すでに過ぎています。")})
    _lock(designation.pk)
    # Whose days are over makes room for the next entry.
    listed = RosterEntry.objects.filter(designation=designation, person=person, ended_at=None)
    listed.filter(last_day__lt=today).update(ended_at=timezone.now())
    if listed.exists():
        raise ValidationError({"person": _("この人は、すでにこの項目の名簿にあります。")})
    return _name(deed, designation, person, first_day=first_day, last_day=last_day)


@verb(Event.ROSTER_RECORD)
def prolong_handling(deed: Deed, entry: RosterEntry, *, last_day: date | None = None) -> RosterEntry:
    """Names the person for the days after the entry's last. The entry stays as it is: where nothing comes of it, it ends all the same."""
    _need_nominator(deed, entry.designation, entry.person)
    room = _room_of(deed, entry.designation, entry.person)
    entry = _open(entry)
    if not entry.pledged_at or (entry.last_day and entry.last_day < deed.subject.today):
        raise ValidationError(_("延ばせるのは、いま取扱者である人の期間だけです。"))
    if entry.last_day is None:
        raise ValidationError(_("この期間には終わりがありません。"))
    if RosterEntry.objects.filter(prolongs=entry, ended_at=None).exists():
        raise ValidationError(_("この期間の後は、すでに推薦されています。"))
    following = entry.last_day + timedelta(days=1)
    last_day = _within(room, following, last_day)
    return _name(deed, entry.designation, entry.person, first_day=following, last_day=last_day, prolongs=entry)


def _room_of(deed: Deed, designation: Designation, person: User) -> Room:
    """The days for which the person, who is locked, may be named. Refused where no contract covers the item."""
    person = User.objects.select_related("organisation").select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    if not (person.is_active and person.organisation.is_active):
        raise ValidationError({"person": _("利用中の人だけを推薦できます。")})
    room = room_for(person.organisation, designation, deed.subject.today)
    if room is None:
        raise Refused(Reason.CONTRACT, person.pk)
    return room


def _name(deed: Deed, designation: Designation, person: User, **said: object) -> RosterEntry:
    """Behind the lock on the designation."""
    entry = RosterEntry(
        designation=designation, person=person, nominated_by_id=deed.subject.person, nominated_at=timezone.now(), **said
    )
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError:
        raise ValidationError({"person": _("この人は、すでにこの項目の名簿にあります。")}) from None
    derive(designation)
    going_on = {"prolongs": entry.prolongs_id} if entry.prolongs_id else {}
    _note(deed, entry, **days(entry.first_day, entry.last_day), **going_on)
    return entry


@verb(Event.ROSTER_ACCEPT)
def accept_handler(deed: Deed, entry: RosterEntry) -> RosterEntry:
    """The agency takes the person onto the roster. ValidationError when somebody was faster."""
    limits.need_officer_for(deed.subject, entry.designation.agency, entry.person)
    entry = _open(entry)
    if entry.accepted_at:
        raise ValidationError(_("この人は、すでに受け入れられています。"))
    entry.accepted_by_id, entry.accepted_at = deed.subject.person, timezone.now()
    entry.save(update_fields=["accepted_by", "accepted_at"])
    derive(entry.designation)
    _note(deed, entry)
    return entry


@verb(Event.ROSTER_PLEDGE)
def pledge_handling(deed: Deed, entry: RosterEntry, version: int) -> RosterEntry:
    """The person signs the sentence that they read; from now on the entry counts. ValidationError when there is a newer one."""
    if deed.subject.person != str(entry.person_id) or not deed.subject.active:
        raise Refused(Reason.NOT_INVOLVED, entry.person_id)
    entry = _open(entry)
    if not entry.accepted_at:
        raise Refused(Reason.STATE, entry.person_id)
    if entry.pledged_at:
        raise ValidationError(_("すでに誓約しています。"))
    if version != handler_pledge.VERSION:
        raise ValidationError(_("誓約の文が新しくなっています。もう一度読んでから誓約してください。"))
    entry.pledged_at, entry.pledged_version = timezone.now(), version
    entry.save(update_fields=["pledged_at", "pledged_version"])
    derive(entry.designation, _vouched(entry))
    _note(deed, entry, version=version, **days(entry.first_day, entry.last_day))
    return entry


def _vouched(entry: RosterEntry) -> list[UUID]:
    """Whoever has just signed, unless another entry of theirs that nobody made would open with this one."""
    others = RosterEntry.objects.filter(COUNTS, designation=entry.designation_id, person=entry.person_id)
    return [] if unproved(others.exclude(pk=entry.pk)) else [entry.person_id]


@verb(Event.ROSTER_REMOVE)
def end_handling(deed: Deed, entry: RosterEntry) -> RosterEntry:
    """The person comes off the roster, or is not accepted: at once, by the agency or by their organisation, and nobody asks why.

    With an entry ends what prolongs it; where only that ends, the entry goes on until its last day.
    """
    agency, person = entry.designation.agency, entry.person
    if Role.CLEARANCE_OFFICER in deed.subject.roles and deed.subject.organisation == str(agency.pk):
        limits.need_officer(deed.subject, agency, person.organisation, person.pk)
    else:
        limits.need(deed.subject, Action.NOMINATE, facts.Organisation(str(person.organisation_id)), person.pk)
    ended = following = _end(deed, _open(entry))
    while following := RosterEntry.objects.filter(prolongs=following, ended_at=None).first():
        _end(deed, _open(following))
    return ended


def end_handling_of(deed: Deed, person: User) -> int:
    """Takes somebody who leaves off every roster, within the verb that lets them go; how many. What they signed goes on to bind them."""
    deed = replace(deed, event=Event.ROSTER_REMOVE)
    entries = RosterEntry.objects.filter(person=person, ended_at=None).order_by("designation")
    found = [_open(entry) for entry in entries.select_related("designation")]
    for entry in found:
        _end(deed, entry)
    return len(found)


def _end(deed: Deed, entry: RosterEntry) -> RosterEntry:
    entry.ended_at = timezone.now()
    entry.save(update_fields=["ended_at"])
    derive(entry.designation)
    _note(deed, entry)
    return entry


def _lock(designation: UUID) -> None:
    """Before any entry of the item: who changes two at a time and who derives the grants wait for each other here."""
    Designation.objects.select_for_update(no_key=True).get(pk=designation)


def _open(entry: RosterEntry) -> RosterEntry:
    """The entry, read anew and locked; Refused when it has ended."""
    _lock(entry.designation_id)
    found = RosterEntry.objects.select_for_update(of=("self",)).select_related(
        "designation__agency", "person__organisation"
    )
    found = found.filter(pk=entry.pk, ended_at=None).first()
    if found is None:
        raise Refused(Reason.NOT_FOUND, entry.person_id)
    return found


def _note(deed: Deed, entry: RosterEntry, **detail: object) -> None:
    deed.note(entry.person_id, {"designation": str(entry.designation_id), "entry": entry.pk, **detail})
