"""適性評価: recorded when one clearance officer of the agency has proposed it and another confirmed; ended by any one of them, at once.

Only positive results are recorded, and no reasons. A clearance that lapsed, was suspended or withdrawn, or was recorded by mistake is a
row that is gone: nothing tells one from the other, nor from a person whom nobody ever cleared.
"""

from dataclasses import replace
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import founding_clearances as founding
from accounts.actions import limits
from accounts.actions.plan import Plan
from accounts.actions.verb import Deed, Refused, days, verb
from accounts.models import Clearance, Organisation, Proposal, User
from council.access.facts import Subject
from council.access.policy import Reason
from council.access.terms import clearance_last_day
from council.audit.events import Event
from council.legal_years import years
from council.templatetags.portal import jst_date


def _check(subject: Subject, agency: Organisation, about: UUID, facts: dict) -> None:
    """The officer, and a notice that reached the person and still carries a clearance."""
    person = _person(about)
    limits.need_officer_for(subject, agency, person)
    kind, notified_on = _read(facts)
    if notified_on > subject.today:
        raise ValidationError({"notified_on": _("通知の日が、まだ来ていません。本人に通知した日を入れてください。")})
    if clearance_last_day(kind, notified_on, years()) < subject.today:
        raise ValidationError({"notified_on": _("この通知の日からの有効期間は、もう終わっています。")})
    if not person.is_active:
        raise ValidationError(_("この人は、いまこのポータルを利用していません。"))
    known = Clearance.objects.filter(person=person, agency=agency, kind=kind, notified_on__gte=notified_on)
    if known.exists():
        raise ValidationError({"notified_on": _("この日か、これより後の日の通知が、すでに記録されています。")})


def _read(facts: dict) -> tuple[str, date]:
    kind = facts.get("kind")
    if kind not in Clearance.Kind.values:
        raise ValidationError({"kind": _("適性評価の種類を選び直してください。")})
    try:
        return kind, date.fromisoformat(str(facts.get("notified_on", "")))
    except ValueError:
        raise ValidationError({"notified_on": _("通知の日を入れてください。")}) from None


def _person(about: UUID) -> User:
    person = User.objects.select_related("organisation").filter(pk=about).first()
    if person is None:
        raise Refused(Reason.NOT_FOUND, about)
    return person


def _record(deed: Deed, proposal: Proposal) -> Clearance:
    kind, notified_on = _read(proposal.facts)
    clearance = founding.found_clearance(
        _person(proposal.about),
        proposal.organisation,
        notified_on=notified_on,
        recorded_by=proposal.proposed_by.name,
        confirmed_by=User.objects.values_list("name", flat=True).get(pk=deed.subject.person),
        kind=kind,
    )
    told = {"agency": str(proposal.organisation_id), "kind": kind, **days(notified_on, clearance.last_day)}
    replace(deed, event=Event.CLEARANCE_RECORD).note(proposal.about, told)
    return clearance


def _says(proposal: Proposal, person: User) -> str:
    kind, notified_on = _read(proposal.facts)
    return _("%(name)s（%(organisation)s）の適性評価（%(kind)s、通知の日 %(notice)s）を記録します。%(last)sまで有効になります。") % {
        "name": person.name,
        "organisation": person.organisation.name,
        "kind": Clearance.Kind(kind).label,
        "notice": jst_date(notified_on),
        "last": jst_date(clearance_last_day(kind, notified_on, years())),
    }  # fmt: skip


CLEARANCE = Plan(check=_check, carry_out=_record, says=_says)


@verb(Event.CLEARANCE_END)
def end_clearance(deed: Deed, person: User, agency: Organisation) -> None:
    """Takes the agency's clearances of the person away at once; the rows go, as there are no negative ones."""
    limits.need_officer_for(deed.subject, agency, person)
    ended = Clearance.objects.filter(person=person, agency=agency).delete()[0]
    if not ended:
        raise Refused(Reason.NOT_FOUND, person.pk)
    deed.note(person.pk, {"agency": str(agency.pk), "ended": ended})
