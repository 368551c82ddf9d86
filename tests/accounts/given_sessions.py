"""For tests/accounts/test_events_of_verbs.py: what the verbs of locks, sessions, browsers and linked identities are called with."""

from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.utils import timezone

from accounts.actions import entrances, identities, locks, sessions
from accounts.identity_claims import Vouched
from accounts.models import Device, Session, User
from accounts.session_list import name_of
from council.identity_settings import IdentityProvider, Kind
from tests import cast

_PROVIDER = IdentityProvider("gbizid", Kind.GBIZID, "https://provider.example/", "council", "GビズID", ("openid",))


def _vouched() -> Vouched:
    return Vouched(_PROVIDER, {"sub": "someone"}, {"sub": "someone", "account_type": "3"})


def _signed_in(person: User) -> str:
    return cast.sign_in(Client(), person).session.session_key


def _known_browser(person: User) -> Device:
    now = timezone.now()
    return Device.objects.create(
        person=person, digest="0" * 64, name="Windows・Firefox", first_seen_at=now, last_seen_at=now
    )


def _waits(person: User) -> None:
    User.objects.filter(pk=person.pk).update(unconfirmed_since=timezone.now())


def _linked(world: cast.Council) -> None:
    """Twice, so that one can go."""
    for uid in ("a" * 64, "b" * 64):
        SocialAccount.objects.create(user=world.reader_two, provider="gbizid", uid=uid)


PREPARED = {
    "end_session": lambda w: _signed_in(w.reader_two),
    "end_other_sessions": lambda w: _signed_in(w.reader_two),
    "forget_device": lambda w: _known_browser(w.reader_two),
    "unlink_identity": _linked,
    "confirm_first_factor": lambda w: _waits(w.reader_two),
}
CALLS = {
    "confirm_first_factor": (lambda w, **by: entrances.confirm_first_factor(w.reader_two, **by), "administrator"),
    "unlock": (lambda w, **by: locks.unlock(w.reader_two, **by), "administrator"),
    "end_session": (
        lambda w, **by: sessions.end_session(
            w.reader_two, name_of(Session.objects.get(person=w.reader_two.pk).pk), **by
        ),
        "reader_two",
    ),
    "end_other_sessions": (lambda w, **by: sessions.end_other_sessions(w.reader_two, "", **by), "reader_two"),
    "forget_device": (
        lambda w, **by: sessions.forget_device(w.reader_two, Device.objects.get().pk, **by),
        "reader_two",
    ),
    "link_identity": (lambda _world, **by: identities.link_identity(_vouched(), **by), "reader_two"),
    "unlink_identity": (
        lambda _world, **by: identities.unlink_identity(str(SocialAccount.objects.first().pk), **by),
        "reader_two",
    ),
}
