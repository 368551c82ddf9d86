"""Every page of accounts is closed to strangers, and each says which policy guards it."""

import uuid

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.urls.converters import get_converters

from accounts import sign_in_urls, urls
from council.going_on import page_at
from council.guard import OPEN, policies_of
from tests import cast

_NOBODY = uuid.UUID(int=1)
SOMETHING = {"uuid": _NOBODY, "int": 1, "str": "x", "slug": "x"}
# Somebody who is invited has no account yet: the link leads here, and opens nothing without the code.
OPEN_PAGES = {"enrol"}


def _address(pattern: URLPattern) -> str:
    names = pattern.pattern.converters.items()
    kinds = {kind: word for word, kind in ((word, type(kind)) for word, kind in get_converters().items())}
    return reverse(f"accounts:{pattern.name}", kwargs={name: SOMETHING[kinds[type(kind)]] for name, kind in names})


PAGES = {pattern.name: _address(pattern) for pattern in urls.urlpatterns if pattern.name not in OPEN_PAGES}


def test_the_pages_that_are_open_are_these() -> None:
    found = {pattern.name for pattern in urls.urlpatterns if OPEN in policies_of(pattern.callback).values()}
    assert found == OPEN_PAGES


@pytest.mark.parametrize("url", PAGES.values(), ids=list(PAGES))
def test_strangers_are_sent_to_sign_in(client: Client, db: None, url: str) -> None:
    for response in (client.get(url), client.post(url)):
        assert (response.status_code, response.headers["Location"]) == (302, f"/sign-in/?next={page_at(url)}")


@pytest.mark.parametrize("url", ["/sign-in/password/", "/sign-in/password/set/"])
def test_strangers_change_no_password(client: Client, db: None, url: str) -> None:
    assert client.get(url).headers["Location"].startswith("/sign-in/?next=")


@pytest.mark.parametrize("url", ["/sign-in/email/", "/sign-in/confirm-email/", "/sign-in/inactive/"])
def test_pages_of_the_library_that_nobody_opened_do_not_exist(world: cast.Council, client: Client, url: str) -> None:
    assert cast.sign_in(client, world.reader_two).get(url).status_code == 404


def test_strangers_reach_nothing_of_the_api(client: Client, db: None) -> None:
    response = client.get("/api/v1/me/")
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_every_route_says_its_policy() -> None:
    patterns = [*urls.urlpatterns, *sign_in_urls.urlpatterns]
    assert [pattern.name for pattern in patterns if not policies_of(pattern.callback)] == []
    assert policies_of(get_resolver().resolve("/api/v1/me/").func) == {"GET": "signed-in"}
