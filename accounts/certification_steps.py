"""What a company needs before anybody there can handle anything, step by step, and what of it is missing."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import OperatorCertification
from accounts.register_days import Standing, standing_of
from council.access.facts import Term
from council.templatetags.portal import jst_date


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is needed: whether it is there, and in words how it stands."""

    label: str
    done: bool
    said: str


@dataclass(frozen=True, slots=True)
class Around:
    """What is known of the company's people: by department, who is active, and how many were taught, handle something, are cleared.

    `cleared` counts among the handlers alone, and is None for whoever may not know.
    """

    people: Counter = field(default_factory=Counter)
    active: set[UUID] = field(default_factory=set)
    taught: int = 0
    handlers: int = 0
    cleared: int | None = None


def steps_of(row: OperatorCertification, around: Around, today: date) -> list[Step]:
    """The steps in the order in which they are taken."""
    steps = [
        _certified(row, today),
        _responsible(row, around),
        _contract(row, today),
        _items(row, today),
        _departments(row, around),
        _places(row, around),
        Step(_("教育"), around.taught > 0, _people(around.taught)),
        Step(_("取扱者名簿"), around.handlers > 0, _people(around.handlers)),
    ]
    if around.cleared is not None:
        said = _("取扱者%(handlers)d人のうち%(cleared)d人") % {"handlers": around.handlers, "cleared": around.cleared}
        steps.append(Step(_("適性評価"), around.cleared > 0, said))
    return steps


def _people(number: int) -> str:
    return ngettext("%(number)d人", "%(number)d人", number) % {"number": number} if number else _("まだいません")


def _from_to(first: date, last: date | None) -> str:
    end = jst_date(last) or _("期限なし")
    return _("%(first)sから%(last)s") % {"first": jst_date(first), "last": end}


def _certified(row: OperatorCertification, today: date) -> Step:
    if row.suspended_on:
        return Step(_("認定"), False, _("%(day)sから停止しています") % {"day": jst_date(row.suspended_on)})
    held = Term(first=row.certified_on, last=row.last_day)
    return Step(_("認定"), held.holds(today), _from_to(row.certified_on, row.last_day))


def _responsible(row: OperatorCertification, around: Around) -> Step:
    label = _("保護責任者")
    if row.responsible is None:
        return Step(label, False, _("決まっていません"))
    if row.responsible_id not in around.active:
        return Step(label, False, _("%(name)s（利用を終えています）") % {"name": row.responsible.name})
    return Step(label, True, row.responsible.name)


def _contract(row: OperatorCertification, today: date) -> Step:
    contract = getattr(row, "contract", None)
    if contract is None:
        return Step(_("契約"), False, _("まだありません"))
    held = Term(first=contract.first_day, last=contract.last_day)
    return Step(_("契約"), held.holds(today), _from_to(contract.first_day, contract.last_day))


def _items(row: OperatorCertification, today: date) -> Step:
    held = [
        item
        for item in row.items.all()
        if Term(first=item.first_day, last=item.last_day).holds(today)
        and standing_of(item.designation, today) is Standing.IN_FORCE
    ]
    said = ngettext("%(number)d件", "%(number)d件", len(held)) % {"number": len(held)} if held else _("まだありません")
    return Step(_("契約の項目"), bool(held), said)


def _departments(row: OperatorCertification, around: Around) -> Step:
    inside = sum(around.people[each.name] for each in row.departments.all())
    if not row.departments.all():
        return Step(_("部署"), False, _("まだありません"))
    return Step(_("部署"), inside > 0, _people(inside))


def _places(row: OperatorCertification, around: Around) -> Step:
    label, places = _("場所と業務管理者"), [place for place in row.places.all() if place.ended_on is None]
    if not places:
        return Step(label, False, _("まだありません"))
    led = sum(place.manager_id in around.active for place in places)
    said = _("%(places)dか所のうち%(led)dか所に業務管理者がいます") % {"places": len(places), "led": led}
    return Step(label, led == len(places), said)
