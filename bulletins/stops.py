"""Which ways out are open for one reader: of a bulletin as a whole, and of each of its parts. Asked of decide(), use by use.

The table of what a way needs is council.access.caveats.NEEDS. Whoever lets words leave the screen asks here, part by part.
"""

from bulletins.rendition import Content, Portion
from council.access import facts
from council.access.caveats import NEEDS, Path, Use
from council.access.facts import Subject
from council.access.policy import Action, Decision, Reason, decide

_ACTION = {
    Use.PRINT: Action.PRINT,
    Use.COPY: Action.COPY,
    Use.DOWNLOAD: Action.DOWNLOAD,
    Use.FORWARD: Action.FORWARD,
}


def may_leave(subject: Subject, path: Path, resource: facts.Bulletin | facts.Part) -> Decision:
    """Whether the bulletin, or the part, may leave by this way: the first refusal of all the uses it needs, if there is one."""
    decision = Decision(allowed=False, reason=Reason.UNKNOWN_ACTION)
    for use in sorted(NEEDS[path]):
        decision = decide(subject, _ACTION[use], resource)
        if not decision:
            break
    return decision


def leaving(
    subject: Subject, path: Path, about: facts.Bulletin, portions: tuple[Portion[Content], ...]
) -> tuple[Portion[Content], ...]:
    """Those of the portions that may leave by this way, in their order."""
    return tuple(each for each in portions if may_leave(subject, path, facts.Part(about, each.label)))
