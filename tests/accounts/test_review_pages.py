"""The pages of the access review: who opens them, what they name, what a press of a button does."""

import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import review_clock, review_report
from accounts.actions.review import close_review
from accounts.models import ReviewCampaign, ReviewItem, RoleAssignment
from council.access.facts import Role
from council.audit.models import AuditEvent
from council.sealing import note
from tests import cast
from tests.accounts import reviews
from tests.accounts.reviews import END, KEEP, begun, item, overdue, page
from tests.bulletins import shelf


def test_a_review_is_begun_on_its_page_with_ten_business_days(world: cast.Council, client: Client) -> None:
    shown = page(client, world.officer, "/reviews/")
    day = re.search(r'name="deadline" value="([\d-]+)"', shown)[1]
    answer = client.post("/reviews/", {"deadline": day})
    campaign = ReviewCampaign.objects.get()
    assert answer["Location"] == f"/reviews/{campaign.pk}/"
    assert timezone.localtime(campaign.deadline).strftime("%Y-%m-%d %H:%M") == f"{day} 17:00"


@pytest.mark.parametrize("day", ["", "x", "2020-01-01", "9999-12-31"])
def test_an_impossible_deadline_says_why_and_keeps_what_was_typed(
    world: cast.Council, client: Client, day: str
) -> None:
    answer = cast.sign_in(client, world.operator).post("/reviews/", {"deadline": day})
    assert answer.status_code == 200
    assert 'aria-invalid="true"' in answer.text
    assert not day or f'value="{day}"' in answer.text
    assert not ReviewCampaign.objects.exists()


def test_a_second_review_can_not_be_begun(world: cast.Council, client: Client) -> None:
    begun(world)
    shown = page(client, world.operator, "/reviews/")
    assert "次は始められません" in shown
    day = timezone.localdate() + timedelta(days=20)
    assert "次は始められません" in client.post("/reviews/", {"deadline": str(day)}).text
    assert ReviewCampaign.objects.count() == 1


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("operator", True), ("officer", True), ("auditor", True),
        ("administrator", False), ("publisher", False), ("approver", False), ("reader_three", False), ("analyst", False),
    ],
)  # fmt: skip
def test_reviews_are_for_those_who_run_and_audit_them(
    world: cast.Council, client: Client, who: str, sees: bool
) -> None:
    campaign = begun(world)
    ReviewItem.objects.update(answer=KEEP)
    close_review(campaign, acting_user=world.operator)
    cast.sign_in(client, getattr(world, who))
    nowhere = client.get("/nowhere/")
    for url in ("/reviews/", f"/reviews/{campaign.pk}/", f"/reviews/{campaign.pk}/report"):
        answer = client.get(url)
        assert answer.status_code == (200 if sees else 404)
        assert sees or answer.content == nowhere.content


@pytest.mark.parametrize("who", ["auditor", "administrator"])
def test_who_only_looks_begins_reminds_and_ends_nothing(world: cast.Council, client: Client, who: str) -> None:
    cast.sign_in(client, getattr(world, who))
    day = timezone.localdate() + timedelta(days=20)
    assert client.post("/reviews/", {"deadline": str(day)}).status_code == 404
    campaign = begun(world)
    for do in ("remind", "close", "end", "", "nonsense"):
        assert client.post(f"/reviews/{campaign.pk}/", {"do": do}).status_code in ({302, 404} if do == "end" else {404})
    campaign.refresh_from_db()
    assert (campaign.reminded_at, campaign.closed_at) == (None, None)


def test_an_unknown_review_and_a_forbidden_one_answer_alike(world: cast.Council, client: Client) -> None:
    campaign = begun(world)
    cast.sign_in(client, world.administrator)
    answers = [client.get(f"/reviews/{each}/") for each in (campaign.pk, uuid.uuid4())]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert answers[0].headers == answers[1].headers


def test_an_operator_answers_for_an_organisation_without_administrator(world: cast.Council, client: Client) -> None:
    campaign = begun(world)
    shown = page(client, world.operator, f"/reviews/{campaign.pk}/")
    assert "いません。運用担当が答えます" in shown
    url = f"/reviews/mine/?organisation={world.thinktank.pk}"
    assert url in shown
    assert "守永 俊" in page(client, world.operator, url)
    assert client.post(url, {"keep": str(world.analyst.pk)})["Location"] == url
    assert ReviewItem.objects.filter(answer=KEEP, person=world.analyst).count() == 4


