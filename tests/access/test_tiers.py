import pytest

from council.access.tiers import Tier, TierRefused


def test_tiers_are_ordered_from_publishable_to_designated():
    assert sorted(Tier) == [Tier.ONE, Tier.TWO, Tier.CRITICAL]


@pytest.mark.parametrize(
    ("given", "tier"),
    [
        (1, Tier.ONE), ("1", Tier.ONE), ("機密性1", Tier.ONE), ("機密性1情報", Tier.ONE),
        (2, Tier.TWO), ("2", Tier.TWO), ("機密性2", Tier.TWO), ("機密性2情報", Tier.TWO),
        (3, Tier.CRITICAL), ("3", Tier.CRITICAL), ("重要経済安保", Tier.CRITICAL), ("重要経済安保情報", Tier.CRITICAL),
        (Tier.TWO, Tier.TWO),
    ],
)  # fmt: skip
def test_a_tier_is_told_by_number_or_by_name(given, tier):
    assert Tier.parse(given) is tier


@pytest.mark.parametrize(
    "given", ["機密性3", "機密性3情報", "機密性３情報", "機密性 3", "極秘", "秘", " 秘 ", "文書は極秘"]
)
def test_a_grade_above_this_portal_is_refused_by_name(given):
    with pytest.raises(TierRefused, match="機密性3情報"):
        Tier.parse(given)


@pytest.mark.parametrize(
    "given", [0, 4, -1, "", "0", "4", "１", "機密性", None, True, False, [], {}, 2.5, b"1", "秘密"]
)
def test_what_is_no_tier_is_refused_and_never_rounded(given):
    with pytest.raises(TierRefused, match="格付は"):
        Tier.parse(given)


@pytest.mark.parametrize("tier", Tier)
def test_every_label_is_read_back_as_its_tier(tier):
    assert Tier.parse(tier.label) is tier
