"""Accounts that nobody uses: who has not signed in for so long, who is warned. Nothing is changed here.

A sign of life is a sign-in; for who never came, that they were registered; besides, that somebody let them in again, or that an invitation
is open. Tokens are none: when one was last used stands nowhere, and to look it up in the log for everybody every day would cost more than
the sign-in that it spares. Whoever works through a token alone signs in once in a while, and is warned in time.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Max, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Enrolment, Notice, User
from accounts.notices import queue
from council.audit.events import Event, Outcome
from council.audit.models import AuditEvent
from council.templatetags.portal import jst_date

# Days before the account is suspended, the later warning last: nobody is suspended who was not given that many after one.
WARNINGS = (14, 3)
GRACE = timedelta(days=WARNINGS[-1])


@dataclass(frozen=True, slots=True)
class Idle:
    """Somebody in use who gave no sign of life since that moment."""

    person: User
    since: datetime

    @property
    def ends_on(self) -> date:
        """The day on which the account has been idle for long enough."""
        return timezone.localdate(self.since) + timedelta(days=settings.IDLE_DAYS)


def _quiet(before: datetime, people: QuerySet[User]) -> QuerySet[User]:
    quiet = people.annotate(last=Coalesce("last_login", "joined_at")).filter(
        is_active=True, organisation__is_active=True, last__lte=before
    )
    waiting = Enrolment.objects.filter(used_at=None, ended_at=None, expires_at__gt=timezone.now())
    return quiet.exclude(pk__in=waiting.values("person")).select_related("organisation").order_by("last", "pk")


def _let_in_again(people: Iterable[UUID]) -> dict[str, datetime]:
    """When each of the people was last let in again after a suspension."""
    rows = AuditEvent.objects.filter(
        action=str(Event.PEOPLE_RESUME), outcome=str(Outcome.ALLOW), object__in=[str(each) for each in people]
    )
    return dict(rows.order_by().values("object").annotate(at=Max("time")).values_list("object", "at"))


def idle_people(now: datetime, only: UUID | None = None) -> list[Idle]:
    """Everybody (or the one person) who has been idle so long that a warning is due, the longest first; two queries."""
    # Where accounts go after a week, nobody is warned of it right after they signed in.
    before = now - timedelta(days=settings.IDLE_DAYS - min(WARNINGS[0], settings.IDLE_DAYS // 2))
    people = User.objects.filter(pk=only) if only else User.objects.all()
    quiet = list(_quiet(before, people))
    again = _let_in_again(person.pk for person in quiet) if quiet else {}
    found = [Idle(person, max(person.last, again.get(str(person.pk), person.last))) for person in quiet]
    return [row for row in found if row.since <= before]


def warnings_of(people: Iterable[Idle]) -> dict[UUID, dict[int, datetime]]:
    """Which warnings each was given in this spell, and when."""
    keys = {_key(row, days): (row.person.pk, days) for row in people for days in WARNINGS}
    given: dict[UUID, dict[int, datetime]] = defaultdict(dict)
    for key, at in Notice.objects.filter(key__in=keys).values_list("key", "created_at"):
        person, days = keys[key]
        given[person][days] = at
    return given


def _key(row: Idle, days: int) -> str:
    return f"idle:{row.since:%Y%m%dT%H%M%S}:{days}:{row.person.pk}"


def warn(row: Idle, days: int, ends_on: date) -> None:
    """Writes the warning; the same one of the same spell once. `level` is the number of days that are left."""
    now = timezone.now()
    queue([
        Notice(
            key=_key(row, days), kind=Notice.Kind.IDLE, person=row.person, level=(ends_on - timezone.localdate(now)).days,
            created_at=now, not_before=now,
        )
    ])  # fmt: skip


def still_idle(notice: Notice) -> bool:
    """Whether the person gave no sign of life since the warning was written."""
    rows = idle_people(timezone.now(), only=notice.person_id)
    return any(notice.key in {_key(row, days) for days in WARNINGS} for row in rows)


def sentence(notice: Notice) -> str:
    """What the warning says."""
    said = _(
        "しばらくサインインがないため、%(day)sに登録の利用を止めます。続けて使うときは、それまでに一度サインインしてください。"
    )
    return said % {"day": jst_date(timezone.localdate(notice.created_at) + timedelta(days=notice.level))}


def path_of(notice: Notice) -> str:
    return reverse("home")
