"""How long the sealed details of events are kept, by class, as data that a council may change. Leaves and proofs are kept for good.

COUNCIL_RETENTION takes the place of single numbers of years: {"session": 1, "critical": 30}. The numbers here: a year at the very least for
logs under the government's standard of security measures, five for the reading of 機密性2情報 and ten for what concerns 重要経済安保情報,
after the limitation periods of the offences.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import reduce
from operator import or_

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from council.access.tiers import Tier
from council.audit import holds, names
from council.audit.filters import first_id_at
from council.audit.models import AuditDetail, AuditEvent

LEAST_YEARS, MOST_YEARS = 1, 100
# Counting stops here: whoever decides needs to know that there are many, not how many.
COUNTED_AT_MOST = 10_000


class Kind(StrEnum):
    """The classes. Each event belongs to exactly one: the first whose test it passes."""

    CRITICAL = "critical"
    CONTENT = "content"
    ACCESS = "access"
    SESSION = "session"
    PORTAL = "portal"


@dataclass(frozen=True, slots=True)
class Class:
    """One class of records: what it is called, what belongs to it, and the years its details are kept."""

    kind: Kind
    label: str | Promise
    holds: str | Promise
    years: int


_STANDARD: Mapping[Kind, int] = {Kind.CRITICAL: 10, Kind.CONTENT: 5, Kind.ACCESS: 10, Kind.SESSION: 3, Kind.PORTAL: 3}
_WORDS: Mapping[Kind, tuple[str | Promise, str | Promise]] = {
    Kind.CRITICAL: (_("重要経済安保情報の取扱い"), _("重要経済安保情報についての出来事のすべて")),
    Kind.CONTENT: (_("資料の閲覧と配付"), _("資料を開く、受け取る、確認する、公開する、回収するなど")),
    Kind.ACCESS: (_("アクセスの変更"), _("人、役割、分科会、適性評価、名簿、指定、鍵、見直し")),
    Kind.SESSION: (_("サインイン"), _("サインインとその失敗、APIトークン")),
    Kind.PORTAL: (_("監査とポータルの動き"), _("監査人の調べもの、書き出し、設定、動いている印")),
}
_ACCESS = (
    "people", "role", "tier", "organisation", "subcommittee", "pledge", "clearance", "certification", "contract", "roster",
    "designation", "education", "proposal", "clock", "key", "keys", "contact", "council", "review", "retention",
)  # fmt: skip
_SESSION = ("session", "token", "factor", "identity")


def classes() -> list[Class]:
    """The classes with the years in force; ImproperlyConfigured when COUNCIL_RETENTION says something that is none."""
    given = settings.RETENTION
    if not isinstance(given, dict):
        raise _wrong("must be a JSON object")
    unknown = sorted(set(given) - set(Kind))
    if unknown:
        raise _wrong(f"knows no class {unknown[0]!r}; known are {', '.join(Kind)}")
    return [Class(kind, *_WORDS[kind], years=_years(kind, given.get(kind, _STANDARD[kind]))) for kind in Kind]


def class_of(kind: str) -> Class | None:
    """The class of this name, or None."""
    return next((each for each in classes() if each.kind == kind), None)


def ended_before(each: Class, now: datetime | None = None) -> datetime:
    """The moment before which the retention of this class has ended: so many years ago, at the beginning of that day in Japan."""
    today = timezone.localtime(now or timezone.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        return today.replace(year=today.year - each.years)
    except ValueError:  # the 29th of February
        return today.replace(year=today.year - each.years, day=28)


def events_of(kind: str) -> Q:
    """Which events are of this class."""
    critical = Q(tier=int(Tier.CRITICAL))
    tests = {
        Kind.CRITICAL: critical,
        Kind.CONTENT: ~critical & _begins(names.CONTENT),
        Kind.ACCESS: ~critical & _begins(_ACCESS),
        Kind.SESSION: ~critical & _begins(_SESSION),
        Kind.PORTAL: ~critical & ~_begins((*names.CONTENT, *_ACCESS, *_SESSION)),
    }
    return tests[Kind(kind)]


def held() -> Q:
    """Which events a hold that is not lifted covers. As many queries however many holds, and some for each document held."""
    scopes = holds.in_force()
    called = names.references_of(scope["object"] for scope in scopes)
    return reduce(or_, (_covered(scope, called.get(scope["object"], "")) for scope in scopes), Q(pk__in=[]))


def disposable(kind: str, before: datetime, kept: Q) -> QuerySet[AuditDetail]:
    """The details of this class from before that moment that are not `kept` (what held() said), the oldest first."""
    events = AuditEvent.objects.filter(events_of(kind), id__lt=first_id_at(before)).exclude(kept)
    return AuditDetail.objects.filter(pk__lt=first_id_at(before), pk__in=events.order_by().values("pk")).order_by("pk")


def count(kind: str, before: datetime, kept: Q) -> int:
    """How many disposable() has, at most COUNTED_AT_MOST."""
    return disposable(kind, before, kept).order_by()[:COUNTED_AT_MOST].count()


def _covered(scope: holds.Scope, reference: str) -> Q:
    """A person is covered in what they did and in what was done to them, so several columns are joined by "or".

    A document is covered with everything of its `reference`: its packages have ids of their own, and new ones come.
    """
    tests = [Q(**{column: value}) for column, value in scope.items() if value]
    if reference:
        tests.append(Q(object__in=names.ids_of(reference)))
    # An empty Q would be dropped from an "or", and a hold on everything would hold nothing.
    return reduce(or_, tests) if tests else Q(pk__isnull=False)


def _begins(words: tuple[str, ...]) -> Q:
    return reduce(or_, (Q(action__startswith=f"{word}.") for word in words))


def _years(kind: Kind, said: object) -> int:
    if not isinstance(said, int) or isinstance(said, bool) or not LEAST_YEARS <= said <= MOST_YEARS:
        raise _wrong(
            f"gives {said!r} for {str(kind)!r}; it must be a whole number of years from {LEAST_YEARS} to {MOST_YEARS}"
        )
    return said


def _wrong(what: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"COUNCIL_RETENTION {what}.")
