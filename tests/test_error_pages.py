"""Every error says what happened, what to do and a number to quote; and the language switch leads back to the same page."""

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.test import Client, RequestFactory

from council import pages
from council.audit.context import current, request_context

ERRORS = {
    400: lambda request: pages.bad_request(request, SuspiciousOperation()),
    403: lambda request: pages.forbidden(request, PermissionDenied()),
    429: pages.too_often,
    500: pages.server_error,
}


@pytest.mark.parametrize("code", ERRORS)
def test_an_error_tells_its_number_and_whom_to_ask(code: int, settings: object) -> None:
    settings.COUNCIL_CONTACT = "事務局 03-0000-0000"
    with request_context(address="", agent=""):
        answer = ERRORS[code](RequestFactory().get("/desk/"))
        said = answer.content.decode()
        assert answer.status_code == code
        assert f"受付番号 {current().id}" in said
    assert "事務局 03-0000-0000" in said
    assert '<ol class="ways">' in said


@pytest.mark.parametrize("code", ERRORS)
def test_programs_get_the_same_number_as_a_problem(code: int) -> None:
    with request_context(address="", agent=""):
        answer = ERRORS[code](RequestFactory().get("/api/v1/me/"))
        assert answer.headers["Content-Type"].startswith("application/problem+json")
        assert f"urn:request:{current().id}" in answer.content.decode()


def test_a_form_without_its_token_is_told_a_number(db: None) -> None:
    answer = Client(enforce_csrf_checks=True).post("/language/", {"language": "en"})
    assert answer.status_code == 403
    assert "受付番号 " in answer.text
    assert "もう一度、送り直してください" in answer.text


def test_what_is_missing_has_no_number(db: None) -> None:
    assert "受付番号" not in Client().get("/nowhere/").text


def test_the_language_switch_keeps_the_page_and_its_query(client: Client, db: None) -> None:
    page = client.get("/help/?q=a%26b&lang=x").text
    assert 'name="next" value="/help/?q=a%26b&amp;lang=x"' in page
    answer = client.post("/language/", {"language": "en", "next": "/help/?q=a%26b&lang=x"})
    assert answer.headers["Location"] == "/help/?q=a%26b&lang=x"
    assert 'lang="en"' in client.get("/help/").text.partition(">")[2][:60]


@pytest.mark.parametrize(
    "elsewhere", ["https://example.com/", "//example.com/", "javascript:alert(1)", "/\\example.com"]
)
def test_the_language_switch_leads_nowhere_else(client: Client, elsewhere: str, db: None) -> None:
    assert client.post("/language/", {"language": "en", "next": elsewhere}).headers["Location"] == "/"


def test_the_statement_of_accessibility_is_dated_and_claims_no_more_than_machines_can_tell(client: Client) -> None:
    page = client.get("/accessibility/").text
    assert "2026年11月22日" in page
    assert "レベルAAに配慮しています。" in page
    assert "準拠しています" not in page
    assert page.count('<td class="nowrap">まだ</td>') == page.count("点検済み") > 10
