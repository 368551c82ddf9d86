"""What happens to a key is told to whoever was reached before, and nothing but that it happened."""

import pytest
from django.utils import timezone

from accounts import founding_keys as founding
from accounts.actions.keys import confirm_key, prove_key, register_key, revoke_key
from accounts.models import Contact, Notice, RecipientKey, User
from council.access.facts import Role
from tests import cast
from tests.accounts import given_keys as given
from tests.accounts.given_keys import HYBRID


def _told(key: RecipientKey, step: str) -> set[str]:
    """The ids of those who were told of this step."""
    rows = Notice.objects.filter(key__startswith=f"key:{key.pk}:{step}:")
    assert all(row.key == f"key:{key.pk}:{step}:{row.person_id or row.contact_id}" for row in rows)
    return {str(row.person_id or row.contact_id) for row in rows}


@pytest.fixture
def old(world: cast.Council) -> set[str]:
    """Two administrators, a holder of the key in use, a mailbox; and some who are no old contacts."""
    second = cast.person(world.company, Role.ADMINISTRATOR)
    given.in_use(world.company, world.reader_two, second)
    mailbox = founding.found_contact("mailbox", organisation=world.company, address="madoguchi@suirei.example")
    founding.found_contact("deputy", organisation=world.company, person=world.reader_one)
    founding.found_contact("mailbox", organisation=world.other_company, address="madoguchi@yunagi.example")
    ended = founding.found_contact("mailbox", organisation=world.company, address="mae@suirei.example")
    Contact.objects.filter(pk=ended.pk).update(ended_at=timezone.now())
    gone = cast.person(world.company, Role.ADMINISTRATOR)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    return {str(each.pk) for each in (world.administrator, second, world.reader_two, mailbox)}


def test_a_registration_is_told_before_the_key_works(world: cast.Council, old: set[str]) -> None:
    key = register_key(world.company, str(HYBRID.recipient), [world.reader_three.pk], acting_user=world.administrator)
    assert _told(key, "registered") == old


def test_the_second_confirmation_is_told_and_the_first_is_not(world: cast.Council, old: set[str]) -> None:
    key = given.proved(world.company, world.reader_three)
    confirm_key(key, acting_user=world.officer)
    assert not Notice.objects.exists()
    confirm_key(key, acting_user=world.operator)
    assert _told(key, "confirmed") == old


def test_a_revocation_is_told_to_those_who_held_the_key(world: cast.Council, old: set[str]) -> None:
    key = RecipientKey.objects.get()
    revoke_key(key, "leaked", acting_user=world.operator)
    assert _told(key, "revoked") == old


def test_a_key_that_is_replaced_before_its_use_is_told_to_have_ended(world: cast.Council, old: set[str]) -> None:
    waiting = given.proved(world.company, world.reader_three)
    key = register_key(world.company, str(HYBRID.recipient), [world.reader_two.pk], acting_user=world.administrator)
    assert _told(waiting, "revoked") == _told(key, "registered") == old


def test_ten_wrong_answers_are_told(world: cast.Council, old: set[str]) -> None:
    key = given.registered(world.company, world.reader_three)
    for _ in range(10):
        prove_key(key, "kagi-", acting_user=world.administrator)
    assert _told(key, "revoked") == old


def test_a_notice_says_which_key_and_nothing_above_tier_one(world: cast.Council, old: set[str]) -> None:
    key = register_key(world.company, str(HYBRID.recipient), [world.reader_two.pk], acting_user=world.administrator)
    for notice in Notice.objects.all():
        assert (notice.kind, notice.about, notice.organisation_id) == ("key", key.pk, world.company.pk)
        assert (notice.state, notice.tier, notice.reference, notice.revision) == ("queued", 1, "", 0)
        assert notice.created_at == notice.not_before


def test_a_refused_registration_tells_nobody(world: cast.Council, old: set[str]) -> None:
    with pytest.raises(Exception, match="holder|人"):
        register_key(world.company, str(HYBRID.recipient), [], acting_user=world.administrator)
    assert not Notice.objects.exists()
