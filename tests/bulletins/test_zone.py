"""A connected portal holds no 重要経済安保情報: the database itself refuses it."""

import json
from io import StringIO

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from bulletins.models import Part, Payload, Revision, Scratch
from council import zone
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import calls, shelf

pytestmark = pytest.mark.django_db
TABLES = {"part": Part, "revision": Revision, "payload": Payload}


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


def _run(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def _connected() -> None:
    _run("UPDATE council_zone SET name = 'connected'")


def _critical(world: cast.Council) -> Revision:
    return shelf.drafted(
        world.publisher, tier=3, parts=[("秘。", 3)], designation=world.item, organisations=[world.company]
    )


def _low(world: cast.Council) -> Revision:
    return shelf.published(
        world.publisher, world.approver, tier=2, parts=[("注意。", 2)], organisations=[world.company]
    )


def test_a_closed_portal_takes_it(world):
    assert _critical(world).tier == 3


def test_a_connected_portal_takes_what_is_below(world):
    _connected()
    assert _low(world).tier == 2


def test_the_desk_is_refused_by_the_database_where_the_form_was_deceived(world):
    _connected()
    with pytest.raises(IntegrityError, match="zone holds no"):
        _critical(world)


@pytest.mark.parametrize("name", ["part", "revision"])
def test_no_row_is_lifted_to_tier_three_by_hand(world, name):
    _low(world)
    _connected()
    with pytest.raises(IntegrityError, match="zone holds no"):
        _run(f"UPDATE {TABLES[name]._meta.db_table} SET tier = 3")


@pytest.mark.parametrize("name", TABLES)
def test_no_row_of_tier_three_is_put_in_by_hand(world, name):
    table = TABLES[name]._meta
    world_of_three = _critical(world)
    row = Payload(revision=world_of_three, parts="0" * 64, tier=3) if name == "payload" else None
    if row:
        row.save()
    columns = ", ".join(field.column for field in table.concrete_fields if field.column != "id")
    copied = columns.replace("parts", "'1'").replace("position", "position + 100").replace("number", "number + 100")
    new = "gen_random_uuid()" if connection.vendor == "postgresql" else "lower(hex(randomblob(16)))"
    _run("DELETE FROM council_zone")
    with pytest.raises(IntegrityError):
        _run(
            f"INSERT INTO {table.db_table} (id, {columns}) SELECT {new}, {copied} FROM {table.db_table} WHERE tier = 3"
        )


def test_without_a_row_nothing_opens(world):
    _run("DELETE FROM council_zone")
    with pytest.raises(IntegrityError, match="zone holds no"):
        _critical(world)


def test_the_database_of_a_portal_with_such_content_does_not_become_connected(world):
    _critical(world)
    with pytest.raises(CommandError, match="holds"):
        call_command("set_zone", "connected")
    with pytest.raises(IntegrityError):
        _connected()
    assert zone.stored() == "closed"


def test_an_empty_portal_moves_and_leaves_an_event():
    out = StringIO()
    call_command("set_zone", "connected", stdout=out)
    assert zone.stored() == "connected"
    assert "now" in out.getvalue()
    assert AuditEvent.objects.get().action == "settings.change"


def test_moving_to_where_it_is_changes_nothing():
    call_command("set_zone", "closed", stdout=StringIO())
    assert not AuditEvent.objects.exists()


def test_a_process_that_serves_does_not_start_in_another_zone(settings):
    zone.need_agreement()
    settings.COUNCIL_ZONE = "connected"
    with pytest.raises(ImproperlyConfigured, match="set_zone connected"):
        zone.need_agreement()


ELSEWHERE = "閉域のポータルか、指定した機関が定めた場所で扱ってください。"


@pytest.fixture
def connected(settings) -> None:
    settings.COUNCIL_ZONE = "connected"
    _connected()


def test_the_form_says_where_such_content_belongs(connected, world, client):
    sent = {"kind": "threat", "title": "架空の題名", "tier": "3", "parts": "1", "do": "save"}
    part = {"part-1-kind": "text", "part-1-tier": "3", "part-1-text": "本文です。"}
    page = cast.sign_in(client, world.publisher).post("/desk/new/", sent | part)
    assert ELSEWHERE in page.text
    assert "自分が扱える格付より高い" not in page.text
    assert not Revision.unrestricted.exists()


def test_the_api_says_where_such_content_belongs(connected, world):
    answer = calls.post(world.publisher, body=calls.draft(tier=3, parts=[{"text": "本文です。", "tier": 3}]))
    assert answer.status_code == 400
    assert ELSEWHERE in json.dumps(answer.json(), ensure_ascii=False)


def test_the_importer_says_where_such_content_belongs(connected, world, tmp_path, capsys):
    path = tmp_path / "報告.md"
    path.write_text("# 報告\n\n本文です。\n", encoding="utf-8")
    words = ["--as", world.publisher.email, "--tier", "3", "--to", world.company.name]
    with pytest.raises(SystemExit):
        call_command("import_bulletins", str(path), *words, "--designation", world.item.register_number)
    assert ELSEWHERE in capsys.readouterr().err
    assert not Revision.unrestricted.exists()


def _scratch(world: cast.Council) -> Scratch:
    """What an author typed and did not save."""
    return Scratch.objects.create(
        person=world.publisher,
        tier=3,
        ciphertext=b"c",
        wrap=b"w",
        epoch=1,
        algorithm="a",
        key_id="k",
        saved_at=timezone.now(),
    )


def test_what_is_not_saved_yet_is_refused_too(world):
    _connected()
    with pytest.raises(IntegrityError, match="zone holds no"):
        _scratch(world)


def test_with_unsaved_words_of_that_tier_the_database_moves_to_no_other_zone(world):
    _scratch(world)
    with pytest.raises(IntegrityError, match="content is here"):
        _connected()
