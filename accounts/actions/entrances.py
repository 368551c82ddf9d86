"""Letting people in: by an invitation, and again after they lost everything they signed in with, which takes two other people.

The code that a way is opened with is handed back once, to be told by telephone; the link goes by mail.
"""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import enrolments
from accounts.actions import limits
from accounts.actions.plan import Plan
from accounts.actions.verb import Deed, Refused, verb
from accounts.credentials import end_sessions
from accounts.device_notices import Step, tell_of_factor
from accounts.enrolment_notices import tell_proposed, tell_way
from accounts.models import Enrolment, Organisation, Proposal, User
from council.access.facts import Subject
from council.access.policy import Reason
from council.audit.events import Event

Purpose = Enrolment.Purpose


@verb(Event.PEOPLE_INVITE)
def invite(deed: Deed, person: User) -> str:
    """A way in for somebody who never came in; an invitation from before ends. Returns the code.

    Whoever knows the code is half of the way to signing in as the person, so that nobody invites somebody who may see more, and no
    administrator somebody who could do more.
    """
    person = limits.need_somebody_else(deed.subject, person)
    limits.refuse_inviting(deed.subject, person)
    _need_active(person)
    if enrolments.has_come_in(person):
        raise ValidationError(
            _("この人は、サインインの手段を登録したことがあります。失ったときは「登録のやり直し」を提案してください。")
        )
    way, code = enrolments.open_way(person, Purpose.INVITATION, opened_by=UUID(deed.subject.person))
    tell_way(way)
    deed.note(person.pk, {"enrolment": str(way.pk)})
    return code


@verb(Event.PEOPLE_UNINVITE)
def withdraw_invitation(deed: Deed, person: User) -> User:
    """Neither link nor code work any more, and whoever came in by them is out. ValidationError when nothing is open."""
    person = limits.need_somebody_else(deed.subject, person)
    if not enrolments.end_ways(person):
        raise ValidationError(_("取り下げる案内はありません。"))
    deed.note(person.pk, {"sessions": end_sessions([person.pk])})
    return person


@verb(Event.FACTOR_CONFIRMED)
def confirm_first_factor(deed: Deed, person: User) -> User:
    """That it was the person who added their first factor, asked by telephone: from now on their passkeys reach what they may see.

    It is as good as a way in, and so asks for the same limits as an invitation. ValidationError when nothing waits.
    """
    person = limits.need_somebody_else(deed.subject, person)
    limits.refuse_inviting(deed.subject, person)
    if person.unconfirmed_since is None:
        raise ValidationError(_("確認を待っている登録はありません。"))
    person.unconfirmed_since = None
    person.save(update_fields=["unconfirmed_since"])
    tell_of_factor(person, Step.CONFIRMED)
    deed.note(person.pk)
    return person


def _need_active(person: User) -> None:
    if not (person.is_active and person.organisation.is_active):
        raise ValidationError(_("この人の利用は止められています。"))


def _check_recovery(subject: Subject, organisation: Organisation, about: UUID, wanted: dict) -> None:
    """Refused for whoever could do less than the person: they would learn half of what it takes to be them."""
    person = User.objects.select_related("organisation").filter(pk=about, organisation=organisation).first()
    if person is None or wanted:
        raise Refused(Reason.NOT_FOUND, about)
    person = limits.need_somebody_else(subject, person)
    limits.refuse_takeover(subject, person)
    _need_active(person)


def _let_in_again(deed: Deed, proposal: Proposal) -> str:
    """Everything the person signed in with ends, and a way in is open. Returns the code, for whoever confirmed to tell."""
    person = limits.need_somebody_else(deed.subject, _about(proposal))
    limits.refuse_takeover(deed.subject, person)
    ended = enrolments.close_every_way(person)
    by = {"opened_by": proposal.proposed_by_id, "confirmed_by": UUID(deed.subject.person)}
    way, code = enrolments.open_way(person, Purpose.RECOVERY, **by)
    tell_way(way)
    Deed(Event.PEOPLE_RECOVER, deed.subject).note(person.pk, {"enrolment": str(way.pk), **ended})
    return code


def _tell(proposal: Proposal) -> None:
    tell_proposed(proposal, _about(proposal))


def _says(_proposal: Proposal, person: User) -> str:
    return _(
        "%(name)sさんのサインインの手段をすべて無効にし、登録し直せるようにします。本人に電話して、失ったことを確かめてください。"
    ) % {"name": person.name}


def _about(proposal: Proposal) -> User:
    return User.objects.select_related("organisation").get(pk=proposal.about)


RECOVERY = Plan(check=_check_recovery, carry_out=_let_in_again, says=_says, tell=_tell)
