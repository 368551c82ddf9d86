"""The inventory of algorithms and keys: complete, countable, and without anything secret."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from bulletins.models import PartWrap
from council import crypto_inventory
from council.audit.models import AuditDetail
from council.crypto_inventory import ALGORITHMS, Algorithm, Section, inventory, register
from council.keys import keyring
from council.package_signing import vkey
from council.sealing import envelope
from council.sealing.age_keys import Kind, fingerprint
from tests import cast
from tests.bulletins import parcels
from tests.sealed_world import sealed_world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_keyring(settings, tmp_path, monkeypatch):
    """A keyring that the test may rotate, and sources that it may add to."""
    settings.KEYRING_FILE = tmp_path / "keyring.json"
    monkeypatch.setattr(crypto_inventory, "_sources", [*crypto_inventory._sources])
    return keyring()


def printed(*words):
    out = StringIO()
    call_command("crypto_inventory", *words, stdout=out)
    return out.getvalue()


def wraps():
    return json.loads(printed())["keys"]["wraps"]


def test_every_algorithm_says_what_it_is_for_where_and_how_it_stands():
    for each in json.loads(printed())["algorithms"]:
        told = (each["algorithm"], each["use"], each["where"], each["standard"], each["cryptrec"])
        assert all(told)
        assert each["post_quantum"] in (True, False, None)


def test_what_records_name_is_in_the_inventory():
    ids = {each.id for each in ALGORITHMS}
    assert {envelope.ALGORITHM, *Kind} <= ids


def test_only_what_is_known_is_said_of_the_list_of_cryptrec():
    said = {each.algorithm: each.cryptrec for each in ALGORITHMS}
    assert json.loads(printed())["cryptrec_list"] == "LS-0001-2022 (2023-03-30)"
    assert said["HMAC-SHA256"] == said["SHA-256"] == "listed"
    assert said["argon2id"] == said["HKDF-SHA256"] == "not looked up"
    assert "X25519: not confirmed" in said["X25519, HKDF-SHA256, ChaCha20-Poly1305"]


def test_classic_recipients_and_signatures_are_not_post_quantum_and_hybrid_ones_are():
    by_quantum = {each.algorithm: each.post_quantum for each in ALGORITHMS}
    assert not by_quantum["X25519, HKDF-SHA256, ChaCha20-Poly1305"]
    assert not by_quantum["Ed25519"]
    assert by_quantum["ML-KEM-768 + X25519, HKDF-SHA256, ChaCha20-Poly1305 (HPKE)"]
    assert by_quantum["TLS"] is None


def test_every_wrap_is_counted_under_its_tier_number_of_subcommittees_and_epoch():
    sealed_world()
    pair = PartWrap.objects.filter(purpose="content").exclude(part__kind="attachment").order_by("pk")[:2]
    for row, label in zip(pair, (["a", "b"], ["c", "d"]), strict=True):
        type(row.part).unrestricted.filter(pk=row.part_id).update(tier=3, subcommittees=label)
    keyring().rotate()
    PartWrap.objects.filter(pk__in=[row.pk for row in pair]).update(epoch=2)
    rows = wraps()
    assert sum(row["wraps"] for row in rows if row["store"] == "parts") == PartWrap.objects.count()
    assert sum(row["wraps"] for row in rows if row["store"] == "audit details") == AuditDetail.objects.count()
    stores = {
        "parts",
        "payloads",
        "answers",
        "audit details",
        "evidence packs",
        "factor secrets",
        "saved searches",
        "unsaved",
    }
    assert {row["store"] for row in rows} == stores
    labelled = {"store": "parts", "tier": 3, "subcommittees": 2, "epoch": 2, "algorithm": envelope.ALGORITHM}
    assert [row["wraps"] for row in rows if row.items() >= labelled.items()] == [2]


def test_the_keyring_says_its_kind_its_epochs_and_what_is_left():
    sealed_world()
    keyring().rotate()
    held = json.loads(printed())["keys"]["keyring"]
    left = held.pop("left_to_rewrap")
    assert held == {
        "kind": "file", "place": "file keyring.json", "current_epoch": 2, "minimum_epoch": 1, "epochs": [1, 2],
    }  # fmt: skip
    assert left["parts"] == PartWrap.objects.count()


def test_nothing_secret_is_in_it(settings):
    world = sealed_world()
    said = printed() + printed("--table")
    file = json.loads(settings.KEYRING_FILE.read_text())
    secrets = [file["mac_root"], *(epoch["root"] for epoch in file["epochs"]), settings.SECRET_KEY]
    assert not [secret for secret in (*secrets, str(world.revision.bulletin_id), "変電所") if secret in said]


def test_others_add_what_they_hold():
    mine = Algorithm("AES-256-CTR", "a use", "somewhere", "a standard", "listed", True)
    source = lambda: Section((mine,), {"recipient_keys": [{"kind": "hybrid", "keys": 3}]})  # noqa: E731
    register(source)
    register(source)
    made = inventory()
    assert [each["algorithm"] for each in made["algorithms"]].count("AES-256-CTR") == 1
    assert made["keys"]["recipient_keys"] == [{"kind": "hybrid", "keys": 3}]
    assert "recipient_keys" in printed("--table")


def test_two_sources_that_speak_of_the_same_keys_are_an_error():
    register(lambda: Section(keys={"keyring": {}}))
    with pytest.raises(ValueError, match="keyring"):
        inventory()


def test_the_table_is_for_people():
    sealed_world()
    lines = printed("--table").splitlines()
    assert lines[0].split()[0] == "algorithm"
    assert [line for line in lines if line.startswith("Ed25519") and "RFC 8032" in line]
    assert [line.split() for line in lines if line.startswith("current_epoch")] == [["current_epoch", "1"]]


def test_an_empty_deployment_has_an_inventory_too():
    assert wraps() == []
    assert "wraps" in printed("--table")


def test_without_a_keyring_there_is_one_sentence(settings):
    settings.KEYRING_FILE.unlink()
    with pytest.raises(CommandError, match="鍵ファイル") as caught:
        printed()
    assert caught.value.returncode == 2


def test_the_keys_of_organisations_are_in_it_with_their_state_and_no_identity():
    world = cast.council()
    identity = parcels.key(world.company, world.reader_two, kind=Kind.HYBRID)
    row = json.loads(printed())["keys"]["recipients"][0]
    assert (row["organisation"], row["algorithm"], row["state"]) == (world.company.name, Kind.HYBRID.value, "usable")
    assert row["fingerprint"] == fingerprint(identity.recipient)
    assert identity.text() not in printed()


def test_the_key_that_packages_are_signed_under_is_in_it():
    assert json.loads(printed())["keys"]["package_signer"]["vkey"] == vkey()
