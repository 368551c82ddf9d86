"""What an administrator is told of their own people: what is nobody's business of theirs leaves no trace, in rows or in queries."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from council.access.facts import Role
from council.audit import names, reading
from council.audit.events import VOCABULARY
from council.audit.models import AuditEvent, LegalHold
from council.audit.record import record
from council.ids import opaque_id
from tests import cast
from tests.bulletins import shelf

pytestmark = pytest.mark.django_db
PAGE_URL, API_URL = "/audit/events/", "/api/v1/audit/events/"
NEVER = "00000000-0000-4000-8000-000000000000"
UNTOLD = {
    "audit", "board", "clock", "council", "deadline", "demo", "emergency", "feed", "grant", "history", "import", "keys", "log",
    "organisation", "retention", "return", "scratch", "search", "settings", "world",
}  # fmt: skip


@pytest.fixture
def world():
    return cast.council()


@pytest.fixture
def hidden(world):
    """A bulletin for another company alone."""
    facts = {"tier": 2, "organisations": [world.other_company]}
    return shelf.published(world.publisher, world.approver, **facts).bulletin


@pytest.fixture
def seen(world):
    facts = {"tier": 2, "organisations": [world.company]}
    return shelf.published(world.publisher, world.approver, **facts).bulletin


def did(person, action, about="", **facts):
    with transaction.atomic():
        who = {"actor": str(person.pk), "organisation": str(person.organisation_id)}
        return record(action, **who, object=str(about), **facts)


def queries_of(client, url, **query):
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url, query).status_code == 200
    return len(asked)


def told(client, **query):
    return [row["id"] for row in client.get(API_URL, query).json()["results"]]


def test_every_word_of_the_log_is_told_to_administrators_or_is_not():
    words = {word.partition(".")[0] for word in VOCABULARY}
    assert words == reading.TOLD | UNTOLD
    assert not reading.TOLD & UNTOLD


DESK = ["bulletin.discard", "bulletin.keep", "bulletin.unschedule", "bulletin.view_as"]


@pytest.mark.parametrize("action", sorted(word for word in VOCABULARY if word.partition(".")[0] in UNTOLD) + DESK)
def test_what_colleagues_do_with_records_is_not_told(world, client, seen, action):
    did(world.reader_two, action, seen.pk)
    cast.sign_in(client, world.administrator)
    assert told(client, action=action) == []


@pytest.mark.parametrize("word", ["certification", "clearance", "contract", "designation", "education", "roster"])
def test_of_clearing_an_administrator_is_told_who_clears_themselves(world, client, word):
    did(world.officer, f"{word}.record", world.reader_two.pk)
    for roles, count in (([Role.ADMINISTRATOR], 0), ([Role.ADMINISTRATOR, Role.CLEARANCE_OFFICER], 1)):
        cast.sign_in(client, cast.person(world.agency, *roles))
        assert len(told(client, action=f"{word}.record")) == count


def test_an_administrator_of_auditors_does_not_learn_of_a_hold(world, client, hidden):
    asked = {"what": "object", "named": hidden.reference, "reason": "調査 第3号"}
    cast.sign_in(client, world.auditor).post("/audit/retention/", asked)
    assert LegalHold.objects.get().object == str(hidden.pk)
    cast.sign_in(client, cast.person(world.audit, Role.ADMINISTRATOR))
    for query in ({}, {"object": hidden.reference}, {"object": str(hidden.pk)}):
        assert f'"{hidden.pk}"' not in client.get(API_URL, query).text
    costs = {queries_of(client, url, object=each) for url in (API_URL,) for each in (hidden.reference, "XX-0000")}
    assert len(costs) == 1


def hide(world, hidden):
    """Events that the administrator is not told of, of the own people and of others."""
    for person in (world.reader_two, world.other_reader):
        did(person, "bulletin.read", hidden.pk, tier=2)
        did(person, "bulletin.print", hidden.pk, tier=2, outcome="deny", reason="tier")
    did(world.other_reader, "session.sign_in")


@pytest.mark.parametrize("url", [PAGE_URL, API_URL])
@pytest.mark.parametrize(
    ("name", "hidden_one", "nobody"),
    [
        ("actor", "秋山", "誰でもない人"),
        ("actor", "夕凪", "どこにもない組織"),
        ("actor", "id", NEVER),
        ("organisation", "夕凪", "どこにもない組織"),
        ("organisation", "id", NEVER),
        ("object", "reference", "XX-0000"),
        ("object", "hidden id", NEVER),
        ("action", "bulletin.read", "bulletin.copy"),
        ("outcome", "deny", "deny"),
        ("since", "2020-01-01", "2999-01-01"),
        ("until", "2999-01-01", "2020-01-01"),
    ],
)
def test_no_filter_asks_more_queries_for_what_is_hidden(world, client, hidden, url, name, hidden_one, nobody):
    words = {"id": world.other_company.pk, "reference": hidden.reference, "hidden id": hidden.pk}
    cast.sign_in(client, world.administrator).get(PAGE_URL)
    missing = queries_of(client, url, **{name: nobody})
    hide(world, hidden)
    assert queries_of(client, url, **{name: words.get(hidden_one, hidden_one)}) == missing


@pytest.mark.parametrize("query", [{}, {"actor": "加藤"}, {"organisation": "翠嶺"}, {"action": "bulletin.read"}])
def test_what_is_hidden_beside_a_hit_costs_no_query(world, client, seen, hidden, query):
    did(world.reader_two, "bulletin.read", seen.pk, tier=2)
    cast.sign_in(client, world.administrator).get(API_URL)
    alone = queries_of(client, API_URL, **query)
    hide(world, hidden)
    assert queries_of(client, API_URL, **query) == alone


def test_what_a_colleague_asked_for_in_vain_is_not_told_whether_it_is_there_or_not(world, client, hidden):
    cast.sign_in(client, world.reader_two)
    for each in (hidden.pk, NEVER):
        assert client.get(f"/bulletins/{each}/").status_code == 404
    assert AuditEvent.objects.filter(action="bulletin.read", outcome="deny").count() == 2
    cast.sign_in(client, world.administrator)
    assert told(client, action="bulletin.read") == []


def test_ids_that_somebody_made_up_are_not_looked_up(world, client, seen, monkeypatch):
    for _ in range(5):
        did(world.reader_two, "bulletin.read", opaque_id(), outcome="deny", reason="not_found")
    read = did(world.reader_two, "bulletin.read", seen.pk, tier=2)
    asked, honest = [], names.known_to
    monkeypatch.setattr(names, "known_to", lambda subject, ids: asked.append(set(ids)) or honest(subject, ids))
    assert told(cast.sign_in(client, world.administrator), action="bulletin.read") == [str(read.pk)]
    assert asked == [{str(seen.pk)}]


def test_objects_are_asked_for_in_bounded_portions(world, client, seen, monkeypatch):
    monkeypatch.setattr(reading, "MOST_AT_ONCE", 2)
    read = [
        did(world.reader_two, "bulletin.read", each, tier=2) for each in (seen.pk, *(opaque_id() for _ in range(4)))
    ]
    asked, honest = [], names.known_to
    monkeypatch.setattr(names, "known_to", lambda subject, ids: asked.append(len(set(ids))) or honest(subject, ids))
    assert told(cast.sign_in(client, world.administrator), action="bulletin.read") == [str(read[0].pk)]
    assert sorted(asked) == [1, 2, 2]
