"""Versions and periods of the pledge: each asks everybody again from its day on, and keeps what was accepted before."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import founding
from accounts.actions.people import suspend_person
from accounts.actions.pledge import accept_pledge, begin_period, publish_pledge
from accounts.actions.verb import Refused
from accounts.models import CouncilPeriod, PledgeAcceptance, PledgeText
from accounts.pledge_changes import Kind, changes
from accounts.pledge_sight import holds_until
from accounts.subject import subject_of
from council.audit.models import AuditEvent
from tests import cast
from tests.accounts.designations import on

TODAY = timezone.localdate()
DAY = timedelta(days=1)


@pytest.fixture
def pledged(world: cast.Council) -> cast.Council:
    """The first version is in force and accepted by the reader and the operator, in the first period."""
    founding.found_pledge("知ったことを守ります。\n\n離れた後も守ります。", in_force_from=TODAY)
    CouncilPeriod.objects.create(number=1, first_day=TODAY - 30 * DAY)
    for who in (world.reader_two, world.operator):
        accept_pledge(1, 1, acting_user=who)
    return world


def test_a_new_period_asks_again_from_its_day_on(pledged: cast.Council, client: Client) -> None:
    begin_period(TODAY + DAY, acting_user=pledged.operator)
    cast.sign_in(client, pledged.reader_two)
    assert client.get("/").status_code == 200
    with on(TODAY + DAY):
        cast.sign_in(client, pledged.reader_two)
        assert client.get("/").headers["Location"] == "/pledge/?next=%2F"


def test_a_new_version_counts_on_the_very_next_request(pledged: cast.Council, client: Client) -> None:
    cast.sign_in(client, pledged.reader_two)
    assert client.get("/").status_code == 200
    publish_pledge("もっと守ります。", in_force_from=TODAY, acting_user=pledged.operator)
    assert client.get("/").status_code == 302


def test_the_same_text_from_the_same_day_is_one_version(world: cast.Council) -> None:
    publish_pledge("守ります。", in_force_from=TODAY + DAY, acting_user=world.operator)
    with pytest.raises(ValidationError, match="もう第1版"):
        publish_pledge("守ります。\n", in_force_from=TODAY + DAY, acting_user=world.operator)
    assert PledgeText.objects.count() == 1


def test_the_period_before_ends_on_the_day_before(pledged: cast.Council) -> None:
    begin_period(TODAY + 10 * DAY, acting_user=pledged.operator)
    assert CouncilPeriod.objects.get(number=1).last_day == TODAY + 9 * DAY


@pytest.mark.parametrize(("first", "last"), [(-1, None), (5, None), (10, None), (12, 11)])
def test_days_stand_in_order_and_overlap_nowhere(pledged: cast.Council, first: int, last: int | None) -> None:
    CouncilPeriod.objects.update(last_day=TODAY + 10 * DAY)
    with pytest.raises(ValidationError):
        begin_period(TODAY + first * DAY, last_day=last and TODAY + last * DAY, acting_user=pledged.operator)
    assert CouncilPeriod.objects.count() == 1


def test_the_first_period_may_have_begun_already(world: cast.Council) -> None:
    assert begin_period(TODAY - 100 * DAY, acting_user=world.operator).number == 1
    assert AuditEvent.objects.get().action == "pledge.period"


def test_nobody_but_the_operator_begins_a_period(world: cast.Council) -> None:
    for who in (world.publisher, world.administrator, world.officer, world.auditor):
        with pytest.raises(Refused, match="role"):
            begin_period(TODAY, acting_user=who)


@pytest.mark.parametrize("days", [-1, 4])
def test_a_version_that_would_never_be_in_force_is_refused(world: cast.Council, days: int) -> None:
    publish_pledge("第一版", in_force_from=TODAY + 5 * DAY, acting_user=world.operator)
    with pytest.raises(ValidationError):
        publish_pledge("第二版", in_force_from=TODAY + days * DAY, acting_user=world.operator)


def test_what_was_read_for_another_period_is_not_accepted(pledged: cast.Council) -> None:
    begin_period(TODAY, acting_user=pledged.operator)
    with pytest.raises(ValidationError, match="新しい期"):
        accept_pledge(1, 1, acting_user=pledged.reader_two)
    assert accept_pledge(1, 2, acting_user=pledged.reader_two).period == 2


def test_who_has_left_keeps_what_they_accepted_and_sees_nothing(pledged: cast.Council, client: Client) -> None:
    suspend_person(pledged.reader_two, acting_user=pledged.operator)
    begin_period(TODAY, acting_user=pledged.operator)
    assert PledgeAcceptance.objects.filter(person=pledged.reader_two, version=1, period=1).exists()
    assert subject_of(pledged.reader_two).active is False


def test_the_page_says_what_changed_since_the_last_acceptance(pledged: cast.Council, client: Client) -> None:
    publish_pledge("知ったことを守ります。\n\n家族にも話しません。", in_force_from=TODAY, acting_user=pledged.operator)
    page = cast.sign_in(client, pledged.reader_two).get("/pledge/").text
    assert "第2版" in page
    assert "協議会 第1期" in page
    assert "消えた段落：</span>離れた後も守ります。</del>" in page
    assert "加わった段落：</span>家族にも話しません。</ins>" in page


def test_the_page_says_that_only_the_period_is_new(pledged: cast.Council, client: Client) -> None:
    begin_period(TODAY, acting_user=pledged.operator)
    page = cast.sign_in(client, pledged.reader_two).get("/pledge/").text
    assert "第1版と同じです。第2期のために" in page
    assert "<del>" not in page
    answer = client.post("/pledge/", {"version": 1, "period": 2, "next": "/"})
    assert answer.status_code == 302
    assert client.get("/").status_code == 200


def test_the_own_page_knows_that_an_earlier_period_counts_no_more(pledged: cast.Council, client: Client) -> None:
    begin_period(TODAY, acting_user=pledged.operator)
    assert "第1版への同意が必要です" in cast.sign_in(client, pledged.reader_two).get("/me/").text


def test_the_operator_sees_numbers_and_no_names(pledged: cast.Council, client: Client) -> None:
    page = cast.sign_in(client, pledged.operator).get("/pledges/").text
    assert "4人のうち1人" in page
    assert "加藤" not in page
    assert "いまは協議会の第1期です" in page


def test_a_version_is_shown_before_it_is_published(pledged: cast.Council, client: Client) -> None:
    sent = {"body": "知ったことを守ります。\n\nずっと守ります。", "in_force_from": (TODAY + DAY).isoformat()}
    page = cast.sign_in(client, pledged.operator).post("/pledges/", sent | {"do": "preview"}).text
    assert "加わった段落：</span>ずっと守ります。</ins>" in page
    assert PledgeText.objects.count() == 1
    assert client.post("/pledges/", sent | {"do": "publish"}).status_code == 302
    assert PledgeText.objects.get(version=2).in_force_from == TODAY + DAY


def test_the_operator_begins_a_period_on_the_page(pledged: cast.Council, client: Client) -> None:
    sent = {"do": "begin", "period-first_day": (TODAY + DAY).isoformat(), "period-last_day": ""}
    cast.sign_in(client, pledged.operator)
    assert client.post("/pledges/", sent).status_code == 302
    assert "より後の日を選んでください" in client.post("/pledges/", sent).text


def test_for_others_there_is_no_such_page(world: cast.Council, client: Client) -> None:
    for who in (world.administrator, world.officer, world.reader_two, world.auditor):
        assert cast.sign_in(client, who).get("/pledges/").status_code == 404


def test_an_empty_council_is_told_what_will_stand_here(world: cast.Council, client: Client) -> None:
    page = cast.sign_in(client, world.operator).get("/pledges/").text
    assert page.count("まだありません。") == 2


def test_as_many_questions_however_many_organisations(pledged, client, django_assert_num_queries) -> None:
    cast.sign_in(client, pledged.operator).get("/pledges/")

    with CaptureQueriesContext(connection) as few:
        client.get("/pledges/")
    for _each in range(5):
        cast.person(cast.organisation())
    with django_assert_num_queries(len(few)):
        client.get("/pledges/")


def test_today_counts_until_the_day_before_what_is_coming(pledged: cast.Council) -> None:
    assert holds_until(TODAY) is None
    begin_period(TODAY + 20 * DAY, acting_user=pledged.operator)
    publish_pledge("第二版", in_force_from=TODAY + 9 * DAY, acting_user=pledged.operator)
    assert holds_until(TODAY) == TODAY + 8 * DAY


def test_paragraphs_are_compared_however_lines_end() -> None:
    found = changes("一\r\n\r\n二\n\n三", "一\n\n二と半\n\n三")
    assert [(piece.kind, piece.text) for piece in found] == [
        (Kind.SAME, "一"), (Kind.GONE, "二"), (Kind.NEW, "二と半"), (Kind.SAME, "三"),
    ]  # fmt: skip
