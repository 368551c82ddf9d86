"""Released packages for tests, and the ways in which people and programs ask for them."""

from collections.abc import Callable
from uuid import UUID, uuid4

from django.db import connection
from django.db.models import QuerySet
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from bulletins import releasing
from bulletins.models import Package, Revision
from council.access.policy import Action
from council.audit.details import details_of
from council.audit.models import AuditEvent
from council.sealing.age_keys import Identity, Kind
from tests import cast
from tests.bulletins import parcels, shelf
from tests.bulletins.calls import received

API = "/api/v1/packages/"
FILES = ("manifest", "signature", "age", "proof")
PARTS = ["公表できる段落です。", ("会員だけの段落です。", 2)]


def key(world: cast.Council, *holders: User, kind: Kind = Kind.CLASSIC) -> Identity:
    """A key of the company, held by its reader at tier two unless others are named."""
    return parcels.key(world.company, *(holders or (world.reader_two,)), kind=kind)


def put_out(world: cast.Council, **what: object) -> Revision:
    """A published bulletin that exists from tier one on, with a part at tier two."""
    what = {"tier": 2, "floor": 1, "floor_title": "題名", "parts": PARTS, "organisations": [world.company], **what}
    return shelf.published(world.publisher, world.approver, **what)


def package(world: cast.Council, **what: object) -> Package:
    """The company's package of a new bulletin, released to the key that it has."""
    releasing.distribute(put_out(world, **what).pk)
    made = parcels.package(world.company)
    assert made.state == Package.State.RELEASED, made.reason
    return made


def get(who: User, path: str = "", **headers: str) -> HttpResponse:
    """GET as the person's program."""
    return Client().get(API + path, headers={**cast.bearer(who), **headers})


def bytes_of(response: HttpResponse) -> bytes:
    """The body, streamed or not."""
    return b"".join(response.streaming_content) if response.streaming else response.content


def take(who: User, package: Package, file: str, **headers: str) -> bytes:
    """The bytes of one of the files."""
    response = get(who, f"{package.pk}/{file}/", **headers)
    assert response.status_code in (200, 206), response.content
    return bytes_of(response)


# Every address that a package has.
PLACES = (*(f"{API}{{}}/{file}/" for file in FILES), "/packages/{}/", "/packages/{}/folder.zip")


def told(ask: Callable[[str], HttpResponse], path: str, package_id: UUID) -> tuple[str, list[str]]:
    """Everything that an answer tells besides the id it was asked for, and what it cost."""
    with CaptureQueriesContext(connection) as queries:
        answer = received(ask(path.format(package_id)))
    return repr(answer).replace(str(package_id), "ID"), [each["sql"].split(" ")[0] for each in queries.captured_queries]


def seen(who: User, package: Package) -> bool:
    """Whether the package is there for the person: at every address, or at none, where it is then like an id that was never used."""
    program, browser, there = Client(), cast.sign_in(Client(), who), set()
    sent = cast.bearer(who)
    for place in PLACES:
        ask = (lambda path: program.get(path, headers=sent)) if place.startswith(API) else browser.get
        response = ask(place.format(package.pk))
        there.add(response.status_code == 200)
        if response.status_code != 200:
            assert told(ask, place, package.pk) == told(ask, place, uuid4())
        bytes_of(response)
    assert len(there) == 1
    return there.pop()


def age(who: User, package: Package, **headers: str) -> HttpResponse:
    """The answer with the age file, its bytes still to come."""
    return get(who, f"{package.pk}/age/", **headers)


def events(package: Package) -> QuerySet[AuditEvent]:
    """What the log has of fetching the package, in its order."""
    return AuditEvent.objects.filter(action=Action.FETCH, object=str(package.pk)).order_by("id")


def noted(package: Package) -> list[tuple[str, dict]]:
    """Of each of these events its outcome, and what it says of the file."""
    rows = list(events(package))
    facts, known = details_of(rows), {"bulletin": str(package.bulletin_id), "version": package.version}
    return [(row.outcome, {k: v for k, v in facts[row.pk]["facts"].items() if k not in known}) for row in rows]
