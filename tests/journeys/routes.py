"""Everything that an observer asks the portal for. Whoever adds a route adds it here, once; the property does the rest.

A row is a function that takes what there is to ask about and gives requests. Requests that change something only ever name
what the observer may not see, or are harmless to repeat; they come last.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID


@dataclass(frozen=True)
class Ask:
    """A request. `follow` goes on through the pages of a list."""

    path: str
    method: str = "GET"
    body: dict | None = None
    follow: bool = False


@dataclass(frozen=True)
class Subject:
    """What there is to ask about: ids, references and words of the first world, people, and ids that were never used."""

    bulletins: tuple[UUID, ...]
    hidden: tuple[UUID, ...]
    references: tuple[str, ...]
    people: tuple[UUID, ...]
    organisations: tuple[UUID, ...]
    subcommittees: tuple[UUID, ...]
    never: UUID


Row = Callable[[Subject], Iterator[Ask]]

FILTERS = [
    {"kind": "threat"}, {"tier": "1"}, {"tier": "2"}, {"tier": "3"}, {"q": "題名1"}, {"q": "下の"}, {"state": "unread"},
    {"state": "acknowledged"}, {"state": "unacknowledged"}, {"q": "題名", "tier": "2"}, {"cursor": "x"}, {"tier": "9"},
]  # fmt: skip
DESK_FORMS = ("submit", "approve", "return", "publish", "recall")
AFTER_APPROVAL: dict[str, dict] = {
    "schedule": {"moment": "2099-12-01T09:00:00+09:00"}, "schedule/cancel": {}, "keep": {"review_on": "2099-12-01"},
    "supersede": {"why": "理由"}, "dispose": {"why": "理由"}, "copies": {"revision": 1, "reason": "meeting"},
}  # fmt: skip
WRITING = ("edit", "revise", "scratch", "attach", "discard")


def front(about: Subject) -> Iterator[Ask]:
    for place in ("", "sessions/", "factors/", "identities/", "copies/", "history/"):
        yield Ask(f"/me/{place}")
    yield from map(
        Ask,
        (
            "/",
            "/sign-in/confirm/",
            "/notices/",
            "/deadlines/",
            "/deadlines/?view=month",
            "/deadlines/never.ics",
            "/help/",
            "/pledge/",
            "/pointers/",
            "/enrol/spent/",
            "/api/v1/me/",
        ),
    )


def lists(about: Subject) -> Iterator[Ask]:
    for place in ("/bulletins/", "/api/v1/bulletins/"):
        yield Ask(place, follow=True)
        for wish in [*FILTERS, *({"subcommittee": str(each)} for each in about.subcommittees)]:
            yield Ask(f"{place}?{urlencode(wish)}")
        for reference in about.references[:2]:
            yield Ask(f"{place}?{urlencode({'q': reference})}")
    yield Ask("/bulletins/searches/")
    yield Ask("/bulletins/searches/", "POST", {"name": "名前", "q": ""})
    yield from (Ask(f"/bulletins/searches/{about.never}/{verb}/", "POST", {}) for verb in ("alerts", "remove"))


def details(about: Subject) -> Iterator[Ask]:
    for each in (*about.bulletins, about.never):
        yield from map(Ask, (f"/bulletins/{each}/", f"/bulletins/{each}/changes/"))
        yield Ask(f"/api/v1/bulletins/{each}/")


def files(about: Subject) -> Iterator[Ask]:
    for each in (*about.bulletins, about.never):
        for number in (1, 2, 3):
            yield Ask(f"/api/v1/bulletins/{each}/parts/{number}/file/")
        for kind in ("file", "figure"):
            yield Ask(f"/bulletins/{each}/parts/1/{kind}/")
            yield Ask(f"/desk/{each}/parts/1/{kind}/")


def copies(about: Subject) -> Iterator[Ask]:
    """Copies on paper, and attachments on the screen."""
    for each in (*about.bulletins[:3], about.never):
        yield Ask(f"/bulletins/{each}/copy/")
        yield Ask(f"/bulletins/{each}/copy/", "POST", {"reason": "meeting"})
        for number in (1, 2):
            yield from (Ask(f"/bulletins/{each}/parts/{number}/pages/{page}") for page in ("", "1/"))
    yield Ask("/api/v1/copies/")
    for place in (f"me/copies/{about.never}/end", f"api/v1/copies/{about.never}"):
        yield Ask(f"/{place}/", "POST", {"ending": "returned"})


def packages(about: Subject) -> Iterator[Ask]:
    for place in ("/packages/", "/api/v1/packages/"):
        yield Ask(place, follow=True)
    for each in (*about.bulletins[:1], about.never):
        yield from map(Ask, (f"/packages/{each}/", f"/packages/{each}/folder.zip", f"/api/v1/packages/{each}/age/"))


def desk(about: Subject) -> Iterator[Ask]:
    yield from map(Ask, ("/desk/", "/desk/new/", f"/desk/new/?scratch={about.never}"))
    for each in (*about.bulletins[:3], about.never):
        yield from map(Ask, (f"/desk/new/?from={each}", f"/desk/{each}/discard/"))
    for each in (*about.bulletins, about.never):
        yield from (Ask(f"/desk/{each}/{page}") for page in ("", "?as=1", "edit/", "revise/"))
        yield from (Ask(f"/api/v1/bulletins/{each}/{page}/") for page in ("revisions", "draft"))
        yield from (Ask(f"/desk/{each}/{page}/") for page in ("changes", "schedule", "supersede", "dispose"))
        yield from (Ask(f"/desk/{each}/{page}/") for page in ("as", "what-if", f"as/{about.never}"))


def board(about: Subject) -> Iterator[Ask]:
    yield from map(Ask, ("/board/", "/board/progress/"))
    for each in (*about.bulletins, about.never):
        yield from map(Ask, (f"/board/{each}/", f"/board/{each}/progress/", f"/board/{each}/export.csv"))
        yield Ask(f"/api/v1/bulletins/{each}/deliveries/", follow=True)


def people(about: Subject) -> Iterator[Ask]:
    yield from map(
        Ask,
        (
            "/people/",
            "/organisations/",
            "/subcommittees/",
            "/people/add/",
            "/pledges/",
            "/clock/",
            "/people/access/",
            "/emergencies/",
        ),
    )
    yield from (Ask(f"/people/{each}/") for each in (*about.people, about.never))
    yield from (Ask(f"/organisations/{each}/") for each in about.organisations[:2])
    yield from (Ask(f"/people/?organisation={each}") for each in about.organisations[:2])


def keys(about: Subject) -> Iterator[Ask]:
    yield from map(Ask, ("/keys/", "/keys/challenge/", "/keys/confirm/", "/contacts/"))
    for each in (*about.people[:1], about.never):
        yield Ask(f"/keys/revoke/?key={each}")
    yield from (Ask(f"/contacts/?organisation={each}") for each in (*about.organisations[:2], about.never))


def events(about: Subject) -> Iterator[Ask]:
    for place in ("/audit/events/", "/api/v1/audit/events/"):
        yield Ask(place, follow=True)
        yield from (
            Ask(f"{place}?object={each}") for each in (*about.bulletins[:2], *about.references[:2], about.never)
        )
        yield from (Ask(f"{place}?{query}") for query in ("action=bulletin.read", "outcome=deny", "since=2026-11-04"))
        yield from (Ask(f"{place}?actor={each}") for each in about.people[:2])


def timelines(about: Subject) -> Iterator[Ask]:
    """What an observer learns by asking for bulletins, people and proofs, and that nobody but auditors has signals."""
    for each in (*about.bulletins[:3], *about.references[:3], about.never, "XX-0000"):
        yield Ask(f"/audit/bulletins/{each}/")
        yield Ask(f"/audit/timelines/?{urlencode({'of': each})}")
    for each in (*about.people[:4], about.never):
        yield Ask(f"/audit/people/{each}/")
    yield from map(Ask, (f"/audit/events/{about.never}/proof", "/audit/signals/", f"/audit/signals/{about.never}/"))
    yield Ask("/audit/queries/", "POST", {"name": "", "query": "outcome=deny"})
    yield Ask(f"/audit/queries/{about.never}/remove/", "POST", {})


def audit_desk(about: Subject) -> Iterator[Ask]:
    """The desk of auditors: for others there is none. What it counts over all is nobody's content."""
    yield from map(Ask, ("/audit/", "/audit/verifications/", "/audit/offline/", "/audit/packs/"))
    for place in ("verifications", "packs"):
        yield from map(Ask, (f"/audit/{place}/{about.never}/", f"/audit/{place}/{about.never}/progress/"))
    yield Ask(f"/audit/packs/{about.never}/file/")
    for each in (*about.bulletins[:2], *about.references[:2], about.never):
        yield Ask(f"/audit/packs/new/?object={each}")


