"""Recalls for tests: a bulletin with readers at the company and one at the think tank, taken back, and what is owed for it."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import Notice, Organisation, User
from accounts.subject import subject_of
from bulletins.actions.close import recall
from bulletins.actions.read import open_bulletin
from bulletins.actions.returned import Confirmed, confirm_return
from bulletins.models import Delivery, Revision
from council.audit.details import details_of
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import shelf

# Everybody who reads what put_out() puts out at tier one.
READERS = {"平野 隼", "加藤 美咲", "水城 環", "森本 健", "守永 俊"}


def put_out(world: cast.Council, **what: object) -> Revision:
    """A published revision; `what` is that of shelf.draft()."""
    to = {"organisations": [world.company], "people": [world.analyst]}
    return shelf.published(world.publisher, world.approver, **{**to, **what})


def read(revision: Revision, *people: User) -> None:
    """Each of the people opens it."""
    for person in people:
        open_bulletin(subject_of(person), revision.bulletin_id)


def take_back(revision: Revision, world: cast.Council) -> Revision:
    """Recalls it."""
    return recall(revision.bulletin_id, "誤り", acting_user=world.publisher)


def taken_back(world: cast.Council, **what: object) -> Revision:
    """A revision that was put out and recalled."""
    return take_back(put_out(world, **what), world)


def owed(revision: Revision, of: Organisation) -> Delivery:
    """What the organisation owes for it."""
    return Delivery.objects.get(revision=revision, organisation=of, recalled_at__isnull=False)


def confirm(delivery: Delivery, by: User, kind: str = "destroyed", digital: int = 0, paper: int = 0) -> Confirmed:
    """Confirms it."""
    return confirm_return(delivery.pk, kind, digital, paper, acting_user=by)


def pass_the_deadline(revision: Revision) -> None:
    """From now on everything that is owed for it is late."""
    Delivery.objects.filter(revision=revision).update(return_deadline=timezone.now() - timedelta(minutes=1))


def told() -> set[str]:
    """The names and addresses of everybody who was told that something was taken back."""
    rows = Notice.objects.filter(kind__in=[Notice.Kind.RECALLED, Notice.Kind.SUPERSEDED])
    return {row.person.name if row.person else row.contact.address for row in rows.select_related("person", "contact")}


def said(action: str) -> dict:
    """The sealed facts of the newest event of this action that was allowed."""
    event = AuditEvent.objects.filter(action=action, outcome="allow").order_by("pk").last()
    return details_of([event])[event.pk]["facts"]
