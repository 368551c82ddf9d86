"""The keys of an organisation: registered, proved, confirmed by two people, revoked. Nothing is sealed before all of it is done.

The object of each event is the organisation; the detail names the key. Whoever may do something about one key locks its row, so
that many at once are one after the other.
"""

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import founding_keys as founding
from accounts.actions import limits
from accounts.actions.verb import Deed, Refused, verb
from accounts.key_challenge import MOST_ANSWERS, answers, new_challenge
from accounts.key_notices import OldContacts, Step, old_contacts, tell
from accounts.models import KeyApproval, KeyHolder, Organisation, RecipientKey, User
from council.access import facts
from council.access.policy import Action
from council.audit.events import Event, Outcome
from council.audit.record import record

NEEDED = 2
WRONG_ANSWER = "wrong_answer"
Why = RecipientKey.Why
WHYS = tuple(why for why in Why if why not in (Why.REPLACED, Why.UNPROVED))


def _locked(key: RecipientKey) -> RecipientKey:
    return RecipientKey.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=key.pk)


def _detail(key: RecipientKey, **more: object) -> dict[str, object]:
    return {"key": str(key.pk), "fingerprint": key.fingerprint, **more}


def _need_alive(key: RecipientKey) -> None:
    if key.revoked_at is not None:
        raise ValidationError(_("この鍵は失効しています。新しい鍵を登録してください。"))


def _end(key: RecipientKey, why: str, contacts: OldContacts) -> None:
    """Nothing is sealed to the key from now on, nor can it be proved."""
    key.revoked_at, key.revoked_why, key.challenge, key.answer_digest = timezone.now(), why, "", ""
    key.save(update_fields=["revoked_at", "revoked_why", "challenge", "answer_digest"])
    tell(contacts, key, Step.REVOKED)


def _replace_waiting(organisation: Organisation, contacts: OldContacts) -> list[str]:
    """Ends the keys that are not in use yet; their fingerprints."""
    now = timezone.now()
    open_keys = RecipientKey.objects.select_for_update().filter(organisation=organisation, revoked_at=None)
    waiting = [key for key in open_keys if key.usable_from is None or key.usable_from > now]
    for key in waiting:
        _end(key, Why.REPLACED, contacts)
    return [key.fingerprint for key in waiting]


def _holders(holder_ids: Iterable[UUID | str]) -> list[User]:
    try:
        wanted = {UUID(str(each)) for each in holder_ids}
    except ValueError:
        wanted = set()
    found = list(User.objects.filter(pk__in=wanted))
    return found if len(found) == len(wanted) else []


@verb(Event.KEY_REGISTERED)
def register_key(
    deed: Deed, organisation: Organisation, recipient_text: str, holder_ids: Iterable[UUID | str]
) -> RecipientKey:
    """A key that waits for its proof, and its challenge; a key that waited before is revoked. ValidationError by field."""
    limits.need_keys_of(deed.subject, organisation.pk)
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    recipient = founding.parse_recipient(recipient_text)
    holders = founding.check_holders(organisation, _holders(holder_ids))
    founding.check_unspoilt(organisation, recipient)
    now = timezone.now()
    contacts = old_contacts(organisation, now)
    replaced = _replace_waiting(organisation, contacts)
    challenge, digest = new_challenge(recipient)
    made = {"registered_at": now, "registered_by_id": UUID(deed.subject.person)}
    key = founding.write_key(organisation, recipient, holders, challenge=challenge, answer_digest=digest, **made)
    tell(contacts, key, Step.REGISTERED)
    told = {"kind": key.kind, "holders": [str(person.pk) for person in holders], "replaced": replaced}
    deed.note(organisation.pk, _detail(key, **told))
    return key


@verb(Event.KEY_PROVED)
def prove_key(deed: Deed, key: RecipientKey, answer: str) -> bool:
    """Whether this is what was sealed to the key. The tenth wrong answer ends the registration; each one is in the log."""
    limits.need_keys_of(deed.subject, key.organisation_id)
    key = _locked(key)
    _need_alive(key)
    if key.proved_at is not None:
        raise ValidationError(_("この鍵を持っていることは、もう確かめてあります。"))
    if not answers(answer, key.answer_digest):
        _count_wrong_answer(deed, key)
        return False
    key.proved_at, key.challenge, key.answer_digest = timezone.now(), "", ""
    _save_proof(key)
    deed.note(key.organisation_id, _detail(key))
    return True


