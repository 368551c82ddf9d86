"""API tokens: a person's programs act as the person, and see and do no more than they."""

from accounts import founding
from accounts.actions import limits
from accounts.actions.verb import Deed, Refused, verb
from accounts.models import ApiToken, User
from council.access.policy import Reason
from council.access.tiers import Tier
from council.audit.events import Event


@verb(Event.TOKEN_CREATED)
def issue_token(deed: Deed, person: User) -> str:
    """A new token of the acting person, told once. Nobody has one made for somebody else.

    It reaches as far as their session does now, and tier two at most: nobody uses a passkey again before a program reads.
    """
    if deed.subject.person != str(person.pk):
        raise Refused(Reason.NOT_INVOLVED, person.pk)
    if not (deed.subject.active and deed.subject.organisation_active):
        raise Refused(Reason.SUSPENDED, person.pk)
    tier = min(deed.subject.session, Tier.TWO)
    token = founding.found_token(person, tier)
    deed.note(person.pk, {"tier": int(tier)})
    return token


@verb(Event.TOKEN_REVOKED)
def revoke_tokens(deed: Deed, person: User) -> int:
    """Ends every token of the person, one's own or of somebody whose affairs one runs; how many there were."""
    if deed.subject.person != str(person.pk):
        limits.need_person(deed.subject, person)
    revoked = ApiToken.objects.filter(person=person).delete()[0]
    deed.note(person.pk, {"revoked": revoked})
    return revoked
