"""Once a designation is over nothing of it opens by itself, wherever the clock goes; and what still names it bears the other mark."""

from datetime import timedelta

import pytest

from accounts import register_clock
from accounts.actions import designations as verbs
from accounts.models import Designation, DesignationNotice, Notice
from accounts.subject import subject_of
from bulletins import letters
from bulletins.access import NotVisible, get_bulletin_for, visible_to
from bulletins.ended_marks import marks_of
from bulletins.inbox import lines_for, tier_of
from bulletins.mailing import send_due
from bulletins.models import Bulletin, Revision
from bulletins.returns import owed_by
from bulletins.telling import Withheld, may_name
from council.access.tiers import Tier
from tests import cast
from tests.accounts.designations import DAY, TODAY, extended, on
from tests.bulletins import recalls, shelf

LAST = TODAY + timedelta(days=100)


@pytest.fixture
def world(db: None) -> cast.Council:
    return cast.council()


@pytest.fixture
def out(world: cast.Council) -> Revision:
    """A bulletin of tier three, as a whole, that the company's cleared reader reads."""
    Designation.objects.filter(pk=world.item.pk).update(expires_on=LAST)
    world.item.refresh_from_db()
    approvers = (world.approver, world.second_approver)
    what = {"tier": 3, "designation": world.item, "organisations": [world.company]}
    return shelf.published(world.publisher, approvers, **what)


def opens(world: cast.Council, revision: Revision) -> bool:
    """Whether the reader's door lets them in; the list says the same."""
    subject = subject_of(world.reader_three)
    listed = visible_to(subject).filter(pk=revision.bulletin_id).exists()
    try:
        get_bulletin_for(subject, revision.bulletin_id)
    except NotVisible:
        assert not listed
        return False
    assert listed
    return True


def test_the_last_day_opens_and_the_day_after_does_not(world, out):
    with on(LAST):
        assert opens(world, out)
    with on(LAST + DAY):
        assert not opens(world, out)


def test_what_was_written_down_as_over_stays_closed_when_the_clock_goes_back(world, out):
    assert opens(world, out)
    with on(LAST + DAY):
        register_clock.lapse_due()
    assert not opens(world, out)
    with on(LAST):
        assert not opens(world, out)


def test_what_was_lifted_is_closed_with_the_next_request_and_stays_so(world, out):
    verbs.cancel_designation(world.item, acting_user=world.officer)
    assert not opens(world, out)
    with on(TODAY - DAY):
        assert not opens(world, out)


def test_an_extension_in_time_keeps_it_open(world, out):
    extended(world, world.item, LAST + 9 * DAY)
    with on(LAST + DAY):
        assert register_clock.lapse_due() == 0
        assert opens(world, out)


@pytest.mark.parametrize("who", ["publisher", "approver"])
def test_the_desk_does_not_open_it_either(world, client, out, who):
    cast.sign_in(client, getattr(world, who))
    assert client.get(f"/desk/{out.bulletin_id}/").status_code == 200
    verbs.cancel_designation(world.item, acting_user=world.officer)
    assert client.get(f"/desk/{out.bulletin_id}/").status_code == 404
    assert client.get(f"/board/{out.bulletin_id}/").status_code == 404


def pages(world, client, who) -> str:
    cast.sign_in(client, getattr(world, who))
    places = ("/", "/bulletins/", "/packages/", "/desk/", "/board/", "/returns/", "/notices/")
    return "".join(client.get(place).text for place in places)


@pytest.mark.parametrize("who", ["reader_three", "publisher"])
def test_no_list_shows_it_or_its_frame(world, client, out, who):
    reference = Bulletin.unrestricted.get(pk=out.bulletin_id).reference
    before = pages(world, client, who)
    assert reference in before
    verbs.cancel_designation(world.item, acting_user=world.officer)
    after = pages(world, client, who)
    assert reference not in after
    assert after.count('data-grade="critical"') < before.count('data-grade="critical"')


