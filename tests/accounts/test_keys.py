"""Keys of organisations: from registration through proof, two confirmations and the delay into use, and out of it."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.actions.keys import WHYS, add_holder, confirm_key, prove_key, register_key, revoke_key
from accounts.actions.verb import Refused
from accounts.keys_in_use import in_use
from accounts.models import KeyHolder, Organisation, RecipientKey, User
from council.access.facts import Role
from council.audit.models import AuditEvent
from council.sealing.age_keys import Identity, Kind
from tests import cast
from tests.accounts import given_keys as given
from tests.accounts.given_keys import CLASSIC, HYBRID

DAY = timedelta(hours=24)


def register(world: cast.Council, identity: Identity, *holders: User, by: User | None = None) -> RecipientKey:
    chosen = [person.pk for person in holders or (world.reader_two,)]
    return register_key(world.company, str(identity.recipient), chosen, acting_user=by or world.administrator)


def used_by(organisation: Organisation, *, after: timedelta = timedelta()) -> str | None:
    """The fingerprint of the key that is in use then."""
    found = in_use([organisation.pk], timezone.now() + after).get(organisation.pk)
    return found.fingerprint if found else None


@pytest.mark.parametrize("identity", [HYBRID, CLASSIC])
def test_a_key_comes_into_use_step_by_step(world: cast.Council, identity: Identity) -> None:
    key = register(world, identity)
    assert used_by(world.company, after=2 * DAY) is None
    assert prove_key(key, given.opened(key.challenge, identity), acting_user=world.administrator)
    assert used_by(world.company, after=2 * DAY) is None
    confirm_key(key, acting_user=world.officer)
    assert used_by(world.company, after=2 * DAY) is None
    confirm_key(key, acting_user=world.operator)
    assert used_by(world.company, after=DAY / 2) is None
    assert used_by(world.company, after=DAY) == key.fingerprint


def test_nothing_is_sealed_to_a_key_that_was_revoked(world: cast.Council) -> None:
    key = given.in_use(world.company, world.reader_two)
    assert used_by(world.company) == key.fingerprint
    revoke_key(key, "leaked", acting_user=world.administrator)
    assert used_by(world.company) is None


def test_the_delay_is_the_setting(world: cast.Council, settings: object) -> None:
    settings.KEY_DELAY = timedelta()
    key = given.proved(world.company, world.reader_two)
    for officer in (world.officer, world.operator):
        confirm_key(key, acting_user=officer)
    assert used_by(world.company) == key.fingerprint


def test_the_old_key_stays_in_use_until_the_new_one_is_usable(world: cast.Council) -> None:
    old, new = given.in_use(world.company, world.reader_two), given.proved(world.company, world.reader_two)
    for officer in (world.officer, world.operator):
        confirm_key(new, acting_user=officer)
    assert used_by(world.company, after=DAY / 2) == old.fingerprint
    assert used_by(world.company, after=DAY) == new.fingerprint


def test_a_registration_replaces_the_key_that_waited(world: cast.Council) -> None:
    first = register(world, CLASSIC)
    second = register(world, HYBRID)
    first.refresh_from_db()
    assert (first.revoked_why, first.challenge, first.answer_digest) == ("replaced", "", "")
    assert second.revoked_at is None
    with pytest.raises(ValidationError):
        prove_key(first, "kagi-", acting_user=world.administrator)


def test_a_registration_leaves_the_key_in_use_alone(world: cast.Council) -> None:
    old = given.in_use(world.company, world.reader_two)
    register(world, HYBRID)
    assert used_by(world.company) == old.fingerprint


@pytest.mark.parametrize("who", ["other_administrator", "reader_two", "officer", "operator", "auditor", "publisher"])
def test_only_an_administrator_of_the_organisation_registers(world: cast.Council, who: str) -> None:
    with pytest.raises(Refused):
        register(world, HYBRID, by=getattr(world, who))
    assert not RecipientKey.objects.exists()
    assert AuditEvent.objects.get().outcome == "deny"


@pytest.mark.parametrize("who", ["other_administrator", "reader_two", "officer", "operator"])
def test_only_an_administrator_of_the_organisation_proves_and_adds_holders(world: cast.Council, who: str) -> None:
    key, by = given.registered(world.company, world.reader_two, identity=HYBRID), {"acting_user": getattr(world, who)}
    with pytest.raises(Refused):
        prove_key(key, given.opened(key.challenge, HYBRID), **by)
    with pytest.raises(Refused):
        add_holder(key, world.reader_one, **by)
    key.refresh_from_db()
    assert (key.proved_at, key.failed_answers, key.holders.count()) == (None, 0, 1)


@pytest.mark.parametrize("who", ["other_administrator", "reader_two", "officer", "auditor"])
def test_only_the_organisation_or_an_operator_revokes(world: cast.Council, who: str) -> None:
    key = given.in_use(world.company, world.reader_two)
    with pytest.raises(Refused):
        revoke_key(key, "lost", acting_user=getattr(world, who))
    assert used_by(world.company) == key.fingerprint


@pytest.mark.parametrize("who", ["administrator", "operator"])
def test_a_key_is_revoked_for_a_reason_and_once(world: cast.Council, who: str) -> None:
    key, by = given.in_use(world.company, world.reader_two), {"acting_user": getattr(world, who)}
    for no_reason in ("replaced", "unproved", "because"):
        with pytest.raises(ValidationError):
            revoke_key(key, no_reason, **by)
    assert revoke_key(key, WHYS[0], **by).revoked_why == "leaked"
    with pytest.raises(ValidationError):
        revoke_key(key, WHYS[1], **by)
    assert AuditEvent.objects.count() == 1


def test_when_the_newest_is_revoked_the_one_before_is_in_use_again(world: cast.Council) -> None:
    old, new = given.in_use(world.company, world.reader_two), given.in_use(world.company, world.reader_two)
    assert used_by(world.company) == new.fingerprint
    revoke_key(new, "lost", acting_user=world.operator)
    assert used_by(world.company) == old.fingerprint


@pytest.mark.parametrize("who", ["administrator", "reader_two", "publisher", "auditor", "other_administrator"])
def test_only_clearance_officers_and_operators_confirm(world: cast.Council, who: str) -> None:
    key = given.proved(world.company, world.reader_one)
    with pytest.raises(Refused):
        confirm_key(key, acting_user=getattr(world, who))
    assert not key.approvals.exists()


def test_neither_the_registrant_nor_a_holder_confirms(world: cast.Council) -> None:
    both = cast.person(world.office, Role.ADMINISTRATOR, Role.OPERATOR)
    key = given.proved(world.office, world.operator, by=both)
    for who, reason in ((both, "registrant"), (world.operator, "holder")):
        with pytest.raises(Refused, match=reason):
            confirm_key(key, acting_user=who)
    assert not key.approvals.exists()


def test_a_person_confirms_once(world: cast.Council) -> None:
    key = given.proved(world.company, world.reader_two)
    confirm_key(key, acting_user=world.officer)
    with pytest.raises(Refused, match="already_approved"):
        confirm_key(key, acting_user=world.officer)
    key.refresh_from_db()
    assert (key.approvals.count(), key.usable_from) == (1, None)


def test_a_third_confirmation_changes_nothing(world: cast.Council) -> None:
    key = given.proved(world.company, world.reader_two)
    for officer in (world.officer, world.operator):
        confirm_key(key, acting_user=officer)
    key.refresh_from_db()
    since = key.usable_from
    with pytest.raises(ValidationError):
        confirm_key(key, acting_user=world.other_officer)
    key.refresh_from_db()
    assert (key.usable_from, key.approvals.count()) == (since, 2)


def test_a_key_that_was_not_proved_or_was_revoked_is_not_confirmed(world: cast.Council) -> None:
    unproved = given.registered(world.company, world.reader_two)
    revoked = revoke_key(given.proved(world.company, world.reader_two), "lost", acting_user=world.operator)
    for key in (unproved, revoked):
        with pytest.raises(ValidationError):
            confirm_key(key, acting_user=world.officer)
        assert not key.approvals.exists()


def test_what_was_once_confirmed_is_usable_for_holders_that_come_later(world: cast.Council) -> None:
    key = given.in_use(world.company, world.reader_two)
    add_holder(key, world.reader_one, acting_user=world.administrator)
    held = in_use([world.company.pk], timezone.now())[world.company.pk].holders
    assert set(held) == {world.reader_one, world.reader_two}


def test_whoever_confirmed_a_key_is_never_its_holder(world: cast.Council) -> None:
    administrator = cast.person(world.agency, Role.ADMINISTRATOR)
    key = given.proved(world.agency, world.publisher)
    confirm_key(key, acting_user=world.officer)
    with pytest.raises(ValidationError):
        add_holder(key, world.officer, acting_user=administrator)
    assert KeyHolder.objects.count() == 1


def test_a_holder_is_added_once_and_belongs_to_the_organisation(world: cast.Council) -> None:
    key = given.in_use(world.company, world.reader_two)
    world.reader_one.is_active = False
    world.reader_one.save()
    for person in (world.reader_two, world.other_reader, world.reader_one):
        with pytest.raises(ValidationError):
            add_holder(key, person, acting_user=world.administrator)
    revoke_key(key, "lost", acting_user=world.administrator)
    with pytest.raises(ValidationError):
        add_holder(key, world.administrator, acting_user=world.administrator)
    assert key.holders.count() == 1


def _holders_that_can_not_be(world: cast.Council) -> list[list[object]]:
    gone = cast.person(world.company)
    gone.is_active = False
    gone.save()
    return [[], [world.other_reader.pk], [world.reader_two.pk, world.analyst.pk], [gone.pk], ["x"], [world.company.pk]]


def test_holders_are_active_people_of_the_organisation(world: cast.Council) -> None:
    for chosen in _holders_that_can_not_be(world):
        with pytest.raises(ValidationError) as refused:
            register_key(world.company, str(HYBRID.recipient), chosen, acting_user=world.administrator)
        assert list(refused.value.error_dict) == ["holders"]
    assert not RecipientKey.objects.exists()


def test_kind_and_fingerprint_follow_from_the_text(world: cast.Council) -> None:
    kinds = [register(world, identity).kind for identity in (HYBRID, CLASSIC)]
    assert kinds == [Kind.HYBRID, Kind.CLASSIC]
    assert bytes(RecipientKey.objects.get(kind=Kind.CLASSIC).public) == CLASSIC.recipient.public


def test_a_key_of_another_organisation_and_a_revoked_one_are_refused_in_the_same_words(world: cast.Council) -> None:
    given.proved(world.other_company, world.other_reader, identity=CLASSIC)
    revoke_key(given.in_use(world.company, world.reader_two, identity=HYBRID), "lost", acting_user=world.operator)
    words = set()
    for identity in (CLASSIC, HYBRID):
        with pytest.raises(ValidationError) as refused:
            register(world, identity)
        words |= set(refused.value.messages)
    assert len(words) == 1
    assert RecipientKey.objects.count() == 2


def test_a_key_that_is_there_is_not_registered_again(world: cast.Council) -> None:
    given.in_use(world.company, world.reader_two, identity=CLASSIC)
    with pytest.raises(ValidationError, match="すでに登録"):
        register(world, CLASSIC)


def test_a_registration_that_was_taken_back_spoils_the_key_for_its_organisation_alone(world: cast.Council) -> None:
    revoke_key(register(world, CLASSIC), "leaked", acting_user=world.administrator)
    with pytest.raises(ValidationError):
        register(world, CLASSIC)
    # Else anybody could spoil somebody's public key by registering it.
    by = {"acting_user": world.other_administrator}
    assert register_key(world.other_company, str(CLASSIC.recipient), [world.other_reader.pk], **by)


def test_a_key_that_two_registered_belongs_to_whoever_proves_it_first(world: cast.Council) -> None:
    ours = given.registered(world.company, world.reader_two, identity=HYBRID)
    theirs = given.registered(world.other_company, world.other_reader, identity=HYBRID)
    assert prove_key(theirs, given.opened(theirs.challenge, HYBRID), acting_user=world.other_administrator)
    with pytest.raises(ValidationError):
        prove_key(ours, given.opened(ours.challenge, HYBRID), acting_user=world.administrator)
    ours.refresh_from_db()
    assert ours.proved_at is None


def test_the_same_key_may_wait_anew_with_another_challenge(world: cast.Council) -> None:
    first, second, again = (register(world, CLASSIC) for _ in range(3))
    assert len({first.challenge, second.challenge, again.challenge}) == 3
    assert prove_key(again, given.opened(again.challenge, CLASSIC), acting_user=world.administrator)
