"""The first operator of a deployment."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import PledgeText, User
from council.access.facts import Role
from council.audit.models import AuditEvent


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    pledge = tmp_path / "pledge.txt"
    pledge.write_text("知った秘密を漏らしません。", encoding="utf-8")
    return [
        "--organisation",
        "事務局",
        "--email",
        "Op@kyogikai.example",
        "--name",
        "運用 太郎",
        "--pledge",
        str(pledge),
    ]


@pytest.mark.django_db
def test_the_first_operator_can_sign_in(arguments: list[str], client: Client, capsys: pytest.CaptureFixture) -> None:
    call_command("begin", *arguments)
    password = capsys.readouterr().out.rsplit(" ", 1)[1].strip()
    answer = client.post("/sign-in/", {"login": "op@kyogikai.example", "password": password})
    assert answer.status_code == 302
    assert User.objects.get().role_assignments.get().role == Role.OPERATOR


@pytest.mark.django_db
def test_beginning_is_in_the_log_and_sets_the_pledge(arguments: list[str]) -> None:
    call_command("begin", *arguments)
    assert set(AuditEvent.objects.values_list("action", flat=True)) == {"organisation.create", "people.create"}
    assert PledgeText.objects.get().body == "知った秘密を漏らしません。"


@pytest.mark.django_db
def test_a_deployment_begins_once(arguments: list[str]) -> None:
    call_command("begin", *arguments)
    with pytest.raises(CommandError, match="people already"):
        call_command("begin", *arguments)
    assert User.objects.count() == 1