def test_an_operator_ends_what_an_administrator_could_not(world: cast.Council, client: Client) -> None:
    campaign = begun(world)
    reviews.answered(campaign, world.reader_three, END, "role", by=world.administrator)
    row = item(campaign, world.reader_three, "role", "member")
    assert "運用担当が終えます" in page(client, world.administrator, "/reviews/mine/")
    # Who may not end it is offered no button, and pressing it does nothing.
    assert str(row.pk) not in page(client, world.officer, f"/reviews/{campaign.pk}/")
    assert client.post(f"/reviews/{campaign.pk}/", {"do": "end", "item": str(row.pk)}).status_code == 404
    assert str(row.pk) in page(client, world.operator, f"/reviews/{campaign.pk}/")
    client.post(f"/reviews/{campaign.pk}/", {"do": "end", "item": str(row.pk)})
    assert not RoleAssignment.objects.filter(person=world.reader_three).exists()
    client.post(f"/reviews/{campaign.pk}/", {"do": "end", "item": str(row.pk)})
    assert "もう終わっています" in client.get(f"/reviews/{campaign.pk}/").text


def test_reminding_and_ending_by_hand_say_what_they_did(world: cast.Council, client: Client) -> None:
    campaign = begun(world)
    cast.sign_in(client, world.operator)
    url = f"/reviews/{campaign.pk}/"
    assert "組織に再通知します。" in client.post(url, {"do": "remind"}, follow=True).text
    assert "1日に1回" in client.post(url, {"do": "remind"}, follow=True).text
    assert "まだ答えのない" in client.post(url, {"do": "close"}, follow=True).text
    ReviewItem.objects.update(answer=KEEP)
    assert "報告に署名しました。" in client.post(url, {"do": "close"}, follow=True).text


def test_a_closed_review_shows_what_people_decide_and_gives_the_report(world: cast.Council, client: Client) -> None:
    campaign = overdue(begun(world))
    review_clock.tend()
    shown = page(client, world.auditor, f"/reviews/{campaign.pk}/")
    assert "森本 健" in shown
    assert str(review_report.signer().verifier).replace("+", "&#x2B;") in shown.replace("+", "&#x2B;")
    answer = client.get(f"/reviews/{campaign.pk}/report")
    assert "attachment" in answer["Content-Disposition"]
    assert note.verify(answer.content, review_report.signer().verifier)
    assert AuditEvent.objects.filter(action="review.manage", object=str(campaign.pk)).count() == 2


@pytest.mark.parametrize("part", ["0", "2", "x", "-1", "１"])
def test_a_part_that_is_not_there_is_missing(world: cast.Council, client: Client, part: str) -> None:
    campaign = overdue(begun(world))
    review_clock.tend()
    cast.sign_in(client, world.auditor)
    assert client.get(f"/reviews/{campaign.pk}/report?part={part}").status_code == 404


def test_there_is_no_report_while_the_review_runs(world: cast.Council, client: Client) -> None:
    campaign = begun(world)
    assert cast.sign_in(client, world.auditor).get(f"/reviews/{campaign.pk}/report").status_code == 404


def test_a_reader_whose_access_lapsed_is_let_in_no_more(world: cast.Council, client: Client) -> None:
    overdue(begun(world))
    cast.sign_in(client, world.reader_two)
    assert client.get("/bulletins/").status_code == 200
    review_clock.tend()
    assert client.get("/bulletins/")["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("kind", ["tier", "subcommittee"])
def test_a_reader_whose_tier_or_seat_lapsed_finds_nothing_there(world: cast.Council, client: Client, kind: str) -> None:
    facts = {"tier": 2, "subcommittees": [world.materials], "organisations": [world.company]}
    url = f"/bulletins/{shelf.published(world.publisher, world.approver, **facts).bulletin_id}/"
    campaign = begun(world)
    rest = {"account", "role", "tier", "subcommittee"} - {kind}
    reviews.answered(campaign, world.reader_two, KEEP, *rest, by=world.administrator)
    overdue(campaign)
    assert cast.sign_in(client, world.reader_two).get(url).status_code == 200
    review_clock.tend()
    assert client.get(url).status_code == 404
    assert client.get(url).content == client.get(f"/bulletins/{uuid.uuid4()}/").content


def test_an_administrator_whose_role_lapsed_gets_the_page_for_missing_things(
    world: cast.Council, client: Client
) -> None:
    second = cast.person(world.company, Role.ADMINISTRATOR, Role.MEMBER, tier=2)
    campaign = begun(world)
    reviews.answered(campaign, second, KEEP, "account", by=world.administrator)
    reviews.answered(campaign, world.administrator, KEEP, by=second)
    overdue(campaign)
    cast.sign_in(client, second)
    assert client.get("/people/").status_code == 200
    review_clock.tend()
    assert client.get("/people/").status_code == 404


def test_the_pages_are_reached_from_the_roster_and_the_auditors_menu(world: cast.Council, client: Client) -> None:
    assert "/reviews/mine/" in page(client, world.administrator, "/people/")
    assert '"/reviews/"' in page(client, world.operator, "/people/")
    assert '"/reviews/"' in page(client, world.officer, "/people/")
    assert '"/reviews/"' in cast.sign_in(client, world.auditor).get("/reviews/").text
