"""What tier three rests on comes to be: designations, clearances, certifications, contracts, rosters. Like founding."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import (
    Clearance,
    ContractItem,
    Designation,
    OperatorCertification,
    Organisation,
    RosterEntry,
    User,
)


def _need_agency(organisation: Organisation) -> None:
    if organisation.kind != Organisation.Kind.AGENCY:
        raise ValidationError({"agency": _("行政機関だけができます。")})


def _need_order(first: date, last: date | None, field: str) -> None:
    if last is not None and last < first:
        raise ValidationError({field: _("終わりの日が始まりの日より前です。")})


def found_designation(
    agency: Organisation, register_number: str, summary: str, *, designated_on: date, expires_on: date
) -> Designation:
    """An item in the register of an agency. ValidationError beyond five years (法第4条第1項)."""
    _need_agency(agency)
    _need_order(designated_on, expires_on, "expires_on")
    if expires_on > _years_after(designated_on, 5):
        raise ValidationError({"expires_on": _("指定の有効期間は5年までです。")})
    designation = Designation(
        agency=agency,
        register_number=register_number,
        summary=summary,
        designated_on=designated_on,
        expires_on=expires_on,
    )
    designation.full_clean()
    designation.save(force_insert=True)
    return designation


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def found_clearance(
    person: User,
    agency: Organisation,
    *,
    notified_on: date,
    last_day: date,
    recorded_by: str,
    kind: str = Clearance.Kind.ECONOMIC_SECURITY,
) -> Clearance:
    """That the agency has cleared the person until a day; a second record of the same kind replaces the first."""
    _need_agency(agency)
    _need_order(notified_on, last_day, "last_day")
    if kind not in Clearance.Kind.values:
        raise ValidationError({"kind": _("適性評価の種類を選び直してください。")})
    if last_day > _years_after(notified_on, 10 if kind == Clearance.Kind.ECONOMIC_SECURITY else 5):
        raise ValidationError({"last_day": _("有効期間を超えています（重要経済安保情報は10年、特定秘密は5年）。")})
    facts = {"notified_on": notified_on, "last_day": last_day, "recorded_by": recorded_by}
    return Clearance.objects.update_or_create(person=person, agency=agency, kind=kind, defaults=facts)[0]


def found_certification(
    agency: Organisation, company: Organisation, *, certified_on: date, last_day: date | None = None
) -> OperatorCertification:
    """That the agency holds the company for 適合事業者; a second record replaces the first."""
    _need_agency(agency)
    _need_order(certified_on, last_day, "last_day")
    if company.kind not in (Organisation.Kind.COMPANY, Organisation.Kind.THINKTANK):
        raise ValidationError({"company": _("適合事業者に認定できるのは会社と調査研究機関です。")})
    facts = {"certified_on": certified_on, "last_day": last_day}
    return OperatorCertification.objects.update_or_create(agency=agency, company=company, defaults=facts)[0]


def found_contract_item(
    certification: OperatorCertification, designation: Designation, *, first_day: date, last_day: date | None = None
) -> ContractItem:
    """That the contract under the certification covers the item. ValidationError for an item of another agency."""
    if certification.agency_id != designation.agency_id:
        raise ValidationError({"designation": _("認定した行政機関の指定ではありません。")})
    _need_order(first_day, last_day, "last_day")
    days = {"first_day": first_day, "last_day": last_day}
    return ContractItem.objects.update_or_create(certification=certification, designation=designation, defaults=days)[0]


def found_roster_entry(
    designation: Designation, person: User, *, first_day: date, last_day: date | None = None
) -> RosterEntry:
    """Puts the person on the roster of the item; done again it changes the days."""
    _need_order(first_day, last_day, "last_day")
    days = {"first_day": first_day, "last_day": last_day}
    return RosterEntry.objects.update_or_create(designation=designation, person=person, defaults=days)[0]
