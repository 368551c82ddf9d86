"""包み on pages: the list, one package with its files and how to open it, and the folder as one ZIP."""

import io
import re
import shutil
import subprocess
import zipfile

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape
from django.utils.http import content_disposition_header

from bulletins.actions import fetch
from bulletins.actions.close import recall
from bulletins.models import Package
from bulletins.packages import packages_for
from council.audit.checkpoint import Checkpoint
from council.audit.models import AuditEvent, Cosignature, LogCheckpoint
from council.audit.release import check_release
from council.package_signing import signer, vkey
from council.sealing import note
from council.sealing.manifest import Manifest, file_names
from council.sealing.opening import Holder, open_package
from council.sealing.versions import Versions
from tests import cast
from tests.bulletins import parcels, sent, shelf
from tests.sealing.release_logs import LARGE_WITNESS, WITNESS

pytestmark = pytest.mark.django_db
TITLE = "内々の題名"
# Session, person, what is known of them, the frame; then audiences, other subcommittees, packages; or package, seal, bulletin, grants.
# The event of looking. A package also its proof: place, checkpoint, leaf, tiles, and the names of the logs.
LIST_QUERIES, PACKAGE_QUERIES = 15, 23


@pytest.fixture
def world():
    return cast.council()


@pytest.fixture
def identity(world):
    return sent.key(world)


@pytest.fixture
def package(world, identity):
    return sent.package(world, title=TITLE, parts=[*sent.PARTS, shelf.attachment("一覧.bin", bytes(range(256)) * 40)])


@pytest.fixture
def browser(world):
    return cast.sign_in(Client(), world.reader_two)


def html(browser, path="/packages/"):
    response = browser.get(path)
    assert response.status_code == 200
    return response.text


def zipped(browser, package):
    return sent.bytes_of(browser.get(f"/packages/{package.pk}/folder.zip"))


def test_a_line_of_the_list_says_what_the_package_is(browser, package):
    text = html(browser)
    row = text[text.index("<tbody>") : text.index("</tbody>")]
    assert f'<a href="/packages/{package.pk}/">{package.bulletin.reference}' in row
    assert all(words in row for words in ("脅威分析", "第1版", "機密性2情報", "まだ", "KB"))


def test_no_page_of_packages_tells_a_title(browser, package):
    assert TITLE not in html(browser) + html(browser, f"/packages/{package.pk}/")


def test_the_list_tells_when_a_package_was_received(browser, package):
    zipped(browser, package)
    row = html(browser).partition("<tbody>")[2]
    assert row.count("<time") == 2
    assert "まだ" not in row


@pytest.mark.parametrize(("who", "leads"), [("reader_two", False), ("administrator", True)])
def test_an_empty_list_says_what_will_be_there_and_how_to_get_a_key(world, who, leads):
    text = html(cast.sign_in(Client(), getattr(world, who))).partition("<main")[2]
    assert "組織の鍵で封をした包みになって、ここに並びます" in text
    assert ('href="/keys/"' in text) is leads
    assert ("鍵の登録は、組織の管理者に頼んでください" in text) is not leads


def test_the_pages_of_the_list_lead_on_and_back(world, identity, browser, monkeypatch):
    references = [sent.package(world).bulletin.reference for _ in range(3)][::-1]
    monkeypatch.setitem(packages_for.__kwdefaults__, "size", 2)
    first = html(browser)
    second = html(browser, "/packages/" + re.search(r'href="([^"]+)" rel="next"', first)[1])
    back = html(browser, "/packages/" + re.search(r'href="([^"]+)" rel="prev"', second)[1])
    shown = [[each for each in references if each in page] for page in (first, second, back)]
    assert shown == [references[:2], references[2:], references[:2]]


@pytest.mark.parametrize("cursor", ["x", "W10", "W1sxLDJdXQ", "ｗ"])
def test_a_cursor_that_is_none_leads_to_the_first_page(browser, package, cursor):
    assert package.bulletin.reference in html(browser, f"/packages/?cursor={cursor}")


