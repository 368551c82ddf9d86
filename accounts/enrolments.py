"""Ways in: a link that goes to somebody's address, and a code that is told them another way, let them register a first passkey, once.

Nobody is told why a way is closed: a wrong code, one that has expired or was used, a link that never was, a changed 法人番号 and a
suspended person get the same answer. No secret is kept: the link is the signed id, and of the code there is a slow hash.
"""

import time
import unicodedata
from datetime import timedelta
from urllib.parse import urljoin
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.hashers import check_password, make_password
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.credentials import end_what_is_open, may_enter, spoken_code
from accounts.devices import note_device
from accounts.factors import delete_factors
from accounts.models import Enrolment, User
from council.audit.events import Event, Outcome
from council.audit.record import record, record_refusal

# As many wrong codes end a way: whoever has the link alone guesses one of 30⁸ five times.
MOST_CODES = 5
# How long somebody who came in has to register; afterwards they enter the code again.
STAYS = timedelta(minutes=30)
CLOSED, WRONG_CODE = "closed_way", "wrong_code"
_SESSION = "council_enrolment"
_SIGNER = Signer(salt="council.enrolment")


def open_way(
    person: User, purpose: str, *, opened_by: UUID | None, confirmed_by: UUID | None = None
) -> tuple[Enrolment, str]:
    """A way in for the person and its code, told this once; one that was open ends. No event: the verb writes it."""
    end_ways(person)
    now, code = timezone.now(), spoken_code()
    way = Enrolment.objects.create(
        person=person, purpose=purpose, corporate_number=person.organisation.corporate_number or "",
        code_hash=make_password(_plain(code)), opened_by_id=opened_by, confirmed_by_id=confirmed_by,
        opened_at=now, expires_at=now + timedelta(days=settings.ENROLMENT_DAYS),
    )  # fmt: skip
    return way, code


def end_ways(person: User) -> int:
    """Ends what is open for the person; how many."""
    return not_done().filter(person=person).update(ended_at=timezone.now())


def close_every_way(person: User) -> dict[str, int]:
    """Nothing that the person signed in with works any more, and nothing they are signed in on; how many of each there were."""
    ended = {"enrolments": end_ways(person), **end_what_is_open(person)}
    ended["factors"] = delete_factors(Authenticator.objects.filter(user=person))
    ended["identities"] = SocialAccount.objects.filter(user=person).delete()[0]
    person.set_unusable_password()
    person.unconfirmed_since = None
    person.save(update_fields=["password", "unconfirmed_since"])
    return ended


def has_come_in(person: User) -> bool:
    """Whether the person has registered something to sign in with, or had: an invitation is for whoever never has."""
    ways = Enrolment.objects.filter(person=person)
    return (
        Authenticator.objects.filter(user=person).exists()
        or SocialAccount.objects.filter(user=person).exists()
        or ways.filter(Q(used_at__isnull=False) | Q(purpose=Enrolment.Purpose.RECOVERY)).exists()
    )


def not_done() -> QuerySet[Enrolment]:
    """Those that were neither used nor ended; some may have expired."""
    return Enrolment.objects.filter(used_at=None, ended_at=None)


def link_of(enrolment: UUID) -> str:
    """The whole address, made when a mail is written: always the same one, and of no use without the code."""
    path = reverse("accounts:enrol", args=[_SIGNER.sign(enrolment.hex)])
    return urljoin(f"{settings.COUNCIL_URL}/", path)


def behind(link: str) -> Enrolment | None:
    """The way that this link opens now, with its person and their organisation; None for every kind of reason."""
    try:
        enrolment = UUID(hex=_SIGNER.unsign(link))
    except (BadSignature, ValueError):
        return None
    return _open(enrolment)


def is_open(way: Enrolment) -> bool:
    """Whether the way leads anywhere: for the person it was made for, of the organisation they were invited by."""
    person, now = way.person, timezone.now()
    if way.used_at or way.ended_at or way.expires_at <= now or person.left_at or not may_enter(person):
        return False
    return way.corporate_number == (person.organisation.corporate_number or "")


def enter(request: HttpRequest, link: str, code: str) -> bool:
    """Signs the person in, in a session that may do nothing but register; False, with its trace, for whatever is not right."""
    way = behind(link)
    with transaction.atomic():
        # Read again behind a lock: many who guess at once are counted one by one.
        way = _open(way.pk, lock=True) if way else None
        if way and check_password(_plain(code), way.code_hash):
            _sign_in(request, way)
            return True
        if way:
            _count_wrong(way)
            return False
    make_password(_plain(code))  # takes as long as the look at a code
    record_refusal(Event.PEOPLE_ENROL_REFUSED, actor=None, organisation=None, reason=CLOSED)
    return False


def open_in(request: HttpRequest) -> Enrolment | None:
    """The way by which the person of this request came in and may register now; None in every other session."""
    held = request.session.get(_SESSION)
    if not held or not request.user.is_authenticated or held["at"] + STAYS.total_seconds() <= time.time():
        return None
    way = _open(UUID(held["enrolment"]))
    return way if way and way.person_id == request.user.pk else None


def finish(request: HttpRequest) -> None:
    """What the person came in for is registered: the way ends here. Nothing happens in a session that came no such way."""
    with transaction.atomic():
        way = open_in(request)
        used = not_done().filter(pk=way.pk).update(used_at=timezone.now()) if way else 0
        if used:
            who = {"actor": str(way.person_id), "organisation": str(way.person.organisation_id)}
            record(
                Event.PEOPLE_ENROL,
                **who,
                object=str(way.person_id),
                detail={"enrolment": str(way.pk), "purpose": way.purpose},
            )
    request.session.pop(_SESSION, None)


def _open(enrolment: UUID, *, lock: bool = False) -> Enrolment | None:
    rows = Enrolment.objects.select_related("person__organisation")
    way = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=enrolment).first()
    return way if way and is_open(way) else None


def _sign_in(request: HttpRequest, way: Enrolment) -> None:
    """A new session, also for who was signed in before: what was shown in the old one does not count here.

    Listed with its browser as after every sign-in, and told of where the person was here before: whoever is let in again, or comes
    by the same invitation on another browser, may be somebody else.
    """
    request.session.flush()
    first = way.purpose == Enrolment.Purpose.INVITATION and way.person.last_login is None
    login(request, way.person, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session[_SESSION] = {"enrolment": str(way.pk), "at": time.time()}
    note_device(request, way.person, first=first)
    UserSession.objects.create_from_request(request)
    who = {"actor": str(way.person_id), "organisation": str(way.person.organisation_id)}
    record(Event.SIGN_IN, **who, detail={"enrolment": str(way.pk)})


def _count_wrong(way: Enrolment) -> None:
    """One more wrong code; the last one ends the way. Nobody knows who typed it: the person meant is the object."""
    way.failed_codes += 1
    way.ended_at = timezone.now() if way.failed_codes >= MOST_CODES else None
    way.save(update_fields=["failed_codes", "ended_at"])
    about = {"organisation": str(way.person.organisation_id), "object": str(way.person_id)}
    detail = {"enrolment": str(way.pk), "wrong": way.failed_codes}
    record(Event.PEOPLE_ENROL_REFUSED, actor=None, **about, outcome=Outcome.DENY, reason=WRONG_CODE, detail=detail)


def _plain(code: str) -> str:
    """The code as it is hashed, however it was typed: in full width, in small letters, with or without the dash."""
    return "".join(each for each in unicodedata.normalize("NFKC", code).upper() if each.isalnum())[:64]
