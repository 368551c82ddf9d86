"""What somebody receives: of each request the status, the headers, the bytes and how many queries it took; and their mails."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from html import unescape
from unittest.mock import patch
from urllib.parse import urljoin, urlsplit
from uuid import UUID

from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Notice, User
from accounts.subject import subject_of
from bulletins import browse, desk, facts, search
from bulletins.access import judge
from bulletins.models import Part, Revision
from council.access import facts as known
from council.access.facts import State
from council.access.policy import Action, decide
from council.audit import reading
from tests import cast
from tests.draws import DEEP
from tests.journeys.askers import WHO_ASKS_WHAT
from tests.journeys.lives import DAY, Scene
from tests.journeys.masks import masked
from tests.journeys.routes import ROUTES, Ask, Subject
from tests.journeys.stage import Stage

Kind = Notice.Kind
NEVER = UUID("0b5f6e1c-7a34-4c58-9d0e-5f2f3c1a9b77")
# One in so many requests is made in every run; together the examples make them all.
SHARE = 5
_MOST_PAGES = 6
_PIECES = {Part.Kind.TEXT, Part.Kind.TABLE, Part.Kind.ATTACHMENT}
_NEXT_LINK = re.compile(rb'href="([^"]*)" rel="next"')
_NEXT_URL = re.compile(rb'"next":"([^"]*)"')


@dataclass(frozen=True)
class Answer:
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    queries: int
    # What they were, to be read where the number differs.
    sql: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class View:
    """What is there of one bulletin for an observer at the end: on the desk, as a reader, and which parts.

    `asked`: it was taken back, and they know, because they had it.
    """

    desk: bool
    reads: bool
    asked: bool
    title: bool
    first: list[bool]
    later: list[bool]


@contextmanager
def small_pages() -> Iterator[None]:
    """Two rows make a page, and every limit is near, so that five bulletins reach what thousands would."""
    with ExitStack() as stack:
        stack.enter_context(patch.dict(browse.page_for.__kwdefaults__, {"size": 2}))
        stack.enter_context(patch.dict(search.page_for.__kwdefaults__, {"size": 2}))
        stack.enter_context(patch.dict(reading.window.__kwdefaults__, {"size": 4}))
        for module, name, value in (
            (browse, "_STEP", 3), (browse, "LONGEST_WALK", 6), (browse, "UNREAD_ON_HOME", 2), (browse, "UNREAD_AMONG", 3),
            (browse, "LONGEST_DUTIES", 2), (desk, "DESK_LENGTH", 2),
        ):  # fmt: skip
            stack.enter_context(patch.object(module, name, value))
        yield


def _seen_parts(subject: known.Subject, about: known.Bulletin, revision: Revision) -> tuple[bool, list[bool]]:
    """Whether the highest title is seen, and of each piece of the story whether it is."""
    rows = list(Part.unrestricted.filter(revision=revision))
    seen = {row.pk: bool(decide(subject, Action.READ, known.Part(about, facts.label_of(row)))) for row in rows}
    titles = sorted((row for row in rows if row.kind == Part.Kind.TITLE), key=lambda row: row.tier)
    return seen[titles[-1].pk], [seen[row.pk] for row in rows if row.kind in _PIECES]


def view_of(person: User, bulletin: UUID) -> View:
    """Asked of decide() when the history is over."""
    subject = subject_of(person)
    _newest, on_desk = facts.on_the_desk(bulletin)
    row, served = facts.served(bulletin)
    inspects, reads = judge(subject, Action.INSPECT, on_desk), judge(subject, Action.READ, served)
    title, parts = _seen_parts(subject, served, row.served) if reads else (False, [])
    second = bool(reads) and row.served.number > 1
    asked = _asked(person, bulletin)
    first = _seen_before(subject, row.served) if second else parts
    return View(bool(inspects), bool(reads), asked, title, first, parts if second else [])


def _seen_before(subject: known.Subject, served: Revision) -> list[bool]:
    """The same of the revision before the served one, which readers may compare it with as long as they could have read it."""
    earlier = Revision.unrestricted.select_related("bulletin", "designation").get(bulletin=served.bulletin, number=1)
    then = replace(facts.revision_facts(earlier, facts.planned(earlier)), state=State.PUBLISHED)
    return _seen_parts(subject, then, earlier)[1] if decide(subject, Action.READ, then) else []


def _asked(person: User, bulletin: UUID) -> bool:
    """Not asked of the door, whose mistakes are to be found."""
    return Notice.objects.filter(person=person, about=bulletin, kind__in=[Kind.RECALLED, Kind.SUPERSEDED]).exists()


def about(scene: Scene, hidden: set[str]) -> Subject:
    named = scene.named
    return Subject(
        bulletins=tuple(scene.ids.values()),
        hidden=tuple(pk for name, pk in scene.ids.items() if name in hidden),
        references=tuple(scene.references.values()),
        people=(named.reader_two.pk, named.other_reader.pk, named.publisher.pk),
        organisations=(named.company.pk, named.other_company.pk),
        subcommittees=(named.materials.pk, named.infrastructure.pk),
        never=NEVER,
    )


def _said(queries: CaptureQueriesContext) -> tuple[str, ...]:
    return tuple(query["sql"] for query in queries.captured_queries)


class Observer:
    """Somebody with a browser, who asks for everything there is to ask for."""

    def __init__(self, name: str, person: User, stage: Stage) -> None:
        self.name, self._stage, self._asked = name, stage, 0
        stage.step("sign in", 20 * DAY)
        self._person, self._client = person, cast.sign_in(Client(), person)

    def receives(self, subject: Subject, turn: int = 0, rows: tuple[str, ...] = ()) -> dict[str, Answer]:
        """Each request, in words, with its answer: all of the rows named, else a share of the observer's own.

        Which share, the turn says; with HYPOTHESIS_PROFILE=deep there is time for all.
        """
        answers: dict[str, Answer] = {}
        asks = [ask for row in rows or WHO_ASKS_WHAT[self.name] for ask in ROUTES[row](subject)]
        for ask in asks if DEEP or rows else asks[turn % SHARE :: SHARE]:
            for path, answer in self._pages(ask):
                answers[f"{len(answers)} {ask.method} {path}"] = answer
        answers["mail"] = self._mails()
        return answers

    def _pages(self, ask: Ask) -> Iterator[tuple[str, Answer]]:
        path = ask.path
        for _page in range(_MOST_PAGES if ask.follow else 1):
            answer = self._ask(ask, path)
            yield path, answer
            found = _NEXT_LINK.search(answer.body) or _NEXT_URL.search(answer.body)
            if not found:
                return
            onward = urlsplit(urljoin(path, unescape(found[1].decode())))
            path = f"{onward.path}?{onward.query}"

    def _ask(self, ask: Ask, path: str) -> Answer:
        # Each request a second after the one before, whatever happened on the way here in the other world.
        self._asked += 1
        self._stage.step(f"{self._asked} {ask.method} {path}", 20 * DAY + 1 + self._asked / 60)
        body = (
            {"data": ask.body, "content_type": "application/json"}
            if path.startswith("/api/") and ask.body is not None
            else {}
        )
        with CaptureQueriesContext(connection) as queries:
            response = getattr(self._client, ask.method.lower())(path, **body)
        headers = tuple(sorted((name, masked(value.encode()).decode()) for name, value in response.headers.items()))
        cookies = tuple(("Set-Cookie", name) for name in sorted(response.cookies))
        return Answer(response.status_code, headers + cookies, masked(response.content), len(queries), _said(queries))

    def _mails(self) -> Answer:
        mine = [message for message in mail.outbox if self._person.email in message.recipients()]
        text = "\n".join(f"{message.subject}\n{message.body}" for message in mine)
        return Answer(len(mine), (), masked(text.encode()), 0)
