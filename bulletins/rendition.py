"""A revision for one label: the parts it dominates, in order, without a gap or a trace of the others. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from council.access import caveats
from council.access.caveats import Caveat
from council.access.facts import Bulletin, Label, Part, Subject
from council.access.policy import Action, decide
from council.access.tiers import Tier

Content = TypeVar("Content")


@dataclass(frozen=True, slots=True)
class Portion(Generic[Content]):
    """A part as the rendition needs it: is it a title, the summary of changes or body, under which label, and what it carries."""

    is_title: bool
    label: Label
    content: Content
    is_changes: bool = False


@dataclass(frozen=True, slots=True)
class Rendition(Generic[Content]):
    """What one reader gets; the banner covers exactly what is shown. `title` and `changes` are None where none reaches them."""

    title: Portion[Content] | None
    portions: tuple[Portion[Content], ...]
    banner: Label
    changes: Portion[Content] | None = None

    @property
    def stopped(self) -> frozenset[caveats.Use]:
        """The uses that a caveat anywhere in the rendition stops."""
        return caveats.stopped(self.banner.caveats)


def banner_of(labels: Iterable[Label], own: Label) -> Label:
    """The lowest label that covers all the labels and the bulletin's own subcommittees and caveats."""
    labels = list(labels)
    every_caveat: dict[str, Caveat] = {caveat.words: caveat for label in (own, *labels) for caveat in label.caveats}
    return Label(
        max((label.tier for label in labels), default=own.tier),
        own.subcommittees.union(*(label.subcommittees for label in labels)),
        tuple(every_caveat.values()),
    )


def render(portions: Iterable[Portion[Content]], subject: Subject, bulletin: Bulletin) -> Rendition[Content]:
    """The rendition for the subject, who must already have passed decide(READ) for the bulletin.

    Of several titles the highest one within reach speaks: a floor below the banner has a title of its own.
    """
    seen = [p for p in portions if decide(subject, Action.READ, Part(bulletin, p.label))]
    return compose(seen, bulletin)


def compose(seen: list[Portion[Content]], bulletin: Bulletin) -> Rendition[Content]:
    """The rendition made of exactly these portions."""
    titles = sorted((portion for portion in seen if portion.is_title), key=lambda portion: portion.label.tier)
    title = titles[-1] if titles else None
    changes = next((portion for portion in seen if portion.is_changes), None)
    body = tuple(portion for portion in seen if not portion.is_title and not portion.is_changes)
    shown = [portion.label for portion in (title, changes, *body) if portion]
    own = Label(Tier.ONE, bulletin.floor.subcommittees, bulletin.floor.caveats)
    return Rendition(title, body, banner_of(shown, own), changes)
