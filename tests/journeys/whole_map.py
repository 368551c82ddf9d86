"""Every route of the URL map, called by whoever may: the map says what there is, the world below what there is to ask about.

A new route is called as soon as it stands in council/urls.py. When it names something that the world does not hold, or nobody of the
cast gets an answer out of it, the tests that walk the map fail and say so.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from uuid import uuid4

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.apps import apps
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from accounts.actions.review import close_review
from accounts.models import RecipientKey, ReviewItem, User
from accounts.subject import subject_of
from bulletins import releasing
from bulletins.actions.review import approve
from bulletins.actions.scratch import keep_new
from bulletins.actions.searches import keep_search
from bulletins.leak_sight import read_files_of
from bulletins.scratches import Page
from council.audit import packs
from council.audit.models import AuditEvent
from council.audit.record import actor_of
from council.guard import OPEN
from council.management.commands.list_routes import routes
from tests import cast
from tests.accounts import given_keys, reviews
from tests.bulletins import parcels, recalls, sent, shelf

# Words of content; no refusal may show one, and none of the names and references either.
TITLE, TEXT, FILE = "聖域の題名", "聖域の本文です。", "聖域.csv"
_CONVERTER = re.compile(r"<(?:\w+:)?(\w+)>")
# What a route names, and whose rows these are.
_ROWS = {
    "event_id": "audit.AuditEvent", "query_id": "audit.SavedQuery", "signal_id": "audit.Signal", "hold_id": "audit.LegalHold",
    "disposal_id": "audit.Disposal", "verification_id": "audit.Verification", "pack_id": "audit.EvidencePack",
    "review_id": "accounts.ReviewCampaign", "person_id": "accounts.User", "organisation_id": "accounts.Organisation",
    "company_id": "accounts.Organisation",
    "scratch_id": "bulletins.Scratch",
    "bulletin_id": "bulletins.Bulletin", "which": "bulletins.Bulletin", "package_id": "bulletins.Package",
    "return_id": "bulletins.Delivery", "factor_id": "mfa.Authenticator", "item_id": "accounts.Designation",
    "copy_id": "bulletins.TakenCopy",
    "search_id": "bulletins.SavedSearch",
}  # fmt: skip
_WORDS = {
    "position": ["2", "3", "4"],
    "number": ["1"],
    "log": ["tier-1"],
    "tile": ["0/000.p/1", "entries/000.p/1"],
    "provider_id": ["staff"],
}


@dataclass(frozen=True)
class Route:
    """One pattern and one of its methods."""

    method: str
    path: str
    name: str
    policy: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@cache
def guarded_routes() -> tuple[Route, ...]:
    """Everything that is not open to the world."""
    rows = (
        Route(row["method"], row["path"], row["name"], row["policy"]) for row in routes(get_resolver().url_patterns)
    )
    return tuple(row for row in rows if row.policy != OPEN)


@dataclass
class Whole:
    """A council in which there is one of everything, its people with a browser each, and the words nobody else may learn."""

    cast: cast.Council
    clients: dict[str, Client] = field(default_factory=dict)

    @property
    def people(self) -> dict[str, User]:
        return {name: row for name, row in vars(self.cast).items() if isinstance(row, User)}

    def secrets(self, *, but: str = "") -> list[bytes]:
        """What no refusal may show: content, references and names, but one's own, which stands at the head of every page."""
        own = {self.people[but].name, self.people[but].organisation.name} if but else set()
        names = {
            *(row.name for row in self.people.values()),
            self.cast.company.name,
            self.cast.item.register_number,
        } - own
        references = apps.get_model("bulletins.Bulletin").unrestricted.values_list("reference", flat=True)
        return [each.encode() for each in (TITLE, TEXT, FILE, *names, *references)]

    def actor(self, name: str) -> str:
        """What the log calls the person."""
        return actor_of(str(self.people[name].pk))

    def addresses(self, route: Route) -> Iterator[str]:
        """Each address that the world has for the route."""
        names = _CONVERTER.findall(route.path)
        for values in product(*(self._named(name) for name in names)):
            path = route.path
            for name, value in zip(names, values, strict=True):
                path = re.sub(rf"<(?:\w+:)?{name}>", str(value), path)
            yield path
            if path.startswith("/keys/"):
                yield from (f"{path}?key={key}" for key in RecipientKey.objects.values_list("pk", flat=True))

    def _named(self, name: str) -> list[object]:
        if name in _WORDS:
            return list(_WORDS[name])
        assert name in _ROWS, f"tests/journeys/whole_map.py does not know what <{name}> is"
        model = apps.get_model(_ROWS[name])
        found = list(
            getattr(model, "unrestricted", model._default_manager).order_by("-pk").values_list("pk", flat=True)[:12]
        )
        assert found, f"the world of tests/journeys/whole_map.py holds no {_ROWS[name]}"
        return found

    def ask(self, name: str, method: str, address: str) -> HttpResponse:
        if name not in self.clients:
            self.clients[name] = cast.sign_in(Client(raise_request_exception=False), self.people[name])
        if "/api/" in address and method != "GET":
            return self.clients[name].generic(method, address, "{}", "application/json")
        return self.clients[name].generic(method, address)

    def reader_of(self, route: Route) -> tuple[str, str] | None:
        """Who gets an answer out of a GET route, and at which address."""
        for address in self.addresses(route):
            for name in self.people:
                response = self.ask(name, route.method, address)
                sent.bytes_of(response)
                if response.status_code == 200:
                    return name, address
        return None


