"""World files on the command line: the example of the interface, and files that can't be built."""

import json
from copy import deepcopy
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import roster_reconciling
from accounts.models import RosterEntry
from bulletins.models import Bulletin, Revision
from tests import cast

pytestmark = pytest.mark.django_db

WORLD = {
    "organisations": [
        {"key": "meti", "kind": "agency", "name": "産業基盤保全庁"},
        {"key": "acme", "kind": "company", "name": "アクメ素材株式会社", "corporate_number": "7000012050002"},
    ],
    "subcommittees": [{"key": "chips", "name": "半導体分科会", "members": ["meti", "acme"]}],
    "people": [
        {"key": "pub", "email": "pub@meti.example", "org": "meti", "roles": ["publisher"], "tier": 3, "subcommittees": ["chips"]},
        {"key": "app", "email": "app@meti.example", "org": "meti", "roles": ["approver"], "tier": 3, "subcommittees": ["chips"]},
        {"key": "kato", "email": "kato@acme.example", "org": "acme", "roles": ["member"], "tier": 2, "subcommittees": ["chips"]},
        {"key": "aud", "email": "aud@audit.example", "org": "audit", "roles": ["auditor"]},
    ],
    "bulletins": [
        {
            "key": "b1", "title": "素材の在庫", "tier": 2, "subcommittees": ["chips"], "caveats": ["転送禁止"], "by": "pub",
            "approved_by": "app",
            "released_to": {"organisations": ["acme"], "subcommittees": [], "people": []}, "state": "published",
            "parts": [{"text": "一つ目", "tier": 1}, {"text": "二つ目", "tier": 2}],
        }
    ],
}  # fmt: skip


@pytest.fixture
def load(tmp_path: Path, capsys: pytest.CaptureFixture):
    def run(world: dict | bytes) -> dict:
        path = tmp_path / "world.json"
        path.write_bytes(world if isinstance(world, bytes) else json.dumps(world).encode())
        call_command("load_world", str(path))
        return json.loads(capsys.readouterr().out.splitlines()[-1])

    return run


def changed(where: str, **facts: object) -> dict:
    world = deepcopy(WORLD)
    world[where][0].update(facts)
    return world


def test_the_last_line_names_everything_and_lets_its_people_in(load, client: Client) -> None:
    built = load(WORLD)
    name, value = built["cookies"]["kato"].split("=")
    client.cookies[name] = value
    assert "二つ目" in client.get(f"/bulletins/{built['ids']['b1']}/").content.decode()
    assert set(built["ids"]) == {"meti", "acme", "audit", "chips", "pub", "app", "kato", "aud", "b1"}


def test_the_log_bears_out_what_its_tier_three_rests_on(load) -> None:
    load(changed("bulletins", tier=3, caveats=[], parts=[{"text": "一つ目", "tier": 3}], state="draft"))
    assert RosterEntry.objects.count() == 2
    assert (roster_reconciling.reconcile(), roster_reconciling.report_clearances()) == ([], 0)


def test_keys_given_before_mean_the_same_things(load) -> None:
    first = load(WORLD)
    more = {"bulletins": [{**WORLD["bulletins"][0], "key": "b2"}]}
    second = load(more)
    assert (list(second["ids"]), Bulletin.unrestricted.count()) == (["b2"], 2)
    assert load(WORLD)["ids"] == first["ids"]


def test_a_correction_is_the_second_revision_and_is_made_once(load) -> None:
    correction = {
        "change_summary": "数を直しました。",
        "parts": [{"text": "一つ目", "tier": 1}, {"text": "直した二つ目", "tier": 2}],
    }
    world = changed("bulletins", correction=correction)
    load(world)
    load(world)
    served = Bulletin.unrestricted.select_related("served").get().served
    assert (served.number, served.state, Revision.unrestricted.count()) == (2, "published", 2)


@pytest.mark.parametrize(
    ("world", "reason"),
    [
        (changed("bulletins", colour="red"), "unknown key colour"),
        (changed("bulletins", tier="機密性3"), "機密性3"),
        (changed("bulletins", title="【極秘】計画"), "機密性3"),
        (changed("bulletins", released_to={}), "nobody"),
        (changed("bulletins", approved_by="pub"), "other than its author"),
        (changed("bulletins", approved_by="kato"), "承認者の役割"),
        (changed("bulletins", parts=[{"text": "上", "tier": 3}]), "部分の格付"),
        (changed("bulletins", title="\ud800"), "UTF-8"),
        (
            changed("bulletins", state="draft", correction={"change_summary": "直し", "parts": []}),
            "only what is published",
        ),
        (changed("bulletins", correction={"parts": []}), "change_summary"),
        (changed("organisations", kind="company", corporate_number="7000012050003"), "検査用数字"),
        (b"[" * 100_000, "not JSON"),
        (b'{"people": ', "not JSON"),
        ("秘".encode("cp932"), "UTF-8"),
    ],
)
def test_what_cannot_be_built_is_said_in_one_sentence(load, world: dict | bytes, reason: str) -> None:
    with pytest.raises(CommandError, match=reason) as refused:
        load(world)
    assert (refused.value.returncode, "\n" in str(refused.value)) == (2, False)


@pytest.mark.parametrize("facts", [{"released_to": {}}, {"approved_by": "pub"}, {"tier": 4}, {"colour": "red"}])
def test_a_refused_bulletin_leaves_nothing_behind(load, facts: dict) -> None:
    with pytest.raises(CommandError):
        load(changed("bulletins", **facts))
    assert not Bulletin.unrestricted.exists()


def test_it_hands_out_no_session_in_a_deployment_that_is_used(load) -> None:
    cast.person(cast.organisation())
    with pytest.raises(CommandError, match="refuses"):
        load(WORLD)
