"""Documents from the command line: what is taken, what is refused and why, and what a second run does."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from bulletins.models import Bulletin, Revision
from council.access.facts import State
from council.audit.models import AuditEvent
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


@pytest.fixture
def take(world: cast.Council, capsys: pytest.CaptureFixture):
    """take(paths, *options) -> (exit code, what stdout says, what stderr says)."""

    def run(paths: list[Path], *options: str, tier: str = "1", by: str = "") -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            call_command(
                "import_bulletins", *map(str, paths), "--as", by or world.publisher.email, "--tier", tier, *options
            )
        said = capsys.readouterr()
        return ended.value.code, said.out.strip(), said.err.strip()

    return run


def file(folder: Path, name: str = "報告.md", words: bytes | str = "# 報告\n\n本文です。\n") -> Path:
    path = folder / name
    path.write_bytes(words if isinstance(words, bytes) else words.encode())
    return path


def test_a_second_run_imports_nothing_twice(take, tmp_path: Path) -> None:
    paths = [file(tmp_path)]
    assert take(paths, "--publish")[:2] == (0, "imported 1, already there 0, refused 0")
    assert take(paths, "--publish")[:2] == (0, "imported 0, already there 1, refused 0")
    assert Bulletin.unrestricted.get().served is not None


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("字".encode("cp932"), "UTF-8"),
        (b"", "空です"),
        (b"PK\x03\x04bomb", "圧縮"),
        ("【極秘】計画\n\n本文", "機密性3"),
        (b"a" * (5 * 1024 * 1024 + 1), "5 MB"),
    ],
)
def test_a_bad_file_is_named_with_its_reason_and_the_others_go_on(take, tmp_path: Path, words, reason: str) -> None:
    code, out, err = take([file(tmp_path, "bad.md", words), file(tmp_path)])
    assert (code, out) == (1, "imported 1, already there 0, refused 1")
    assert err.startswith("bad.md: ")
    assert reason in err


def test_a_refused_file_is_an_event(take, tmp_path: Path) -> None:
    take([file(tmp_path, "empty.md", b"")])
    assert AuditEvent.objects.get().reason == "import_refused"


@pytest.mark.parametrize(
    ("name", "shown"),
    [("a\x1b[31mb.md", r"a\x1b[31mb.md: "), ("a\nb.md", r"a\nb.md: "), (b"\x8a.md".decode("utf-8", "surrogateescape"), r"\udc8a.md: ")],
)  # fmt: skip
def test_a_name_of_a_file_gives_the_terminal_no_orders(take, tmp_path: Path, name: str, shown: str) -> None:
    code, _out, err = take([file(tmp_path, name)])
    assert (code, err[: len(shown)]) == (1, shown)


def test_a_document_is_not_published_at_a_lower_tier_than_asked(take, world: cast.Council, tmp_path: Path) -> None:
    paths = [file(tmp_path)]
    take(paths, tier="1")
    code, _out, err = take(paths, "--publish", "--to", world.company.name, tier="2")
    assert (code, "別の格付" in err) == (1, True)
    assert Revision.unrestricted.get().state == State.DRAFT


def test_above_tier_one_nobody_is_never_everybody(take, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--to"):
        take([file(tmp_path)], "--publish", tier="2")
    assert not Bulletin.unrestricted.exists()


def test_tier_three_of_the_other_kind_is_refused_before_anything_is_read(take, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="機密性3"):
        take([file(tmp_path)], tier="機密性3")


def test_somebody_who_may_not_write_is_told_so_in_a_sentence(take, world: cast.Council, tmp_path: Path) -> None:
    code, _out, err = take([file(tmp_path)], by=world.reader_two.email)
    assert (code, err) == (1, "報告.md: この操作ができるのは、作成者の役割を持つ人です。")
