"""The folder of mails of the embedded default, and the settings of a relay that takes its place."""

from email import message_from_bytes, policy
from pathlib import Path

import pytest
from django.conf import settings as live
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage, get_connection

from council import environment
from council.checks import check_mail
from council.folder_mail import file_name
from council.management.commands.doctor import PROBES, masked
from tests.bulletins.post_office import post_office

FOLDER = "council.folder_mail.EmailBackend"


@pytest.fixture
def folder(settings, tmp_path: Path) -> Path:
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    return settings.EMAIL_FILE_PATH


def post(body: str = "本文", *, to: str = "a@kaisha.example", message_id: str = "<one@portal.example>") -> int:
    headers = {"Message-ID": message_id} if message_id else {}
    return EmailMessage("件名", body, to=[to], headers=headers, connection=get_connection(FOLDER)).send()


def test_a_mail_is_a_file_that_any_program_reads(folder):
    assert post() == 1
    made = message_from_bytes((folder / "one@portal.example.eml").read_bytes(), policy=policy.default)
    assert (made["Subject"], made["To"]) == ("件名", "a@kaisha.example")
    assert made.get_content().strip() == "本文"


def test_the_same_mail_again_takes_the_place_of_the_first(folder):
    post("はじめ")
    post("つぎ")
    (path,) = folder.iterdir()
    assert "つぎ" in path.read_text("utf-8")


def test_mails_with_other_names_stand_side_by_side(folder):
    for _twice in range(2):
        post(message_id="")
    assert len(list(folder.glob("*.eml"))) == 2


def test_a_mail_to_nobody_is_no_file(folder):
    assert get_connection(FOLDER).send_messages([EmailMessage("件名", "本文")]) == 0
    assert not folder.exists()


@pytest.mark.parametrize("message_id", ["<../../x@y>", "<a/b@c>", "<.hidden@c>", "no brackets", f"<{'x' * 300}@y>"])
def test_a_name_never_leads_out_of_the_folder(message_id):
    name = file_name(message_id)
    assert "/" not in name
    assert not name.startswith(".")
    assert len(name) == 64 + len(".eml")


def test_only_its_owner_reads_the_folder(folder):
    post()
    assert folder.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())


# --- a relay ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("", ("", 587)),
        ("mail.example", ("mail.example", 587)),
        ("mail.example:25", ("mail.example", 25)),
        ("[::1]:25", ("::1", 25)),
    ],
)
def test_the_relay_is_a_host_and_maybe_a_port(monkeypatch, said, meant):
    monkeypatch.setenv("A_RELAY", said)
    assert environment.host_and_port("A_RELAY", 587) == meant


@pytest.mark.parametrize(
    "said", ["smtp://mail.example", "me@mail.example", "mail.example:0", "mail.example:99999", "a b"]
)
def test_a_relay_that_is_none_stops_the_boot(monkeypatch, said):
    monkeypatch.setenv("A_RELAY", said)
    with pytest.raises(ImproperlyConfigured):
        environment.host_and_port("A_RELAY", 587)


def test_a_password_never_goes_to_a_relay_in_the_clear(settings):
    settings.EMAIL_HOST, settings.EMAIL_HOST_PASSWORD = "mail.example", "geheim"
    settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = True, False
    assert not check_mail(None)
    settings.EMAIL_USE_TLS = False
    assert [wrong.id for wrong in check_mail(None)] == ["council.E006"]
    settings.EMAIL_HOST = "127.0.0.1"
    assert not check_mail(None)


def test_the_doctor_asks_the_relay_and_shows_no_password(settings):
    assert masked("COUNCIL_SMTP_PASSWORD", "geheim") == "(set)"
    assert PROBES["mail"]() == f"files in {live.EMAIL_FILE_PATH}"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_USE_TLS = "127.0.0.1", False
    with post_office() as office:
        settings.EMAIL_PORT = office.port
        assert PROBES["mail"]() == f"127.0.0.1:{office.port}"
    with pytest.raises(OSError, match="refused"):
        PROBES["mail"]()