def retention(about: Subject) -> Iterator[Ask]:
    place = "/audit/retention/"
    yield Ask(place)
    for each in (*about.references[:2], *map(str, about.bulletins[:2]), str(about.never)):
        # Without a reason nothing is held: what comes back tells whether the number was found.
        yield Ask(place, "POST", {"what": "object", "named": each, "reason": ""})


def logs(about: Subject) -> Iterator[Ask]:
    for tier in (1, 2, 3, 9):
        yield Ask(f"/api/v1/audit/checkpoint/tier-{tier}")
        yield from (Ask(f"/api/v1/audit/tile/tier-{tier}/{path}") for path in ("0/000", "0/000.p/1", "entries/000.p/1"))


def returns(about: Subject) -> Iterator[Ask]:
    yield from map(Ask, ("/returns/", "/api/v1/returns/"))
    yield from (Ask(f"/returns/{each}/") for each in (*about.bulletins, about.never))


def reviews(about: Subject) -> Iterator[Ask]:
    yield from map(Ask, ("/reviews/", "/reviews/mine/", "/reviews/mine/?missing"))
    yield from map(Ask, (f"/reviews/{about.never}/", f"/reviews/{about.never}/report"))
    yield from (Ask(f"/reviews/mine/?organisation={each}") for each in (*about.organisations[:2], about.never))


