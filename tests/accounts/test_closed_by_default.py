"""Every page of accounts is closed to strangers, and each says which policy guards it."""

import uuid

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from accounts import sign_in_urls, urls
from council.guard import policies_of
from tests import cast

SOMETHING = {"person_id": uuid.UUID(int=1), "organisation_id": uuid.UUID(int=2), "review_id": uuid.UUID(int=3)}
PAGES = {
    name: reverse(f"accounts:{name}", kwargs={key: SOMETHING[key] for key in keys})
    for name, keys in {
        "people": (),
        "person_add": (),
        "person": ("person_id",),
        "organisations": (),
        "organisation_add": (),
        "organisation": ("organisation_id",),
        "subcommittees": (),
        "keys": (),
        "key_challenge": (),
        "key_revoke": (),
        "key_confirm": (),
        "contacts": (),
        "reviews": (),
        "review_mine": (),
        "review": ("review_id",),
        "review_report": ("review_id",),
        "me": (),
        "pledge": (),
    }.items()
}


def test_the_list_of_pages_here_is_whole() -> None:
    assert set(PAGES) == {pattern.name for pattern in urls.urlpatterns}


@pytest.mark.parametrize("url", PAGES.values(), ids=list(PAGES))
def test_strangers_are_sent_to_sign_in(client: Client, db: None, url: str) -> None:
    for response in (client.get(url), client.post(url)):
        assert (response.status_code, response.headers["Location"]) == (302, f"/sign-in/?next={url}")


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
