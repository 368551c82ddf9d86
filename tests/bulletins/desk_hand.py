"""The publishing desk for tests, as a browser works it: what it sends, what it opens, what came of it."""

import re

from django.test import Client
from django.urls import reverse

from bulletins.models import Part, Revision
from bulletins.sealed import open_parts


def form(*parts: dict, **fields: object) -> dict:
    """What a browser sends for these parts; each is a paragraph of tier one unless it says otherwise."""
    sent = {"kind": "threat", "title": "架空の題名", "tier": "1", "parts": str(len(parts)), **fields}
    for number, part in enumerate(parts, start=1):
        for name, value in {"kind": "text", "tier": "1", "text": "", **part}.items():
            sent[f"part-{number}-{name}"] = value
    return sent


def at(name: str, revision: Revision, *args: object) -> str:
    return reverse(f"desk:{name}", args=[revision.bulletin_id, *args])


def words_of(revision: Revision) -> list[str]:
    parts = list(Part.unrestricted.filter(revision=revision).select_related("revision"))
    words = open_parts(parts)
    return [words[part.pk].text or words[part.pk].name for part in parts]


def the_revision() -> Revision:
    return Revision.unrestricted.select_related("bulletin").get()


def open_all(client: Client, revision: Revision) -> str:
    """Opens every rendition as an approver does; the page with the form to approve."""
    for number in re.findall(r'href="\?as=(\d+)"', client.get(at("work", revision)).content.decode()):
        assert client.get(at("work", revision), {"as": number}).status_code == 200
    return client.get(at("work", revision)).content.decode()


def seen_on(page: str) -> str:
    return re.search(r'name="seen" value="([0-9a-f]{64})"', page)[1]
