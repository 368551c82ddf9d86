"""What the log tells of packages, and whom: auditors everything, administrators what they could fetch themselves."""

import pytest
from django.test import Client

from accounts.subject import subject_of
from bulletins import releasing
from bulletins.actions.close import recall
from bulletins.naming import PackageNames
from bulletins.packages import known_ids
from tests import cast
from tests.bulletins import parcels, sent, shelf

pytestmark = pytest.mark.django_db
EVENTS = "/api/v1/audit/events/"


@pytest.fixture
def world():
    return cast.council()


@pytest.fixture
def package(world):
    sent.key(world)
    made = sent.package(world)
    sent.take(world.reader_two, made, "age")
    return made


def sentences(who, query="action=package.fetch"):
    answer = Client().get(f"{EVENTS}?{query}", headers=cast.bearer(who))
    return [row["sentence"] for row in answer.json()["results"]]


@pytest.mark.parametrize("who", ["administrator", "auditor"])
def test_a_fetch_is_told_with_the_reference_of_the_bulletin(world, package, who):
    [said] = sentences(getattr(world, who))
    assert f"{package.bulletin.reference} 第1版の包みを受け取りました" in said
    assert "加藤 美咲" in said


def test_an_administrator_is_told_nothing_of_a_package_above_them(world, package):
    type(world.administrator).objects.filter(pk=world.administrator.pk).update(tier=1)
    assert sentences(world.administrator) == []
    assert sentences(world.administrator, f"object={package.pk}") == []


def test_the_administrator_of_another_organisation_is_told_nothing(world, package):
    assert sentences(world.other_administrator) == sentences(world.other_administrator, "action=package.release") == []


def test_the_reference_of_a_bulletin_finds_what_was_done_with_its_packages(world, package):
    assert any(
        "包みを受け取りました" in each for each in sentences(world.auditor, f"object={package.bulletin.reference}")
    )


def test_after_a_new_revision_the_administrator_still_knows_of_the_old_package(world, package):
    shelf.revised(
        package.revision,
        world.publisher,
        world.approver,
        organisations=[world.company],
        tier=2,
        parts=[("会員だけの段落です。", 2)],
        change_summary="直しました。",
    )
    assert len(sentences(world.administrator)) == 1
    recall(package.bulletin_id, acting_user=world.publisher)
    assert sentences(world.administrator) == []


def test_what_is_known_takes_as_many_queries_whatever_is_asked(world, package, django_assert_num_queries):
    subject = subject_of(world.administrator)
    for ids, known in ([str(package.pk)], {str(package.pk)}), (["no id", ""], set()), ([], set()):
        with django_assert_num_queries(3):
            assert PackageNames().known_to(subject, ids) == known


def test_a_critical_package_is_known_to_the_roster_alone(world):
    parcels.key(world.company, world.reader_three)
    revision = shelf.published(
        world.publisher, [world.approver, world.second_approver], tier=3, floor=1, floor_title="題名", designation=world.item,
        parts=[("指定された内容です。", 3)], organisations=[world.company],
    )  # fmt: skip
    releasing.distribute(revision.pk)
    made = parcels.package(world.company).pk
    assert known_ids(subject_of(world.reader_three), [made]) == {made}
    assert known_ids(subject_of(world.administrator), [made]) == set()


def test_a_package_of_another_organisation_is_not_known_to_who_reads_the_same_bulletin(world):
    sent.key(world)
    low = {"tier": 1, "floor": None, "floor_title": "", "parts": ["公表できます。"]}
    made = sent.package(world, **low, organisations=[world.company, world.other_company]).pk
    assert known_ids(subject_of(world.administrator), [made]) == {made}
    assert known_ids(subject_of(world.other_administrator), [made]) == set()
