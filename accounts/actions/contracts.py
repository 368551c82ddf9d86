"""The contract under a certification (法第10条第2項): its days, items, departments and places; and who was taught how to protect them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import founding_clearances as founding
from accounts.actions import limits
from accounts.actions.verb import Deed, Refused, days, verb
from accounts.models import (
    Contract,
    ContractDepartment,
    ContractItem,
    Designation,
    Education,
    HandlingPlace,
    OperatorCertification,
    Organisation,
    RosterEntry,
    User,
)
from accounts.register_days import Standing, standing_of
from accounts.roster_grants import derive
from council.access.policy import Reason
from council.access.terms import last_day_from
from council.audit.events import Event


def _need_officer_of(deed: Deed, certification: OperatorCertification) -> None:
    limits.need_officer(deed.subject, certification.agency, certification.company, certification.company_id)


def _note(deed: Deed, certification: OperatorCertification, **detail: object) -> None:
    deed.note(certification.company_id, {"agency": str(certification.agency_id), **detail})


@verb(Event.CONTRACT_RECORD)
def record_contract(
    deed: Deed, certification: OperatorCertification, *, first_day: date, last_day: date | None = None
) -> Contract:
    """The days of the contract; done again it changes them. Items, departments and places hold within them alone."""
    _need_officer_of(deed, certification)
    contract = founding.found_contract(certification, first_day=first_day, last_day=last_day)
    _note(deed, certification, **days(first_day, last_day))
    return contract


@verb(Event.CONTRACT_RECORD)
def record_contract_item(
    deed: Deed,
    certification: OperatorCertification,
    designation: Designation,
    *,
    first_day: date,
    last_day: date | None = None,
) -> ContractItem:
    """That the contract covers the item, within its days. ValidationError for another agency's item, or one no longer designated."""
    _need_officer_of(deed, certification)
    contract = Contract.objects.filter(certification=certification).first()
    if contract is None:
        raise ValidationError(_("先に契約の期間を記録してください。"))
    beyond = contract.last_day and last_day and last_day > contract.last_day
    if first_day < contract.first_day or beyond or (contract.last_day and first_day > contract.last_day):
        raise ValidationError({"first_day": _("契約の期間の中の日にしてください。")})
    if standing_of(designation, deed.subject.today) in {Standing.LIFTED, Standing.EXPIRED}:
        raise ValidationError({"designation": _("この指定は、いま有効ではありません。")})
    item = founding.found_contract_item(certification, designation, first_day=first_day, last_day=last_day)
    _note(deed, certification, designation=str(designation.pk), **days(first_day, last_day))
    return item


@verb(Event.CONTRACT_RECORD)
def remove_contract_item(deed: Deed, item: ContractItem) -> None:
    """The contract covers the item no more; the company's people come off its roster, and don't come back with it."""
    certification = item.certification
    _need_officer_of(deed, certification)
    Designation.objects.select_for_update(no_key=True).get(pk=item.designation_id)
    on_it = RosterEntry.objects.filter(
        designation=item.designation_id, person__organisation=certification.company_id, ended_at=None
    )
    ended = list(on_it.select_for_update(of=("self",)).order_by("pk"))
    on_it.update(ended_at=timezone.now())
    derive(item.designation)
    for entry in ended:
        detail = {"designation": str(item.designation_id), "entry": entry.pk}
        replace(deed, event=Event.ROSTER_REMOVE).note(entry.person_id, detail)
    item.delete()
    _note(deed, certification, designation=str(item.designation_id), removed=True)


@verb(Event.CONTRACT_RECORD)
def add_department(deed: Deed, certification: OperatorCertification, name: str) -> ContractDepartment:
    """A department whose people may handle what the contract covers."""
    _need_officer_of(deed, certification)
    name = " ".join(name.split())
    if not name:
        raise ValidationError({"name": _("部署を入力してください。")})
    department, added = ContractDepartment.objects.get_or_create(certification=certification, name=name)
    if not added:
        raise ValidationError({"name": _("この部署は、すでに契約にあります。")})
    _note(deed, certification, department=name)
    return department


@verb(Event.CONTRACT_RECORD)
def remove_department(deed: Deed, department: ContractDepartment) -> None:
    """Nobody of the department handles anything under the contract any more."""
    certification, name = department.certification, department.name
    _need_officer_of(deed, certification)
    department.delete()
    _note(deed, certification, department=name, removed=True)


def _need_of_company(certification: OperatorCertification, person: User | None) -> None:
    if person and (person.organisation_id != certification.company_id or not person.is_active):
        raise ValidationError({"manager": _("業務管理者は、この会社で利用中の人から選んでください。")})


@verb(Event.CONTRACT_RECORD)
def add_place(deed: Deed, certification: OperatorCertification, name: str, manager: User | None) -> HandlingPlace:
    """A place where items are handled, and its 業務管理者, a person of the company."""
    _need_officer_of(deed, certification)
    name = " ".join(name.split())
    if not name:
        raise ValidationError({"name": _("取り扱う場所を入力してください。")})
    _need_of_company(certification, manager)
    try:
        with transaction.atomic():
            place = HandlingPlace.objects.create(certification=certification, name=name, manager=manager)
    except IntegrityError:
        raise ValidationError({"name": _("この場所は、すでに契約にあります。")}) from None
    _note(deed, certification, place=place.pk, manager=str(manager.pk) if manager else "")
    return place


def _place_in_use(deed: Deed, place: HandlingPlace) -> HandlingPlace:
    _need_officer_of(deed, place.certification)
    place = HandlingPlace.objects.select_for_update(of=("self",)).select_related("certification").get(pk=place.pk)
    if place.ended_on:
        raise ValidationError(_("この場所は、もう使われていません。"))
    return place


@verb(Event.CONTRACT_RECORD)
def set_place_manager(deed: Deed, place: HandlingPlace, manager: User | None) -> HandlingPlace:
    """Another 業務管理者."""
    place = _place_in_use(deed, place)
    _need_of_company(place.certification, manager)
    place.manager = manager
    place.save(update_fields=["manager"])
    _note(deed, place.certification, place=place.pk, manager=str(manager.pk) if manager else "")
    return place


@verb(Event.CONTRACT_RECORD)
def end_place(deed: Deed, place: HandlingPlace) -> HandlingPlace:
    """Nothing is handled there any more."""
    place = _place_in_use(deed, place)
    place.ended_on = deed.subject.today
    place.save(update_fields=["ended_on"])
    _note(deed, place.certification, place=place.pk, removed=True)
    return place


@verb(Event.EDUCATION_RECORD)
def record_education(
    deed: Deed, agency: Organisation, people: Iterable[User], *, held_on: date, last_day: date | None = None
) -> list[Education]:
    """That these people were taught, each with an event; until a year later unless another day is given.

    People of the agency, and of companies that it certified: nobody else's education is its affair.
    """
    last_day = last_day or last_day_from(held_on, founding.EDUCATION_YEARS)
    if held_on > deed.subject.today:
        raise ValidationError({"held_on": _("教育を受けた日は、きょうまでの日にしてください。")})
    homes = {agency.pk, *OperatorCertification.objects.filter(agency=agency).values_list("company", flat=True)}
    recorded = []
    for person in people:
        limits.need_officer_for(deed.subject, agency, person)
        if person.organisation_id not in homes:
            raise Refused(Reason.NOT_INVOLVED, person.pk)
        recorded.append(founding.found_education(person, agency, held_on=held_on, last_day=last_day))
        deed.note(person.pk, {"agency": str(agency.pk), **days(held_on, last_day)})
    return recorded