def _count_wrong_answer(deed: Deed, key: RecipientKey) -> None:
    key.failed_answers += 1
    key.save(update_fields=["failed_answers"])
    if key.failed_answers >= MOST_ANSWERS:
        _end(key, Why.UNPROVED, old_contacts(key.organisation, timezone.now()))
    # Not by Refused: that would undo the count.
    record(
        deed.event,
        actor=deed.subject.person,
        organisation=deed.subject.organisation,
        object=str(key.organisation_id),
        outcome=Outcome.DENY,
        reason=WRONG_ANSWER,
        detail=_detail(key, attempt=key.failed_answers),
    )


def _save_proof(key: RecipientKey) -> None:
    """ValidationError when somebody has proved the same key first: the database lets one do it."""
    try:
        with transaction.atomic():
            key.save(update_fields=["proved_at", "challenge", "answer_digest"])
    except IntegrityError:
        raise ValidationError(_("この鍵は使えません。新しい鍵の組を作って登録してください。")) from None


@verb(Event.KEY_HOLDER_ADDED)
def add_holder(deed: Deed, key: RecipientKey, person: User) -> KeyHolder:
    """One more person who holds the identity. ValidationError for somebody of another organisation or who confirmed it."""
    limits.need_keys_of(deed.subject, key.organisation_id)
    key = _locked(key)
    _need_alive(key)
    founding.check_holders(key.organisation, [person])
    if key.approvals.filter(person=person).exists():
        raise ValidationError({"holders": _("この鍵を確認した人は、識別鍵を持つ人に加えられません。")})
    held, new = KeyHolder.objects.get_or_create(key=key, person=person)
    if not new:
        raise ValidationError({"holders": _("この人は、識別鍵を持つ人としてすでに登録されています。")})
    deed.note(key.organisation_id, _detail(key, person=str(person.pk)))
    return held


@verb(Event.KEY_CONFIRMED)
def confirm_key(deed: Deed, key: RecipientKey) -> RecipientKey:
    """The acting person has compared the fingerprint. With the second such person the delay of the key begins."""
    limits.need(
        deed.subject, Action.CONFIRM_KEY, facts.Organisation(str(key.organisation_id)), about=key.organisation_id
    )
    key = _locked(key)
    _need_alive(key)
    against = limits.why_not_confirm(deed.subject, key)
    if against:
        raise Refused(against, key.organisation_id)
    if key.proved_at is None:
        raise ValidationError(_("この鍵は、まだ持っていることが確かめられていません。"))
    if key.usable_from is not None:
        raise ValidationError(_("この鍵は、もう2人が確認しています。"))
    now = timezone.now()
    KeyApproval.objects.create(key=key, person_id=UUID(deed.subject.person), approved_at=now)
    given = key.approvals.count()
    if given >= NEEDED:
        key.usable_from = now + settings.KEY_DELAY
        key.save(update_fields=["usable_from"])
        tell(old_contacts(key.organisation, now), key, Step.CONFIRMED)
    deed.note(key.organisation_id, _detail(key, confirmations=given))
    return key


@verb(Event.KEY_REVOKED)
def revoke_key(deed: Deed, key: RecipientKey, why: str) -> RecipientKey:
    """Nothing is sealed to the key from this moment on, and it never comes back. `why` is one of WHYS."""
    action, resource = limits.asked_for_revoking(deed.subject, key.organisation_id)
    limits.need(deed.subject, action, resource, key.organisation_id)
    key = _locked(key)
    if why not in WHYS:
        raise ValidationError({"why": _("失効させる理由を選んでください。")})
    _need_alive(key)
    _end(key, why, old_contacts(key.organisation, timezone.now()))
    deed.note(key.organisation_id, _detail(key, why=str(why)))
    return key
