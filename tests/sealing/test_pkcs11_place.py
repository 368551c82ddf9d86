"""A deployment whose keys are in a token: chosen by settings, marked, and never changed for other keys without a word."""

import shutil
import traceback

import pytest
from django.core.management import call_command

from council import environment, keys
from council.checks import check_keyring
from council.keys import keyring, marker_of, token_marker_of
from council.management.commands.doctor import masked
from council.sealing.errors import KeyringUnavailable
from council.sealing.keyring import Scope
from tests.sealing import tokens

pytestmark = tokens.needs_softhsm

SCOPE = Scope(1, (), 1)


@pytest.fixture
def deployment(settings, tmp_path, shelf, monkeypatch):
    """Settings of a deployment with a token; returns where its keyring file would be."""
    monkeypatch.setattr(keys, "_opened", {})
    settings.KEYRING_FILE = tmp_path / "keyring.json"
    settings.KEYRING_PKCS11, settings.KEYRING_TOKEN, settings.KEYRING_PIN = tokens.MODULE, "council", tokens.PIN
    return settings.KEYRING_FILE


def restart():
    keys._opened.clear()


def why_not():
    with pytest.raises(KeyringUnavailable) as caught:
        keyring().current_epoch()
    return str(caught.value)


def test_the_first_use_makes_the_keyring_in_the_token_and_notes_which_it_is(deployment):
    assert keyring().kind == "pkcs11"
    assert token_marker_of(deployment).read_text() == keyring().identity()
    assert token_marker_of(deployment).stat().st_mode & 0o777 == 0o600
    assert not deployment.exists()
    assert not marker_of(deployment).exists()


def test_the_same_keyring_answers_every_time_and_after_a_restart(deployment):
    wrapped, first = keyring().wrap(SCOPE, bytes(32), b""), keyring()
    assert keyring() is first
    restart()
    assert keyring().unwrap(SCOPE, wrapped, b"") == bytes(32)


def test_an_emptied_token_is_not_filled_again(deployment, shelf):
    keyring()
    restart()
    for token in shelf.iterdir():
        shutil.rmtree(token)
    tokens.new_token("council")
    assert "鍵がなくなっています" in why_not()
    assert not keys._token_keyring(keys._place()).is_begun()


def test_another_token_of_the_same_name_is_not_taken_for_ours(deployment, shelf):
    keyring()
    restart()
    for token in shelf.iterdir():
        shutil.rmtree(token)
    tokens.new_token("council")
    keys._token_keyring(keys._place()).begin()
    assert "この配備の鍵ではありません" in why_not()


def test_a_token_that_can_not_be_reached_is_no_reason_to_use_a_file(deployment, settings):
    settings.KEYRING_TOKEN = "nowhere"
    assert "見つからない" in why_not()
    assert not deployment.exists()


@pytest.mark.parametrize("missing", ["KEYRING_TOKEN", "KEYRING_PIN"])
def test_half_a_setting_stops_us(deployment, settings, missing):
    setattr(settings, missing, "")
    assert "両方" in why_not()


def test_a_deployment_with_a_token_does_not_begin_a_file_when_the_setting_is_gone(deployment, settings):
    keyring()
    settings.KEYRING_PKCS11 = ""
    assert "鍵はトークンにあります" in why_not()
    assert not deployment.exists()


@pytest.mark.parametrize("left", ["file", "marker"])
def test_a_deployment_with_a_file_does_not_begin_a_token(deployment, settings, left):
    settings.KEYRING_PKCS11 = ""
    keyring()
    (marker_of(deployment) if left == "file" else deployment).unlink()
    settings.KEYRING_PKCS11 = tokens.MODULE
    assert "鍵は鍵ファイルにあります" in why_not()
    assert not keys._token_keyring(keys._place()).is_begun()


def test_without_the_library_we_are_told_what_is_missing(deployment, monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(keys, "import_string", missing)
    assert "python-pkcs11" in why_not()


def test_the_check_says_what_is_wrong_and_never_the_pin(deployment, settings):
    assert check_keyring(None) == []
    restart()
    settings.KEYRING_PIN = "never-to-be-seen"
    tokens.read_the_configuration()
    [error] = check_keyring(None)
    assert (error.id, "PIN が違う" in error.msg) == ("council.E003", True)
    assert "never-to-be-seen" not in error.msg + error.hint


def test_no_frame_of_a_refusal_shows_the_pin(deployment, settings):
    settings.KEYRING_PIN = "never-to-be-seen"
    with pytest.raises(KeyringUnavailable) as caught:
        keyring()
    below = caught.value.__traceback__.tb_next
    whole = traceback.TracebackException(type(caught.value), caught.value, below, capture_locals=True)
    report = "".join(whole.format())
    assert "_open_token" in report
    assert "never-to-be-seen" not in report


@pytest.mark.django_db
def test_the_doctor_shows_the_token_and_masks_its_pin(deployment, settings, monkeypatch, capsys):
    given = {"PKCS11": tokens.MODULE, "TOKEN": "council", "PIN": tokens.PIN}
    for name, value in given.items():
        monkeypatch.setitem(environment.origins, f"COUNCIL_KEYRING_{name}", ("environment", value))
    with pytest.raises(SystemExit):
        call_command("doctor")
    said = capsys.readouterr().out
    assert "token council (libsofthsm2.so), epoch 1, minimum 1" in said
    assert tokens.MODULE in said
    assert tokens.PIN not in said


@pytest.mark.parametrize("name", ["COUNCIL_KEYRING_PIN", "COUNCIL_KEYRING_PIN_FILE"])
def test_a_pin_is_masked(name):
    assert masked(name, "1234") == "(set)"
