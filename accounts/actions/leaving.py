"""People leave, and move to another organisation: what they could do ends at once, what they owe stays."""

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import founding
from accounts.actions import limits
from accounts.actions.rosters import end_handling_of
from accounts.actions.verb import Deed, verb
from accounts.enrolment_notices import tell_left
from accounts.enrolments import close_every_way
from accounts.last_holders import has_successor, lock_holders
from accounts.models import (
    Contact,
    Organisation,
    Proposal,
    RoleAssignment,
    SignInFailure,
    SubcommitteeMembership,
    User,
)
from accounts.notices import NOWHERE
from council.access.facts import Role
from council.audit.events import Event

# Who lives on with others: the operators of the whole council, the administrators of each organisation.
_NEVER_THE_LAST = {
    Role.OPERATOR: gettext_lazy("最後の運用担当です。先に、後任の運用担当を決めてください。"),
    Role.ADMINISTRATOR: gettext_lazy("この組織の最後の管理者です。先に、後任の管理者を決めてください。"),
}


@verb(Event.PEOPLE_LEAVE)
def leave(deed: Deed, person: User) -> User:
    """The person is no member any more: nothing opens from the next request on, nothing comes back, and the duty of secrecy stays.

    ValidationError for the last administrator of an organisation and the last operator.
    """
    limits.refuse_oneself(deed.subject, person)
    limits.need_reach(deed.subject, person)
    _lock_proposals(person)
    person = limits.need_to_let_go(deed.subject, person)
    _need_successors(person)
    ended = _end_everything(deed, person)
    tell_left(person)
    deed.note(person.pk, ended)
    return person


@verb(Event.PEOPLE_TRANSFER)
def transfer(deed: Deed, person: User, organisation: Organisation) -> User:
    """A new account with the same address in another organisation, and the end of the old one; nothing that was given to it follows.

    Also for somebody who left and comes back, wherever that is. The operator's affair: an administrator would pull in whomever they like.
    """
    limits.need_council(deed.subject, person.pk)
    limits.refuse_oneself(deed.subject, person)
    _lock_proposals(person)
    lock_holders([person.organisation_id], [person.pk, deed.subject.person])
    # Whoever held the locks meanwhile may have ended what this person may do.
    limits.need_council(limits.as_of_now(deed.subject), person.pk)
    old = User.objects.select_related("organisation").get(pk=person.pk)
    _need_elsewhere(old, organisation)
    ended = {}
    if old.left_at is None:
        _need_successors(old)
        ended = _end_everything(deed, old)
    address, old.email = old.email, f"{old.pk}@{NOWHERE}"
    old.save(update_fields=["email"])
    new = founding.found_person(organisation, address, old.name)
    new.predecessor = old
    new.save(update_fields=["predecessor"])
    tell_left(old, now_as=new)
    told = {"address": address, "successor": str(new.pk), "organisation": str(organisation.pk)}
    deed.note(old.pk, {**ended, **told})
    return new


def _need_elsewhere(old: User, organisation: Organisation) -> None:
    if User.objects.filter(predecessor=old).exists():
        raise ValidationError({"organisation": _("この人は、もう別の組織に移っています。")})
    if old.left_at is None and old.organisation_id == organisation.pk:
        raise ValidationError({"organisation": _("いまと同じ組織には移せません。")})
    if not organisation.is_active:
        raise ValidationError({"organisation": _("参加が止められている組織には移せません。")})


def _need_successors(person: User) -> None:
    """Behind the locks of everybody who could be one."""
    for role in person.role_assignments.filter(role__in=list(_NEVER_THE_LAST)).values_list("role", flat=True):
        if not has_successor(person, role):
            raise ValidationError(str(_NEVER_THE_LAST[role]))


def _proposals_of(person: User) -> QuerySet[Proposal]:
    """What waits for a second person about somebody, or by them."""
    return Proposal.objects.filter(Q(about=person.pk) | Q(proposed_by=person), confirmed_at=None)


def _lock_proposals(person: User) -> None:
    """Before any person: whoever confirms one locks it first, and then the person whom it is about."""
    list(_proposals_of(person).select_for_update().order_by("pk").values_list("pk", flat=True))


def _end_everything(deed: Deed, person: User) -> dict[str, object]:
    """What the person could do, without what they owe: pledges, keys that they hold and receipts are kept. What ended, for the log."""
    now = timezone.now()
    roles = sorted(person.role_assignments.values_list("role", flat=True))
    ended = {"roles": roles, "tier": person.tier, "rosters": end_handling_of(deed, person), **close_every_way(person)}
    RoleAssignment.objects.filter(person=person).delete()
    ended["subcommittees"] = SubcommitteeMembership.objects.filter(person=person).delete()[0]
    ended["contacts"] = Contact.objects.filter(person=person, ended_at=None).update(ended_at=now)
    ended["proposals"] = _proposals_of(person).delete()[0]
    SignInFailure.objects.filter(person=person).delete()
    person.is_active, person.left_at, person.tier = False, now, 1
    person.save(update_fields=["is_active", "left_at", "tier"])
    return ended
