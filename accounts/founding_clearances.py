"""What tier three rests on comes to be: designations, clearances, certifications, contracts, rosters. Like founding."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import (
    Clearance,
    Contract,
    ContractDepartment,
    ContractItem,
    Designation,
    Education,
    HandlingPlace,
    OperatorCertification,
    Organisation,
    RegisterEntry,
    RosterEntry,
    User,
)
from accounts.register_lines import write_line
from accounts.roster_grants import derive
from council.access.terms import clearance_last_day, last_day_counting, last_day_from
from council.legal_years import years
from council.templatetags.portal import jst_date

EDUCATION_YEARS = 1
# Who can be 適合事業者 (法第10条第1項).
CERTIFIABLE = (Organisation.Kind.COMPANY, Organisation.Kind.THINKTANK)
# The department of people of invented companies.
DEPARTMENT = "技術部"


def _need_agency(organisation: Organisation) -> None:
    if organisation.kind != Organisation.Kind.AGENCY:
        raise ValidationError({"agency": _("行政機関だけができます。")})


def _need_order(first: date, last: date | None, field: str) -> None:
    if last is not None and last < first:
        raise ValidationError({field: _("終わりの日が始まりの日より前です。")})


def found_designation(
    agency: Organisation,
    register_number: str,
    summary: str,
    *,
    designated_on: date,
    expires_on: date | None = None,
    recorded_by: str = "",
    **facts: str,
) -> Designation:
    """An item in the register of an agency, and its first line; without a last day it is the last that the law allows.

    ValidationError beyond that (法第4条第1項). `facts` are category, measure, reading_place and contact. The line bears the agency's name
    where nobody recorded it.
    """
    _need_agency(agency)
    expires_on = designated_until(designated_on, expires_on)
    designation = Designation(
        agency=agency,
        register_number=register_number,
        summary=summary,
        designated_on=designated_on,
        expires_on=expires_on,
        **facts,
    )
    designation.full_clean()
    with transaction.atomic():
        designation.save(force_insert=True)
        by = recorded_by or agency.name
        write_line(designation, RegisterEntry.What.DESIGNATED, on=designated_on, until=expires_on, by=by)
    return designation


def last_designated_day(first: date) -> date:
    """The last day that a designation of that day may have: the first day counts. ValidationError for a day at the end of time."""
    try:
        return last_day_counting(first, years().designation)
    except ValueError:
        raise ValidationError({"designated_on": _("指定した日を選び直してください。")}) from None


def designated_until(first: date, last: date | None = None) -> date:
    """The last day of a designation: the one given, or else the last that the law allows. ValidationError for one that it does not."""
    longest = last_designated_day(first)
    _need_order(first, last, "expires_on")
    if last and last > longest:
        said = _("指定の有効期間は、指定の日から起算して%(years)d年までです（%(day)s）。")
        raise ValidationError({"expires_on": said % {"years": years().designation, "day": jst_date(longest)}})
    return last or longest


def found_clearance(
    person: User,
    agency: Organisation,
    *,
    notified_on: date,
    recorded_by: str,
    last_day: date | None = None,
    confirmed_by: str = "",
    kind: str = Clearance.Kind.ECONOMIC_SECURITY,
) -> Clearance:
    """That the agency has cleared the person until a day, the last that the law allows unless an earlier one is given.

    A second record of the same kind replaces the first.
    """
    _need_agency(agency)
    if kind not in Clearance.Kind.values:
        raise ValidationError({"kind": _("適性評価の種類を選び直してください。")})
    longest = clearance_last_day(kind, notified_on, years())
    last_day = last_day or longest
    _need_order(notified_on, last_day, "last_day")
    if last_day > longest:
        raise ValidationError({"last_day": _("有効期間を超えています（重要経済安保情報は10年、特定秘密は5年）。")})
    facts = {"notified_on": notified_on, "last_day": last_day, "recorded_by": recorded_by, "confirmed_by": confirmed_by}
    return Clearance.objects.update_or_create(person=person, agency=agency, kind=kind, defaults=facts)[0]


def check_certification(
    agency: Organisation, company: Organisation, *, certified_on: date, last_day: date | None, responsible: User | None
) -> None:
    """ValidationError by field when the agency can't hold the company for 適合事業者 from that day on."""
    _need_agency(agency)
    _need_order(certified_on, last_day, "last_day")
    if company.kind not in CERTIFIABLE:
        raise ValidationError({"company": _("適合事業者に認定できるのは会社と調査研究機関です。")})
    if responsible and (responsible.organisation_id != company.pk or not responsible.is_active):
        raise ValidationError({"responsible": _("保護責任者は、認定する会社で利用中の人から選んでください。")})


