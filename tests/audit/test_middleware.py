import pytest

from council.audit.details import details_of
from council.audit.models import AuditEvent

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.audit.pages")]


def test_the_event_knows_where_the_request_came_from(client):
    client.get("/read/", headers={"User-Agent": "Mozilla/5.0"}, REMOTE_ADDR="192.0.2.17")
    event = AuditEvent.objects.get()
    detail = details_of([event])[event.pk]
    assert (detail["address"], detail["agent"]) == ("192.0.2.17", "Mozilla/5.0")


def test_each_request_has_a_name_of_its_own_whatever_the_caller_says(client):
    for _ in range(2):
        client.get("/read/", headers={"X-Request-ID": "6f0c2f0e-7d0a-4c57-9a53-0f4f6d1f9b11"})
    names = set(AuditEvent.objects.values_list("request", flat=True))
    assert len(names) == 2
    assert "6f0c2f0e-7d0a-4c57-9a53-0f4f6d1f9b11" not in names


@pytest.mark.parametrize("path", ["/read/", "/missing/", "/api/read/", "/api/missing/", "/nowhere/"])
def test_no_answer_may_be_stored(client, path):
    assert client.get(path).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/missing/", "/api/missing/"])
def test_two_404s_are_equal_to_the_byte(client, path):
    first, second = client.get(path), client.get(path)
    assert first.status_code == second.status_code == 404
    assert first.content == second.content
    assert dict(first.headers) == dict(second.headers)


def test_a_404_problem_names_no_request(client):
    problem = client.get("/api/missing/").json()
    assert "instance" not in problem
    assert problem["title"] == "見つかりません"


def test_pages_are_japanese_whatever_the_browser_asks_for(client):
    response = client.get("/speak/", headers={"Accept-Language": "en"})
    assert response.headers["Content-Language"] == "ja"
    assert response.headers["Vary"] == "Cookie"


def test_the_cookie_of_the_language_switch_settles_the_language_of_pages(client):
    client.cookies["language"] = "en"
    assert client.get("/speak/").headers["Content-Language"] == "en"


def test_a_language_we_do_not_have_is_japanese(client):
    client.cookies["language"] = "../../etc"
    assert client.get("/speak/").headers["Content-Language"] == "ja"


@pytest.mark.parametrize(
    ("asked", "answered"),
    [("en-GB,en;q=0.9,ja;q=0.5", "en"), ("fr,ja;q=0.5", "ja"), ("fr", "ja"), ("", "ja"), ("JA", "ja")],
)
def test_the_api_speaks_the_language_that_is_asked_for(client, asked, answered):
    response = client.get("/api/missing/", headers={"Accept-Language": asked} if asked else {})
    assert response.headers["Content-Language"] == answered
    assert "Accept-Language" in response.headers["Vary"]
