"""What the demo council's people who handle designated items are asked to show: places, guardians, education, a period of the council.

Done twice it stays the same.
"""

from datetime import timedelta

from django.utils import timezone

from accounts.founding import found_period
from accounts.founding_clearances import EDUCATION_YEARS, found_certification, found_place
from accounts.models import Designation, Education, OperatorCertification, User
from council.access.facts import Role
from council.access.terms import last_day_from

# Who was taught how many days ago: their year is nearly over, and stands in the queues of those who teach them.
_TAUGHT_BEFORE = {"nakamura@kiban-hozen.example": 345, "hasebe@hoshimino.example": 310, "segawa@chihaya.example": 310}
_TELEPHONE = "00-0000-0110"


def begin_period() -> None:
    """The council's first period, before anybody accepts the pledge, so that it is accepted for this period."""
    first_day = timezone.localdate() - timedelta(days=120)
    found_period(1, first_day=first_day, last_day=last_day_from(first_day, 2))


def settle() -> None:
    """Writes what certified companies and designations lack, and whose education ends soon."""
    for certification in OperatorCertification.objects.select_related("agency", "company"):
        _settle_in(certification)
    for item in Designation.objects.filter(reading_place="").select_related("agency"):
        item.reading_place, item.contact = f"{item.agency.name} 閲覧室", f"情報保全室　電話 {_TELEPHONE}"
        item.save(update_fields=["reading_place", "contact"])
    for email, days in _TAUGHT_BEFORE.items():
        held_on = timezone.localdate() - timedelta(days=days)
        taught = {"held_on": held_on, "last_day": last_day_from(held_on, EDUCATION_YEARS)}
        Education.objects.filter(person__email=email).update(**taught)


def _settle_in(certification: OperatorCertification) -> None:
    people = User.objects.filter(organisation=certification.company, is_active=True).order_by("name")
    found_certification(
        certification.agency,
        certification.company,
        certified_on=certification.certified_on,
        last_day=certification.last_day,
        responsible=people.filter(role_assignments__role=Role.ADMINISTRATOR).first(),
    )
    found_place(certification, "本社 保全区画", manager=people.filter(role_assignments__role=Role.MEMBER).first())
