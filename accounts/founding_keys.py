"""How recipient keys and contacts come to be. Verbs, worlds and the demo build with these functions.

Nobody acts here and no event is written. What can not be at all (a text that is no public key, a holder of another organisation,
a key that another organisation has proved) is refused here with a ValidationError, whoever asks.
"""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Contact, KeyHolder, Organisation, RecipientKey, Subcommittee, SubcommitteeMembership, User
from council.sealing.age_keys import Recipient, fingerprint
from council.sealing.errors import AgeRefused

Why, ContactKind = RecipientKey.Why, Contact.Kind
# A registration that came to nothing spoils no key: whoever holds the identity may begin anew with the same one.
_CAME_TO_NOTHING = (Why.REPLACED, Why.UNPROVED)
SECRET_MARK = "SECRET-KEY"  # noqa: S105  what every identity has in its first words


def parse_recipient(text: str) -> Recipient:
    """The key behind `age1pq1…` or `age1…`. ValidationError in plain words, which never repeat what was given."""
    text = text.strip()
    if SECRET_MARK in text.upper():
        raise ValidationError(
            {
                "recipient": _(
                    "これは秘密の識別鍵なので、登録しませんでした。この識別鍵はもう使わず、新しい鍵の組を作って、"
                    "age1 で始まる受信者鍵だけを登録してください。"
                )
            }
        )
    if len(text.split()) != 1:
        raise ValidationError({"recipient": _("age1 で始まる受信者鍵を、1行だけ、空白を入れずに書いてください。")})
    try:
        return Recipient.parse(text)
    except AgeRefused as refused:
        raise ValidationError({"recipient": _(refused.sentence) % refused.facts}) from None


def check_holders(organisation: Organisation, holders: Iterable[User]) -> list[User]:
    """Each holder once. ValidationError unless there is at least one, and all are active people of the organisation."""
    people = list({person.pk: person for person in holders}.values())
    if not people:
        raise ValidationError({"holders": _("識別鍵を持つ人を、1人以上選んでください。")})
    if any(person.organisation_id != organisation.pk or not person.is_active for person in people):
        raise ValidationError({"holders": _("識別鍵を持つ人は、この組織の、利用中の人から選んでください。")})
    return people


def check_unspoilt(organisation: Organisation, recipient: Recipient) -> None:
    """ValidationError for a key that was proved before, here or elsewhere, or that this organisation has revoked."""
    same = RecipientKey.objects.filter(fingerprint=fingerprint(recipient))
    proved = same.filter(proved_at__isnull=False).first()
    if proved and proved.organisation_id == organisation.pk and proved.revoked_at is None:
        raise ValidationError({"recipient": _("この鍵は、すでに登録されています。")})
    ended = same.filter(organisation=organisation, revoked_at__isnull=False)
    if proved or ended.exclude(revoked_why__in=_CAME_TO_NOTHING).exists():
        # The same words whether it was revoked here or belongs to somebody else: who that is, is nobody's business.
        raise ValidationError({"recipient": _("この鍵は使えません。新しい鍵の組を作って登録してください。")})


def write_key(
    organisation: Organisation,
    recipient: Recipient,
    holders: Iterable[User],
    *,
    registered_at: datetime,
    **facts: object,
) -> RecipientKey:
    """The row of the key with those of its holders; the caller has checked both."""
    key = RecipientKey.objects.create(
        organisation=organisation,
        kind=recipient.kind.value,
        public=recipient.public,
        fingerprint=fingerprint(recipient),
        registered_at=registered_at,
        **facts,
    )
    KeyHolder.objects.bulk_create([KeyHolder(key=key, person=person) for person in holders])
    return key


@transaction.atomic
def found_key(
    organisation: Organisation,
    recipient_text: str,
    holders: Iterable[User],
    *,
    registered_by: User | None = None,
    now: datetime | None = None,
) -> RecipientKey:
    """A key that is usable from `now` (this moment) on, as if proved and confirmed. ValidationError by field."""
    recipient, now = parse_recipient(recipient_text), now or timezone.now()
    people = check_holders(organisation, holders)
    check_unspoilt(organisation, recipient)
    return write_key(
        organisation, recipient, people, registered_at=now, proved_at=now, usable_from=now, registered_by=registered_by
    )


def _check_kind(contact: Contact) -> None:
    of_organisation = contact.kind in (ContactKind.MAILBOX, ContactKind.DEPUTY)
    if contact.kind not in ContactKind.values:
        raise ValidationError({"kind": _("連絡先の種類を選び直してください。")})
    if (contact.organisation_id is not None) != of_organisation:
        raise ValidationError({"organisation": _("窓口と代理は組織に付け、ほかの連絡先は組織に付けません。")})
    if (contact.subcommittee_id is not None) != (contact.kind == ContactKind.LEAD):
        raise ValidationError({"subcommittee": _("主査だけを分科会に付けます。")})
    if (contact.person_id is None) != (contact.kind == ContactKind.MAILBOX):
        raise ValidationError({"person": _("窓口のほかは、人を選んでください。")})
    if bool(contact.address) != (contact.kind == ContactKind.MAILBOX):
        raise ValidationError({"address": _("窓口にだけ、メールアドレスを書いてください。")})


def _check_person(contact: Contact, person: User) -> None:
    if not person.is_active:
        raise ValidationError({"person": _("利用中の人を選んでください。")})
    if contact.kind == ContactKind.DEPUTY and person.organisation_id != contact.organisation_id:
        raise ValidationError({"person": _("代理は、この組織の人から選んでください。")})
    sits = SubcommitteeMembership.objects.filter(person=person, subcommittee=contact.subcommittee_id)
    if contact.kind == ContactKind.LEAD and not sits.exists():
        raise ValidationError({"person": _("主査は、その分科会の委員から選んでください。")})
    if contact.kind == ContactKind.DUTY_OFFICER and person.organisation.kind != Organisation.Kind.AGENCY:
        raise ValidationError({"person": _("当番の担当官は、行政機関の人から選んでください。")})


@transaction.atomic
def found_contact(
    kind: str,
    *,
    organisation: Organisation | None = None,
    subcommittee: Subcommittee | None = None,
    person: User | None = None,
    address: str = "",
    telephone: str = "",
    now: datetime | None = None,
) -> Contact:
    """A mailbox or deputy of an organisation, a lead of a subcommittee, a duty officer. ValidationError by field."""
    contact = Contact(kind=kind, organisation=organisation, subcommittee=subcommittee, person=person)
    contact.address, contact.telephone = address.strip().lower(), telephone.strip()
    contact.added_at = now or timezone.now()
    _check_kind(contact)
    if person is not None:
        _check_person(contact, person)
    contact.full_clean(validate_constraints=False)  # checked above with better words
    if _is_there(contact):
        raise ValidationError(_("この連絡先は、すでに登録されています。"))
    contact.save(force_insert=True)
    return contact


def _is_there(contact: Contact) -> bool:
    alike = ("kind", "organisation_id", "subcommittee_id", "person_id", "address")
    same = {name: getattr(contact, name) for name in alike}
    return Contact.objects.filter(**same, ended_at=None).exists()
