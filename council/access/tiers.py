"""The three tiers, and the words that must never be rounded down to one of them."""

import re
from enum import IntEnum

from council.access.words import gettext_noop as _

_ABOVE_THIS_PORTAL = re.compile(r"機密性\s*[3３]|極秘|^\s*秘\s*$")


class TierRefused(ValueError):
    """A grade that this portal does not hold; the message is one plain sentence for the person who sent it."""


class Tier(IntEnum):
    """機密性1情報, 機密性2情報, 重要経済安保情報. The number is an order: CRITICAL is not 機密性3."""

    ONE = 1
    TWO = 2
    CRITICAL = 3

    @property
    def label(self) -> str:
        return _LABELS[self]

    @classmethod
    def parse(cls, value: object) -> "Tier":
        """The tier for 1, 2, 3 or its Japanese name. TierRefused for anything else, 機密性3 by name."""
        if isinstance(value, cls):
            return value
        if isinstance(value, str) and _ABOVE_THIS_PORTAL.search(value):
            raise TierRefused(
                _("機密性3情報（極秘・秘）はこのポータルでは扱えません。定められた別の手段を使ってください。")
            )
        for tier in cls:
            if not isinstance(value, bool) and value in (tier.value, str(tier.value), tier.label, tier.label[:-2]):
                return tier
        raise TierRefused(_("格付は 1（機密性1）、2（機密性2）、3（重要経済安保情報）のどれかで指定してください。"))


_LABELS = {Tier.ONE: "機密性1情報", Tier.TWO: "機密性2情報", Tier.CRITICAL: "重要経済安保情報"}
