"""The parts of a bulletin as the API gives them, with their labels, and what it says instead of a text that stays on the screen."""

from collections.abc import Iterable, Mapping
from urllib.parse import urljoin
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from rest_framework import serializers

from bulletins.actions.read import Opened, Shown
from bulletins.api.choices import PartKind, TierShown, Withheld
from bulletins.rendition import Portion
from bulletins.sealed import anchor
from bulletins.stops import may_leave
from council.access import facts as known
from council.access.caveats import Path
from council.access.facts import Label, Subject
from council.access.policy import Reason

Names = Mapping[str, str]


class NamedAnswer(serializers.Serializer):
    """Something with a name."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class LabelAnswer(serializers.Serializer):
    """How something is to be handled: tier, need to know, caveats (取扱制限) in their own words."""

    tier = TierShown()
    subcommittees = NamedAnswer(many=True)
    caveats = serializers.ListField(child=serializers.CharField())


class AttachmentAnswer(serializers.Serializer):
    """A file; `url` is null where a caveat forbids taking it."""

    name = serializers.CharField()
    size = serializers.IntegerField()
    url = serializers.URLField(allow_null=True)


class PartAnswer(serializers.Serializer):
    """A part; `n` counts the parts of this rendition from 1.

    Where a caveat (複製禁止, 配付禁止, 読後廃棄, …) keeps a text from leaving the screen, and only there, `withheld` says so: `text` is
    empty then, and people read the part at `read_at`.
    """

    n = serializers.IntegerField()
    kind = PartKind()
    label = LabelAnswer()
    text = serializers.CharField(help_text="Markdown; HTML in it is text. Empty where it is withheld")
    attachment = AttachmentAnswer(allow_null=True)
    withheld = Withheld(required=False)
    read_at = serializers.URLField(required=False, help_text="the page on which people read what is withheld here")


def url_of(request: HttpRequest, view: str, *place: object) -> str:
    """The whole address of a view of the API."""
    return urljoin(request.build_absolute_uri("/"), reverse(f"api:{view}", args=place))


def label_body(label: Label, names: Names) -> dict:
    named = sorted(({"id": pk, "name": names.get(pk, "")} for pk in label.subcommittees), key=lambda row: row["name"])
    return {"tier": int(label.tier), "subcommittees": named, "caveats": [caveat.words for caveat in label.caveats]}


def parts_read(request: HttpRequest, subject: Subject, opened: Opened, names: Names) -> list[dict]:
    """The parts for a reader: without the text, and without the address of the file, where a caveat keeps it on the screen."""
    place = opened.bulletin.pk
    page = urljoin(request.build_absolute_uri("/"), reverse("bulletins:detail", args=[place]))
    bodies = []
    for n, portion in enumerate(opened.rendition.portions, start=1):
        part = known.Part(opened.facts, portion.label)
        link = url_of(request, "file", place, n) if may_leave(subject, Path.FILE, part) else None
        body = _part(n, portion, names, link)
        if not may_leave(subject, Path.API, part):
            body |= {"text": "", "withheld": str(Reason.CAVEAT), "read_at": f"{page}#{anchor(n)}"}
        bodies.append(body)
    return bodies


def parts_inspected(
    request: HttpRequest, bulletin: UUID, portions: Iterable[Portion[Shown]], names: Names
) -> list[dict]:
    """The parts for the desk, which works on them whatever their caveats say."""
    return [_part(n, each, names, url_of(request, "file", bulletin, n)) for n, each in enumerate(portions, start=1)]


def _part(n: int, portion: Portion[Shown], names: Names, link: str | None) -> dict:
    part, words = portion.content.part, portion.content.words
    file = {"name": words.name, "size": words.size, "url": link} if part.stored_file else None
    return {
        "n": n,
        "kind": part.kind,
        "label": label_body(portion.label, names),
        "text": words.text,
        "attachment": file,
    }
