"""The type of a problem document is an address that somebody can open."""

import pytest
from django.test import Client
from rest_framework.exceptions import APIException

from bulletins.api.once import OtherRequest
from council import api

pytestmark = pytest.mark.django_db


def kinds_that_can_be_raised() -> set[str]:
    """The kind of every refusal that knows its own; "error" and "service_unavailable" are no refusals."""
    ours = {api.Conflict, api.PreconditionFailed, api.PreconditionRequired, api.TooLarge, OtherRequest}
    theirs = {each for each in APIException.__subclasses__() if each.__module__ == "rest_framework.exceptions"}
    return {each.default_code for each in ours | theirs}


def test_each_kind_of_refusal_has_its_entry_on_the_help_page(client: Client) -> None:
    page = client.get("/help/").content.decode()
    assert [kind for kind in kinds_that_can_be_raised() if f'id="error-{kind}"' not in page] == []


def test_the_type_of_an_answer_leads_to_its_entry(client: Client) -> None:
    where, _, entry = client.get("/api/v1/me/").json()["type"].partition("#")
    assert f'id="{entry}"' in client.get(where).content.decode()
