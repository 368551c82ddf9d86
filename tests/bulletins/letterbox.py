"""Notices for tests: bulletins published with their notices, mailboxes, and the mails that came of it.

revision = letterbox.put_out(world, deadline=letterbox.in_days(3)); letterbox.deliver(); letterbox.to(world.reader_two)
"""

import re
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from django.core import mail
from django.db import transaction
from django.utils import timezone

from accounts.models import Contact, Notice, Organisation, User
from bulletins import facts, mailing, notifying
from bulletins.access import readers_given
from bulletins.models import Delivery, Revision
from tests import cast
from tests.bulletins import shelf

FOLDER = "council.folder_mail.EmailBackend"


def in_days(days: float) -> datetime:
    return timezone.now() + timedelta(days=days)


def notify(revision: Revision) -> Revision:
    """Writes the notices of a published revision to whoever may read it now."""
    with transaction.atomic():
        notifying.published(revision, readers_given(facts.served(revision.bulletin_id)[1]))
    return revision


def put_out(world: cast.Council, **what: object) -> Revision:
    """A revision published to the company unless others are named, with its notices."""
    what.setdefault("organisations", [world.company])
    approved_by = [world.approver, world.second_approver] if what.get("tier") == 3 else world.approver
    return notify(shelf.published(world.publisher, approved_by, **what))


def mailbox(of: Organisation, address: str = "madoguchi@kaisha.example", **facts: object) -> Contact:
    return Contact.objects.create(kind=Contact.Kind.MAILBOX, organisation=of, address=address, **facts)


def rhythm(who: User, rhythm: str) -> User:
    """The person, who wants to be written to in this rhythm."""
    who.notices = rhythm
    who.save(update_fields=["notices"])
    return who


def delivery(revision: Revision, of: Organisation, **facts: object) -> Delivery:
    """The row of the board for the organisation; publishing may have written it already."""
    facts = {"deadline": revision.deadline, **facts}
    whose = {"revision": revision, "organisation": of}
    return Delivery.objects.update_or_create(
        **whose, defaults=facts, create_defaults={"bulletin": revision.bulletin, "readers": 1, **facts}
    )[0]


def notice(to: User | Contact, **facts: object) -> Notice:
    """The one notice to the person or mailbox that fits."""
    return Notice.objects.get(**({"contact": to} if isinstance(to, Contact) else {"person": to}), **facts)


def deliver() -> list[mail.EmailMessage]:
    """Sends what is due; every mail so far."""
    mailing.send_due()
    return mail.outbox


def to(whom: User | Contact) -> list[mail.EmailMessage]:
    """The mails to a person or mailbox, in their order."""
    address = whom.address if isinstance(whom, Contact) else whom.email
    return [message for message in mail.outbox if address in message.recipients()]


def files(folder: Path) -> list[EmailMessage]:
    """The mails in the folder of the embedded default."""
    return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in sorted(folder.glob("*.eml"))]


def lines(body: str) -> list[str]:
    """The lines of the Japanese half."""
    return re.split("\n―+\n", body)[0].splitlines()
