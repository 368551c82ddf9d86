"""The publishing desk over HTTP: from a draft to its recall, and who is kept from which step."""

import base64
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from bulletins.models import Bulletin, Revision
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import calls, shelf

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return cast.council()


def state_of(bulletin):
    return Revision.unrestricted.filter(bulletin=bulletin).order_by("-number").first().state


def test_bulletin_goes_from_draft_to_recall(world):
    body = calls.draft(released_to=calls.released(organisations=[world.company]))
    made = calls.post(world.publisher, "", body)
    assert made.status_code == 201
    path = f"{made.json()['id']}/"
    assert made.headers["Location"] == f"http://testserver{calls.API}{path}"
    steps = [(world.publisher, "submit"), (world.approver, "approve"), (world.publisher, "publish")]
    states = [calls.post(who, f"{path}{verb}/").json()["state"] for who, verb in steps]
    assert [made.json()["state"], *states] == ["draft", "in_review", "approved", "published"]
    assert calls.get(world.reader_one, path).status_code == 200
    assert calls.post(world.approver, f"{path}recall/", {"why": "誤りがあった"}).json()["state"] == "recalled"
    assert calls.get(world.reader_one, path).status_code == 404


def test_create_answers_where_the_bulletin_stands(world):
    made = calls.post(world.publisher, "", calls.draft(kind="scenario")).json()
    bulletin = Bulletin.unrestricted.get()
    assert made == {
        "id": str(bulletin.pk),
        "reference": bulletin.reference,
        "kind": "scenario",
        "revision": 1,
        "state": "draft",
        "approvals": {"held": 0, "needed": 1},
        "scheduled_for": None,
        "review_on": None,
        "url": f"http://testserver/api/v1/bulletins/{bulletin.pk}/",
    }


def test_create_keeps_everything_that_was_handed_in(world):
    deadline = timezone.now().replace(microsecond=0) + timedelta(days=5)
    body = calls.draft(
        title="会社名の入った題名",
        tier=2,
        floor=1,
        floor_title="伏せた題名",
        subcommittees=[str(world.materials.pk)],
        caveats=["転送禁止"],
        deadline=deadline.isoformat(),
        released_to=calls.released(
            organisations=[world.company], subcommittees=[world.materials], people=[world.analyst]
        ),
        parts=[{"text": "一", "tier": 1}, {"text": "表", "tier": 2, "kind": "table", "caveats": ["印刷禁止"]}],
        nominated=[str(world.second_approver.pk)],
    )
    made = calls.post(world.publisher, "", body).json()
    seen = calls.get(world.publisher, f"{made['id']}/").json()
    revision = Revision.unrestricted.get()
    assert (seen["title"], seen["label"]["tier"], revision.floor) == ("会社名の入った題名", 2, 1)
    assert seen["label"]["subcommittees"] == [{"id": str(world.materials.pk), "name": world.materials.name}]
    assert datetime.fromisoformat(seen["deadline"]) == deadline
    assert [(part["kind"], part["text"], part["label"]["caveats"]) for part in seen["parts"]] == [
        ("text", "一", []),
        ("table", "表", ["印刷禁止"]),
    ]
    assert (revision.releases.count(), revision.nominations.count()) == (3, 1)


@pytest.mark.parametrize(
    "file",
    [
        {"name": "一覧.csv", "text": "a,b\n"},
        {"name": "一覧.csv", "content_base64": base64.b64encode(b"a,b\n").decode()},
    ],
)
def test_attachment_comes_in_as_text_or_in_base64(world, file):
    body = calls.draft(parts=[{"tier": 1, "attachment": file}])
    made = calls.post(world.publisher, "", body).json()
    [part] = calls.get(world.publisher, f"{made['id']}/").json()["parts"]
    assert (part["kind"], part["attachment"]["name"], part["attachment"]["size"]) == ("attachment", "一覧.csv", 4)
    assert calls.get(world.publisher, f"{made['id']}/parts/1/file/").content == b"a,b\n"


@pytest.mark.parametrize(
    ("person", "status"),
    [("publisher", 201), ("approver", 403), ("reader_two", 403), ("auditor", 403), ("operator", 403)],
)
def test_only_publishers_create(world, person, status):
    made = calls.post(getattr(world, person), "", calls.draft())
    assert made.status_code == status
    assert Bulletin.unrestricted.count() == (1 if status == 201 else 0)


# (verb, state it starts from, person, status): what is allowed and what is denied differ by one fact.
STEPS = [
    ("submit", "draft", "publisher", 200),
    ("submit", "draft", "approver", 403),
    ("submit", "in_review", "publisher", 409),
    ("approve", "in_review", "approver", 200),
    ("approve", "in_review", "publisher", 403),
    ("approve", "draft", "approver", 409),
    ("return", "in_review", "approver", 200),
    ("return", "in_review", "publisher", 403),
    ("return", "draft", "approver", 409),
    ("publish", "approved", "publisher", 200),
    ("publish", "approved", "approver", 403),
    ("publish", "in_review", "publisher", 409),
    ("recall", "published", "publisher", 200),
    ("recall", "published", "approver", 200),
    ("recall", "approved", "publisher", 409),
    *((verb, "in_review", "reader_one", 404) for verb in ("submit", "approve", "return", "publish", "recall")),
    *((verb, "in_review", "auditor", 404) for verb in ("submit", "approve", "return", "publish", "recall")),
]


