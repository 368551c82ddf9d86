"""How the tests of the API call it, and what they compare: everything a caller receives, and what it cost to make."""

import json
from collections.abc import Mapping
from uuid import UUID, uuid4

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests import cast

API = "/api/v1/bulletins/"


def get(who: User, path: str = "", **headers: str) -> HttpResponse:
    """GET as the person, with a bearer token."""
    return Client().get(API + path, headers={**cast.bearer(who), **headers})


def post(who: User, path: str = "", body: object = None, **headers: str) -> HttpResponse:
    """POST JSON as the person, with a bearer token."""
    data = "" if body is None else json.dumps(body)
    return Client().post(API + path, data, content_type="application/json", headers={**cast.bearer(who), **headers})


def put(who: User, path: str, body: object, **headers: str) -> HttpResponse:
    """PUT JSON as the person, with a bearer token."""
    data = json.dumps(body)
    return Client().put(API + path, data, content_type="application/json", headers={**cast.bearer(who), **headers})


def draft(**changes: object) -> dict:
    """A body that creates a draft."""
    return {"kind": "threat", "title": "架空の題名", "tier": 1, "parts": [{"text": "本文です。", "tier": 1}], **changes}


def released(**to: object) -> dict:
    """`released_to` for rows of organisations, subcommittees, people."""
    return {name: [str(row.pk) for row in rows] for name, rows in to.items()}


def received(response: HttpResponse) -> tuple[int, list[tuple[str, str]], bytes]:
    """All that a caller sees of an answer."""
    return response.status_code, sorted(response.items()), response.content


def refused_alike(
    who: User, method: str, path: str, forbidden: UUID, body: object = None, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """The refusal of an id that the person may not see, once an unused one got the same bytes at the same cost."""
    client, sent = Client(), {**cast.bearer(who), **(headers or {})}
    answers, costs = [], []
    for each in (forbidden, uuid4()):
        with CaptureQueriesContext(connection) as queries:
            data = {} if method == "get" else {"data": json.dumps(body or {}), "content_type": "application/json"}
            answers.append(getattr(client, method)(API + path.format(each), headers=sent, **data))
        costs.append([query["sql"].split(" ")[0] for query in queries.captured_queries])
    assert received(answers[0]) == received(answers[1])
    assert costs[0] == costs[1]
    return answers[0]