def whole_world() -> Whole:
    """One of everything."""
    world = cast.council()
    parcels.key(world.company, world.reader_two)
    what = {"tier": 2, "title": TITLE, "floor": 1, "floor_title": TITLE, "organisations": [world.company, world.agency]}
    file = shelf.attachment(FILE, TEXT.encode())
    asked_back = shelf.published(world.publisher, world.approver, **what, parts=[TEXT])
    recalls.read(asked_back, world.reader_two)
    recalls.take_back(asked_back, world)
    # Whoever looks first at files on the desk has them read and their words kept: that is nobody's deed.
    read_files_of(shelf.drafted(world.publisher, **what, parts=[TEXT, file]))
    keep_new(uuid4(), Page(), {"title": [TITLE]}, acting_user=world.publisher)
    shelf.handed_in(world.publisher, **what, parts=[TEXT, file])
    out = shelf.published(world.publisher, world.approver, **what, parts=[TEXT, file, shelf.figure()])
    releasing.distribute(out.pk)
    _copy(world, out.bulletin)
    shelf.revised(
        shelf.published(world.publisher, world.approver, **what, parts=[TEXT]), world.publisher, world.approver,
        **what, parts=[f"{TEXT}。"], change_summary="直した。",
    )  # fmt: skip
    approve(shelf.handed_in(world.publisher, **what, parts=[TEXT]).bulletin_id, acting_user=world.approver)
    _factor(world)
    _waiting_keys(world)
    _reviews(world)
    _records(world)
    keep_search(subject_of(world.reader_two), TITLE, {"q": TITLE}, alerts=True)
    return Whole(world)


def _copy(world: cast.Council, bulletin: Model) -> None:
    """A numbered copy of somebody."""
    who = {"person": world.reader_two, "organisation": world.company}
    what = {"bulletin": bulletin, "revision": 1, "number": 1, "reason": "meeting", "taken_at": timezone.now()}
    apps.get_model("bulletins.TakenCopy").objects.create(**who, **what)


def _factor(world: cast.Council) -> None:
    """An authenticator app of somebody."""
    TOTP.activate(world.reader_three, generate_totp_secret())


def _waiting_keys(world: cast.Council) -> None:
    """A key that waits for its proof, and one that waits for its confirmations."""
    given_keys.registered(world.company, world.reader_two)
    given_keys.proved(world.other_company, world.other_reader)


def _reviews(world: cast.Council) -> None:
    """A review that is over, and one that goes on."""
    first = reviews.begun(world)
    said = {"answer": reviews.KEEP, "answered_by": world.operator, "answered_at": timezone.now()}
    ReviewItem.objects.filter(campaign=first).update(**said)
    close_review(first, acting_user=world.operator)
    reviews.begun(world)


def _records(world: cast.Council) -> None:
    """What the people of the auditor's desk and the keepers of records have made."""
    now, event = timezone.now(), AuditEvent.objects.first()
    who = {"auditor": world.auditor.pk, "operator": world.operator.pk}
    make = lambda model, **facts: apps.get_model(f"audit.{model}").objects.create(**facts)  # noqa: E731
    make("SavedQuery", person=who["auditor"], name="今週", query="outcome=deny", created_at=now)
    make(
        "Signal", key="x", rule="refusals", actor=actor_of(str(world.reader_two.pk)), event=event.pk, first_event=event.pk,
        count=9, threshold=3, raised_at=now,
    )  # fmt: skip
    make("LegalHold", reason="調査", object=str(uuid4()), placed_by=who["operator"], placed_at=now)
    make("Disposal", kind="reading", before=now, expected=1, proposed_by=who["operator"], proposed_at=now)
    pack = packs.ask_for(
        {"action": "bulletin.publish"}, packs.Plan(1, proofs=True, logs=False), subject=subject_of(world.auditor)
    )
    packs.run(pack.pk)
    make("Verification", asked_by=who["auditor"], asked_at=now, moved_at=now, state="done", ended_at=now)
