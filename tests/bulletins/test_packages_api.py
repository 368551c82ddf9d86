"""The files of a package over HTTP: byte for byte what opens, in ranges too, and on record before the first byte."""

import json

import pyrage
import pytest
from django.test import Client

from bulletins.actions import fetch
from bulletins.models import Package, PackageSeal
from council.api import PROBLEM
from council.audit import log_keys
from council.audit.models import AuditEvent, LogCheckpoint, LogEntry
from council.audit.record import AuditUnavailable
from council.audit.release import check_release
from council.package_signing import signer
from council.sealing import note
from council.sealing.age_keys import Kind
from council.sealing.manifest import Manifest, file_names
from council.sealing.opening import Holder, open_package
from council.sealing.versions import Versions
from tests import cast
from tests.bulletins import sent, shelf
from tests.bulletins.parcels import own_log_keys, refuse_to_sign
from tests.sealing.test_foreign_age import needs_npm, node

pytestmark = pytest.mark.django_db
# Token, person, what is known of them; package, seal, bulletin, grants; the event. For a proof also its place in the log, the newest
# checkpoint, the leaf, what the path needs of the tiles, and the cosignatures.
QUERIES = {"manifest": 13, "signature": 13, "age": 13, "proof": 18}


@pytest.fixture
def world():
    return cast.council()


@pytest.fixture
def package(world):
    sent.key(world)
    return sent.package(world, parts=[*sent.PARTS, shelf.attachment("一覧.bin", bytes(range(256)) * 40)])


def folder_of(world, package, path):
    """What a member company has on its disk once it has taken the four files."""
    path.mkdir()
    for file, name in file_names(str(package.pk))._asdict().items():
        (path / name).write_bytes(sent.take(world.reader_two, package, file))
    return path


@pytest.mark.parametrize("kind", list(Kind))
def test_what_is_served_opens_with_the_stand_alone_opener(world, tmp_path, kind):
    identity = sent.key(world, kind=kind)
    folder = folder_of(world, sent.package(world), tmp_path / "in")
    holder = Holder((identity,), (signer().verifier,), str(world.company.pk))
    open_package(folder, holder, Versions(tmp_path / "opened"), tmp_path / "out")
    assert "会員だけの段落です。" in (tmp_path / "out" / "bulletin.md").read_text("utf-8")
    assert (tmp_path / "out" / "package.tlog-proof").exists()


def test_what_is_served_opens_with_pyrage(world):
    identity = pyrage.x25519.Identity.from_str(sent.key(world).text())
    plain = pyrage.decrypt(sent.take(world.reader_two, sent.package(world), "age"), [identity])
    assert "会員だけの段落です。".encode() in plain


@needs_npm
def test_what_is_served_opens_with_npm_for_the_hybrid_key(world):
    identity = sent.key(world, kind=Kind.HYBRID)
    served = sent.take(world.reader_two, sent.package(world), "age")
    assert "会員だけの段落です。".encode() in node("decrypt", identity.text(), data=served)


def test_manifest_and_signature_are_the_bytes_that_were_signed(world, package):
    joined = b"".join(sent.take(world.reader_two, package, file) for file in ("manifest", "signature"))
    verified = note.verify(joined, signer().verifier)
    assert json.loads(verified.text)["package"] == str(package.pk)


@pytest.mark.parametrize(
    ("file", "kind"),
    [("manifest", "application/json"), ("signature", "text/plain; charset=utf-8"), ("age", "application/octet-stream"),
     ("proof", "text/plain; charset=utf-8")],
)  # fmt: skip
def test_each_file_comes_as_itself_to_be_saved(world, package, file, kind):
    response = sent.get(world.reader_two, f"{package.pk}/{file}/", Accept="image/png")
    body, name = sent.bytes_of(response), getattr(file_names(str(package.pk)), file)
    assert response["Content-Type"] == kind
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert (response["X-Content-Type-Options"], response["Cache-Control"]) == ("nosniff", "no-store")
    assert int(response["Content-Length"]) == len(body)


def test_the_proof_shows_that_the_release_stands_in_the_log_of_its_tier(world, package):
    about = Manifest.parse(sent.take(world.reader_two, package, "manifest"))
    shown = check_release(sent.take(world.reader_two, package, "proof"), about, own_log_keys())
    event = AuditEvent.objects.get(action="package.release")
    entry = LogEntry.objects.get(pk=event.pk)
    assert (shown.event, shown.index, shown.origin) == (str(event.pk), entry.index, log_keys.origin(event.tier))
    assert shown.size == LogCheckpoint.objects.filter(tier=event.tier).latest("size").size


def test_proofs_are_checked_with_the_keys_that_the_list_tells(world, package):
    listed = sent.get(world.reader_two).json()
    assert listed["log_vkeys"] == [str(each) for each in own_log_keys().logs]


def test_while_the_log_signs_nothing_the_proof_is_awaited_and_nothing_is_recorded(world, package):
    refuse_to_sign()
    response = sent.get(world.reader_two, f"{package.pk}/proof/")
    assert (response.status_code, response["Retry-After"], response["Content-Type"]) == (503, "2", PROBLEM)
    assert "少し待って" in response.json()["detail"]
    assert sent.noted(package) == []


