"""What people sign in with: added, named and removed by themselves alone, and never by something weaker.

`proof` is what the session says. With a passkey that was used in it a moment ago, or a way in that is open in it (accounts.enrolments),
everything can be changed; without, only the very first factor of an account can be added, and it has to be confirmed
(accounts.actions.entrances). Everything is read behind a lock on the person, so that of two sessions without a factor one adds the first.
"""

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.verb import Deed, Refused, verb
from accounts.device_notices import Step, tell_of_factor, tell_who_confirms
from accounts.factor_rules import factors_of, may_begin, why_kept
from accounts.factors import delete_factors
from accounts.models import ApiToken, User
from accounts.strength import Proof, could_reach
from council.access.policy import Reason
from council.audit.events import Event

Type = Authenticator.Type
NAME_LENGTH = 60


@verb(Event.FACTOR_ADDED)
def add_passkey(
    deed: Deed, person: User, name: str, credential: dict, *, proof: Proof
) -> tuple[Authenticator, list[str]]:
    """A passkey whose ceremony was checked already; with a first factor come the codes, told this once."""
    _need_way(deed, person, proof=proof)
    added = WebAuthn.add(person, name[:NAME_LENGTH], credential).instance
    return added, _added(deed, added, proof)


@verb(Event.FACTOR_ADDED)
def add_app(deed: Deed, person: User, secret: str, *, proof: Proof) -> tuple[Authenticator, list[str]]:
    """An app that has shown a right code of the secret; with a first factor come the codes, told this once."""
    _need_way(deed, person, proof=proof)
    if factors_of(person).filter(type=Type.TOTP).exists():
        raise ValidationError(_("認証アプリは、すでに登録されています。"))
    added = TOTP.activate(person, secret).instance
    return added, _added(deed, added, proof)


@verb(Event.CODES_MADE)
def make_codes(deed: Deed, person: User, *, proof: Proof) -> list[str]:
    """New codes, told this once; the old ones end."""
    _need_proof(deed, person, proof=proof)
    if not factors_of(person).exists():
        raise ValidationError(_("先に、パスキーか認証アプリを登録してください。"))
    delete_factors(Authenticator.objects.filter(user=person, type=Type.RECOVERY_CODES))
    codes = RecoveryCodes.activate(person).get_unused_codes()
    deed.note(person.pk, {"count": len(codes)})
    tell_of_factor(person, Step.CODES)
    return codes


@verb(Event.FACTOR_RENAMED)
def rename_passkey(deed: Deed, person: User, factor: int, name: str) -> None:
    found = _own(deed, person, factor)
    if found.type != Type.WEBAUTHN:
        raise Refused(Reason.NOT_FOUND, person.pk)
    found.data["name"] = name[:NAME_LENGTH]
    found.save(update_fields=["data"])
    deed.note(person.pk, {"factor": found.pk})


@verb(Event.FACTOR_REMOVED)
def remove_factor(deed: Deed, person: User, factor: int, *, proof: Proof) -> None:
    """Never the last one, and never the last passkey of somebody who could not do their work without.

    Every token of the person ends with it: whoever else had it may have made themselves one.
    """
    _need_proof(deed, person, proof=proof)
    found = _own(deed, person, factor)
    why = why_kept(found, could_reach(deed.subject))
    if why:
        raise ValidationError(why)
    delete_factors(Authenticator.objects.filter(pk=found.pk))
    tokens = ApiToken.objects.filter(person=person).delete()[0]
    deed.note(person.pk, {"kind": found.type, "factor": factor, "tokens": tokens})
    tell_of_factor(person, Step.REMOVED)


def _lock(deed: Deed, person: User) -> None:
    if deed.subject.person != str(person.pk):
        raise Refused(Reason.NOT_INVOLVED, person.pk)
    User.objects.select_for_update().get(pk=person.pk)


def _need_proof(deed: Deed, person: User, *, proof: Proof) -> None:
    _lock(deed, person)
    if proof < Proof.FRESH:
        raise Refused(Reason.SESSION, person.pk)


def _need_way(deed: Deed, person: User, *, proof: Proof) -> None:
    _lock(deed, person)
    if proof < Proof.FRESH and not may_begin(person, proof):
        raise Refused(Reason.SESSION, person.pk)


def _own(deed: Deed, person: User, factor: int) -> Authenticator:
    _lock(deed, person)
    found = factors_of(person).filter(pk=factor).first()
    if found is None:
        raise Refused(Reason.NOT_FOUND, person.pk)
    return found


def _added(deed: Deed, factor: Authenticator, proof: Proof) -> list[str]:
    """Writes the event; the codes that come with it, when there are none yet.

    A first factor of somebody who came no way that others opened may be that of whoever stole their password: it waits for confirmation.
    """
    rows = Authenticator.objects.filter(user=factor.user, type=Type.RECOVERY_CODES)
    codes = [] if rows.exists() else RecoveryCodes.activate(factor.user).get_unused_codes()
    unconfirmed = proof < Proof.FRESH
    if unconfirmed:
        User.objects.filter(pk=factor.user_id).update(unconfirmed_since=timezone.now())
        tell_who_confirms(factor.user)
    told = {"kind": factor.type, "factor": factor.pk, "codes": len(codes)}
    deed.note(factor.user_id, {**told, **({"unconfirmed": True} if unconfirmed else {})})
    tell_of_factor(factor.user, Step.UNCONFIRMED if unconfirmed else Step.ADDED)
    return codes
