"""適合事業者の認定: two officers of an agency certify a company; one of them suspends it at once. The company reports what changes."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import founding_clearances as founding
from accounts.actions import limits
from accounts.actions.plan import Plan
from accounts.actions.verb import Deed, Refused, days, verb
from accounts.certification_facts import CertificationFacts
from accounts.models import ChangeReport, OperatorCertification, Organisation, Proposal, User
from council.access import facts
from council.access.facts import Subject
from council.access.policy import Action, Reason
from council.audit.events import Event
from council.templatetags.portal import jst_date


def _check(subject: Subject, agency: Organisation, about: UUID, wanted: dict) -> None:
    company = Organisation.objects.filter(pk=about).first()
    if company is None:
        raise Refused(Reason.NOT_FOUND, about)
    limits.need_officer(subject, agency, company, about)
    said = CertificationFacts.read(wanted)
    founding.check_certification(
        agency, company, certified_on=said.certified_on, last_day=said.last_day, responsible=said.responsible
    )


def _carry_out(deed: Deed, proposal: Proposal) -> OperatorCertification:
    company = Organisation.objects.get(pk=proposal.about)
    said = CertificationFacts.read(proposal.facts)
    certification = founding.found_certification(
        proposal.organisation,
        company,
        certified_on=said.certified_on,
        last_day=said.last_day,
        responsible=said.responsible,
        recorded_by=proposal.proposed_by.name,
        confirmed_by=User.objects.values_list("name", flat=True).get(pk=deed.subject.person),
    )
    detail = {"agency": str(proposal.organisation_id), **days(said.certified_on, said.last_day)}
    replace(deed, event=Event.CERTIFICATION_RECORD).note(company.pk, detail)
    return certification


def _says(proposal: Proposal, company: Organisation) -> str:
    said = CertificationFacts.read(proposal.facts)
    return _("%(company)sを、%(first)sから%(last)s、適合事業者に認定します。保護責任者：%(responsible)s") % {
        "company": company.name,
        "first": jst_date(said.certified_on),
        "last": _("%(day)sまで") % {"day": jst_date(said.last_day)} if said.last_day else _("期限を定めずに"),
        "responsible": said.responsible.name if said.responsible else _("決まっていません"),
    }


CERTIFICATION = Plan(check=_check, carry_out=_carry_out, says=_says, rows=Organisation.objects.all())


def _locked(deed: Deed, certification: OperatorCertification) -> OperatorCertification:
    """The certification, read anew; Refused for whoever is no officer of its agency."""
    limits.need_officer(deed.subject, certification.agency, certification.company, certification.company_id)
    found = OperatorCertification.objects.select_for_update(of=("self",)).select_related("agency", "company")
    return found.get(pk=certification.pk)


@verb(Event.CERTIFICATION_RECORD)
def end_certification(deed: Deed, certification: OperatorCertification, last_day: date) -> OperatorCertification:
    """An earlier last day. ValidationError for a day that is over, and for a later one than there is: that takes two officers."""
    certification = _locked(deed, certification)
    if last_day < max(deed.subject.today, certification.certified_on):
        raise ValidationError(
            {"last_day": _("きょうより前の日では終えられません。すぐに止めるときは「停止」を使ってください。")}
        )
    if certification.last_day and last_day > certification.last_day:
        raise ValidationError({"last_day": _("期間を延ばすには、2人の担当者による認定が必要です。")})
    certification.last_day = last_day
    certification.save(update_fields=["last_day"])
    detail = {"agency": str(certification.agency_id), **days(certification.certified_on, last_day)}
    deed.note(certification.company_id, detail)
    return certification


@verb(Event.CERTIFICATION_SUSPEND)
def suspend_certification(deed: Deed, certification: OperatorCertification) -> OperatorCertification:
    """From the next request on nothing rests on it. No reason is asked."""
    certification = _locked(deed, certification)
    if certification.suspended_on:
        raise ValidationError(_("この認定は、すでに停止しています。"))
    return _set_suspended(deed, certification, deed.subject.today)


@verb(Event.CERTIFICATION_RESUME)
def resume_certification(deed: Deed, certification: OperatorCertification) -> OperatorCertification:
    """What it carried before it carries again, as far as its days go."""
    certification = _locked(deed, certification)
    if not certification.suspended_on:
        raise ValidationError(_("この認定は、停止していません。"))
    return _set_suspended(deed, certification, None)


def _set_suspended(deed: Deed, certification: OperatorCertification, day: date | None) -> OperatorCertification:
    certification.suspended_on = day
    certification.save(update_fields=["suspended_on"])
    deed.note(certification.company_id, {"agency": str(certification.agency_id)})
    return certification


@verb(Event.CERTIFICATION_REPORT)
def report_change(deed: Deed, certification: OperatorCertification, what: str, takes_effect_on: date) -> ChangeReport:
    """The company says what kind of thing changes, and from when; what exactly is told another way, so that nothing secret is typed."""
    company = certification.company_id
    limits.need(deed.subject, Action.NOMINATE, facts.Organisation(str(company)), company)
    if what not in ChangeReport.What.values:
        raise ValidationError({"what": _("変わることを選び直してください。")})
    same = {"certification": certification, "what": what, "takes_effect_on": takes_effect_on}
    # Locked, so that a button pressed twice reports once.
    OperatorCertification.objects.select_for_update(of=("self",)).get(pk=certification.pk)
    if ChangeReport.objects.filter(**same, examined_at=None).exists():
        raise ValidationError(_("同じ報告が、すでに審査を待っています。"))
    report = ChangeReport.objects.create(**same, reported_by_id=deed.subject.person, reported_at=timezone.now())
    detail = {"agency": str(certification.agency_id), "what": str(what), "from": takes_effect_on.isoformat()}
    deed.note(company, {**detail, "report": report.pk})
    return report


@verb(Event.CERTIFICATION_EXAMINE)
def examine_change(deed: Deed, report: ChangeReport) -> ChangeReport:
    """The agency has looked into what was reported. ValidationError when somebody was faster."""
    certification = report.certification
    limits.need_officer(deed.subject, certification.agency, certification.company, certification.company_id)
    report = ChangeReport.objects.select_for_update(of=("self",)).get(pk=report.pk)
    if report.examined_at:
        raise ValidationError(_("この報告は、すでに審査されています。"))
    report.examined_by_id, report.examined_at = deed.subject.person, timezone.now()
    report.save(update_fields=["examined_by", "examined_at"])
    deed.note(certification.company_id, {"agency": str(certification.agency_id), "report": report.pk})
    return report
