"""What a change of one field would do to the audience, and what is unusual about it: from decide() and from what was published."""

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.subject import subject_of
from bulletins.access import readers_of
from bulletins.facts import planned, revision_facts
from bulletins.models import Revision
from bulletins.preview import audience_now
from bulletins.unusual import unusual_in
from bulletins.what_if import MOST_PEOPLE, Swap, WhatIf
from bulletins.what_if import what_if as weighed_for
from tests import cast
from tests.bulletins import shelf

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


def whole(revision: Revision) -> Revision:
    return Revision.unrestricted.select_related("bulletin", "designation").get(pk=revision.pk)


def drafted(world: cast.Council, **what: object) -> Revision:
    return whole(shelf.drafted(world.publisher, **what))


def what_if(revision: Revision) -> WhatIf:
    """For the author, who sits in both subcommittees."""
    return weighed_for(subject_of(revision.author), revision)


def change(swaps: list[Swap], words: str) -> tuple[set[str], set[str]]:
    swap = next(each for each in swaps if words in each.words)
    return {person.name for person in swap.gained}, {person.name for person in swap.lost}


def test_a_lower_and_a_higher_floor_bring_and_take_whom_decide_says(world):
    low = what_if(drafted(world, organisations=[world.company])).label
    high = what_if(drafted(world, tier=2, organisations=[world.company])).label
    assert change(low, "機密性2") == (set(), {"平野 隼"})
    assert change(high, "機密性1") == ({"平野 隼"}, set())


def test_a_subcommittee_on_the_label_takes_away_and_its_removal_brings_back(world):
    draft = drafted(world, organisations=[world.company, world.other_company], subcommittees=[world.materials])
    scope = what_if(draft).scope
    assert change(scope, "電子部品・素材分科会限り」を外す") == ({"秋山 恵", "菅原 亮"}, set())
    assert change(scope, "基幹インフラ分科会限り」にする")[1] == {"平野 隼", "加藤 美咲", "水城 環", "森本 健"}


def test_of_a_subcommittee_that_is_not_ones_own_neither_name_nor_members_are_told(client, world):
    newcomer = cast.person(world.agency, "publisher", tier=2, subcommittees=[world.materials])
    draft = whole(shelf.drafted(newcomer, people=[world.reader_one]))
    page = cast.sign_in(client, newcomer).get(reverse("desk:what-if", args=[draft.bulletin_id])).content.decode()
    assert "電子部品・素材分科会" in page
    assert "基幹インフラ分科会" not in page


def test_targets_that_go_and_come_say_whom_they_alone_let_in(world):
    draft = drafted(world, organisations=[world.company], people=[world.reader_one, world.analyst])
    weighed = what_if(draft)
    assert change(weighed.fewer, "平野 隼を外す") == (set(), set())
    assert change(weighed.fewer, "守永 俊を外す") == (set(), {"守永 俊"})
    assert change(weighed.more, "夕凪ケーブル株式会社を加える") == ({"秋山 恵", "菅原 亮"}, set())


def test_a_caveat_changes_what_can_be_done_and_never_who_reads(world):
    ways = {
        each.words: each for each in what_if(drafted(world, caveats=["印刷禁止"], people=[world.reader_one])).caveats
    }
    assert "印刷" in ways["「印刷禁止」を外す"].opened
    assert "転送" in ways["「転送禁止」を付ける"].closed


def test_of_tier_three_only_numbers_are_given(client, world):
    draft = drafted(world, tier=3, designation=world.item, organisations=[world.company])
    swap = what_if(draft).label[0]
    assert (swap.named, {person.name for person in swap.gained}) == (False, {"加藤 美咲", "森本 健"})
    page = cast.sign_in(client, world.publisher).get(reverse("desk:what-if", args=[draft.bulletin_id])).content.decode()
    assert "1組織 2名" in page
    assert "加藤 美咲" not in page.partition("見える下限を機密性2")[2].partition("</tr>")[0]


def test_beyond_a_bound_nothing_is_said_of_what_could_be_added(world, monkeypatch):
    monkeypatch.setattr("bulletins.what_if.MOST_PEOPLE", 3)
    weighed = what_if(drafted(world, organisations=[world.company], people=[world.analyst]))
    assert (weighed.bounded, weighed.more, MOST_PEOPLE) == (True, [], 2000)
    assert change(weighed.fewer, "守永 俊を外す") == (set(), {"守永 俊"})


def unusual(world: cast.Council, **what: object) -> list[str]:
    revision = drafted(world, **what)
    audience = audience_now(revision, revision_facts(revision, planned(revision)))
    return unusual_in(subject_of(world.publisher), revision, audience)


def test_nobody_and_the_own_house_alone_are_said(world):
    assert "だれも見られません" in unusual(world, tier=2, people=[world.reader_one])[0]
    assert "発信元の組織の人だけ" in unusual(world, people=[world.approver])[0]


def test_an_audience_larger_than_any_before_at_this_tier_is_said(world):
    shelf.published(world.publisher, world.approver, people=[world.reader_one])
    assert "これまでの最大は1組織、1名" in unusual(world, organisations=[world.company])[0]
    assert unusual(world, people=[world.reader_two]) == []


def test_an_organisation_that_gets_this_tier_or_kind_for_the_first_time_is_named(world):
    shelf.published(world.publisher, world.approver, tier=2, organisations=[world.company, world.thinktank])
    shelf.published(world.publisher, world.approver, people=[world.other_reader], kind="flash")
    found = unusual(world, tier=2, people=[world.other_reader, world.reader_two])
    assert any("機密性2情報の資料を初めて" in each and "夕凪ケーブル株式会社" in each for each in found)
    assert any(
        "速報を初めて" in each and "翠嶺" in each for each in unusual(world, people=[world.reader_one], kind="flash")
    )


def test_what_is_above_the_desk_tells_nothing_about_itself(world):
    junior = cast.person(world.agency, "publisher", name="新任 一", tier=1, subcommittees=[world.materials])
    beside = {"subcommittees": [world.infrastructure], "organisations": [world.agency]}
    shelf.published(world.publisher, world.approver, **beside)
    revision = drafted(world, organisations=[world.company])
    audience = audience_now(revision, revision_facts(revision, planned(revision)))
    assert unusual_in(subject_of(junior), revision, audience) == []


def test_readers_without_a_passkey_are_a_number_from_tier_two_on(world):
    assert "1名は、パスキーがまだない" in unusual(world, tier=2, people=[world.reader_two])[0]


def test_what_was_weighed_is_what_publishing_then_does(world):
    added, _lost = change(what_if(drafted(world, organisations=[world.company])).more, "供給網総合研究機構を加える")
    targets = [world.company, world.thinktank]
    readers = {
        person.name
        for person in readers_of(shelf.published(world.publisher, world.approver, organisations=targets).bulletin_id)
    }
    assert added == {"守永 俊"} == readers - {person.name for person in User.objects.filter(organisation=world.company)}