def test_the_page_of_a_package_has_its_four_files_and_the_folder(world, browser, package):
    text = html(browser, f"/packages/{package.pk}/")
    for file, name in file_names(str(package.pk))._asdict().items():
        assert f'href="{sent.API}{package.pk}/{file}/" download' in text
        assert name in text
        assert sent.bytes_of(browser.get(f"{sent.API}{package.pk}/{file}/")) == sent.take(
            world.reader_two, package, file
        )
    assert f'href="/packages/{package.pk}/folder.zip" download' in text


def test_the_page_of_a_package_says_how_to_open_it(world, browser, package):
    text = html(browser, f"/packages/{package.pk}/")
    named = f"【機密性2情報】{package.bulletin.reference}_第1版_包み1"
    assert f"python -m council.sealing.open {named} --identity key.txt" in text
    assert f"--organisation {world.company.pk}" in text
    assert f'<input id="vkey" readonly value="{escape(vkey())}"' in text
    assert f"age -d -i key.txt {package.pk}.age | tar -x" in text


def test_the_opener_on_the_page_knows_where_everything_is(world, browser, package):
    region = re.search(rf'<section[^>]*data-package="{package.pk}"[^>]*>', html(browser, f"/packages/{package.pk}/"))[0]
    for file in ("manifest", "signature", "age"):
        assert f'data-{file}="{sent.API}{package.pk}/{file}/"' in region
    assert f'data-vkey="{escape(vkey())}"' in region
    assert f'data-organisation="{world.company.pk}"' in region


def test_looking_at_the_page_takes_no_file(browser, package):
    html(browser, f"/packages/{package.pk}/")
    assert not AuditEvent.objects.filter(action="package.fetch").exists()


def test_the_folder_holds_the_four_files_as_they_are_served(world, browser, package):
    with zipfile.ZipFile(io.BytesIO(zipped(browser, package))) as folder:
        assert folder.testzip() is None
        assert {each.compress_type for each in folder.infolist()} == {zipfile.ZIP_STORED}
        held = {name: folder.read(name) for name in folder.namelist()}
    names = file_names(str(package.pk))._asdict()
    assert held == {name: sent.take(world.reader_two, package, file) for file, name in names.items()}


def test_the_unpacked_folder_opens(world, browser, package, identity, tmp_path):
    with zipfile.ZipFile(io.BytesIO(zipped(browser, package))) as folder:
        folder.extractall(tmp_path / "in")
    holder = Holder((identity,), (signer().verifier,), str(world.company.pk))
    open_package(tmp_path / "in", holder, Versions(tmp_path / "opened"), tmp_path / "out")
    named = f"03-機密性1情報_{package.bulletin.reference}_第1版_付属資料3_一覧.bin"
    assert (tmp_path / "out" / "attachments" / named).read_bytes() == bytes(range(256)) * 40


