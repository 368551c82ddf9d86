"""Every route says which policy guards it, and the list of open pages is this one."""

import re
from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from council.access.policy import Action
from council.guard import OPEN, SIGNED_IN, policies_of
from council.management.commands.list_routes import routes

# Who is not signed in reaches the way in, the way back in, the words about the site, and whether it lives. Nothing else.
OPEN_PAGES = {
    "identity_sign_in", "identity_callback",
    "account_login", "mfa_login_webauthn", "mfa_authenticate", "demo_sign_in", "account_logout", "account_signup", "enrol",
    # Its address holds a secret of its own.
    "due-feed",
    "set_language", "help", "accessibility", "terms", "livez", "readyz",
}  # fmt: skip
HTTP = {"GET", "POST", "PUT", "PATCH", "DELETE"}


def _patterns(patterns: list) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern.url_patterns)
        else:
            yield pattern


ROUTES = list(_patterns(get_resolver().url_patterns))
ROWS = list(routes(get_resolver().url_patterns))


def test_there_are_routes_to_look_at():
    assert len(ROUTES) > 40


@pytest.mark.parametrize("pattern", ROUTES, ids=lambda pattern: f"{pattern.name} {pattern.pattern}")
def test_every_route_declares_a_known_policy_for_each_of_its_methods(pattern):
    declared = policies_of(pattern.callback)
    assert declared
    assert set(declared) <= HTTP
    assert set(declared.values()) <= {OPEN, SIGNED_IN, *map(str, Action)}


def test_the_open_pages_are_these_and_no_others():
    assert {row["name"] for row in ROWS if row["policy"] == OPEN} == OPEN_PAGES


@pytest.mark.parametrize("pattern", ROUTES, ids=lambda pattern: f"{pattern.name} {pattern.pattern}")
def test_what_lets_strangers_in_and_what_says_so_agree(pattern):
    lets_in = not getattr(pattern.callback, "login_required", True)
    is_api = hasattr(pattern.callback, "cls")
    assert (lets_in and not is_api) is (OPEN in policies_of(pattern.callback).values())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['method']} {row['path']}")
def test_a_stranger_gets_nowhere_but_to_open_pages(row, client, db):
    path = re.sub("<uuid:[a-z_]+>", "0b5f6e1c-7a34-4c58-9d0e-5f2f3c1a9b77", row["path"])
    path = re.sub("<int:[a-z_]+>", "1", path)
    path = re.sub("<(?:str|path|slug):[a-z_]+>", "word", path)
    if row["policy"] == OPEN or "<" in path:
        assert row["name"] in OPEN_PAGES
        return
    answer = client.generic(row["method"], path)
    signs_in = answer.status_code == 302 and answer["Location"].startswith("/sign-in/")
    assert signs_in or answer.status_code == 401
