"""A bulletin with a deadline in November 2026, as if it had been published then, and what becomes of it.

16 to 20 November is a week of five business days; the 23rd, a Monday, is a holiday.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import Contact, Notice, Organisation, Subcommittee, User
from bulletins.models import Bulletin, Delivery, Revision
from tests import cast
from tests.bulletins import shelf

JST = ZoneInfo("Asia/Tokyo")


def jst(day: int, hour: int = 9, minute: int = 0, *, month: int = 11, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=JST)


PUBLISHED, DEADLINE = jst(16, 10), jst(19, 17)


def put_out(
    world: cast.Council, *, deadline: datetime | None = DEADLINE, sent: bool = True, **what: object
) -> Revision:
    """Published on Monday the 16th at 10:00, to be acknowledged by Thursday at 17:00; every notice has been sent unless told."""
    what.setdefault("organisations", [world.company])
    revision = shelf.published(world.publisher, world.approver, deadline=deadline, **what)
    dated(revision, PUBLISHED)
    if sent:
        Notice.objects.update(state=Notice.State.SENT, sent_at=PUBLISHED)
    return revision


def dated(revision: Revision, published: datetime) -> None:
    Revision.unrestricted.filter(pk=revision.pk).update(published_at=published)
    Bulletin.unrestricted.filter(pk=revision.bulletin_id).update(published_at=published)


def delivery(revision: Revision, of: Organisation) -> Delivery:
    return Delivery.objects.get(revision=revision, organisation=of)


def told(kind: str) -> list[str]:
    """The names of those for whom notices of this kind were written, in the order they were."""
    rows = Notice.objects.filter(kind=kind).select_related("person", "contact").order_by("created_at", "key")
    return [row.person.name if row.person else row.contact.address for row in rows]


def deputy(of: Organisation, name: str) -> User:
    """A deputy who may read nothing."""
    who = cast.person(of, name=name)
    Contact.objects.create(kind=Contact.Kind.DEPUTY, organisation=of, person=who)
    return who


def lead(of: Subcommittee, who: User) -> User:
    Contact.objects.create(kind=Contact.Kind.LEAD, subcommittee=of, person=who)
    return who


def duty_officer(who: User) -> User:
    Contact.objects.create(kind=Contact.Kind.DUTY_OFFICER, person=who)
    return who


def mailbox(of: Organisation, address: str) -> Contact:
    return Contact.objects.create(kind=Contact.Kind.MAILBOX, organisation=of, address=address)


def end(contact_of: User) -> None:
    Contact.objects.filter(person=contact_of).update(ended_at=timezone.now())
