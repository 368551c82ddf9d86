import hashlib
import hmac
import json
from datetime import datetime
from uuid import UUID

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from council.audit.leaf import MEMBERS, digest_of, fields_of, leaf, moment_of, time_text


def test_each_vector_becomes_exactly_its_bytes(vectors):
    for vector in vectors["leaves"]:
        data = leaf(vector["fields"])
        assert data == vector["leaf"].encode()
        assert hashlib.sha256(b"\x00" + data).hexdigest() == vector["sha256"]


def test_a_leaf_reads_back_as_the_members_it_was_made_of(vectors):
    for vector in vectors["leaves"]:
        assert fields_of(vector["leaf"].encode()) == vector["fields"]


def test_the_actor_of_a_vector_is_the_mac_of_the_person(vectors):
    vector = vectors["leaves"][0]
    key = bytes.fromhex(vectors["actor_key"])
    assert hmac.digest(key, vector["person"].encode(), "sha256").hex() == vector["fields"]["actor"]


def test_the_detail_of_a_vector_has_the_digest_in_its_leaf(vectors):
    salt = bytes.fromhex(vectors["salt"])
    for vector in vectors["leaves"]:
        assert digest_of(salt, rfc8785.dumps(vector["detail"])) == vector["fields"]["detail"]


def test_members_of_another_form_are_refused(vectors):
    for refused in vectors["refused"]:
        changed = {**vectors["leaves"][0]["fields"], **refused["change"]}
        fields = {member: value for member, value in changed.items() if value is not None}
        with pytest.raises(ValueError, match="leaf"):
            leaf(fields)


def test_another_spelling_of_the_same_members_is_no_leaf(vectors):
    spaced = json.dumps(vectors["leaves"][0]["fields"], sort_keys=True).encode()
    with pytest.raises(ValueError, match="canonical"):
        fields_of(spaced)


def test_a_leaf_has_the_members_of_the_format_and_no_other(vectors):
    expected = "v id time actor org action object revision tier outcome reason policy request detail"
    assert list(MEMBERS) == expected.split()


@given(st.text(min_size=1))
def test_no_text_with_a_space_or_beyond_ascii_gets_into_any_member(text):
    fields = {"v": 1, "id": "019aa4b6-457b-703f-bd0b-ff3504faa7c0", "time": "2025-11-21T04:40:00.123Z", "tier": 1}
    words = dict.fromkeys(
        ("actor", "org", "action", "object", "outcome", "reason", "policy", "request", "detail"), text
    )
    if not text.isascii() or " " in text:
        with pytest.raises(ValueError, match="leaf"):
            leaf({**fields, **words, "revision": 0})


def test_the_moment_of_an_id_is_its_millisecond():
    moment = moment_of(UUID("019aa4b6-457b-703f-bd0b-ff3504faa7c0"))
    assert time_text(moment) == "2025-11-21T04:40:00.123Z"


def test_a_moment_without_a_zone_has_no_text():
    with pytest.raises(ValueError, match="zone"):
        time_text(datetime(2026, 11, 21))


def test_a_short_salt_makes_no_digest():
    with pytest.raises(ValueError, match="32 bytes"):
        digest_of(b"salt", b"{}")
