"""Auditors' programs fetch checkpoints and tiles, and check them; nobody else learns that there are any."""

import pytest
from django.db import transaction

from council.audit import checkpoint as checkpoints
from council.audit import cosignature, log_keys, sequencer, witnesses
from council.audit.events import Event
from council.audit.models import AuditEvent, Cosignature, LogCheckpoint
from council.audit.record import AuditUnavailable
from council.audit.tree import leaf_hash, root_of
from tests import cast
from tests.audit.standing_by import own_cache, standing

pytestmark = pytest.mark.django_db
API = "/api/v1/audit"
FULL = "private, max-age=31536000, immutable"


@pytest.fixture(autouse=True)
def _fresh(memory, settings, tmp_path):
    own_cache(settings, tmp_path)


@pytest.fixture
def auditor():
    return cast.person(cast.organisation(cast.Kind.AUDIT), cast.Role.AUDITOR)


@pytest.fixture
def get(client, auditor):
    headers = cast.bearer(auditor)

    def get(path, **also):
        return client.get(f"{API}/{path}", headers=headers | also)

    return get


@pytest.fixture
def grow(write):
    def grow(count):
        with transaction.atomic():
            for _ in range(count):
                write(tier=1)
        sequencer.catch_up()

    return grow


def _pulls():
    return list(AuditEvent.objects.filter(action=Event.AUDIT_PULL).order_by("id").values_list("object", "tier"))


def _others():
    kinds = cast.Kind
    return [
        *(cast.person(cast.organisation(), role, tier=2) for role in (cast.Role.ADMINISTRATOR, cast.Role.MEMBER)),
        *(cast.person(cast.organisation(kinds.AGENCY), role) for role in (cast.Role.OPERATOR, cast.Role.PUBLISHER)),
        cast.person(cast.organisation(kinds.AUDIT), cast.Role.ADMINISTRATOR),
    ]


@pytest.mark.parametrize("path", ["checkpoint/tier-1", "tile/tier-1/0/000.p/5", "tile/tier-1/entries/000.p/5"])
def test_for_everybody_else_it_is_a_log_that_is_not_there(client, grow, path):
    grow(5)
    for who in _others():
        headers = cast.bearer(who)
        refused = client.get(f"{API}/{path}?x=1", headers=headers)
        never = client.get(f"{API}/checkpoint/never", headers=headers)
        assert (refused.status_code, refused.content) == (404, never.content)
    assert not _pulls()
    refusals = AuditEvent.objects.filter(action="audit.read", outcome="deny")
    assert refusals.count() == 2 * len(_others())


def test_without_a_token_it_is_401(client, grow):
    grow(1)
    assert client.get(f"{API}/checkpoint/tier-1").status_code == 401


def test_the_newest_checkpoint_has_both_signatures_of_the_log(get, grow):
    grow(5)
    answer = get("checkpoint/tier-1")
    keys = log_keys.verifiers(1)
    size = LogCheckpoint.objects.filter(tier=1).order_by("-size").first().size
    assert checkpoints.read(answer.content, keys[0]).size == size
    assert [each.name for each in cosignature.check(answer.content, keys[1:])] == [keys[1].name]
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_checkpoint_of_a_quorum_comes_with_its_lines(get, grow, settings, tmp_path):
    grow(5)
    with standing(tmp_path / "w", str(log_keys.verifiers(1)[0]), name="w.example") as one:
        settings.AUDIT_WITNESSES = [one.setting]
        witnesses.ask_all()
    seen = Cosignature.objects.get().size
    grow(3)
    answer = get("checkpoint/tier-1")
    assert checkpoints.read(answer.content, log_keys.verifiers(1)[0]).size == seen
    assert [each.name for each in cosignature.check(answer.content, [one.verifier])] == ["w.example"]
    newest = checkpoints.read(get("checkpoint/tier-1?newest=true").content, log_keys.verifiers(1)[0])
    assert newest.size > seen


def test_tiles_lead_to_the_root_of_the_checkpoint(get, grow):
    grow(300)
    signed = checkpoints.read(get("checkpoint/tier-1").content, log_keys.verifiers(1)[0])
    rest = signed.size - 256
    hashes = get("tile/tier-1/0/000").content + get(f"tile/tier-1/0/001.p/{rest}").content
    leaves = [hashes[at : at + 32] for at in range(0, len(hashes), 32)]
    assert (len(leaves), root_of(leaves)) == (signed.size, signed.root)
    entries, found = get(f"tile/tier-1/entries/001.p/{rest}").content, []
    while entries:
        length = int.from_bytes(entries[:2])
        found.append(leaf_hash(entries[2 : 2 + length]))
        entries = entries[2 + length :]
    assert found == leaves[256:]
    assert get("tile/tier-1/1/000.p/1").content == root_of(leaves[:256])


def test_full_tiles_may_be_kept_by_whoever_took_them_and_partial_ones_not(get, grow):
    grow(300)
    assert get("tile/tier-1/0/000").headers["Cache-Control"] == FULL
    assert get("tile/tier-1/0/001.p/9").headers["Cache-Control"] == "no-store"
    assert get("tile/tier-1/entries/000", accept="image/png").headers["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize(
    "path",
    [
        "checkpoint/tier-4", "checkpoint/1", "tile/tier-4/0/000.p/1", "tile/tier-1/0/000",
        "tile/tier-1/0/000.p/200", "tile/tier-1/0/001.p/1",
        "tile/tier-1/0/000.p/0", "tile/tier-1/0/0", "tile/tier-1/9/000",
        "tile/tier-1/tile/0/000.p/1", "tile/tier-1/0/..", "tile/tier-1/0/000.p/01",
    ],
)  # fmt: skip
def test_what_is_not_there_is_404_and_no_event(get, grow, path):
    grow(5)
    assert get(path).status_code == 404
    assert not _pulls()


def test_what_is_not_signed_yet_is_not_given_out(get, grow, write):
    grow(5)
    size = LogCheckpoint.objects.filter(tier=1).order_by("-size").first().size
    write(tier=1)
    sequencer.integrate(1)
    assert get(f"tile/tier-1/0/000.p/{size + 1}").status_code == 404
    assert get(f"tile/tier-1/0/000.p/{size}").status_code == 200


def test_a_log_that_has_not_begun_is_404(get):
    assert get("checkpoint/tier-1").status_code == 404


def test_each_file_is_an_event_of_the_tier_of_its_log(get, grow):
    grow(5)
    get("checkpoint/tier-3")
    get("tile/tier-1/entries/000.p/5")
    assert _pulls() == [("tier-3/checkpoint", 3), ("tier-1/tile/entries/000.p/5", 1)]


@pytest.mark.parametrize("path", ["checkpoint/tier-1", "tile/tier-1/0/000.p/1"])
def test_without_the_event_there_is_no_file(get, grow, monkeypatch, path):
    grow(5)

    def unavailable(*given, **also):
        raise AuditUnavailable

    monkeypatch.setattr("council.audit.pulling.record", unavailable)
    answer = get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/problem+json")


def test_unknown_parameters_are_named(get, grow):
    grow(1)
    assert get("checkpoint/tier-1?fresh=1").status_code == 400


@pytest.mark.parametrize("method", ["head", "post", "put", "delete"])
def test_there_is_get_and_nothing_else(client, auditor, grow, method):
    grow(1)
    answer = getattr(client, method)(f"{API}/checkpoint/tier-1", headers=cast.bearer(auditor))
    assert answer.status_code in {403, 405}
    assert not _pulls()
