"""The report of a review: who holds its public key can check it, and whoever changes it is found out."""

import hashlib
import subprocess
import sys

import pytest
from django.core.management import call_command

from accounts import review_clock, review_report
from accounts.models import Organisation, ReviewCampaign, ReviewItem
from council.audit.details import details_of
from council.audit.models import AuditEvent, LogHead
from council.audit.sequencer import catch_up
from council.sealing import note
from council.sealing.errors import NoteRefused
from tests import cast
from tests.accounts import reviews
from tests.accounts.reviews import KEEP, begun, overdue


@pytest.fixture
def closed(world: cast.Council) -> ReviewCampaign:
    campaign = begun(world)
    reviews.answered(campaign, world.reader_one, KEEP, by=world.administrator)
    overdue(campaign)
    review_clock.tend()
    campaign.refresh_from_db()
    return campaign


def lines(campaign: ReviewCampaign) -> list[str]:
    (report,) = review_report.parts(campaign)
    return note.verify(report, review_report.signer().verifier).text.decode().splitlines()


def test_the_report_has_one_line_for_each_right_with_its_outcome(closed: ReviewCampaign, world: cast.Council) -> None:
    items = [line.split(" ") for line in lines(closed) if line.startswith("項目 ")]
    assert len(items) == ReviewItem.objects.count()
    assert {len(item) for item in items} == {9}
    company, one, two = (str(each.pk) for each in (world.company, world.reader_one, world.reader_two))
    by = str(world.administrator.pk)
    assert ["項目", company, one, "account", "-", "keep", "kept", by] in [item[:8] for item in items]
    assert ["項目", company, two, "role", "member", "-", "lapsed", "portal"] in [item[:8] for item in items]
    assert ["項目", company, by, "tier", "2", "-", "hand", "-"] in [item[:8] for item in items]


def test_its_head_says_when_by_whom_and_how_many(closed: ReviewCampaign, world: cast.Council) -> None:
    head = lines(closed)
    assert head[:4] == [
        "アクセスの見直しの報告 v1", f"見直し {closed.pk}", "ポータル 127.0.0.1", f"始めた人 {world.operator.pk}",
    ]  # fmt: skip
    counts = dict(each.split("=") for line in head if line.startswith("件数 ") for each in line.split(" ")[1:])
    assert int(counts.pop("全体")) == sum(map(int, counts.values())) == ReviewItem.objects.count()
    assert f"組織 {world.company.pk} 翠嶺マテリアル株式会社" in head


def test_its_digest_stands_in_the_log(closed: ReviewCampaign) -> None:
    event = AuditEvent.objects.get(action="review.close")
    digests = [hashlib.sha256(part).hexdigest() for part in review_report.parts(closed)]
    assert event.object == str(closed.pk)
    assert details_of([event])[event.pk]["facts"]["sha256"] == digests


@pytest.mark.parametrize(("old", "new"), [("kept", "ended"), ("portal", "-"), (" 1/1", " 1/2")])
def test_an_altered_report_does_not_verify(closed: ReviewCampaign, old: str, new: str) -> None:
    (report,) = review_report.parts(closed)
    altered = report.replace(old.encode(), new.encode(), 1)
    assert altered != report
    with pytest.raises(NoteRefused):
        note.verify(altered, review_report.signer().verifier)


def test_what_the_page_tells_to_run_says_yes_and_no(closed: ReviewCampaign, tmp_path: object) -> None:
    (report,) = review_report.parts(closed)
    good, bad = tmp_path / "good.txt", tmp_path / "bad.txt"
    good.write_bytes(report)
    bad.write_bytes(report.replace(b"lapsed", b"ended", 1))
    said = [
        subprocess.run(
            [sys.executable, "-c", review_report.HOW_TO_CHECK, file, str(review_report.verifier_of(report))],
            capture_output=True, text=True, check=False,
        )
        for file in (good, bad)
    ]  # fmt: skip
    assert [each.returncode for each in said] == [0, 1]
    assert said[0].stdout.startswith("アクセスの見直しの報告 v1\n")
    assert said[1].stdout == ""


def test_the_newest_checkpoint_of_the_log_anchors_it(world: cast.Council) -> None:
    campaign = begun(world)
    catch_up()
    overdue(campaign)
    review_clock.tend()
    campaign.refresh_from_db()
    head = lines(campaign)
    anchor = head.index("記録の検印")
    signed = note.split(bytes(LogHead.objects.get(pk=1).note))[0].decode().splitlines()
    assert head[anchor + 1 : anchor + 4] == signed
    assert signed[0].endswith("/log/tier-1")


def test_before_the_first_checkpoint_it_says_that_there_is_none(closed: ReviewCampaign) -> None:
    assert "記録の検印 なし" in lines(closed)


def test_a_large_report_has_parts_that_stand_by_themselves(
    world: cast.Council, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review_report, "ITEMS_A_PART", 10)
    overdue(begun(world))
    review_clock.tend()
    parts = review_report.parts(ReviewCampaign.objects.get())
    texts = [note.verify(part, review_report.signer().verifier).text.decode() for part in parts]
    assert len(texts) == -(-ReviewItem.objects.count() // 10)
    assert all(f"部分 {number}/{len(texts)}\n" in text for number, text in enumerate(texts, 1))
    assert sum(text.count("\n項目 ") for text in texts) == ReviewItem.objects.count()


def test_a_part_of_the_most_items_is_no_longer_than_a_note_may_be() -> None:
    longest = (
        "項目 " + " ".join(["f" * 36] * 2 + ["subcommittee", "f" * 36, "keep", "lapsed", "f" * 36, "f" * 20]) + "\n"
    )
    organisations = f"組織 {'f' * 36} {'漢' * 120}\n"
    size = review_report.ITEMS_A_PART * (len(longest.encode()) + len(organisations.encode()))
    assert size < note.LARGEST_NOTE - 10_000


def test_a_name_with_a_line_break_makes_no_line_of_its_own(world: cast.Council) -> None:
    Organisation.objects.filter(pk=world.company.pk).update(name="翠嶺\n項目 x\t　株式会社")
    overdue(begun(world))
    review_clock.tend()
    assert f"組織 {world.company.pk} 翠嶺 項目 x 　株式会社" in lines(ReviewCampaign.objects.get())


def test_a_report_verifies_after_the_portal_has_moved(closed: ReviewCampaign, settings: object) -> None:
    settings.COUNCIL_URL = "https://elsewhere.example"
    (report,) = review_report.parts(closed)
    assert review_report.verifier_of(report).name == "127.0.0.1/reviews"
    assert note.verify(report, review_report.verifier_of(report)).text


def test_the_inventory_of_keys_names_the_signer(world: cast.Council, capsys: object) -> None:
    call_command("crypto_inventory")
    assert str(review_report.signer().verifier) in capsys.readouterr().out
