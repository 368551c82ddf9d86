"""The Merkle tree of RFC 6962 §2.1 over leaf hashes, and its proofs. Pure. FORMAT.md §5.

A `Node` answers for a complete subtree: node(level, number) is the root of the 2**level leaves that begin at number << level. Where
those roots are kept (tiles, a list) is the caller's business, and only as many are asked for as a proof needs: at most two a level.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Self

Node = Callable[[int, int], bytes]

HASH_BYTES = 32
EMPTY = hashlib.sha256().digest()


class ProofRefused(Exception):
    """A proof that does not lead to the root it was given for."""


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 || entry), 32 bytes."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right), 32 bytes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def complete_root(hashes: Sequence[bytes]) -> bytes:
    """The root over a power of two of hashes, one level after the other; ValueError for another number."""
    if not hashes or len(hashes) & (len(hashes) - 1):
        raise ValueError("a complete subtree has a power of two of leaves")
    level = list(hashes)
    while len(level) > 1:
        level = [node_hash(level[place], level[place + 1]) for place in range(0, len(level), 2)]
    return level[0]


@dataclass(slots=True)
class Frontier:
    """The right edge of a growing tree: the roots of its complete subtrees, the largest first (as many as `size` has one-bits)."""

    size: int
    roots: list[bytes]

    @classmethod
    def empty(cls) -> Self:
        return cls(0, [])

    @classmethod
    def parse(cls, size: int, data: bytes) -> Self:
        """From bytes(); ValueError when they are not the edge of a tree of this size."""
        roots = [data[place : place + HASH_BYTES] for place in range(0, len(data), HASH_BYTES)]
        if len(data) != HASH_BYTES * size.bit_count():
            raise ValueError(f"the edge of a tree of {size} leaves has {size.bit_count()} hashes")
        return cls(size, roots)

    def __bytes__(self) -> bytes:
        return b"".join(self.roots)

    def append(self, leaf: bytes) -> None:
        """Adds one leaf by its hash."""
        carried, size = leaf, self.size
        while size & 1:
            carried, size = node_hash(self.roots.pop(), carried), size >> 1
        self.roots.append(carried)
        self.size += 1

    def root(self) -> bytes:
        """The hash over the whole tree, 32 bytes."""
        if not self.roots:
            return EMPTY
        whole = self.roots[-1]
        for root in reversed(self.roots[:-1]):
            whole = node_hash(root, whole)
        return whole


def root_of(leaves: Iterable[bytes]) -> bytes:
    """MTH of RFC 6962 §2.1 over leaf hashes."""
    edge = Frontier.empty()
    for leaf in leaves:
        edge.append(leaf)
    return edge.root()


def subtree_root(begin: int, end: int, node: Node) -> bytes:
    """The hash over the leaves [begin, end) of a subtree that begins where one of its size may: MTH(D[begin:end])."""
    width = end - begin
    if not width & (width - 1):
        level = width.bit_length() - 1
        return node(level, begin >> level)
    split = begin + _split(width)
    return node_hash(subtree_root(begin, split, node), subtree_root(split, end, node))


def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """PATH(index, D[size]) of RFC 6962 §2.1.1, the leaf's sibling first; ValueError for an index that is not in the tree."""
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    begin, end, path = 0, size, []
    while end - begin > 1:
        split = begin + _split(end - begin)
        if index < split:
            path.append(subtree_root(split, end, node))
            end = split
        else:
            path.append(subtree_root(begin, split, node))
            begin = split
    return path[::-1]


def consistency_proof(old: int, size: int, node: Node) -> list[bytes]:
    """PROOF(old, D[size]) of RFC 6962 §2.1.2; empty when nothing is to be shown. ValueError for an old size beyond the tree."""
    if not 0 <= old <= size:
        raise ValueError(f"a tree of {size} leaves was never one of {old}")
    if old in {0, size}:
        return []
    begin, end, whole, path = 0, size, True, []
    while end - begin and old != end:
        split = begin + _split(end - begin)
        if old <= split:
            path.append(subtree_root(split, end, node))
            end = split
        else:
            path.append(subtree_root(begin, split, node))
            begin, whole = split, False
    if not whole:
        path.append(subtree_root(begin, end, node))
    return path[::-1]


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """RFC 9162 §2.1.3.2: ProofRefused unless the path leads from the leaf hash at `index` to the root of a tree of `size`."""
    if not 0 <= index < size:
        raise ProofRefused(f"a tree of {size} leaves has no leaf {index}")
    place, last, found = index, size - 1, leaf
    for hashed in path:
        if last == 0:
            raise ProofRefused("the inclusion proof is too long")
        if place & 1 or place == last:
            found = node_hash(hashed, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, hashed)
        place, last = place >> 1, last >> 1
    if last or found != root:
        raise ProofRefused("the inclusion proof does not lead to the root")


def check_consistency(old: int, size: int, path: Sequence[bytes], old_root: bytes, root: bytes) -> None:
    """RFC 9162 §2.1.4.2: ProofRefused unless the tree of `size` begins with the tree of `old`."""
    if not 0 <= old <= size:
        raise ProofRefused(f"a tree of {size} leaves does not begin with one of {old}")
    if old in {0, size}:
        holds = not path and old_root == (root if old else EMPTY) and (size > 0 or root == EMPTY)
        if not holds:
            raise ProofRefused("the two roots differ, or a proof came where none is needed")
        return
    hashes = list(path) if old & (old - 1) else [old_root, *path]
    if not hashes:
        raise ProofRefused("the consistency proof is too short")
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = hashes[0]
    for hashed in hashes[1:]:
        if last == 0:
            raise ProofRefused("the consistency proof is too long")
        if place & 1 or place == last:
            first, second = node_hash(hashed, first), node_hash(hashed, second)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            second = node_hash(second, hashed)
        place, last = place >> 1, last >> 1
    if last or first != old_root or second != root:
        raise ProofRefused("the consistency proof does not lead to both roots")


def _split(width: int) -> int:
    """The largest power of two below `width`."""
    return 1 << ((width - 1).bit_length() - 1)
