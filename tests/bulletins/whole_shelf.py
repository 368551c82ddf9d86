"""A shelf with every kind of bulletin, for a cast with every kind of person: labels × releases × states × days.

Bulletins are made by the desk's verbs. What only time brings (a lapsed designation, a last moment that has passed) is
written into the rows afterwards.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import product

from django.utils import timezone

from accounts import founding
from accounts.models import Clearance, Designation, OperatorCertification, RosterEntry, User
from bulletins.advance import advance
from bulletins.backdate import backdate
from bulletins.drafting import PartDraft
from bulletins.models import Bulletin, Listing, Revision
from council.access.facts import State
from tests import cast
from tests.bulletins import shelf

LABELS = [(1, 1), (2, 2), (2, 1), (3, 3), (3, 2), (3, 1)]


@dataclass(frozen=True)
class Whole:
    """The cast, everybody in it, and the ids of all bulletins."""

    world: cast.Council
    people: list[User]
    bulletins: list[Bulletin]


def _extras(world: cast.Council) -> Iterator[User]:
    """People who differ from reader_three, or from somebody else who reads, by one fact."""
    both, item, company = (world.materials, world.infrastructure), world.item, world.company
    cleared = [cast.clear(cast.person(company, tier=2, subcommittees=both), item) for _ in range(6)]
    everything, suspended, no_roster, old_roster, old_clearance, superuser = cleared
    RosterEntry.objects.filter(person=no_roster).delete()
    yesterday = timezone.localdate() - timedelta(days=1)
    RosterEntry.objects.filter(person=old_roster).update(last_day=yesterday)
    Clearance.objects.filter(person=old_clearance).update(last_day=yesterday)
    User.objects.filter(pk=suspended.pk).update(is_active=False)
    User.objects.filter(pk=superuser.pk).update(is_superuser=True)
    yield from cleared
    away = cast.organisation(seats=both)
    yield cast.clear(cast.person(away, tier=2, subcommittees=both), item)
    OperatorCertification.objects.filter(company=away).update(last_day=yesterday)
    closed = cast.organisation(seats=both)
    yield cast.clear(cast.person(closed, tier=2, subcommittees=both), item)
    closed.is_active = False
    closed.save()
    yield cast.person(cast.organisation(tier=1), tier=1)
    yield User.objects.create(email="root@example.jp", organisation=world.audit, is_superuser=True)


def _pledge_of_all_but_one(people: list[User]) -> None:
    version = founding.found_pledge("守ります。", in_force_from=timezone.localdate()).version
    for person in people[1:]:
        founding.found_acceptance(person.pk, version)


def _ways_to_release(world: cast.Council) -> list[dict[str, list]]:
    return [
        {"organisations": [world.company]},
        {"to_subcommittees": [world.materials]},
        {"people": [world.reader_one, world.other_reader, world.auditor]},
        {"organisations": [world.agency, world.other_company, world.audit], "to_subcommittees": [world.infrastructure]},
    ]


def _revision(world: cast.Council, item: Designation, label: tuple[int, int], **what: object) -> Revision:
    tier, floor = label
    inner = tuple(str(each.pk) for each in what.pop("inner", ()))
    parts = ["だれでも", PartDraft("上まで", tier, subcommittees=inner), PartDraft("中ほど", min(tier, 2))]
    facts = {"tier": tier, "floor": floor, "floor_title": "下の題名", "parts": parts, **what}
    return shelf.drafted(world.publisher, designation=item if tier == 3 else None, **facts)


def _put(world: cast.Council, revision: Revision, state: State = State.PUBLISHED) -> Bulletin:
    approvers = [world.approver, world.second_approver]
    return advance(revision, state, author=world.publisher, approvers=approvers).bulletin


def _every_label(world: cast.Council) -> Iterator[Bulletin]:
    own = [(), (world.materials,), (world.materials, world.infrastructure)]
    inner = [(), (world.infrastructure,)]
    ways = _ways_to_release(world)
    for turn, (label, mine, within) in enumerate(product(LABELS, own, inner)):
        # Two ways each: the other two with the next label, so that every pair of label, own and way comes up.
        for release in ways[turn // 2 % 2 :: 2]:
            yield _put(world, _revision(world, world.item, label, subcommittees=mine, inner=within, **release))


def _every_state(world: cast.Council) -> Iterator[Bulletin]:
    for state in State:
        yield _put(world, _revision(world, world.item, (2, 1), organisations=[world.company]), state)
    yield shelf.revised(
        _put(world, _revision(world, world.item, (2, 2), organisations=[world.company])).served,
        world.publisher, world.approver, change_summary="公開先を替えた", people=[world.analyst],
    ).bulletin  # fmt: skip


def _every_designation(world: cast.Council) -> Iterator[Bulletin]:
    """Designations in force, lapsed, lifted today, lifted tomorrow, not begun; and one nobody is on the roster of."""
    today, day = timezone.localdate(), timedelta(days=1)
    fates = [
        {}, {"expires_on": today}, {"expires_on": today - day}, {"cancelled_on": today}, {"cancelled_on": today + day},
        {"designated_on": today + day},
    ]  # fmt: skip
    readers = [world.publisher, world.approver, world.second_approver, world.reader_three]
    for fate, label in product(fates, [(3, 3), (3, 2)]):
        item = cast.designation(world.agency)
        for person in readers:
            cast.clear(person, item)
        yield _put(world, _revision(world, item, label, organisations=[world.company]))
        Designation.objects.filter(pk=item.pk).update(**fate)
        if not fate:
            RosterEntry.objects.filter(designation=item, person=world.reader_three).delete()


def _every_end(world: cast.Council) -> Iterator[Bulletin]:
    for hours in (-1, 1):
        bulletin = _put(world, _revision(world, world.item, (1, 1), organisations=[world.company]))
        end = timezone.now() + timedelta(hours=hours)
        Revision.unrestricted.filter(pk=bulletin.served_id).update(expires_at=end)
        Listing.objects.filter(bulletin=bulletin).update(expires_at=end)
        yield bulletin


def _in_ties(bulletins: list[Bulletin]) -> None:
    """Three at a time were published at the same moment: ids decide their order."""
    for hours, few in enumerate(bulletins[place : place + 3] for place in range(0, len(bulletins), 3)):
        for bulletin in few:
            if bulletin.served:
                backdate(bulletin.served, timezone.now() - timedelta(hours=hours))


def build() -> Whole:
    """Everybody and everything, in about a hundred bulletins."""
    world = cast.council()
    people = [*_extras(world), *(each for each in vars(world).values() if isinstance(each, User))]
    _pledge_of_all_but_one(people)
    made = [each for every in (_every_label, _every_state, _every_designation, _every_end) for each in every(world)]
    bulletins = list(Bulletin.unrestricted.filter(pk__in=[each.pk for each in made]).select_related("served__bulletin"))
    _in_ties(bulletins)
    return Whole(world, [User.objects.select_related("organisation").get(pk=each.pk) for each in people], bulletins)
