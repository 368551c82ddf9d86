"""はじめの5つ: what somebody new does once, each of them read off what is there already. Nothing is kept for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef
from django.utils.crypto import salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from bulletins.models import CalendarFeed, Receipt, Revision
from council.access.facts import Role, Subject

NEW_FOR = timedelta(days=30)
_SALT = "bulletins.first_hour"
Type = Authenticator.Type


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: its words, the route that leads there, and whether it is done."""

    text: str | Promise
    route: str
    done: bool


def steps_of(subject: Subject, now: datetime) -> list[Step]:
    """Five steps, the same query for everybody. Empty once all are done, and for whoever is here longer and has begun."""
    done = _done(subject)
    steps = [
        Step(_("守秘誓約を読んで同意する"), "accounts:pledge", subject.pledge_current),
        Step(_("パスキーを登録する"), "accounts:factors", done["passkey"]),
        Step(_("パスキーを使えないときのために、予備のコードを作る"), "accounts:factors", done["codes"]),
        Step(_("情報を一つ開く"), "bulletins:list", done["opened"]),
        Step(_("下書きを一つ作る"), "desk:new", done["drafted"])
        if Role.PUBLISHER in subject.roles
        else Step(_("期限を自分の暦に入れる"), "dues", done["feed"]),
    ]
    has_begun = now - done["joined_at"] > NEW_FOR and any(step.done for step in steps[1:])
    return [] if has_begun or all(step.done for step in steps) else steps


def _done(subject: Subject) -> dict:
    """One query about the person's own rows alone."""
    factors = Authenticator.objects.filter(user=OuterRef("pk"))
    of_them = {
        "passkey": Exists(factors.filter(type=Type.WEBAUTHN)),
        "codes": Exists(factors.filter(type=Type.RECOVERY_CODES)),
        "opened": Exists(Receipt.objects.filter(person=OuterRef("pk"), opened_at__isnull=False)),
        "drafted": Exists(Revision.unrestricted.filter(author=OuterRef("pk"))),
        "feed": Exists(CalendarFeed.objects.filter(person=OuterRef("pk"))),
    }
    return User.objects.filter(pk=subject.person).annotate(**of_them).values(*of_them, "joined_at").get()


def hidden_for(subject: Subject) -> str:
    """What the cookie of somebody who hid the steps holds: theirs alone, since a browser may be shared."""
    return salted_hmac(_SALT, subject.person, algorithm="sha256").hexdigest()[:32]
