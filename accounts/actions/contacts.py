"""Whom the council reaches besides the readers: administrators keep those of their organisation, operators all of them."""

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import founding_keys as founding
from accounts.actions import limits
from accounts.actions.verb import Deed, verb
from accounts.models import Contact, Organisation, Subcommittee, User
from council.access.facts import Subject
from council.audit.events import Event


def _need_contacts_of(subject: Subject, organisation: Organisation | None, about: object) -> None:
    """Refused unless the contacts of this organisation (None: of the council itself) are the subject's affair."""
    if organisation is None:
        limits.need_council(subject, about)
    else:
        limits.need_people_of(subject, organisation)


def _about(contact: Contact) -> object:
    """What the event is about: the organisation, the subcommittee, or the organisation of the duty officer."""
    return contact.organisation_id or contact.subcommittee_id or contact.person.organisation_id


def _detail(contact: Contact) -> dict[str, object]:
    person = str(contact.person_id) if contact.person_id else ""
    told = {"address": contact.address, "telephone": contact.telephone, "person": person}
    return {"contact": str(contact.pk), "kind": str(contact.kind), **told}


@verb(Event.CONTACT_ADDED)
def add_contact(
    deed: Deed,
    kind: str,
    *,
    organisation: Organisation | None = None,
    subcommittee: Subcommittee | None = None,
    person: User | None = None,
    address: str = "",
    telephone: str = "",
) -> Contact:
    """A mailbox or deputy of an organisation, a lead of a subcommittee, a duty officer. ValidationError by field."""
    _need_contacts_of(deed.subject, organisation, subcommittee.pk if subcommittee else "")
    if organisation is not None:
        # One after the other, so that the same mailbox is never there twice.
        Organisation.objects.select_for_update().get(pk=organisation.pk)
    contact = founding.found_contact(
        kind, organisation=organisation, subcommittee=subcommittee, person=person, address=address, telephone=telephone
    )
    deed.note(_about(contact), _detail(contact))
    return contact


@verb(Event.CONTACT_ENDED)
def end_contact(deed: Deed, contact: Contact) -> Contact:
    """The contact is used no more; the row stays, since notices name it. ValidationError when it has ended before."""
    _need_contacts_of(deed.subject, contact.organisation, _about(contact))
    contact = Contact.objects.select_for_update(of=("self",)).get(pk=contact.pk)
    if contact.ended_at is not None:
        raise ValidationError(_("この連絡先は、もう外されています。"))
    contact.ended_at = timezone.now()
    contact.save(update_fields=["ended_at"])
    deed.note(_about(contact), _detail(contact))
    return contact
