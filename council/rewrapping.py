"""Wrapping keys anew after a rotation. Every table of wraps is one entry here; how far it has got is read off the rows themselves,
so it may be broken off at any moment and go on anywhere. FORMAT.md §6 of council.sealing.

Whoever seals does so inside the transaction that stores the wrap: then the transactions that are open when an epoch begins are the
last that can leave a wrap in the epoch before.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import models, transaction

from council.failpoints import passing
from council.keys import keyring
from council.sealing.envelope import Binding, Sealed, rewrap
from council.sealing.errors import OpeningRefused
from council.sealing.keyring import Keyring

BATCH = 300


@dataclass(frozen=True, slots=True)
class WrapStore:
    """One table whose rows have the columns wrap, epoch, algorithm and key_id.

    `rows()` are its rows with all that `binding_of` needs, and without ciphertexts. `tier` and `subcommittees` are the paths in
    it to what the wraps are labelled with, for the inventory; no subcommittees, no path.
    """

    name: str
    model: type[models.Model]
    rows: Callable[[], models.QuerySet]
    binding_of: Callable[[Any], Binding]
    tier: str
    subcommittees: str = ""


class Batch(NamedTuple):
    """How many wraps were looked at, made anew, and could not be opened, and the last row looked at (None: no more)."""

    taken: int
    done: int
    stuck: int
    last: Any


_stores: dict[str, WrapStore] = {}


def register(*stores: WrapStore) -> None:
    """Called from AppConfig.ready(); registering twice changes nothing."""
    for store in stores:
        _stores[store.name] = store


def stores() -> tuple[WrapStore, ...]:
    return tuple(_stores.values())


def remaining() -> dict[str, int]:
    """Store -> how many of its wraps still open and are below the current epoch; no query when a rotation is over."""
    ring = keyring()
    if not is_under_way(ring):
        return dict.fromkeys(_stores, 0)
    return {store.name: _below(store.model.objects.all(), ring).count() for store in stores()}


def is_under_way(ring: Keyring) -> bool:
    """Whether an epoch has begun and the ones before are not closed yet."""
    return ring.minimum_epoch() < ring.current_epoch()


def one_pass() -> Iterator[Batch]:
    """Goes through every store once, batch by batch, each a transaction of its own. KeyringUnavailable ends it."""
    for store in stores():
        after = None
        while (batch := rewrap_batch(store, after)).taken:
            yield batch
            after = batch.last


def rewrap_batch(store: WrapStore, after: object = None, size: int | None = None) -> Batch:
    """Makes the wraps of the next rows beyond `after` anew, BATCH of them. One that does not open is counted and left as it is.

    Wrapping happens before the transaction, which only compares and replaces: what was destroyed or made anew meanwhile stays so.
    """
    ring = keyring()
    rows = _below(store.rows(), ring).order_by("pk")
    rows = rows if after is None else rows.filter(pk__gt=after)
    taken = list(rows[: size or BATCH])
    fresh = {row.pk: (row, made) for row in taken if (made := _made_anew(ring, store, row))}
    done = _replace(store, fresh) if fresh else 0
    return Batch(len(taken), done, len(taken) - len(fresh), taken[-1].pk if taken else None)


def _below(rows: models.QuerySet, ring: Keyring) -> models.QuerySet:
    """The rows that a rotation has yet to reach. Below the minimum nothing opens, whatever is done to it."""
    return rows.filter(epoch__gte=ring.minimum_epoch(), epoch__lt=ring.current_epoch())


def _made_anew(ring: Keyring, store: WrapStore, row: models.Model) -> Sealed | None:
    sealed = Sealed(b"", bytes(row.wrap), row.epoch, row.algorithm, row.key_id)
    try:
        return rewrap(ring, store.binding_of(row), sealed)
    except (OpeningRefused, TypeError, ValueError):  # the latter two: labels that no binding can be made of
        return None


@transaction.atomic
def _replace(store: WrapStore, fresh: dict[Any, tuple[models.Model, Sealed]]) -> int:
    """Rows that somebody else holds are left to the next pass: waiting for them with others in hand could end in a deadlock."""
    free = (
        store.model.objects.select_for_update(skip_locked=True).filter(pk__in=list(fresh)).values_list("pk", flat=True)
    )
    done = 0
    for pk in list(free):
        row, made = fresh[pk]
        same = store.model.objects.filter(pk=pk, epoch=row.epoch, wrap=bytes(row.wrap))
        done += same.update(wrap=made.wrap, epoch=made.epoch, algorithm=made.algorithm, key_id=made.key_id)
    passing("rewrap.batch_written")
    return done