@pytest.mark.parametrize("file", sent.FILES)
def test_a_file_costs_as_many_queries_as_this(world, package, file, django_assert_num_queries):
    headers = cast.bearer(world.reader_two)
    sent.take(world.reader_two, package, "proof")  # whoever is the first gives what waits its place
    with django_assert_num_queries(QUERIES[file]):
        response = Client().get(f"{sent.API}{package.pk}/{file}/", headers=headers)
    sent.bytes_of(response)


@pytest.mark.parametrize("step", [700, 1000, 4096])
def test_ranges_joined_are_the_file(world, package, monkeypatch, step):
    monkeypatch.setattr(fetch, "PIECE", 500)
    whole, tag = sent.take(world.reader_two, package, "age"), sent.age(world.reader_two, package, Range="bytes=0-0")
    sent.bytes_of(tag)
    pieces = [
        sent.take(world.reader_two, package, "age", Range=f"bytes={at}-{at + step - 1}", **{"If-Range": tag["ETag"]})
        for at in range(0, len(whole), step)
    ]
    assert b"".join(pieces) == whole
    assert len(pieces[0]) == step


def test_a_part_says_what_it_is_a_part_of(world, package):
    size = len(sent.take(world.reader_two, package, "age"))
    response = sent.age(world.reader_two, package, Range="bytes=100-299")
    assert len(sent.bytes_of(response)) == 200
    assert (response.status_code, response["Content-Length"]) == (206, "200")
    assert response["Content-Range"] == f"bytes 100-299/{size}"
    assert response["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize(
    "headers",
    [{"Range": "bytes=0-1,5-6"}, {"Range": "bytes=x"}, {"Range": "lines=1-2"}, {"Range": "bytes=0-1", "If-Range": '"old"'}],
    ids=["several", "unreadable", "another unit", "of another file"],
)  # fmt: skip
def test_what_can_not_be_answered_in_part_is_answered_whole(world, package, headers):
    response = sent.age(world.reader_two, package, **headers)
    assert response.status_code == 200
    assert len(sent.bytes_of(response)) == int(response["Content-Length"]) > 2


def test_a_range_behind_the_end_is_a_problem_that_tells_the_size(world, package):
    size = len(sent.take(world.reader_two, package, "age"))
    response = sent.age(world.reader_two, package, Range=f"bytes={size}-")
    assert (response.status_code, response["Content-Type"]) == (416, "application/problem+json")
    assert response["Content-Range"] == f"bytes */{size}"
    assert sent.noted(package)[-1] == ("allow", {"file": "age", "range": "unsatisfiable"})


def test_who_has_the_file_is_told_so_without_a_byte(world, package):
    whole = sent.age(world.reader_two, package)
    sent.bytes_of(whole)
    again = sent.age(world.reader_two, package, **{"If-None-Match": f'"x", {whole["ETag"]}'})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", whole["ETag"])
    assert sent.noted(package)[-1] == ("allow", {"file": "age", "unchanged": True})


@pytest.mark.parametrize("path", ["", *(f"{{}}/{file}/" for file in sent.FILES)])
def test_there_is_no_head_and_it_leaves_no_event(world, package, path):
    response = Client().head(sent.API + path.format(package.pk), headers=cast.bearer(world.reader_two))
    assert (response.status_code, response["Allow"]) == (405, "GET")
    assert not sent.events(package).exists()


def test_each_file_is_one_event_that_says_which(world, package):
    for file in sent.FILES:
        sent.take(world.reader_two, package, file)
    sent.take(world.reader_two, package, "age", Range="bytes=0-9")
    assert sent.noted(package) == [("allow", {"file": file}) for file in sent.FILES[:2]] + [
        ("allow", {"file": "age"}), ("allow", {"file": "proof"}), ("allow", {"file": "age", "range": [0, 9]}),
    ]  # fmt: skip
    assert {(row.org, row.revision, row.tier) for row in sent.events(package)} == {(str(world.company.pk), 1, 2)}


def test_the_event_is_there_before_the_first_byte(world, package):
    response = sent.age(world.reader_two, package)
    assert sent.events(package).count() == 1
    assert Package.objects.get().fetched_at is None
    sent.bytes_of(response)


@pytest.mark.parametrize("path", sent.PLACES[:4] + sent.PLACES[5:])
def test_without_a_log_there_is_503_and_not_one_byte(world, package, monkeypatch, path):
    def broken(*_given, **_facts):
        raise AuditUnavailable("the audit log can't be written")

    monkeypatch.setattr(fetch, "record", broken)
    client = cast.sign_in(Client(), world.reader_two)
    response = client.get(path.format(package.pk))
    assert (response.status_code, response.streaming) == (503, False)
    seal = PackageSeal.objects.get(package=package)
    assert not any(
        bytes(secret)[:40] in response.content for secret in (seal.header, seal.manifest, seal.signature[2:])
    )
