"""Tells those who publish for an originator that one of its bulletins is to be looked at again today. For the scheduler."""

from collections.abc import Iterator
from uuid import UUID

from django.db import transaction

from accounts.models import Notice, User
from accounts.subject import subjects_of
from bulletins import dispatch, facts, notifying
from bulletins.access import judge
from bulletins.models import Revision
from bulletins.review_days import due, key_of
from council.access.facts import Role
from council.access.policy import Action


def tell() -> int:
    """Tells of each revision whose day has come, each person once for each day; of how many revisions. Safe to run at any time."""
    told = 0
    for row in due():
        with transaction.atomic():
            people = [person for person in publishers_of(row) if person.pk not in _told(row)]
            notifying.review_day(row, people, key=key_of(row))
            dispatch.soon(dispatch.SEND_NOTICES)
        told += bool(people)
    return told


def _told(revision: Revision) -> set[UUID]:
    rows = Notice.objects.filter(kind=Notice.Kind.REVIEW_DAY, key__startswith=f"{key_of(revision)}:")
    return set(rows.values_list("person", flat=True))


def publishers_of(revision: Revision) -> Iterator[User]:
    """Those who publish for the revision's originator and may inspect the bulletin."""
    people = User.objects.filter(
        organisation=revision.bulletin.originator_id, is_active=True, role_assignments__role=Role.PUBLISHER
    ).select_related("organisation")
    subjects = subjects_of(list(people))
    _newest, about = facts.on_the_desk(revision.bulletin_id)
    yield from (person for person in people if judge(subjects[person.pk], Action.INSPECT, about))