def asked_back(world, out) -> Notice:
    recalls.read(out, world.reader_three)
    recalls.take_back(out, world)
    return Notice.objects.get(kind=Notice.Kind.RECALLED, person=world.reader_three)


def test_what_is_handed_back_bears_the_other_mark(world, client, out):
    asked_back(world, out)
    assert owed_by(subject_of(world.reader_three))[0].mark == ""
    verbs.cancel_designation(world.item, acting_user=world.officer)
    cast.sign_in(client, world.reader_three)
    day = f"指定解除（{TODAY.year}年{TODAY.month}月{TODAY.day}日）"
    for page in ("/", "/returns/", f"/returns/{owed_by(subject_of(world.reader_three))[0].id}/", "/notices/"):
        assert day in client.get(page).text, page


def test_the_screen_of_notices_loses_its_frame(world, client, out):
    asked_back(world, out)
    subject = subject_of(world.reader_three)
    assert tier_of(lines_for(subject)) is Tier.CRITICAL
    with on(LAST + DAY):
        lines = lines_for(subject_of(world.reader_three))
        assert tier_of(lines) is Tier.TWO
        assert {line.mark for line in lines if line.mark} == {
            f"指定有効期間満了（{LAST.year}年{LAST.month}月{LAST.day}日）"
        }


def test_a_mail_says_the_mark_and_not_the_frame(world, out):
    notice = asked_back(world, out)
    assert "取扱い：重要経済安保情報" in letters.letter(notice, named=True, mark="").body
    verbs.cancel_designation(world.item, acting_user=world.officer)
    body = letters.letter(notice, named=True, mark=marks_of([notice])[notice.pk]).body
    assert "取扱い：指定解除（" in body
    assert "重要経済安保情報" not in body.partition("English")[0]


def test_below_a_floor_of_tier_three_nothing_says_what_was_designated(world, client):
    what = {"tier": 3, "floor": 2, "floor_title": "題", "designation": world.item, "organisations": [world.company]}
    revision = shelf.published(world.publisher, (world.approver, world.second_approver), **what)
    recalls.read(revision, world.reader_two)
    recalls.take_back(revision, world)
    verbs.cancel_designation(world.item, acting_user=world.officer)
    assert owed_by(subject_of(world.reader_two))[0].mark == ""
    assert "指定解除" not in cast.sign_in(client, world.reader_two).get("/notices/").text


def test_who_left_gets_the_mail_and_whoever_confirmed_gets_no_second(world, mailoutbox):
    world.reader_three.is_active = False
    world.reader_three.save()
    line = verbs.cancel_designation(world.item, acting_user=world.officer)
    send_due()
    assert {mail.to[0] for mail in mailoutbox} == {
        person.email for person in (world.publisher, world.approver, world.second_approver, world.reader_three)
    }
    mail = next(mail for mail in mailoutbox if mail.to == [world.reader_three.email])
    assert "経安2026-07号" in mail.subject
    assert "守秘の義務は続きます" in mail.body
    assert "素材の調達" not in mail.subject + mail.body
    row = DesignationNotice.objects.get(entry=line, person=world.publisher)
    verbs.confirm_told(row.pk, acting_user=world.publisher)
    with pytest.raises(Withheld):
        may_name(Notice.objects.select_related("person__organisation").get(person=world.publisher))


def test_the_inbox_leads_to_the_button_and_says_when_it_was_pressed(world, client, mailoutbox):
    verbs.cancel_designation(world.item, acting_user=world.officer)
    line = lines_for(subject_of(world.reader_three))[0]
    assert (line.path, line.done) == ("/designations/notices/", False)
    assert "解除されました" in line.asked
    verbs.confirm_told(DesignationNotice.objects.get(person=world.reader_three).pk, acting_user=world.reader_three)
    assert lines_for(subject_of(world.reader_three))[0].done
    assert "経安2026-07号" in cast.sign_in(client, world.reader_three).get("/notices/").text
