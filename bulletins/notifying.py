"""Writing notices, in the transaction of what they tell of. Whether they may still be told is asked when they are sent (bulletins.telling).

Whoever writes the same notice twice writes it once: `key` is what it is about. Its id, and so the Message-ID of its mail, follows from
the key too, so that a notice that is written anew (a transaction that was undone, a backup that was restored) is the same notice.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import Contact, Notice, User
from accounts.notices import queue
from bulletins.acknowledged import settled_before
from bulletins.models import Bulletin, Delivery, Revision, SavedSearch
from council.access.facts import State as Standing
from council.access.facts import Subject

Kind, State = Notice.Kind, Notice.State
# These reach everybody at once, whatever rhythm a person has chosen; so does whatever has a deadline.
COMPULSORY = {Bulletin.Kind.FLASH, Bulletin.Kind.ALERT}
# With this word the key of every reminder begins, also of one to hand something back.
REMINDER = "reminder"
# Rounds of reminders whose name begins so ask for another answer, and not for the acknowledgement.
ANSWER = "answer"
# SQLite takes 32,766 parameters in one statement.
_AT_ONCE = 5000


def published(revision: Revision, readers: Iterable[tuple[User, Subject]]) -> None:
    """A notice to each reader, and one to each mailbox of their organisations; to be called in the publishing transaction.

    `readers` is what access.readers_given() gives. `revision.bulletin` must be loaded. Deadlines are those of the organisations'
    Delivery rows where these are written already, else that of the revision. What is not compulsory waits for the digest of
    whoever wants one, and so does whatever its reader need not acknowledge again: a small correction is news to them and no duty.
    """
    readers = [person for person, _subject in readers]
    deadlines = _deadlines(revision)
    settled, settled_organisations = settled_before(revision)

    def notice(key: str, organisation: UUID, *, owes: bool, **to: object) -> Notice:
        deadline = deadlines.get(organisation, revision.deadline) if owes else None
        return _notice(
            Kind.PUBLISHED, f"published:{revision.pk}:{key}", revision, organisation, deadline=deadline, **to
        )

    to_people = []
    for person in readers:
        owes = person.pk not in settled
        row = notice(str(person.pk), person.organisation_id, owes=owes, person_id=person.pk)
        compulsory = owes and revision.bulletin.kind in COMPULSORY
        at_once = row.deadline or compulsory or person.notices == User.Rhythm.INSTANT
        row.state = State.QUEUED if at_once else State.HELD
        to_people.append(row)
    to_boxes = [
        notice(
            f"contact:{box.pk}",
            box.organisation_id,
            owes=box.organisation_id not in settled_organisations,
            contact_id=box.pk,
        )
        for box in _mailboxes({person.organisation_id for person in readers})
    ]
    queue([*to_people, *to_boxes])
    _search_alerts(revision, readers)


def _search_alerts(revision: Revision, readers: Iterable[User]) -> None:
    """A notice to each reader who keeps searches with alerts. Whether one of them finds the revision is asked when it is sent
    (bulletins.telling): as this person, by what they may see at that moment. Here nothing of what they look for is opened.
    """
    keepers = set(SavedSearch.objects.filter(alerts=True).values_list("person_id", flat=True))
    queue(
        _notice(
            Kind.SEARCH, f"{Kind.SEARCH}:{revision.pk}:{person.pk}", revision, person.organisation_id,
            deadline=None, person_id=person.pk,
        )
        for person in readers
        if person.pk in keepers
    )  # fmt: skip


def closed(
    revision: Revision,
    kind: str,
    people_by_organisation: Mapping[UUID, Iterable[User]],
    *,
    deadline: datetime | None = None,
) -> None:
    """RECALLED or SUPERSEDED, at once, to these people and to the mailboxes of these organisations (by id).

    The deadline is that for the return: of the organisations' Delivery rows, else `deadline`. `revision.bulletin` must be loaded.
    """
    deadlines = _deadlines(revision, "return_deadline")

    def notice(key: str, organisation: UUID, **to: object) -> Notice:
        until = deadlines.get(organisation) or deadline
        return _notice(Kind(kind), f"{Kind(kind)}:{revision.pk}:{key}", revision, organisation, deadline=until, **to)

    to_people = [
        notice(str(person.pk), organisation, person_id=person.pk)
        for organisation, people in people_by_organisation.items()
        for person in people
    ]
    boxes = _mailboxes(people_by_organisation)
    queue([*to_people, *(notice(f"contact:{box.pk}", box.organisation_id, contact_id=box.pk) for box in boxes)])


def review_day(revision: Revision, people: Iterable[User], *, key: str) -> None:
    """Tells these people that the day of the next look has come; once for each key, which names the revision and the day."""
    organisation = revision.bulletin.originator_id
    queue(
        _notice(Kind.REVIEW_DAY, f"{key}:{person.pk}", revision, organisation, deadline=None, person_id=person.pk)
        for person in people
    )


def plan_stopped(revision: Revision, people: Iterable[User], *, key: str) -> None:
    """Tells these people that what was planned did not happen; once for each key, which names the revision and the moment."""
    organisation = revision.bulletin.originator_id
    queue(
        _notice(Kind.PLAN, f"{key}:{person.pk}", revision, organisation, deadline=None, person_id=person.pk)
        for person in people
    )


def reminder(delivery: Delivery, people: Iterable[User | Contact], *, round: str) -> None:  # noqa: A002  the word of the ladder
    """Reminds these people (and contacts: mailboxes by their address, others by their person) of what their organisation owes.

    `round` names the round in a few letters (a day, "second"): the same one is never written twice to the same person. After a recall
    it reminds of the return. `delivery.revision.bulletin` must be loaded.
    """
    reminders([(delivery, people, round)])


def reminders(rounds: Iterable[tuple[Delivery, Iterable[User | Contact], str]]) -> None:
    """reminder() for many deliveries in few statements: each with its people and the name of its round."""
    queue(notice for each in rounds for notice in _of_round(*each))


def _of_round(delivery: Delivery, people: Iterable[User | Contact], name: str) -> Iterator[Notice]:
    # The day on which they wanted to say more has come: the deadline for the acknowledgement has nothing to do with it.
    deadline = None if name.startswith(ANSWER) else _deadline_of(delivery)
    key = f"{REMINDER}:{delivery.pk}:{name}"
    return _about_delivery(delivery, _kind_of_reminder(delivery), key, people, deadline=deadline)


def escalation(delivery: Delivery, level: int, people: Iterable[User | Contact]) -> None:
    """Tells these people and contacts that the organisation of the delivery is late; once for each level (1 and up) and deadline.

    Acknowledgement and return have levels of their own. Whoever may not read the bulletin learns of the lateness alone.
    `delivery.revision.bulletin` must be loaded.
    """
    duty = "return" if delivery.recalled_at else "acknowledgement"
    # A deadline that was extended and missed again is another lateness.
    late = _deadline_of(delivery)
    key = f"escalation:{delivery.pk}:{duty}:{level}" + (f":{late.timestamp():.0f}" if late else "")
    queue(_about_delivery(delivery, Kind.ESCALATION, key, people, deadline=late, level=level))


def asks_answer(notice: Notice) -> bool:
    """Whether it reminds somebody of an answer that they wanted to give by now."""
    return notice.kind == Kind.REMINDER and notice.key.split(":")[2].startswith(ANSWER)


def _deadline_of(delivery: Delivery) -> datetime | None:
    return delivery.return_deadline if delivery.recalled_at else delivery.deadline


def _kind_of_reminder(delivery: Delivery) -> Kind:
    if delivery.recalled_at is None:
        return Kind.REMINDER
    return Kind.SUPERSEDED if delivery.revision.state == Standing.SUPERSEDED else Kind.RECALLED


def _about_delivery(
    delivery: Delivery, kind: Kind, key: str, people: Iterable[User | Contact], **facts: object
) -> Iterator[Notice]:
    for each in people:
        box = isinstance(each, Contact) and each.person_id is None
        whom = each.person_id if isinstance(each, Contact) and not box else each.pk
        to = {"contact_id": whom} if box else {"person_id": whom}
        own = f"{key}:contact:{whom}" if box else f"{key}:{whom}"
        yield _notice(kind, own, delivery.revision, delivery.organisation_id, **to, **facts)


def _notice(
    kind: Kind, key: str, revision: Revision, organisation: UUID, *, deadline: datetime | None, **facts: object
) -> Notice:
    now = timezone.now()
    return Notice(
        id=_id_of(key),
        key=key,
        kind=kind,
        organisation_id=organisation,
        about=revision.bulletin_id,
        reference=revision.bulletin.reference,
        revision=revision.number,
        tier=revision.floor,
        deadline=deadline,
        created_at=now,
        not_before=now,
        **facts,
    )


def _id_of(key: str) -> UUID:
    """Told by nobody but this deployment: whoever knew it could forge a report that the mail did not arrive."""
    return UUID(bytes=salted_hmac("notice.id", key, algorithm="sha256").digest()[:16], version=4)


def _deadlines(revision: Revision, field: str = "deadline") -> dict[UUID, datetime | None]:
    return dict(Delivery.objects.filter(revision=revision).values_list("organisation_id", field))


def _mailboxes(organisations: Iterable[UUID]) -> Iterator[Contact]:
    """Where each of the organisations wants to be written to, besides its readers."""
    wanted = list(organisations)
    rows = Contact.objects.filter(kind=Contact.Kind.MAILBOX, ended_at=None)
    for start in range(0, len(wanted), _AT_ONCE):
        yield from rows.filter(organisation__in=wanted[start : start + _AT_ONCE])
