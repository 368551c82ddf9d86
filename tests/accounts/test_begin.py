"""The first operator of a deployment."""

import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import PledgeText, RoleAssignment, User
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


SECOND = ["--second-email", "zwei@kyogikai.example", "--second-name", "運用 花子"]


def told(capsys: pytest.CaptureFixture) -> list[tuple[str, str]]:
    """Path and code of each line."""
    return re.findall(r"https?://[^/]+(/\S+) .*: ([0-9A-Z-]{9})$", capsys.readouterr().out, re.MULTILINE)


@pytest.mark.django_db
def test_the_first_operator_comes_in_by_link_and_code(
    arguments: list[str], client: Client, capsys: pytest.CaptureFixture
) -> None:
    call_command("begin", *arguments)
    [(path, code)] = told(capsys)
    assert client.post(path, {"code": code})["Location"] == "/me/factors/"
    assert User.objects.get().role_assignments.get().role == Role.OPERATOR


@pytest.mark.django_db
def test_two_operators_can_confirm_each_others_proposals(arguments: list[str], capsys: pytest.CaptureFixture) -> None:
    call_command("begin", *arguments, *SECOND)
    assert len(told(capsys)) == 2
    assert RoleAssignment.objects.filter(role=Role.OPERATOR).count() == 2


@pytest.mark.django_db
def test_one_operator_alone_is_warned_about(arguments: list[str], capsys: pytest.CaptureFixture) -> None:
    call_command("begin", *arguments)
    assert "second operator" in capsys.readouterr().err
    call = ["--organisation", "a", "--email", "a@b.example", "--name", "a", "--pledge", arguments[-1]]
    with pytest.raises(CommandError, match="people already"):
        call_command("begin", *call)


@pytest.mark.django_db
def test_a_code_that_was_lost_is_told_again_until_the_operator_came_in(
    arguments: list[str], client: Client, capsys: pytest.CaptureFixture
) -> None:
    call_command("begin", *arguments)
    call_command("begin", "--again", "op@kyogikai.example")
    (old, new) = told(capsys)
    assert client.post(old[0], {"code": old[1]}).status_code == 404
    assert client.post(new[0], {"code": new[1]}).status_code == 302
    with pytest.raises(CommandError, match="still waits"):
        call_command("begin", "--again", "op@kyogikai.example")


@pytest.mark.django_db
def test_beginning_is_in_the_log_and_sets_the_pledge(arguments: list[str]) -> None:
    call_command("begin", *arguments)
    events = set(AuditEvent.objects.values_list("action", flat=True))
    assert events == {"organisation.create", "people.create", "people.invite"}
    assert PledgeText.objects.get().body == "知った秘密を漏らしません。"


@pytest.mark.django_db
def test_a_deployment_begins_once(arguments: list[str]) -> None:
    call_command("begin", *arguments)
    with pytest.raises(CommandError, match="people already"):
        call_command("begin", *arguments)
    assert User.objects.count() == 1
