"""A draft over the API: two publishers who change the same one don't overwrite each other unseen (If-Match, 412 and 428)."""

from functools import partial

import pytest
from django.test import Client

from accounts.models import User
from bulletins.models import Approval, Bulletin, Part, Revision
from council.access.facts import Role
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import calls, shelf
from tests.bulletins.desk_hand import at, form, words_of
from tests.bulletins.races import all_at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return cast.council()


@pytest.fixture
def colleague(world) -> User:
    """A second publisher of the same agency."""
    return cast.person(world.agency, Role.PUBLISHER, tier=2, subcommittees=[world.materials])


@pytest.fixture
def bulletin(world):
    return shelf.drafted(world.publisher, organisations=[world.company], parts=["一"]).bulletin_id


def read(who, bulletin):
    """The draft as the person gets it, and its tag."""
    answer = calls.get(who, f"{bulletin}/draft/")
    assert answer.status_code == 200
    return answer.json(), answer.headers["ETag"]


def save(who, bulletin, body, tag=None):
    return calls.put(who, f"{bulletin}/draft/", body, **({"If-Match": tag} if tag else {}))


def said(text, body):
    return {**body, "parts": [{**body["parts"][0], "text": text}, *body["parts"][1:]]}


def now(bulletin):
    return words_of(Revision.unrestricted.filter(bulletin=bulletin).order_by("-number").first())


def test_draft_comes_back_as_it_can_be_sent(world):
    revision = shelf.drafted(
        world.publisher, kind="scenario", title="内部の題名", tier=2, floor=1, floor_title="公開の題名",
        subcommittees=[world.materials], caveats=["転送禁止"], organisations=[world.company], people=[world.analyst],
        to_subcommittees=[world.materials], nominated=[world.second_approver], standard_deadline=True,
        parts=["一", ("二", 2), shelf.attachment(tier=2, caveats=["印刷禁止"]), shelf.figure()],
    )  # fmt: skip
    body, tag = read(world.publisher, revision.bulletin_id)
    before = list(Part.unrestricted.values_list("pk", "stored_file").exclude(stored_file=""))
    assert save(world.publisher, revision.bulletin_id, body, tag).status_code == 200
    again, newer = read(world.publisher, revision.bulletin_id)
    assert (again, newer == tag) == (body, False)
    # The files stay where they lie.
    assert list(Part.unrestricted.values_list("pk", "stored_file").exclude(stored_file="")) == before


def test_second_publisher_is_refused_what_would_overwrite_the_first(world, colleague, bulletin):
    (mine, tag), (theirs, other) = read(world.publisher, bulletin), read(colleague, bulletin)
    assert save(world.publisher, bulletin, said("二", mine), tag).status_code == 200
    late = save(colleague, bulletin, said("三", theirs), other)
    assert (late.status_code, late.headers["Content-Type"]) == (412, "application/problem+json")
    assert world.publisher.name in late.json()["detail"]
    assert now(bulletin)[-1] == "二"
    fresh, newer = read(colleague, bulletin)
    assert save(colleague, bulletin, said("三", fresh), newer).status_code == 200
    assert now(bulletin)[-1] == "三"


def test_each_save_answers_with_the_tag_of_the_next(world, bulletin):
    body, tag = read(world.publisher, bulletin)
    for words in ("二", "三"):
        answer = save(world.publisher, bulletin, said(words, body), tag)
        assert answer.json()["state"] == "draft"
        tag = answer.headers["ETag"]
    assert read(world.publisher, bulletin)[1] == tag


@pytest.mark.parametrize("tag", [None, "*", " "])
def test_whoever_names_no_save_is_asked_for_it(world, bulletin, tag):
    body, _tag = read(world.publisher, bulletin)
    refused = save(world.publisher, bulletin, said("二", body), tag)
    assert (refused.status_code, refused.json()["type"]) == (428, "/help/#error-precondition_required")
    assert now(bulletin)[-1] == "一"


@pytest.mark.parametrize("spoil", ["W/{}", "{}, {}", '"x"', "x", '".{}"'])
def test_only_the_one_strong_tag_of_that_save_counts(world, bulletin, spoil):
    body, tag = read(world.publisher, bulletin)
    assert save(world.publisher, bulletin, said("二", body), spoil.format(tag, tag)).status_code == 412


def test_the_tag_of_somebody_else_is_none_of_ones_own(world, colleague, bulletin):
    body, tag = read(colleague, bulletin)
    assert save(world.publisher, bulletin, body, tag).status_code == 412