def brought_to(world, state):
    given = {"organisations": [world.company]}
    if state == "draft":
        return shelf.drafted(world.publisher, **given).bulletin_id
    if state == "published":
        return shelf.published(world.publisher, world.approver, **given).bulletin_id
    bulletin = shelf.handed_in(world.publisher, **given).bulletin_id
    if state == "approved":
        calls.post(world.second_approver, f"{bulletin}/approve/")
    return bulletin


@pytest.mark.parametrize(("verb", "state", "person", "status"), STEPS)
def test_each_step_takes_its_role_and_its_state(world, verb, state, person, status):
    bulletin = brought_to(world, state)
    answer = calls.post(getattr(world, person), f"{bulletin}/{verb}/")
    assert answer.status_code == status
    if status != 200:
        assert state_of(bulletin) == state
        assert AuditEvent.objects.order_by("id").last().outcome == "deny"
    if status in (403, 409):
        assert answer.json()["detail"].endswith("。")


@pytest.mark.parametrize("verb", ["submit", "approve", "return", "publish", "recall", "revisions"])
@pytest.mark.parametrize(("state", "person"), [("approved", "reader_one"), ("published", "auditor")])
def test_desk_of_others_is_missing_to_the_byte_and_to_the_query(world, verb, state, person):
    bulletin = brought_to(world, state)
    body = calls.draft(change_summary="直した") if verb == "revisions" else {}
    answer = calls.refused_alike(getattr(world, person), "post", f"{{}}/{verb}/", bulletin, body)
    assert answer.status_code == 404


def test_author_who_may_approve_does_not_approve_their_own(world):
    both = cast.person(world.agency, "publisher", "approver", tier=2)
    bulletin = shelf.handed_in(both, organisations=[world.company]).bulletin_id
    refused = calls.post(both, f"{bulletin}/approve/")
    assert refused.status_code == 403
    assert "自分が書いた資料" in refused.json()["detail"]


def test_approver_approves_what_they_saw(world):
    bulletin = brought_to(world, "in_review")
    digest = calls.get(world.approver, f"{bulletin}/").json()["desk"]["digest"]
    assert calls.post(world.approver, f"{bulletin}/approve/", {"seen": "0" * 64}).status_code == 409
    assert calls.post(world.approver, f"{bulletin}/approve/", {"seen": digest}).json()["state"] == "approved"


def test_publishing_stops_when_the_audience_is_another_size(world):
    bulletin = brought_to(world, "approved")
    people = calls.get(world.publisher, f"{bulletin}/").json()["desk"]["audience"]["people"]
    assert calls.post(world.publisher, f"{bulletin}/publish/", {"expected_people": people + 1}).status_code == 409
    assert calls.post(world.publisher, f"{bulletin}/publish/", {"expected_people": people}).status_code == 200


def test_nobody_is_never_everybody(world):
    bulletin = shelf.drafted(world.publisher).bulletin_id
    refused = calls.post(world.publisher, f"{bulletin}/submit/")
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"] == "/released_to"


def test_returned_draft_can_be_submitted_again(world):
    bulletin = brought_to(world, "approved")
    assert calls.post(world.approver, f"{bulletin}/return/", {"comment": "題名を直す"}).json()["state"] == "draft"
    assert calls.post(world.publisher, f"{bulletin}/submit/").status_code == 200


def test_next_revision_waits_beside_the_published_one(world):
    bulletin = brought_to(world, "published")
    body = calls.draft(
        title="直した題名", change_summary="題名", released_to=calls.released(organisations=[world.company])
    )
    made = calls.post(world.publisher, f"{bulletin}/revisions/", body)
    assert (made.status_code, made.json()["revision"], made.json()["state"]) == (201, 2, "draft")
    assert calls.get(world.reader_one, f"{bulletin}/").json()["revision"] == 1
    assert calls.post(world.publisher, f"{bulletin}/revisions/", body).status_code == 409


def test_next_revision_says_what_it_changes(world):
    bulletin = brought_to(world, "published")
    refused = calls.post(world.publisher, f"{bulletin}/revisions/", calls.draft())
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"] == "/change_summary"


def test_desk_lists_the_revisions(world):
    bulletin = brought_to(world, "published")
    calls.post(world.publisher, f"{bulletin}/revisions/", calls.draft(change_summary="直した"))
    answer = calls.get(world.approver, f"{bulletin}/revisions/").json()
    rows = [(row["revision"], row["state"], row["change_summary"]) for row in answer["results"]]
    assert rows == [(2, "draft", "直した"), (1, "published", "")]
    assert answer["results"][1]["published_at"] is not None


def test_readers_are_told_of_no_revisions(world):
    bulletin = brought_to(world, "published")
    assert calls.get(world.reader_one, f"{bulletin}/revisions/").status_code == 404


def test_older_revision_above_the_desks_reach_is_not_listed(world):
    first = shelf.published(world.publisher, world.approver, tier=2, organisations=[world.company])
    shelf.revised(
        first, world.publisher, world.approver, tier=1, organisations=[world.company], change_summary="格下げ"
    )
    low = cast.person(world.agency, "publisher", tier=1)
    answer = calls.get(low, f"{first.bulletin_id}/revisions/").json()
    assert [row["revision"] for row in answer["results"]] == [2]
