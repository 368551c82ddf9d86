"""Identities that others vouch for: whose they are here. Accounts come from them; roles, subcommittees and tiers never do."""

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import founding
from accounts.actions.verb import Deed, Refused, verb
from accounts.identity_claims import Vouched, address_of_staff
from accounts.models import ApiToken, Organisation, User
from council.access.facts import Subject
from council.access.policy import Reason
from council.audit.events import Event

TAKEN, ANOTHER = "identity_taken", "another_identity"
_KEEPING = (Authenticator.Type.WEBAUTHN, Authenticator.Type.TOTP)


@verb(Event.IDENTITY_LINKED)
def link_identity(deed: Deed, vouched: Vouched) -> SocialAccount:
    """From now on this identity is the acting person. Refused when it is somebody else, or they have another of this provider."""
    person = deed.subject.person
    _free_of_who_left(vouched)
    if SocialAccount.objects.filter(provider=vouched.provider.id, uid=vouched.uid).exclude(user=person).exists():
        raise Refused(TAKEN, person)
    if SocialAccount.objects.filter(provider=vouched.provider.id, user=person).exclude(uid=vouched.uid).exists():
        raise Refused(ANOTHER, person)
    try:
        with transaction.atomic():
            identity = _kept(vouched, User.objects.get(pk=person))
    except IntegrityError as error:
        raise Refused(TAKEN, person) from error
    deed.note(person, vouched.told())
    return identity


@verb(Event.IDENTITY_UNLINKED)
def unlink_identity(deed: Deed, identity: str) -> None:
    """It signs nobody in any more, and every token of the person ends: it may have been made by whoever came in with it.

    ValidationError when the acting person would be left with nothing to sign in with.
    """
    person = deed.subject.person
    # Behind the row of the person, so that two that are taken off at once don't leave nothing.
    User.objects.select_for_update().get(pk=person)
    own = SocialAccount.objects.filter(user=person)
    named = identity.isascii() and identity.isdecimal() and len(identity) < 19
    row = own.filter(pk=identity).first() if named else None
    if row is None:
        raise Refused(Reason.NOT_FOUND, person)
    if own.count() == 1 and not Authenticator.objects.filter(user=person, type__in=_KEEPING).exists():
        raise ValidationError(_("ほかにサインインの手段がありません。先にパスキーを登録してください。"))
    detail = {"provider": row.provider, "issuer": row.extra_data.get("issuer", ""), "identity": row.uid}
    row.delete()
    deed.note(person, {**detail, "tokens": ApiToken.objects.filter(person=person).delete()[0]})


def admit_staff(agency: Organisation, vouched: Vouched, *, subject: Subject) -> User:
    """A person of the agency, as its identity provider tells of them: at tier one, with no role and no subcommittee.

    Nobody does it but the portal, which `subject` says. ValidationError for claims that make no person, IntegrityError when the
    same identity or address came in at the same moment.
    """
    said, deed = vouched.said, Deed(Event.PEOPLE_CREATE, subject)
    with transaction.atomic():
        _free_of_who_left(vouched)
        address, name = address_of_staff(vouched.provider, said), str(said.get("name") or "").strip()
        person = founding.found_person(agency, address, name, roles=())
        _kept(vouched, person)
        deed.note(person.pk, {"roles": [], "tier": 1, "subcommittees": [], **vouched.told()})
    return person


def _free_of_who_left(vouched: Vouched) -> None:
    """Somebody who moved has a new account: the identity goes with them, nothing else does."""
    rows = SocialAccount.objects.filter(provider=vouched.provider.id, uid=vouched.uid)
    rows.filter(user__left_at__isnull=False).delete()


def _kept(vouched: Vouched, person: User) -> SocialAccount:
    row, _made = SocialAccount.objects.get_or_create(
        provider=vouched.provider.id,
        uid=vouched.uid,
        user=person,
        defaults={"extra_data": {"issuer": vouched.provider.issuer}},
    )
    return row
