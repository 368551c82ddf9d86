"""Whether somebody has said that they looked at what the leak lint finds: read out of the log, for the desk.

On the page the author says so before they hand in. Programs are not asked, and what is found later was not there to be looked at.
"""

from collections import Counter

from bulletins.leak_sight import Cautions
from bulletins.models import Revision
from bulletins.schedules import newest_of
from council.access.facts import State
from council.access.policy import Action


def is_confirmed(revision: Revision, cautions: Cautions) -> bool:
    """Whether whoever handed it in confirmed as many findings of each kind as there are now; True where there are none.

    Of a draft nobody has been asked yet, and a log that no longer says is not held against anybody: True as well.
    """
    if not cautions or revision.state == State.DRAFT:
        return True
    event, said = newest_of(revision, Action.SUBMIT)
    if event is None or "cautions" not in said:
        return True
    return said.get("looked") is True and Counter(cautions.for_the_log["cautions"]) <= Counter(said["cautions"])