def clearances(about: Subject) -> Iterator[Ask]:
    yield from map(Ask, ("/clearances/", "/proposals/", f"/clearances/?{urlencode({'q': '株式会社'})}"))
    for each in (*about.people[:3], about.never):
        yield from map(Ask, (f"/clearances/{each}/", f"/clearances/{each}/end/"))
    for deed in ("confirm", "withdraw"):
        yield Ask("/proposals/", "POST", {"do": deed, "proposal": str(about.never)})


def rosters(about: Subject) -> Iterator[Ask]:
    """Certified companies and rosters: for the officers of an agency, for administrators about their own, for each about themselves."""
    yield from map(Ask, ("/certifications/", "/certifications/mine/", "/handlers/", "/handlers/mine/"))
    for each in (*about.organisations, about.never):
        yield Ask(f"/certifications/{each}/")
        yield Ask(f"/certifications/{each}/", "POST", {"do": "remove_item", "item": "1"})
    yield from (Ask("/handlers/", "POST", {"do": do, "entry": "987654"}) for do in ("accept", "end"))
    yield Ask("/handlers/mine/", "POST", {"entry": "987654", "version": "1"})


def register(about: Subject) -> Iterator[Ask]:
    """The register of designations: for officers of its agency, and for nobody else there is none. What one was told is one's own."""
    yield from map(
        Ask, ("/register/", "/register/?show=expired", "/register/new/", "/register/figures/", "/register/figures.csv")
    )
    yield from map(Ask, (f"/register/{about.never}/", "/designations/notices/"))
    for deed in ("review", "lift", "remind", "reached", "extend", "change"):
        yield Ask(
            f"/register/{about.never}/", "POST", {"do": deed, "line": str(about.never), "notice": str(about.never)}
        )
    yield Ask("/designations/notices/", "POST", {"notice": str(about.never)})


def forbidden_deeds(about: Subject) -> Iterator[Ask]:
    """Every verb, on what is not there for the observer."""
    for each in (*about.hidden[:2], about.never):
        for verb in ("acknowledge", "answer", *DESK_FORMS):
            body = {"value": "handled"} if verb == "answer" else {}
            yield Ask(f"/api/v1/bulletins/{each}/{verb}/", "POST", body)
            yield Ask(f"/{'desk' if verb in DESK_FORMS else 'bulletins'}/{each}/{verb}/", "POST", body)
        yield from (Ask(f"/desk/{each}/{verb}/", "POST", {"title": "題名", "parts": "0"}) for verb in WRITING)
        yield Ask(f"/desk/scratch/{each}/drop/", "POST", {})
        for deed in ("schedule", "schedule/cancel", "keep", "supersede", "dispose"):
            yield Ask(f"/desk/{each}/{deed}/", "POST", {})
        for deed, body in AFTER_APPROVAL.items():
            yield Ask(f"/api/v1/bulletins/{each}/{deed}/", "POST", body)
        yield Ask(f"/api/v1/bulletins/{each}/revisions/", "POST", {})
        yield Ask(f"/api/v1/bulletins/{each}/remind/", "POST", {})
        for deed in ("remind", "extend", "returns/remind", "returns/call"):
            yield Ask(f"/board/{each}/{deed}/", "POST", {})
        yield Ask(f"/api/v1/returns/{each}/", "POST", {"kind": "none"})
        yield Ask(f"/returns/{each}/", "POST", {"kind": "none"})


def deeds(about: Subject) -> Iterator[Ask]:
    for each in about.bulletins:
        if each not in about.hidden:
            yield Ask(f"/api/v1/bulletins/{each}/acknowledge/", "POST", {})
    yield Ask("/", follow=False)


ROUTES: dict[str, Row] = {
    "front": front,
    "lists": lists,
    "details": details,
    "files": files,
    "copies": copies,
    "packages": packages,
    "desk": desk,
    "board": board,
    "people": people,
    "keys": keys,
    "events": events,
    "logs": logs,
    "timelines": timelines,
    "audit desk": audit_desk,
    "retention": retention,
    "returns": returns,
    "reviews": reviews,
    "clearances": clearances,
    "rosters": rosters,
    "register": register,
    "forbidden deeds": forbidden_deeds,
    "deeds": deeds,
}
