"""A rendition shows what the reader's label dominates, in order, under a banner of exactly that, and nothing else."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulletins.rendition import Portion, Rendition, render
from council.access import caveats
from council.access.caveats import Use
from council.access.facts import Label, Subject, Term
from council.access.tiers import Tier
from tests.access import given as facts
from tests.access.given import IN_FORCE, ITEM, YESTERDAY
from tests.draws import drawn

WHOLE = facts.bulletin(
    floor=facts.label(Tier.ONE), banner=facts.label(Tier.CRITICAL, "chips", "grid"), designation=IN_FORCE
)
ONE = {**dict.fromkeys(facts.CLEARED, frozenset()), "tier": Tier.ONE, "subcommittees": frozenset()}


def title(words: str, tier: Tier = Tier.ONE, *subcommittees: str) -> Portion[str]:
    return Portion(True, facts.label(tier, *subcommittees), words)


def text(words: str, tier: Tier = Tier.ONE, *subcommittees: str, marks: tuple[str, ...] = ()) -> Portion[str]:
    return Portion(False, facts.label(tier, *subcommittees, marks=marks), words)


def shown(rendition: Rendition[str]) -> list[str]:
    return [portion.content for portion in rendition.portions]


PARTS = [
    title("題"), title("上の題", Tier.CRITICAL), text("序"), text("次", Tier.TWO), text("奥", Tier.CRITICAL),
    text("半導体", Tier.ONE, "chips"), text("電力", Tier.ONE, "grid"), text("結び"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        (ONE, ["序", "結び"]),
        ({**ONE, "subcommittees": frozenset({"grid"})}, ["序", "電力", "結び"]),
        ({**ONE, "tier": Tier.TWO}, ["序", "次", "結び"]),
        ({}, ["序", "次", "奥", "半導体", "結び"]),
        ({"rosters": frozenset()}, ["序", "次", "半導体", "結び"]),
        ({"subcommittees": frozenset({"chips", "grid"})}, ["序", "次", "奥", "半導体", "電力", "結び"]),
    ],
)
def test_each_reader_gets_their_parts_in_order_without_a_gap(about, expected):
    assert shown(render(PARTS, facts.subject(**about), WHOLE)) == expected


def test_of_several_titles_the_highest_within_reach_speaks():
    assert render(PARTS, facts.subject(), WHOLE).title.content == "上の題"
    assert render(PARTS, facts.subject(**ONE), WHOLE).title.content == "題"
    assert render([title("上の題", Tier.TWO)], facts.subject(**ONE), WHOLE).title is None


def test_the_banner_covers_exactly_what_is_shown():
    assert render(PARTS, facts.subject(**ONE), WHOLE).banner == facts.label(Tier.ONE)
    assert render(PARTS, facts.subject(), WHOLE).banner == facts.label(Tier.CRITICAL, "chips")


def test_a_title_that_is_not_shown_does_not_raise_the_banner():
    two = [title("題"), title("上の題", Tier.TWO), text("序")]
    assert render(two, facts.subject(**ONE), WHOLE).banner.tier is Tier.ONE


def test_what_a_hidden_part_forbids_is_not_forbidden_below_it():
    marked = [text("序"), text("次", Tier.TWO, marks=("印刷禁止",))]
    assert render(marked, facts.subject(), WHOLE).stopped == {Use.PRINT}
    assert render(marked, facts.subject(**ONE), WHOLE).stopped == frozenset()


def test_the_bulletins_own_caveats_and_subcommittees_bind_every_rendition():
    own = replace(WHOLE, floor=facts.label(Tier.ONE, "chips", marks=("転送禁止",)))
    banner = render([text("序")], facts.subject(), own).banner
    assert banner == facts.label(Tier.ONE, "chips", marks=("転送禁止",))


def test_a_lapsed_designation_takes_its_parts_out_of_every_rendition():
    lapsed = replace(WHOLE, designation=replace(IN_FORCE, last=YESTERDAY))
    assert shown(render(PARTS, facts.subject(), lapsed)) == ["序", "次", "半導体", "結び"]


# --- for every revision and every reader ------------------------------------------------------------------------------

_names = st.frozensets(st.sampled_from(["chips", "grid"]))
_marks = st.lists(st.sampled_from(["印刷禁止", "転送禁止", "複製禁止"]), max_size=2, unique=True)
labels = st.builds(
    lambda tier, names, marks: Label(tier, names, caveats.parse_all(marks)), st.sampled_from(Tier), _names, _marks
)
portions = st.lists(
    st.builds(Portion, is_title=st.sampled_from([True, False, False]), label=labels, content=st.integers(0, 999)),
    max_size=8,
)
readers = st.builds(
    lambda tier, names, rosters: facts.subject(tier=tier, session=tier, subcommittees=names, rosters=rosters),
    st.sampled_from(Tier),
    _names,
    st.sampled_from([frozenset(), frozenset({Term(item=ITEM)})]),
)


def _dominated(reader: Subject, label: Label) -> bool:
    """The rule in its own words, without decide(): everything here is released, in force and of one agency."""
    reaches = label.tier <= reader.session and (label.tier < Tier.CRITICAL or bool(reader.rosters))
    return reaches and label.subcommittees <= reader.subcommittees


def _everything(rendition: Rendition[int]) -> list[Portion[int]]:
    return [*([rendition.title] if rendition.title else []), *rendition.portions]


@drawn(150)
@given(portions, readers)
def test_a_rendition_holds_all_that_the_reader_dominates_and_nothing_else(parts, reader):
    rendition = render(parts, reader, WHOLE)
    assert list(rendition.portions) == [p for p in parts if not p.is_title and _dominated(reader, p.label)]
    titles = [p for p in parts if p.is_title and _dominated(reader, p.label)]
    assert (rendition.title is None) is (not titles)
    assert rendition.title is None or rendition.title.label.tier == max(p.label.tier for p in titles)


@drawn(150)
@given(portions, readers)
def test_the_banner_is_the_least_label_above_what_is_shown(parts, reader):
    rendition = render(parts, reader, WHOLE)
    seen = [portion.label for portion in _everything(rendition)]
    assert rendition.banner.tier == max((label.tier for label in seen), default=Tier.ONE)
    assert rendition.banner.subcommittees == frozenset().union(*(label.subcommittees for label in seen))
    words = [caveat.words for caveat in rendition.banner.caveats]
    assert set(words) == {caveat.words for label in seen for caveat in label.caveats}
    assert len(words) == len(set(words))


@drawn(150)
@given(portions, portions, readers, st.randoms(use_true_random=False))
def test_worlds_that_differ_in_hidden_parts_alone_look_the_same(parts, others, reader, chance):
    visible = [part for part in parts if _dominated(reader, part.label)]
    other_world = list(visible)
    for hidden in (part for part in others if not _dominated(reader, part.label)):
        other_world.insert(chance.randint(0, len(other_world)), hidden)
    assert render(parts, reader, WHOLE) == render(visible, reader, WHOLE) == render(other_world, reader, WHOLE)


@drawn(100)
@given(portions, readers, readers)
def test_who_dominates_more_sees_no_less(parts, one, other):
    lower, higher = sorted(
        (one, other), key=lambda reader: (reader.session, len(reader.subcommittees), len(reader.rosters))
    )
    if lower.subcommittees <= higher.subcommittees and lower.rosters <= higher.rosters:
        assert set(render(parts, lower, WHOLE).portions) <= set(render(parts, higher, WHOLE).portions)
