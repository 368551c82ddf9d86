"""The tree against the vectors of FORMAT.md §11, against RFC 6962 written down a second time, and against altered proofs."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from council.audit.tree import (
    EMPTY,
    Frontier,
    ProofRefused,
    check_consistency,
    check_inclusion,
    complete_root,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
    subtree_root,
)
from tests.audit.trees import altered, leaves, mth, node_over

MOST = 70
LEAVES = leaves(MOST)
ROOTS = [root_of(LEAVES[:size]) for size in range(MOST + 1)]
NODE = node_over(LEAVES)
SIZES = st.integers(1, 3000)


def refused(check, *arguments):
    with pytest.raises(ProofRefused):
        check(*arguments)
    return True


def test_the_published_log_has_its_published_root(vectors):
    tree = vectors["tree"]
    hashes = [leaf_hash(word.encode()) for word in tree["entries"]]
    assert (
        base64.b64encode(root_of(hashes)).decode()
        == "rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs="
        == tree["root_base64"]
    )
    assert [root_of(hashes[:size]).hex() for size in range(16)] == tree["roots"]


def test_the_published_proofs_are_made_and_accepted(vectors):
    tree = vectors["tree"]
    hashes, roots = (
        [leaf_hash(word.encode()) for word in tree["entries"]],
        [bytes.fromhex(root) for root in tree["roots"]],
    )
    for vector in tree["inclusion"]:
        path = [bytes.fromhex(each) for each in vector["path"]]
        assert inclusion_proof(vector["index"], vector["size"], node_over(hashes)) == path
        check_inclusion(hashes[vector["index"]], vector["index"], vector["size"], path, roots[vector["size"]])
    for vector in tree["consistency"]:
        path, old, size = [bytes.fromhex(each) for each in vector["path"]], vector["old"], vector["size"]
        assert consistency_proof(old, size, node_over(hashes)) == path
        check_consistency(old, size, path, roots[old], roots[size])


def test_the_root_is_the_one_of_the_rfc_at_every_size():
    for size in range(MOST + 1):
        assert ROOTS[size] == mth(LEAVES[:size])


def test_every_inclusion_proof_of_every_small_tree_holds():
    for size in range(1, MOST + 1):
        for index in range(size):
            path = inclusion_proof(index, size, NODE)
            check_inclusion(LEAVES[index], index, size, path, ROOTS[size])


def test_every_consistency_proof_of_every_small_tree_holds():
    for size in range(MOST + 1):
        for old in range(size + 1):
            check_consistency(old, size, consistency_proof(old, size, NODE), ROOTS[old], ROOTS[size])


def test_every_altered_inclusion_proof_of_every_small_tree_is_refused():
    for size in range(1, MOST + 1):
        for index in range(size):
            for path in altered(inclusion_proof(index, size, NODE)):
                assert refused(check_inclusion, LEAVES[index], index, size, path, ROOTS[size])


def test_every_altered_consistency_proof_of_every_small_tree_is_refused():
    for size in range(1, MOST + 1):
        for old in range(1, size + 1):
            for path in altered(consistency_proof(old, size, NODE)):
                assert refused(check_consistency, old, size, path, ROOTS[old], ROOTS[size])


def test_an_inclusion_proof_holds_for_one_place_one_leaf_and_one_root_alone():
    for size in range(2, 34):
        for index in range(size):
            path = inclusion_proof(index, size, NODE)
            for other in set(range(size + 2)) - {index}:
                assert refused(check_inclusion, LEAVES[index], other, size, path, ROOTS[size])
                assert refused(check_inclusion, LEAVES[other], index, size, path, ROOTS[size])
            for other in set(range(36)) - {size}:
                assert refused(check_inclusion, LEAVES[index], index, size, path, ROOTS[other])


def test_a_consistency_proof_holds_for_its_two_roots_alone():
    for size in range(1, 34):
        for old in range(1, size + 1):
            path = consistency_proof(old, size, NODE)
            for other in set(range(36)) - {old, size}:
                assert refused(check_consistency, old, size, path, ROOTS[other], ROOTS[size])
                assert refused(check_consistency, old, size, path, ROOTS[old], ROOTS[other])


def test_a_consistency_proof_is_too_short_for_a_far_larger_tree():
    for size in range(2, 34):
        for old in range(1, size):
            path = consistency_proof(old, size, NODE)
            assert refused(check_consistency, old, size * 8, path, ROOTS[old], ROOTS[size])


def test_a_rewritten_history_has_no_proof():
    forged = [LEAVES[0], leaf_hash(b"another"), *LEAVES[2:]]
    for old in range(2, 40):
        path = consistency_proof(old, 40, node_over(forged))
        assert refused(check_consistency, old, 40, path, ROOTS[old], root_of(forged[:40]))


def test_a_tree_never_becomes_smaller():
    for old, size in ((1, 0), (8, 7), (70, 1), (-1, 3)):
        with pytest.raises(ValueError, match="was never one"):
            consistency_proof(old, size, NODE)
        assert refused(check_consistency, old, size, [], ROOTS[old], ROOTS[size])


def test_what_is_not_in_the_tree_has_no_proof():
    for index, size in ((0, 0), (5, 5), (6, 5), (-1, 5)):
        with pytest.raises(ValueError, match="has no leaf"):
            inclusion_proof(index, size, NODE)
        assert refused(check_inclusion, LEAVES[0], index, size, [], ROOTS[size])


def test_the_empty_tree_is_the_beginning_of_every_tree_and_has_one_root():
    check_consistency(0, 0, [], EMPTY, EMPTY)
    check_consistency(0, 9, [], EMPTY, ROOTS[9])
    assert refused(check_consistency, 0, 9, [], ROOTS[1], ROOTS[9])
    assert refused(check_consistency, 0, 9, [bytes(32)], EMPTY, ROOTS[9])
    assert refused(check_consistency, 0, 0, [], EMPTY, ROOTS[1])


def test_a_proof_asks_for_two_subtrees_a_level_at_most():
    asked = []

    def node(level, number):
        asked.append(level)
        return NODE(level, number)

    for index in range(MOST):
        asked.clear()
        inclusion_proof(index, MOST, node)
        assert max(asked.count(level) for level in asked) <= 2


@given(SIZES, st.data())
@settings(max_examples=60, deadline=None)
def test_proofs_of_larger_trees_hold_and_altered_ones_do_not(size, data):
    hashes = leaves(size)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    node, root = node_over(hashes), root_of(hashes)
    path, steps = inclusion_proof(index, size, node), consistency_proof(old, size, node)
    check_inclusion(hashes[index], index, size, path, root)
    check_consistency(old, size, steps, root_of(hashes[:old]), root)
    assert all(refused(check_inclusion, hashes[index], index, size, each, root) for each in altered(path))
    assert all(refused(check_consistency, old, size, each, root_of(hashes[:old]), root) for each in altered(steps))


@given(st.integers(0, 3000), st.integers(0, 300))
@settings(max_examples=40, deadline=None)
def test_an_edge_that_was_stored_grows_on_as_if_it_never_had_been(before, more):
    edge = Frontier.empty()
    for leaf in leaves(before):
        edge.append(leaf)
    edge = Frontier.parse(before, bytes(edge))
    for leaf in leaves(before + more)[before:]:
        edge.append(leaf)
    assert (edge.size, edge.root()) == (before + more, root_of(leaves(before + more)))


def test_an_edge_is_as_long_as_its_tree_says():
    for size, data in ((0, bytes(32)), (1, b""), (3, bytes(32)), (3, bytes(65)), (4, bytes(64))):
        with pytest.raises(ValueError, match="edge"):
            Frontier.parse(size, data)


def test_only_a_power_of_two_of_leaves_is_a_complete_subtree():
    assert complete_root(LEAVES[:8]) == ROOTS[8]
    assert subtree_root(64, 70, NODE) == mth(LEAVES[64:70])
    for count in (0, 3, 6, 7):
        with pytest.raises(ValueError, match="power of two"):
            complete_root(LEAVES[:count])