def test_a_save_on_the_page_counts_as_well(world, colleague, bulletin):
    body, tag = read(colleague, bulletin)
    desk = cast.sign_in(Client(), world.publisher)
    desk.post(at("edit", Revision.unrestricted.get()), form({"text": "二"}, organisations=[str(world.company.pk)]))
    assert save(colleague, bulletin, said("三", body), tag).status_code == 412
    assert now(bulletin)[-1] == "二"


def test_saving_takes_away_what_was_approved_before_and_writes_its_event(world, bulletin):
    body, tag = read(world.publisher, bulletin)
    save(world.publisher, bulletin, {**body, "title": "直した題名"}, tag)
    assert AuditEvent.objects.filter(action="bulletin.edit", outcome="allow").count() == 1
    assert not Approval.objects.exists()
    assert calls.get(world.publisher, f"{bulletin}/").json()["title"] == "直した題名"


# (state, person, status): what is allowed and what is denied differ by one fact.
STEPS = [("draft", "publisher", 200), ("draft", "approver", 403), ("in_review", "publisher", 409)]


@pytest.mark.parametrize(("state", "person", "status"), STEPS)
def test_only_publishers_save_and_only_drafts(world, bulletin, state, person, status):
    if state == "in_review":
        calls.post(world.publisher, f"{bulletin}/submit/")
    body, tag = read(getattr(world, person), bulletin)
    assert save(getattr(world, person), bulletin, said("二", body), tag).status_code == status


@pytest.mark.parametrize("person", ["reader_one", "auditor"])
@pytest.mark.parametrize("method", ["get", "put"])
def test_draft_of_others_is_missing_to_the_byte_and_to_the_query(world, bulletin, method, person):
    headers = {"If-Match": '"x"'} if method == "put" else {}
    who = getattr(world, person)
    assert calls.refused_alike(who, method, "{}/draft/", bulletin, calls.draft(), headers).status_code == 404


# What can't be saved, and where the fault is.
FAULTS = {
    "tier above this portal": ({"tier": "機密性3"}, "/tier"),
    "another kind": ({"kind": "alert"}, "/kind"),
    "a file that is not there": (
        {"parts": [{"tier": 1, "attachment": {"keep": "6a3b3a6e-5f0e-4c55-9d0e-7b8a50a6b0aa"}}]},
        "/parts/0/attachment",
    ),
    "kept and new": (
        {"parts": [{"tier": 1, "attachment": {"keep": "6a3b3a6e-5f0e-4c55-9d0e-7b8a50a6b0aa", "text": "a"}}]},
        "/parts/0/attachment",
    ),
    "without a name": ({"parts": [{"tier": 1, "attachment": {"text": "a"}}]}, "/parts/0/attachment/name"),
}


@pytest.mark.parametrize(("change", "pointer"), FAULTS.values(), ids=FAULTS.keys())
def test_fault_is_pointed_at_and_nothing_is_changed(world, bulletin, change, pointer):
    body, tag = read(world.publisher, bulletin)
    refused = save(world.publisher, bulletin, {**body, **change}, tag)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, pointer)
    assert read(world.publisher, bulletin) == (body, tag)


def test_the_next_revision_says_what_it_changes(world):
    first = shelf.published(world.publisher, world.approver, organisations=[world.company])
    organisations = calls.released(organisations=[world.company])
    body = calls.draft(change_summary="直した", important=False, released_to=organisations)
    calls.post(world.publisher, f"{first.bulletin_id}/revisions/", body)
    mine, tag = read(world.publisher, first.bulletin_id)
    assert (mine["change_summary"], mine["important"]) == ("直した", False)
    refused = save(world.publisher, first.bulletin_id, {**mine, "change_summary": ""}, tag)
    assert refused.json()["errors"][0]["pointer"] == "/change_summary"
    assert save(world.publisher, first.bulletin_id, said("二", mine), tag).status_code == 200


def test_what_is_recalled_has_no_draft_to_read(world):
    first = shelf.published(world.publisher, world.approver, organisations=[world.company]).bulletin_id
    calls.post(world.publisher, f"{first}/recall/")
    assert calls.get(world.publisher, f"{first}/draft/").status_code == 409


@pytest.mark.django_db(transaction=True)
def test_of_five_saves_at_once_one_is_saved(world, colleague):
    bulletin = shelf.drafted(world.publisher, organisations=[world.company], parts=["一"]).bulletin_id
    starts = [(who, *read(who, bulletin)) for who in (world.publisher, colleague)]
    asked = [(who, said(f"{n}", body), tag) for n in range(3) for who, body, tag in starts][:5]
    answers = all_at_once([partial(save, who, bulletin, body, tag) for who, body, tag in asked])
    assert sorted(each.status_code for each in answers) == [200, 412, 412, 412, 412]
    assert Bulletin.unrestricted.count() == 1
