"""What happens to an organisation's keys is told to those who were there before: a hijack is noticed before it works."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils import timezone

from accounts.keys_in_use import in_use
from accounts.models import Contact, Notice, Organisation, RecipientKey, User
from accounts.notices import queue
from council.access.facts import Role


class Step(StrEnum):
    """What happened; the second word of the row's key says which key, the third this."""

    REGISTERED = "registered"
    CONFIRMED = "confirmed"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class OldContacts:
    """Whom an organisation is reached by at one moment."""

    people: tuple[User, ...]
    mailboxes: tuple[Contact, ...]


def old_contacts(organisation: Organisation, now: datetime) -> OldContacts:
    """Administrators, holders of the key in use, role mailboxes: asked for before anything changes."""
    administrators = User.objects.filter(
        organisation=organisation, is_active=True, role_assignments__role=Role.ADMINISTRATOR
    )
    key = in_use([organisation.pk], now).get(organisation.pk)
    holders = [person for person in key.holders if person.is_active] if key else []
    people = {person.pk: person for person in (*administrators, *holders)}
    mailboxes = Contact.objects.filter(organisation=organisation, kind=Contact.Kind.MAILBOX, ended_at=None)
    return OldContacts(tuple(people.values()), tuple(mailboxes))


def tell(contacts: OldContacts, key: RecipientKey, step: Step) -> None:
    """Writes one notice for each of them into the outbox; the same step of the same key is told once."""
    now = timezone.now()
    facts = {"kind": Notice.Kind.KEY, "organisation_id": key.organisation_id, "about": key.pk}
    facts |= {"created_at": now, "not_before": now}
    to_people = [Notice(key=f"key:{key.pk}:{step}:{each.pk}", person=each, **facts) for each in contacts.people]
    to_boxes = [Notice(key=f"key:{key.pk}:{step}:{each.pk}", contact=each, **facts) for each in contacts.mailboxes]
    queue([*to_people, *to_boxes])