@pytest.mark.skipif(shutil.which("unzip") is None, reason="Debian's unzip is not installed")
def test_another_tool_finds_the_folder_whole(browser, package, tmp_path):
    (tmp_path / "folder.zip").write_bytes(zipped(browser, package))
    said = subprocess.run(["unzip", "-t", "folder.zip"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "No errors detected" in said.stdout


def test_the_folder_is_saved_under_the_name_of_the_package(browser, package):
    response = browser.get(f"/packages/{package.pk}/folder.zip")
    assert len(sent.bytes_of(response)) == int(response["Content-Length"])
    assert response["Content-Type"] == "application/zip"
    named = f"【機密性2情報】{package.bulletin.reference}_第1版_包み1.zip"
    assert response["Content-Disposition"] == content_disposition_header(as_attachment=True, filename=named)


def test_taking_the_folder_is_one_event_and_counts_when_it_has_left(browser, package):
    response = browser.get(f"/packages/{package.pk}/folder.zip")
    assert AuditEvent.objects.filter(action="package.fetch", object=str(package.pk), outcome="allow").count() == 1
    assert Package.objects.get().fetched_at is None
    sent.bytes_of(response)
    assert Package.objects.get().fetched_at is not None
    assert AuditEvent.objects.filter(action="package.fetch").count() == 1


def test_a_recall_cuts_off_the_folder_too(world, browser, package, monkeypatch):
    monkeypatch.setattr(fetch, "PIECE", 500)
    monkeypatch.setattr(fetch, "LOOK_EVERY", 1000)
    pieces = iter(browser.get(f"/packages/{package.pk}/folder.zip").streaming_content)
    for _ in range(5):
        next(pieces)
    recall(package.bulletin_id, acting_user=world.publisher)
    with pytest.raises(fetch.CutOff):
        list(pieces)
    assert Package.objects.get().fetched_at is None


@pytest.mark.parametrize("path", ["/packages/", "/packages/{}/", "/packages/{}/folder.zip"])
def test_pages_answer_get_alone(browser, package, path):
    assert browser.head(path.format(package.pk)).status_code == 405
    assert browser.post(path.format(package.pk)).status_code == 405


def test_the_page_says_where_in_the_log_the_release_is_and_how_long_the_log_was(world, browser, package):
    text = html(browser, f"/packages/{package.pk}/")
    about = Manifest.parse(sent.take(world.reader_two, package, "manifest"))
    shown = check_release(sent.take(world.reader_two, package, "proof"), about, parcels.own_log_keys())
    for term, value in ("監査ログ", f'<code translate="no">{shown.origin}</code>'), ("ログの中の番号", shown.index):
        assert f"<dt>{term}</dt><dd>{value}</dd>" in text
    assert re.search(rf"<dt>検印のときの件数</dt><dd>{shown.size}</dd>", text)
    assert "<dt>検印に立ち会った機関</dt><dd>なし</dd>" in text


def test_the_page_names_the_witnesses_who_signed_and_no_others(world, browser, package, settings):
    settings.AUDIT_WITNESSES = [{"vkey": str(each), "url": ""} for each in (WITNESS.verifier, LARGE_WITNESS)]
    sent.take(world.reader_two, package, "proof")
    covering = LogCheckpoint.objects.filter(tier=2).latest("size")
    line = WITNESS.line(Checkpoint.parse(note.split(bytes(covering.note))[0]), 1763700120)
    row = {"tier": 2, "size": covering.size, "witness": WITNESS.verifier.name}
    Cosignature.objects.create(**row, line=line, signed_at=timezone.now())
    assert '機関</dt><dd><code translate="no">witness.example</code></dd>' in html(browser, f"/packages/{package.pk}/")


def test_without_a_checkpoint_the_page_asks_to_wait_and_the_folder_is_not_there_at_all(browser, package):
    parcels.refuse_to_sign()
    assert "まだ検印がありません" in html(browser, f"/packages/{package.pk}/")
    response = browser.get(f"/packages/{package.pk}/folder.zip")
    assert (response.status_code, response["Content-Type"]) == (503, "text/html; charset=utf-8")
    assert sent.noted(package) == []


def test_the_page_of_the_bulletin_leads_to_the_package(browser, package):
    text = html(browser, f"/bulletins/{package.bulletin_id}/")
    assert f'<a href="/packages/{package.pk}/">封をした包みを受け取る</a>' in text


def test_it_does_not_for_who_may_not_have_all_that_is_inside(world, package):
    text = html(cast.sign_in(Client(), world.reader_one), f"/bulletins/{package.bulletin_id}/")
    assert "/packages/" not in text.partition("<main")[2]


def test_the_number_of_queries_is_this(world, browser, package, django_assert_num_queries):
    html(browser)
    html(browser, f"/packages/{package.pk}/")  # whoever is the first gives what waits its place in the log
    with django_assert_num_queries(PACKAGE_QUERIES):
        html(browser, f"/packages/{package.pk}/")
    for _more in range(2):
        with django_assert_num_queries(LIST_QUERIES):
            html(browser)
        sent.package(world)