def found_certification(
    agency: Organisation,
    company: Organisation,
    *,
    certified_on: date,
    last_day: date | None = None,
    responsible: User | None = None,
    recorded_by: str = "",
    confirmed_by: str = "",
) -> OperatorCertification:
    """That the agency holds the company for 適合事業者; a second record replaces the first, and one that is suspended stays so."""
    check_certification(agency, company, certified_on=certified_on, last_day=last_day, responsible=responsible)
    facts = {
        "certified_on": certified_on, "last_day": last_day, "responsible": responsible,
        "recorded_by": recorded_by, "confirmed_by": confirmed_by,
    }  # fmt: skip
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
    """Puts the person on the roster of the item, accepted and pledged; done again it changes the days."""
    _need_order(first_day, last_day, "last_day")
    now = timezone.now()
    facts = {"first_day": first_day, "last_day": last_day, "accepted_at": now, "pledged_at": now}
    same = {"designation": designation, "person": person, "ended_at": None, "prolongs": None}
    entry = RosterEntry.objects.update_or_create(**same, defaults=facts)[0]
    derive(designation, [person.pk])
    return entry


def found_contract(
    certification: OperatorCertification,
    *,
    first_day: date,
    last_day: date | None = None,
    departments: Iterable[str] = (),
) -> Contract:
    """The contract under the certification, and the departments that it names; done again it changes the days and adds departments."""
    _need_order(first_day, last_day, "last_day")
    days = {"first_day": first_day, "last_day": last_day}
    contract = Contract.objects.update_or_create(certification=certification, defaults=days)[0]
    for name in departments:
        ContractDepartment.objects.get_or_create(certification=certification, name=name)
    return contract


def found_place(certification: OperatorCertification, name: str, *, manager: User | None = None) -> HandlingPlace:
    """A place where the items of the contract are handled, and its 業務管理者; done again it changes the person."""
    return HandlingPlace.objects.update_or_create(
        certification=certification, name=name, ended_on=None, defaults={"manager": manager}
    )[0]


def found_education(person: User, agency: Organisation, *, held_on: date, last_day: date) -> Education:
    """That the person was taught how the agency's items are protected; a second record of that day replaces the first."""
    _need_agency(agency)
    _need_order(held_on, last_day, "last_day")
    return Education.objects.update_or_create(
        person=person, agency=agency, held_on=held_on, defaults={"last_day": last_day}
    )[0]


def found_handler(
    person: User, item: Designation, *, since: date, recorded_by: str, last_day: date | None = None
) -> None:
    """Everything that handling the item asks of the person and of their company, from that day on, without anybody deciding it.

    For worlds and tests: somebody without a department is put into one that the contract names.
    """
    agency, home = item.agency, person.organisation
    if home.kind in CERTIFIABLE:
        person.department = person.department or DEPARTMENT
        person.save(update_fields=["department"])
        certification = found_certification(agency, home, certified_on=since)
        found_contract(certification, first_day=since, departments=[person.department])
        found_contract_item(certification, item, first_day=since)
    found_clearance(person, agency, notified_on=since, last_day=last_day, recorded_by=recorded_by)
    found_education(person, agency, held_on=since, last_day=last_day_from(since, EDUCATION_YEARS))
    found_roster_entry(item, person, first_day=since)
