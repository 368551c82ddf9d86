"""The proof that somebody holds an identity: a sealed answer, ten attempts, and no trace of the answer anywhere."""

import logging
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection

from accounts.actions.keys import prove_key, register_key
from accounts.key_challenge import answers, new_challenge
from accounts.models import RecipientKey
from council.audit.details import details_of
from council.audit.models import AuditEvent
from council.sealing.errors import AgeRefused
from tests import cast
from tests.accounts import given_keys as given
from tests.accounts.given_keys import CLASSIC, HYBRID
from tests.bulletins.races import all_at_once

WRONG = "kagi-" + "a" * 26


def test_the_answer_is_long_enough_to_be_guessed_by_nobody() -> None:
    told = {given.opened(new_challenge(CLASSIC.recipient)[0], CLASSIC) for _ in range(5)}
    assert len(told) == 5
    assert all(re.fullmatch(r"kagi-[a-z2-7]{26}\n", each) for each in told)


def test_the_armour_is_what_the_age_specification_asks_for() -> None:
    lines = new_challenge(HYBRID.recipient)[0].split("\n")
    assert {len(line) for line in lines[1:-3]} == {64}
    assert 0 < len(lines[-3]) <= 64


def test_a_foreign_tool_opens_the_challenge() -> None:
    pyrage = pytest.importorskip("pyrage", reason="PyPI's pyrage is not installed")
    challenge, digest = new_challenge(CLASSIC.recipient)
    told = pyrage.decrypt(challenge.encode(), [pyrage.x25519.Identity.from_str(CLASSIC.text())])
    assert answers(told.decode(), digest)


def test_only_the_identity_of_the_key_opens_it() -> None:
    with pytest.raises(AgeRefused):
        given.opened(new_challenge(HYBRID.recipient)[0], CLASSIC)


def test_white_space_around_the_answer_and_capitals_do_not_count(world: cast.Council) -> None:
    key = given.registered(world.company, world.reader_two, identity=CLASSIC)
    said = f"  {given.opened(key.challenge, CLASSIC).upper()} "
    assert prove_key(key, said, acting_user=world.administrator)


@pytest.mark.parametrize("said", ["", WRONG, "kagi-", "\udc80", "鍵"])
def test_anything_else_is_counted_and_written_down_as_refused(world: cast.Council, said: str) -> None:
    key = given.registered(world.company, world.reader_two)
    assert prove_key(key, said, acting_user=world.administrator) is False
    key.refresh_from_db()
    assert (key.proved_at, key.failed_answers) == (None, 1)
    event = AuditEvent.objects.get()
    assert (event.action, event.outcome, event.reason) == ("key.prove", "deny", "wrong_answer")
    assert event.object == str(world.company.pk)
    assert details_of([event])[event.pk]["facts"]["fingerprint"] == key.fingerprint


def test_the_tenth_wrong_answer_ends_the_registration(world: cast.Council) -> None:
    key, by = given.registered(world.company, world.reader_two, identity=HYBRID), {"acting_user": world.administrator}
    right = given.opened(key.challenge, HYBRID)
    for _ in range(9):
        prove_key(key, WRONG, **by)
    key.refresh_from_db()
    assert key.revoked_at is None
    prove_key(key, WRONG, **by)
    key.refresh_from_db()
    assert (key.revoked_why, key.challenge, key.answer_digest) == ("unproved", "", "")
    with pytest.raises(ValidationError):
        prove_key(key, right, **by)
    assert RecipientKey.objects.filter(proved_at__isnull=False).count() == 0


def test_the_ninth_attempt_may_still_be_right_and_another_registration_begins_anew(world: cast.Council) -> None:
    key, by = given.registered(world.company, world.reader_two, identity=CLASSIC), {"acting_user": world.administrator}
    for _ in range(10):
        prove_key(key, WRONG, **by)
    again = register_key(world.company, str(CLASSIC.recipient), [world.reader_two.pk], **by)
    for _ in range(8):
        prove_key(again, WRONG, **by)
    assert prove_key(again, given.opened(again.challenge, CLASSIC), **by)


def test_a_key_is_proved_once(world: cast.Council) -> None:
    key, by = given.registered(world.company, world.reader_two, identity=CLASSIC), {"acting_user": world.administrator}
    right = given.opened(key.challenge, CLASSIC)
    assert prove_key(key, right, **by)
    with pytest.raises(ValidationError):
        prove_key(key, right, **by)


def _rows() -> str:
    models = [model for model in apps.get_models() if model._meta.managed]
    return "\n".join(repr(row) for model in models for row in model._base_manager.values())


def _kept_files() -> bytes:
    kept = [path for path in Path(settings.COUNCIL_DATA).rglob("*") if path.is_file() and "sqlite" not in path.name]
    return b"".join(path.read_bytes() for path in kept)


def test_the_answer_stands_in_no_row_in_no_file_and_in_no_log(
    world: cast.Council, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    key = register_key(world.company, str(HYBRID.recipient), [world.reader_two.pk], acting_user=world.administrator)
    right = given.opened(key.challenge, HYBRID).strip()
    for said in (WRONG, f"{right}x", right):
        prove_key(key, said, acting_user=world.administrator)
    details = repr(details_of(list(AuditEvent.objects.all())))
    for place in (_rows(), details, caplog.text, _kept_files().decode("latin-1")):
        assert right.removeprefix("kagi-") not in place
    assert key.fingerprint in details


@pytest.mark.django_db(transaction=True)
def test_twenty_wrong_answers_at_once_are_no_more_than_ten_attempts() -> None:
    world = cast.council()
    key = given.registered(world.company, world.reader_two)
    connection.close()
    said = all_at_once([lambda: prove_key(key, WRONG, acting_user=world.administrator)] * 20)
    key.refresh_from_db()
    assert (said.count(False), sum(isinstance(each, ValidationError) for each in said)) == (10, 10)
    assert (key.failed_answers, key.revoked_why) == (10, "unproved")
