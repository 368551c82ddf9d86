"""The only door to bulletins: may(), visible_to(), readers_of(), get_bulletin_for(). One policy, three questions, one answer.

visible_to() is the SQL twin of decide(READ): it takes the listings of the audience classes that the person belongs to.
Missing and forbidden look the same from here on: NotVisible, raised after the same number of queries.
"""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Designation, User
from accounts.subject import subject_of, subjects_of
from bulletins import facts
from bulletins.models import AudienceClass, Bulletin, Listing
from bulletins.newest import Reach, among_newest, listed
from council.access import facts as known
from council.access.facts import Role, Subject
from council.access.policy import READING, Action, Decision, Reason, clears, decide, standing
from council.access.tiers import Tier
from council.audit.events import Outcome
from council.audit.record import record_refusal

_NOBODY = -1
_NEWEST_FIRST = Bulletin.unrestricted.order_by("-published_at", "-pk")


class NotVisible(Exception):
    """For this person the bulletin does not exist. Views answer all of these with the one page for missing and forbidden."""


def may(user: User, action: Action, bulletin: Bulletin | UUID, *, subject: Subject | None = None) -> Decision:
    """Whether the user may do this to the bulletin. Reading asks about the served revision, the desk about the newest."""
    bulletin_id = bulletin.pk if isinstance(bulletin, Bulletin) else bulletin
    _, about = facts.served(bulletin_id) if action in READING else facts.on_the_desk(bulletin_id)
    return judge(subject or subject_of(user), action, about)


def judge(subject: Subject, action: Action, about: known.Bulletin | None) -> Decision:
    """decide(), with an answer also for what is not there."""
    return decide(subject, action, about) if about else Decision(allowed=False, reason=Reason.NOT_FOUND)


def get_bulletin_for(
    subject: Subject, bulletin_id: UUID, action: Action = Action.READ
) -> tuple[Bulletin, known.Bulletin]:
    """The bulletin and the facts it was allowed on; NotVisible, with the refusal in the log, otherwise."""
    bulletin, about = facts.served(bulletin_id)
    decision = judge(subject, action, about)
    if not decision:
        refuse(subject, action, bulletin_id, decision, tier=about.banner.tier if about else Tier.ONE)
        raise NotVisible
    return bulletin, about


def refuse(subject: Subject, action: Action, bulletin_id: UUID, decision: Decision, *, tier: Tier) -> None:
    """Writes a refusal into the log. The person is told nothing of it."""
    record_refusal(
        action,
        actor=subject.person,
        organisation=subject.organisation,
        object=str(bulletin_id),
        tier=int(tier),
        outcome=Outcome.DENY,
        reason=str(decision.reason),
    )


def cleared_items(subject: Subject) -> list[UUID]:
    """The designated items that the subject may handle today, by the same rule as decide()."""
    rows = Designation.objects.filter(pk__in=[term.item for term in subject.rosters])
    return [row.pk for row in rows if clears(subject, facts.designation_facts(row)) is None]


def _kept_out(subject: Subject) -> bool:
    """Whether decide(READ) refuses the subject everything, whatever the bulletin."""
    return bool(standing(subject, Action.READ, known.Council())) or Role.AUDITOR in subject.roles


def audiences_of(subject: Subject, *, subcommittee: str = "") -> list[int]:
    """The audience classes that the subject belongs to; only those on the subcommittee's compartment when one is given."""
    classes = AudienceClass.objects.filter(
        Q(group__in=subject.groups) | Q(person=subject.person), floor__lte=subject.ceiling
    ).filter(Q(designation=None) | Q(designation__in=cleared_items(subject)))
    rows = classes.values_list("pk", "subcommittees")
    mine = subject.subcommittees
    found = [pk for pk, needed in rows if mine.issuperset(needed) and (not subcommittee or subcommittee in needed)]
    return [_NOBODY] if _kept_out(subject) or not found else found


def _reach(subject: Subject, subcommittee: str) -> Reach:
    """What audiences_of() asks, for the statement that finds the audiences and their newest in one go."""
    out, items = _kept_out(subject), tuple(cleared_items(subject)) if subject.rosters else ()
    return Reach(
        groups=frozenset() if out else subject.groups,
        person=None if out else subject.person,
        floor=int(subject.ceiling),
        items=items,
        compartments=subject.subcommittees,
        around=(subcommittee,) if subcommittee else (),
    )


def _listings(*, kind: str, with_deadline: bool, before: tuple[datetime, UUID] | None) -> QuerySet[Listing]:
    """The conditions of bulletins.newest.listed(), for the lists that are not cut at the top."""
    listings = Listing.objects.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()))
    if kind:
        listings = listings.filter(kind=kind)
    if with_deadline:
        listings = listings.filter(deadline__isnull=False)
    if before:
        after_it = Q(published_at__lt=before[0]) | Q(published_at=before[0], bulletin__lt=before[1])
        listings = listings.filter(after_it)
    return listings


def visible_to(
    user: User | Subject,
    *,
    newest: int | None = None,
    before: tuple[datetime, UUID] | None = None,
    kind: str = "",
    subcommittee: str = "",
    with_deadline: bool = False,
) -> QuerySet[Bulletin]:
    """The bulletins that the user may read, newest first.

    With `newest` they are only that many, from the top (after the position `before`), in one query whose cost depends on
    the person's audiences and not on the number of bulletins; slice the result to the same number. Only without `newest`
    is the result right to filter further.
    """
    subject = user if isinstance(user, Subject) else subject_of(user)
    if newest is not None:
        wanted = listed(now=timezone.now(), kind=kind, with_deadline=with_deadline, before=before)
        text, params = among_newest(_reach(subject, subcommittee), wanted, newest)
        # extra() and not an expression: resolving and compiling one costs more than finding the audiences.
        return _NEWEST_FIRST.extra(where=[text], params=params)  # noqa: S610  constant text, every value a parameter
    listings = _listings(kind=kind, with_deadline=with_deadline, before=before)
    audiences = audiences_of(subject, subcommittee=subcommittee)
    return _NEWEST_FIRST.filter(pk__in=listings.filter(audience__in=audiences).values("bulletin"))


def _named_by(audience: known.Audience) -> QuerySet[User]:
    return (
        User.objects.filter(
            Q(pk__in=audience.people)
            | Q(organisation__group__in=audience.groups)
            | Q(memberships__subcommittee__group__in=audience.groups)
        )
        .select_related("organisation")
        .distinct()
        .order_by("organisation__name", "organisation_id", "name", "pk")
    )


def readers_given(about: known.Bulletin) -> list[tuple[User, Subject]]:
    """Everybody whom decide(READ) lets in on these facts, with what is known of them, by organisation and name."""
    people = list(_named_by(about.released_to))
    subjects = subjects_of(people)
    return [(person, subjects[person.pk]) for person in people if decide(subjects[person.pk], Action.READ, about)]


def readers_of(bulletin: Bulletin | UUID) -> list[User]:
    """The people who may read the bulletin now; nobody when it is not served."""
    _, about = facts.served(bulletin.pk if isinstance(bulletin, Bulletin) else bulletin)
    return [person for person, _ in readers_given(about)] if about else []
