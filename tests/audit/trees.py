"""Trees to test against: leaf hashes of many sizes, and everything that can be altered in a proof."""

import hashlib
from collections.abc import Iterator, Sequence

from council.audit.tree import Node, complete_root, leaf_hash


def leaves(count: int) -> list[bytes]:
    return [leaf_hash(b"entry %d" % number) for number in range(count)]


def node_over(hashes: Sequence[bytes]) -> Node:
    """Answers from a plain list of leaf hashes; ValueError for a subtree that the list does not fill."""

    def node(level: int, number: int) -> bytes:
        return complete_root(hashes[number << level : (number + 1) << level])

    return node


def mth(hashes: Sequence[bytes]) -> bytes:
    """RFC 6962 §2.1 as it is written there: the slow twin of root_of()."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return hashlib.sha256(b"\x01" + mth(hashes[:split]) + mth(hashes[split:])).digest()


def altered(path: Sequence[bytes]) -> Iterator[list[bytes]]:
    """The path with a bit changed in each hash, one hash less or more at either end, and neighbours exchanged."""
    path = list(path)
    for place, hashed in enumerate(path):
        yield [*path[:place], bytes([hashed[0] ^ 1]) + hashed[1:], *path[place + 1 :]]
    yield [*path, bytes(32)]
    yield [bytes(32), *path]
    if path:
        yield path[:-1]
        yield path[1:]
        yield [*path, path[-1]]
    for place in range(len(path) - 1):
        yield [*path[:place], path[place + 1], path[place], *path[place + 2 :]]
