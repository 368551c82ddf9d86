"""The verbs of the register: each writes its line, tells whom it concerns, and nobody else's officer gets anywhere."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts import register_clock
from accounts.actions import designations as verbs
from accounts.actions.designation_lapse import lapse_designation
from accounts.actions.proposals import confirm, propose
from accounts.actions.verb import Refused
from accounts.models import Designation, DesignationNotice, Notice, Proposal, RegisterEntry, RosterEntry
from council.audit.details import details_of
from council.audit.models import AuditEvent
from tests import cast
from tests.accounts.designations import DAY, TODAY, extended, officer, on, proposed, told

HANDLERS = {"石田 悠介", "高橋 直子", "中村 渉", "水城 環"}


def lines(item: Designation) -> list[str]:
    return list(item.entries.values_list("what", flat=True))


def recorded(world: cast.Council, **facts: object) -> Designation:
    facts = {"designated_on": TODAY, "category": "foreign", "measure": "notice", "contact": "内線1", **facts}
    summary = facts.pop("summary", "素材の調達に関する分析")
    return verbs.record_designation(world.agency, "経安9号", summary, acting_user=world.officer, **facts)


def test_a_designation_is_recorded_with_its_first_line(world):
    item = recorded(world)
    line = item.entries.get()
    assert (line.what, line.on, line.until, line.by) == ("designated", TODAY, item.expires_on, "岡崎 智")
    assert (item.category, item.measure, item.contact) == ("foreign", "notice", "内線1")


@pytest.mark.parametrize("words", ["機密性３の資料", "極秘", "（秘）一覧", "マル秘の計画", "機密性-3"])
@pytest.mark.parametrize("field", ["summary", "reading_place", "contact"])
def test_graded_words_are_no_words_for_the_register(world, field, words):
    with pytest.raises(ValidationError, match="機密性3情報") as refused:
        recorded(world, **{field: words})
    assert set(refused.value.error_dict) == {field}


def test_what_is_designated_tomorrow_is_recorded_tomorrow(world):
    with pytest.raises(ValidationError, match="まだ来ていません"):
        recorded(world, designated_on=TODAY + DAY)


def test_a_number_is_taken_at_its_own_agency_alone(world):
    recorded(world)
    with pytest.raises(ValidationError):
        recorded(world)
    other = verbs.record_designation(
        world.other_agency, "経安9号", "概要", designated_on=TODAY, acting_user=world.other_officer
    )
    assert other.register_number == "経安9号"


DEEDS = {
    "change": lambda w, by: verbs.change_designation(
        w.item, measure="notice", reading_place="閲覧室", contact="", acting_user=by
    ),
    "review": lambda w, by: verbs.review_designation(w.item, acting_user=by),
    "cancel": lambda w, by: verbs.cancel_designation(w.item, acting_user=by),
}


@pytest.mark.parametrize("name", DEEDS)
def test_officers_of_other_agencies_get_nowhere_and_leave_a_trace(world, name):
    for by in ("other_officer", "publisher", "operator", "administrator", "auditor"):
        with pytest.raises(Refused):
            DEEDS[name](world, getattr(world, by))
    assert set(AuditEvent.objects.values_list("outcome", flat=True)) == {"deny"}
    assert lines(world.item) == ["designated"]


def test_a_session_without_a_passkey_changes_nothing(world):
    world.officer.session = 1
    with pytest.raises(Refused, match="session"):
        verbs.cancel_designation(world.item, acting_user=world.officer)


def test_place_and_contact_change_and_the_summary_does_not(world):
    DEEDS["change"](world, world.officer)
    world.item.refresh_from_db()
    assert (world.item.measure, world.item.reading_place) == ("notice", "閲覧室")
    with pytest.raises(ValidationError, match="機密性3情報"):
        verbs.change_designation(
            world.item, measure="mark", reading_place="極秘", contact="", acting_user=world.officer
        )


def test_a_review_writes_its_line_once_a_day(world):
    verbs.review_designation(world.item, acting_user=world.officer)
    with pytest.raises(ValidationError, match="今日の見直し"):
        verbs.review_designation(world.item, acting_user=world.officer)
    with on(TODAY + DAY):
        verbs.review_designation(world.item, acting_user=world.officer)
    assert lines(world.item) == ["designated", "reviewed", "reviewed"]
    assert not told(world.item)


def test_lifting_tells_everybody_who_ever_handled_it(world):
    RosterEntry.objects.filter(person=world.reader_three).update(ended_at=timezone.now())
    RosterEntry.objects.create(designation=world.item, person=world.reader_two, first_day=TODAY)  # nominated alone
    line = verbs.cancel_designation(world.item, acting_user=world.officer)
    assert told(world.item) == HANDLERS
    assert DesignationNotice.objects.filter(entry=line).count() == 4
    event = AuditEvent.objects.get(action="designation.cancel")
    assert details_of([event])[event.pk]["facts"]["told"] == 4


def test_who_moved_is_told_where_they_are_now(world):
    moved = cast.person(world.other_company, name="水城 環（移籍先）")
    moved.predecessor = world.reader_three
    moved.save()
    verbs.cancel_designation(world.item, acting_user=world.officer)
    assert told(world.item) == HANDLERS - {"水城 環"} | {"水城 環（移籍先）"}


def test_what_is_over_is_neither_lifted_nor_reviewed_again(world):
    verbs.cancel_designation(world.item, acting_user=world.officer)
    for deed in ("cancel", "review"):
        with pytest.raises(ValidationError, match="新しい指定"):
            DEEDS[deed](world, world.officer)
    assert lines(world.item) == ["designated", "cancelled"]


def test_an_extension_takes_two_officers_and_tells_everybody(world):
    until = world.item.expires_on + timedelta(days=400)
    proposal = proposed(world, world.item, until)
    world.item.refresh_from_db()
    assert world.item.expires_on < until
    with pytest.raises(Refused, match="author"):
        confirm(proposal.pk, acting_user=world.officer)
    with pytest.raises(Refused, match="not_involved"):
        confirm(proposal.pk, acting_user=world.other_officer)
    confirm(proposal.pk, acting_user=officer(world.agency))
    world.item.refresh_from_db()
    line = world.item.entries.get(what="extended")
    assert (world.item.expires_on, line.until, line.by, line.confirmed_by) == (until, until, "岡崎 智", "三枝 結")
    assert told(world.item) == HANDLERS
    assert AuditEvent.objects.filter(action="designation.extend").count() == 1


def test_the_cabinet_s_approval_stands_in_the_register(world):
    Designation.objects.filter(pk=world.item.pk).update(designated_on=TODAY - timedelta(days=30 * 366))
    world.item.refresh_from_db()
    with pytest.raises(ValidationError, match="内閣の承認"):
        proposed(world, world.item, world.item.expires_on + DAY)
    extended(world, world.item, world.item.expires_on + DAY, TODAY)
    assert world.item.entries.get(what="extended").cabinet_approved_on == TODAY


def test_an_extension_from_an_end_that_changed_is_proposed_anew(world):
    first = proposed(world, world.item, world.item.expires_on + DAY)
    extended(world, world.item, world.item.expires_on + 2 * DAY)
    with pytest.raises(ValidationError):
        confirm(first.pk, acting_user=officer(world.agency))


def test_after_the_last_day_nothing_is_extended(world):
    waiting = proposed(world, world.item, world.item.expires_on + 9 * DAY)
    with on(world.item.expires_on + DAY):
        with pytest.raises(ValidationError, match="満了しています。必要なときは、新しい指定"):
            proposed(world, world.item, world.item.expires_on + 10 * DAY)
        with pytest.raises(ValidationError, match="新しい指定"):
            confirm(waiting.pk, acting_user=officer(world.agency))
    world.item.refresh_from_db()
    assert lines(world.item) == ["designated"]


@pytest.mark.parametrize("end", ["cancel", "lapse"])
def test_a_waiting_extension_goes_with_its_designation(world, end):
    proposed(world, world.item, world.item.expires_on + DAY)
    if end == "cancel":
        verbs.cancel_designation(world.item, acting_user=world.officer)
    else:
        with on(world.item.expires_on + DAY):
            lapse_designation(world.item.pk)
    assert not Proposal.objects.exists()


@pytest.mark.parametrize("wanted", [{}, {"until": "x", "after": "y"}, {"until": None}, {"until": "2030-01-01"}])
def test_an_extension_without_days_says_so(world, wanted):
    with pytest.raises(ValidationError):
        propose("extension", world.agency, world.item.pk, wanted, acting_user=world.officer)


def test_the_clock_writes_an_end_down_once(world):
    with on(world.item.expires_on):
        assert register_clock.lapse_due() == 0
    with on(world.item.expires_on + DAY):
        assert register_clock.lapse_due() == 1
        assert register_clock.lapse_due() == 0
        assert lapse_designation(world.item.pk) is False
    world.item.refresh_from_db()
    assert world.item.lapsed_on == world.item.expires_on
    assert lines(world.item) == ["designated", "lapsed"]
    assert told(world.item) == HANDLERS
    assert Notice.objects.count() == DesignationNotice.objects.count() == 4
    assert AuditEvent.objects.get(action="designation.lapse").actor == ""


def test_what_was_lifted_does_not_expire_too(world):
    verbs.cancel_designation(world.item, acting_user=world.officer)
    with on(world.item.expires_on + DAY):
        assert register_clock.lapse_due() == 0


def test_one_that_fails_holds_up_no_other(world, monkeypatch, caplog):
    other = cast.designation(world.agency)
    Designation.objects.filter(pk=other.pk).update(expires_on=world.item.expires_on - DAY)

    def tell(line: RegisterEntry) -> int:
        if line.designation_id == other.pk:
            raise OSError
        return 0

    monkeypatch.setattr("accounts.actions.designation_lapse.tell", tell)
    with on(world.item.expires_on + DAY):
        assert register_clock.lapse_due() == 1
    assert lines(other) == ["designated"]
    assert "could not be written down" in caplog.text


@pytest.mark.parametrize(
    "statement", ["UPDATE accounts_registerentry SET by = 'x'", "DELETE FROM accounts_registerentry"]
)
def test_the_database_keeps_every_line(world, statement):
    words = statement.replace("by =", '"by" =')
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(words)
    assert lines(world.item) == ["designated"]


def test_what_was_told_is_confirmed_by_whom_it_was_told_alone(world):
    verbs.cancel_designation(world.item, acting_user=world.officer)
    row = DesignationNotice.objects.get(person=world.reader_three)
    with pytest.raises(Refused, match="not_found"):
        verbs.confirm_told(row.pk, acting_user=world.publisher)
    verbs.confirm_told(row.pk, acting_user=world.reader_three)
    with pytest.raises(ValidationError, match="すでに"):
        verbs.confirm_told(row.pk, acting_user=world.reader_three)
    assert AuditEvent.objects.filter(action="designation.confirm", outcome="allow").count() == 1


def test_the_silent_are_reminded_once_a_day(world):
    line = verbs.cancel_designation(world.item, acting_user=world.officer)
    verbs.confirm_told(DesignationNotice.objects.get(person=world.publisher).pk, acting_user=world.publisher)
    with pytest.raises(ValidationError, match="1日1回"):
        verbs.remind_of_designation(line, acting_user=world.officer)
    with on(TODAY + 2 * DAY):
        assert verbs.remind_of_designation(line, acting_user=world.officer) == 3
        with pytest.raises(ValidationError, match="1日1回"):
            verbs.remind_of_designation(line, acting_user=world.officer)
    assert Notice.objects.filter(person=world.publisher).count() == 1
    assert Notice.objects.filter(person=world.approver).count() == 2


def test_who_left_is_noted_as_reached_another_way(world):
    line = verbs.cancel_designation(world.item, acting_user=world.officer)
    row = DesignationNotice.objects.get(entry=line, person=world.reader_three)
    with pytest.raises(Refused):
        verbs.note_reached(row, acting_user=world.other_officer)
    assert verbs.note_reached(row, acting_user=world.officer).reached_by == "岡崎 智"
    with pytest.raises(ValidationError, match="もう済んでいます"):
        verbs.note_reached(row, acting_user=world.officer)
    with on(TODAY + 2 * DAY):
        assert verbs.remind_of_designation(line, acting_user=world.officer) == 3
