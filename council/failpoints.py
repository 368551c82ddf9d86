"""Named steps at which a test may kill the process, to see that nothing is lost or done twice. Off unless FAILPOINT names one.

`FAILPOINT=seal.payload_written` kills at the first passing, `FAILPOINT=seal.payload_written@3` at the third; several are separated by
commas. Each kills once in a deployment: the process that takes the place of the dead one inherits the variable. The check
council.E005 refuses the variable in a deployment that is no test.
"""

import os
import signal
from collections import Counter

from django.conf import settings

# Every step that can be named, so that a misspelt one is noticed.
NAMES = (
    "plan.written",
    "seal.payload_written",
    "seal.payload_recorded",
    "seal.batch_locked",
    "seal.batch_written",
    "seal.batch_committed",
    "notice.claimed",
    "notice.sent",
    "notice.recorded",
    "close.keys_destroyed",
    "close.committed",
    "rewrap.batch_written",
    "log.batch_written",
    "log.batch_committed",
    "log.state_written",
    "log.checkpoint_committed",
    "verification.checked",
    "pack.file_written",
    "review.organisation_settled",
    "review.report_written",
)
_passed: Counter[str] = Counter()


def passing(name: str) -> None:
    """Says that this step is reached; SIGKILL to this very process when the deployment's test asked for it here."""
    if not settings.FAILPOINT or settings.COUNCIL_DEPLOYMENT != "test":
        return
    _passed[name] += 1
    for wanted in settings.FAILPOINT.split(","):
        step, _, count = wanted.partition("@")
        if step == name and _passed[name] == int(count or 1) and _first_time(wanted):
            os.kill(os.getpid(), signal.SIGKILL)


def _first_time(wanted: str) -> bool:
    """Whether nobody in this deployment died here yet; says so for whoever comes after."""
    try:
        (settings.COUNCIL_DATA / f"failpoint-{wanted}").touch(exist_ok=False)
    except FileExistsError:
        return False
    return True
