"""Several people act on keys at the same moment: what happens is what happens when they come one after the other."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from accounts.actions.keys import add_holder, confirm_key, prove_key, register_key
from accounts.models import KeyApproval, Notice, RecipientKey
from council.access.facts import Role
from council.audit.models import AuditEvent
from council.sealing.age_keys import Kind, generate_identity
from tests import cast
from tests.accounts import given_keys as given
from tests.accounts.given_keys import CLASSIC
from tests.bulletins.races import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_twenty_confirmations_at_once_give_one_first_day() -> None:
    world = cast.council()
    key = given.proved(world.company, world.reader_two)
    officers = [cast.person(world.agency, Role.CLEARANCE_OFFICER) for _ in range(20)]
    connection.close()
    said = all_at_once([lambda who=who: confirm_key(key, acting_user=who) for who in officers])
    key.refresh_from_db()
    done = [each for each in said if isinstance(each, RecipientKey)]
    assert (len(done), sum(isinstance(each, ValidationError) for each in said)) == (2, 18)
    assert [each.usable_from for each in done if each.usable_from] == [key.usable_from]
    assert timedelta(hours=23) < key.usable_from - timezone.now() < timedelta(hours=25)
    assert KeyApproval.objects.count() == AuditEvent.objects.count() == 2
    assert Notice.objects.count() == 1


def test_one_person_who_confirms_twenty_times_at_once_confirms_once() -> None:
    world = cast.council()
    key = given.proved(world.company, world.reader_two)
    connection.close()
    all_at_once([lambda: confirm_key(key, acting_user=world.officer)] * 20)
    key.refresh_from_db()
    assert (KeyApproval.objects.count(), key.usable_from) == (1, None)


def test_of_ten_registrations_at_once_one_waits() -> None:
    world = cast.council()
    texts = [str(generate_identity(Kind.CLASSIC).recipient) for _ in range(10)]
    by = {"acting_user": world.administrator}
    connection.close()
    said = all_at_once([lambda t=t: register_key(world.company, t, [world.reader_two.pk], **by) for t in texts])
    assert all(isinstance(each, RecipientKey) for each in said)
    assert RecipientKey.objects.filter(revoked_at=None).count() == 1
    assert RecipientKey.objects.filter(revoked_why="replaced").count() == 9


def test_of_two_organisations_that_prove_the_same_key_at_once_one_has_it() -> None:
    world = cast.council()
    ours = given.registered(world.company, world.reader_two, identity=CLASSIC)
    theirs = given.registered(world.other_company, world.other_reader, identity=CLASSIC)
    calls = [
        lambda key=key, by=by: prove_key(key, given.opened(key.challenge, CLASSIC), acting_user=by)
        for key, by in ((ours, world.administrator), (theirs, world.other_administrator))
    ]
    connection.close()
    said = all_at_once(calls)
    assert sorted(type(each).__name__ for each in said) == ["ValidationError", "bool"]
    assert RecipientKey.objects.filter(proved_at__isnull=False).count() == 1


def test_nobody_confirms_and_becomes_a_holder_at_once() -> None:
    world = cast.council()
    administrator = cast.person(world.agency, Role.ADMINISTRATOR)
    key = given.proved(world.agency, world.publisher)
    connection.close()
    all_at_once(
        [
            lambda: confirm_key(key, acting_user=world.officer),
            lambda: add_holder(key, world.officer, acting_user=administrator),
        ]
    )
    assert KeyApproval.objects.count() + key.holders.filter(person=world.officer).count() == 1
