"""Keys that are there from the beginning, and what is no key."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts import key_board
from accounts.founding_keys import found_key, parse_recipient
from accounts.keys_in_use import in_use
from accounts.models import RecipientKey
from council.sealing import bech32
from council.sealing.age_keys import fingerprint, spoken_fingerprint
from tests import cast
from tests.accounts import given_keys as given
from tests.accounts.given_keys import CLASSIC, HYBRID

TEXT = str(CLASSIC.recipient)
NO_KEYS = {
    "nothing": "",
    "a word": "age1",
    "another hrp": bech32.encode("agf", CLASSIC.recipient.public),
    "a plugin's hrp": bech32.encode("age1yubikey", CLASSIC.recipient.public),
    "ssh": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN",
    "a letter less": TEXT[:-1],
    "capitals": TEXT.upper(),
    "mixed": TEXT[:10] + TEXT[10:].upper(),
    "two keys": f"{TEXT} {HYBRID.recipient}",
    "two lines": f"{TEXT}\n{HYBRID.recipient}",
    "with its comment": f"# public key: {TEXT}\n{TEXT}",
    "broken by a line": f"{TEXT[:30]}\n{TEXT[30:]}",
    "a short key": bech32.encode("age", b"\x09" * 31),
    "a key of low order": bech32.encode("age", bytes(32)),
    "hybrid words, classic key": bech32.encode("age1pq", CLASSIC.recipient.public),
    "far too long": "age1" + "q" * 100_000,
}
IDENTITIES = {
    "hybrid": HYBRID.text(),
    "classic": CLASSIC.text(),
    "small letters": CLASSIC.text().lower(),
    "a whole file": f"# created: 2026-11-21\n# public key: {TEXT}\n{CLASSIC.text()}\n",
    "behind the key": f"{TEXT}{CLASSIC.text()}",
    "without its head": CLASSIC.text()[4:],
}


@pytest.mark.parametrize("text", NO_KEYS.values(), ids=NO_KEYS)
def test_what_is_no_key_is_refused_in_plain_japanese(text: str) -> None:
    with pytest.raises(ValidationError) as refused:
        parse_recipient(text)
    assert list(refused.value.error_dict) == ["recipient"]
    told = "".join(refused.value.messages)
    assert told.endswith("。")
    assert "%" not in told


@pytest.mark.parametrize("name", ["nothing", "two keys", "two lines", "with its comment", "broken by a line"])
def test_whatever_is_not_one_word_is_asked_for_as_one_line(name: str) -> None:
    with pytest.raises(ValidationError, match="1行だけ"):
        parse_recipient(NO_KEYS[name])


@pytest.mark.parametrize("text", IDENTITIES.values(), ids=IDENTITIES)
def test_an_identity_is_refused_and_never_repeated(text: str) -> None:
    with pytest.raises(ValidationError, match="秘密の識別鍵") as refused:
        parse_recipient(text)
    told = f"{refused.value!r} {refused.value.__cause__!r} {refused.value.__context__!r}"
    secret = CLASSIC.text().partition("1")[2]
    assert not any(part in told.upper() for part in (secret, HYBRID.text()[-40:], "SECRET-KEY"))


@pytest.mark.parametrize("identity", [HYBRID, CLASSIC], ids=["hybrid", "classic"])
def test_white_space_around_a_key_does_not_count(identity: object) -> None:
    assert parse_recipient(f"\r\n  {identity.recipient}\t\n") == identity.recipient


@pytest.mark.parametrize("identity", [HYBRID, CLASSIC], ids=["hybrid", "classic"])
def test_a_founded_key_is_in_use_at_once(world: cast.Council, identity: object) -> None:
    key = found_key(world.company, str(identity.recipient), [world.reader_two, world.reader_two])
    used = in_use([world.company.pk], timezone.now())[world.company.pk]
    assert (used.id, used.kind, used.public) == (key.pk, identity.kind, identity.recipient.public)
    assert (used.fingerprint, used.holders) == (fingerprint(identity.recipient), (world.reader_two,))


def test_a_founded_key_is_usable_from_the_moment_named(world: cast.Council) -> None:
    at = timezone.now() - timedelta(days=3)
    key = found_key(world.company, TEXT, [world.reader_two], registered_by=world.administrator, now=at)
    assert key.registered_at == key.proved_at == key.usable_from == at
    assert key.registered_by == world.administrator


def test_a_founded_key_has_holders_of_its_organisation(world: cast.Council) -> None:
    for holders in ([], [world.other_reader], [world.reader_two, world.analyst]):
        with pytest.raises(ValidationError) as refused:
            found_key(world.company, TEXT, holders)
        assert list(refused.value.error_dict) == ["holders"]
    assert not RecipientKey.objects.exists()


def test_a_founded_key_is_nobody_elses(world: cast.Council) -> None:
    given.proved(world.other_company, world.other_reader, identity=CLASSIC)
    with pytest.raises(ValidationError):
        found_key(world.company, TEXT, [world.reader_two])


def test_the_fingerprint_is_spoken_as_the_kernel_speaks_it(world: cast.Council) -> None:
    key = found_key(world.company, str(HYBRID.recipient), [world.reader_two])
    assert key_board.spoken(key.fingerprint) == spoken_fingerprint(HYBRID.recipient)
