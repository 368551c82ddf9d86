"""延長: one officer of the agency proposes how far, another confirms; then the period is longer, and everybody who handled it is told."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.actions import limits
from accounts.actions.plan import Plan
from accounts.actions.verb import Deed, Refused
from accounts.designation_notices import tell
from accounts.models import Designation, Organisation, Proposal, RegisterEntry, User
from accounts.register_days import check_extension
from accounts.register_lines import write_line
from council.access import facts as known
from council.access.facts import Subject
from council.access.policy import Action, Reason
from council.audit.events import Event
from council.templatetags.portal import jst_date

APPROVED = "cabinet_approved_on"


def facts_of(designation: Designation, until: date, cabinet_approved_on: date | None = None) -> dict[str, str]:
    """What a proposal says: from which end to which, and when the Cabinet approved of it, if it had to."""
    approved = {APPROVED: cabinet_approved_on.isoformat()} if cabinet_approved_on else {}
    return {"after": designation.expires_on.isoformat(), "until": until.isoformat(), **approved}


def _check(subject: Subject, agency: Organisation, about: UUID, facts: dict) -> None:
    """The officer, and a period that is still running and may go on so far. Locks the designation: two ends at a time are one."""
    limits.need(subject, Action.MANAGE_REGISTER, known.Organisation(str(agency.pk)), about)
    rows = Designation.objects.select_for_update(of=("self",), no_key=True)
    found = rows.filter(pk=about, agency=agency).first()
    if found is None:
        raise Refused(Reason.NOT_FOUND, about)
    check_extension(found, _day(facts, "until"), _day(facts, APPROVED) if facts.get(APPROVED) else None, subject.today)
    if _day(facts, "after") != found.expires_on:
        raise ValidationError(_("有効期間の末日が、提案のあとに変わりました。提案し直してください。"))


def _day(facts: dict, name: str) -> date:
    try:
        return date.fromisoformat(str(facts.get(name, "")))
    except ValueError:
        raise ValidationError({name: _("日付を入れてください。")}) from None


def _extend(deed: Deed, proposal: Proposal) -> RegisterEntry:
    """The period becomes longer. The designation was locked when the proposal was checked, a moment ago in this transaction."""
    found = Designation.objects.get(pk=proposal.about)
    approved = _day(proposal.facts, APPROVED) if proposal.facts.get(APPROVED) else None
    found.expires_on = _day(proposal.facts, "until")
    found.save(update_fields=["expires_on"])
    names = dict(User.objects.filter(pk__in=[proposal.proposed_by_id, deed.subject.person]).values_list("pk", "name"))
    line = write_line(
        found, RegisterEntry.What.EXTENDED, on=deed.subject.today, until=found.expires_on, cabinet_approved_on=approved,
        by=names[proposal.proposed_by_id], confirmed_by=names[UUID(deed.subject.person)],
    )  # fmt: skip
    detail = {"line": str(line.pk), "proposal": str(proposal.pk), **proposal.facts, "told": tell(line)}
    replace(deed, event=Event.DESIGNATION_EXTEND).note(found.pk, detail)
    return line


def _says(proposal: Proposal, designation: Designation) -> str:
    words = {
        "number": designation.register_number,
        "after": jst_date(_day(proposal.facts, "after")),
        "until": jst_date(_day(proposal.facts, "until")),
    }
    said = _("指定（%(number)s）の有効期間を、%(after)sから%(until)sまで延ばします。") % words
    if not proposal.facts.get(APPROVED):
        return said
    return said + _("内閣の承認の日は%(day)sです。") % {"day": jst_date(_day(proposal.facts, APPROVED))}


EXTENSION = Plan(check=_check, carry_out=_extend, says=_says, rows=Designation.objects.all())
