"""指定管理簿: what an agency designates, reviews and lifts, by its clearance officers; and that those who handled it know of it.

Each of these writes its line of the register and its event, and what ends or prolongs a designation tells everybody who ever handled the
item, all in one transaction.
"""

from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import founding_clearances as founding
from accounts.actions import limits
from accounts.actions.verb import Deed, Refused, days, verb
from accounts.designation_notices import SILENT, remind, tell, to_be_reminded
from accounts.models import Designation, DesignationNotice, Organisation, RegisterEntry, User
from accounts.register_days import Standing, need_in_force, standing_of
from accounts.register_figures import table, years_of
from accounts.register_lines import drop_proposals, lock_proposals, write_line
from accounts.register_words import WORDS, refuse_graded
from council.access import facts
from council.access.policy import Action, Reason
from council.audit.events import Event

What = RegisterEntry.What


def _need_register(deed: Deed, agency: UUID, about: object) -> None:
    limits.need(deed.subject, Action.MANAGE_REGISTER, facts.Organisation(str(agency)), about)


def _locked(deed: Deed, designation: Designation) -> Designation:
    """The designation as it is now, for an officer of its agency."""
    _need_register(deed, designation.agency_id, designation.pk)
    rows = Designation.objects.select_related("agency").select_for_update(of=("self",), no_key=True)
    return rows.get(pk=designation.pk)


def _officer(deed: Deed) -> str:
    return User.objects.values_list("name", flat=True).get(pk=deed.subject.person)


@verb(Event.DESIGNATION_RECORD)
def record_designation(
    deed: Deed,
    agency: Organisation,
    register_number: str,
    summary: str,
    *,
    designated_on: date,
    expires_on: date | None = None,
    **words: str,
) -> Designation:
    """An item in the agency's register. The summary is itself not secret; without a last day it is the last that the law allows.

    `words` are category, measure, reading_place and contact.
    """
    _need_register(deed, agency.pk, agency.pk)
    given = {"register_number": register_number, "summary": summary, **words}
    refuse_graded({name: given.get(name, "") for name in WORDS})
    if designated_on > deed.subject.today:
        raise ValidationError({"designated_on": _("指定した日が、まだ来ていません。")})
    made = founding.found_designation(
        agency, register_number, summary, designated_on=designated_on, expires_on=expires_on,
        recorded_by=_officer(deed), **words,
    )  # fmt: skip
    deed.note(made.pk, {"number": register_number, **days(designated_on, made.expires_on)})
    return made


@verb(Event.DESIGNATION_CHANGE)
def change_designation(
    deed: Deed, designation: Designation, *, measure: str, reading_place: str, contact: str
) -> Designation:
    """Where the item is read, who is asked about it, and whether it is marked by now: the marks of the register itself stay."""
    found = _locked(deed, designation)
    refuse_graded({"reading_place": reading_place, "contact": contact})
    found.measure, found.reading_place, found.contact = measure, reading_place, contact
    found.full_clean()
    found.save(update_fields=["measure", "reading_place", "contact"])
    deed.note(found.pk, {"measure": measure})
    return found


@verb(Event.DESIGNATION_REVIEW)
def review_designation(deed: Deed, designation: Designation) -> RegisterEntry:
    """That the agency looked whether the designation is still needed, and it is. ValidationError once it is over, and twice a day."""
    found, today = _locked(deed, designation), deed.subject.today
    need_in_force(found, today)
    if standing_of(found, today) is Standing.COMING:
        raise ValidationError(_("この指定は、まだ始まっていません。"))
    if RegisterEntry.objects.filter(designation=found, what=What.REVIEWED, on=today).exists():
        raise ValidationError(_("今日の見直しは、すでに記載されています。"))
    line = write_line(found, What.REVIEWED, on=today, by=_officer(deed))
    deed.note(found.pk, {"line": str(line.pk)})
    return line


@verb(Event.DESIGNATION_CANCEL)
def cancel_designation(deed: Deed, designation: Designation) -> RegisterEntry:
    """解除: from this moment on nothing rests on the designation. ValidationError when it was over already."""
    lock_proposals(designation.pk)
    found, today = _locked(deed, designation), deed.subject.today
    need_in_force(found, today)
    found.cancelled_on = today
    found.save(update_fields=["cancelled_on"])
    drop_proposals(found)
    line = write_line(found, What.CANCELLED, on=today, by=_officer(deed))
    deed.note(found.pk, {"line": str(line.pk), "day": today.isoformat(), "told": tell(line)})
    return line


@verb(Event.DESIGNATION_TOLD)
def remind_of_designation(deed: Deed, line: RegisterEntry) -> int:
    """Reminds those who were told of the line and are silent; how many. ValidationError within a day of the last time."""
    found, now = _locked(deed, line.designation), timezone.now()
    if not to_be_reminded([line.pk], now).exists():
        raise ValidationError(_("再通知は、一人に1日1回までです。いま知らせる人はいません。"))
    people = remind(line, now)
    deed.note(found.pk, {"line": str(line.pk), "people": people, "again": True})
    return people


@verb(Event.DESIGNATION_TOLD)
def note_reached(deed: Deed, told: DesignationNotice) -> DesignationNotice:
    """That somebody who can't confirm here, because they left, was reached by letter or in person."""
    line = told.entry
    found = _locked(deed, line.designation)
    row = DesignationNotice.objects.select_for_update(of=("self",)).filter(SILENT, pk=told.pk).first()
    if row is None:
        raise ValidationError(_("この人の確認は、もう済んでいます。"))
    row.reached_at, row.reached_by = timezone.now(), _officer(deed)
    row.save(update_fields=["reached_at", "reached_by"])
    deed.note(found.pk, {"line": str(line.pk), "person": str(row.person_id), "elsewhere": True})
    return row


@verb(Event.DESIGNATION_CONFIRMED)
def confirm_told(deed: Deed, notice_id: UUID) -> DesignationNotice:
    """That the person knows what became of the designation. Refused for what was told to somebody else."""
    rows = DesignationNotice.objects.select_related("entry__designation").select_for_update(of=("self",))
    row = rows.filter(pk=notice_id, person=deed.subject.person).first()
    if row is None:
        raise Refused(Reason.NOT_FOUND, notice_id)
    if row.confirmed_at:
        raise ValidationError(_("すでに確認しています。"))
    row.confirmed_at = timezone.now()
    row.save(update_fields=["confirmed_at"])
    deed.note(row.entry.designation_id, {"line": str(row.entry_id)})
    return row


@verb(Event.DESIGNATION_EXPORT)
def export_figures(deed: Deed, agency: Organisation) -> list[list[object]]:
    """The yearly figures of the agency, to be taken away as a file: headings, then a year a row."""
    _need_register(deed, agency.pk, agency.pk)
    years = years_of(agency.pk, deed.subject.today)
    deed.note(agency.pk, {"years": len(years)})
    return list(table(years))
