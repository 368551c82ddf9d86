"""A deployment whose witnesses are written down wrongly does not start, and says which entry it is."""

import pytest
from django.core.cache import caches
from django.utils import timezone

from council.audit import cosignature, proving
from council.audit.witness_settings import configured
from council.audit.witness_troubles import Last
from council.checks import check_witnesses


def entry(name="w1.example", url="https://w.example/a", **change):
    cosigner = cosignature.Cosigner.from_seed(name, cosignature.ED25519, name.encode().ljust(32)[:32])
    return {"vkey": str(cosigner.verifier), "url": url, **change}


@pytest.fixture
def found(settings):
    def found(entries, quorum=0):
        settings.AUDIT_WITNESSES, settings.AUDIT_WITNESS_QUORUM = entries, quorum
        return [(each.id, each.msg) for each in check_witnesses(None)]

    return found


THREE = [entry("w1.example"), entry("w2.example"), entry("w3.example", "http://127.0.0.1:8471")]


@pytest.mark.parametrize(("entries", "quorum"), [([], 0), (THREE, 0), (THREE, 2), (THREE, 3)])
def test_good_settings_are_silent(found, entries, quorum):
    assert found(entries, quorum) == []


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({}, "a list"), ("x", "a list"), (["x"], "entry 1"), ([{}], "entry 1"), ([entry(more="x")], "entry 1"),
        ([entry(), entry("w2.example", url=5)], "entry 2"), ([entry(vkey="w+00+AA==")], "vkey"), ([entry(vkey="")], "vkey"),
        ([entry(url="ftp://w.example")], "url"), ([entry(url="w.example")], "url"), ([entry(url="https://a:b@w.example")], "url"),
        ([entry(url="https://w.example/?q")], "url"), ([entry(url="https://w.example:x")], "url"),
        ([entry(url="https://w .example")], "url"),
        ([entry(), entry(url="https://other.example")], "two witnesses"),
    ],
)  # fmt: skip
def test_wrong_entry_stops_the_boot_and_is_named(found, entries, words):
    ((identifier, sentence),) = found(entries)
    assert identifier == "council.E008"
    assert words in sentence


def test_a_quorum_that_nobody_can_reach_stops_the_boot(found):
    assert [identifier for identifier, _ in found(THREE, 4)] == ["council.E008"]


def test_a_witness_that_is_asked_in_the_clear_is_warned_of(found):
    ((identifier, sentence),) = found([entry(url="http://w.example")])
    assert identifier == "council.W001"
    assert "w1.example" in sentence


@pytest.mark.parametrize(("quorum", "of", "wanted"), [(0, 1, 1), (0, 2, 2), (0, 3, 2), (0, 4, 3), (1, 3, 1)])
def test_more_than_half_unless_told_otherwise(settings, quorum, of, wanted):
    settings.AUDIT_WITNESSES, settings.AUDIT_WITNESS_QUORUM = [entry(f"w{n}.example") for n in range(of)], quorum
    assert proving.quorum() == wanted


def test_the_addresses_lose_their_last_slash(settings):
    settings.AUDIT_WITNESSES = [entry(url="https://w.example/a/")]
    assert [(each.name, each.url) for each in configured()] == [("w1.example", "https://w.example/a")]


def test_what_the_worker_writes_the_web_process_reads(settings):
    """The default cache of the embedded portal is each process's own."""
    assert "locmem" not in settings.CACHES["shared"]["BACKEND"].lower()
    last = Last("away", timezone.now(), timezone.now(), ("ahead",))
    caches["shared"].set("test.witness", last, timeout=None)
    assert caches["shared"].get("test.witness") == last
    caches["shared"].delete("test.witness")
