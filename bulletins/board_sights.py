"""What the page of what is under way shows: from numbers to words."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bulletins.board import BOARD_LENGTH, Progress, Run
from bulletins.models import Revision
from council.access.facts import Subject
from council.access.tiers import Tier

Sight = dict[str, Any]

SEALING, BACK, WAITING, UNASKED = "sealing", "back", "waiting", "unasked"
# Further ahead than this, an estimate made of so little tells nothing.
_FORESEEN = timedelta(hours=1)


def tier_of_screen(subject: Subject, revisions: Iterable[Revision]) -> Tier:
    """The tier of a screen about these: who read what is 機密性2情報, whatever was read."""
    return max(min(Tier.TWO, subject.ceiling), *(Tier(row.tier) for row in revisions), Tier.ONE)


def of_runs(subject: Subject, runs: list[Run]) -> Sight:
    """The page: every run with what is to be said of it, the sum in two sentences, and whether it keeps itself up to date."""
    now = timezone.now()
    lines = [of_run(run, now) for run in runs]
    return {
        "lines": lines,
        "sum": _sum(lines),
        "late": _late(lines),
        "now": now,
        "live": any(run.progress.queued for run in runs),
        "full": len(runs) == BOARD_LENGTH,
        "screen_tier": tier_of_screen(subject, [run.revision for run in runs]),
    }


def of_run(run: Run, now: datetime) -> Sight:
    """One run: what it is waiting for, and how long its sealing will take."""
    return {
        "run": run,
        "revision": run.revision,
        "bulletin": run.revision.bulletin,
        "phase": _phase(run),
        **of_progress(run.progress, now),
    }


def of_progress(progress: Progress, now: datetime) -> Sight:
    """What a bar shows: the counts, and the rest of the time in words, where it can be foreseen."""
    return {"progress": progress, "rest": _rest(progress.left(now))}


def _phase(run: Run) -> str:
    if run.asked_back:
        return BACK
    if run.progress.queued:
        return SEALING
    return WAITING if run.revision.deadline else UNASKED


def _rest(left: timedelta | None) -> str:
    if left is None or left > _FORESEEN:
        return ""
    seconds = max(1, round(left.total_seconds()))
    if seconds < 60:
        return ngettext("残り約%(count)d秒。", "残り約%(count)d秒。", seconds) % {"count": seconds}
    minutes = round(seconds / 60)
    return ngettext("残り約%(count)d分。", "残り約%(count)d分。", minutes) % {"count": minutes}


def _sum(lines: Iterable[Sight]) -> str:
    phases = [line["phase"] for line in lines]
    if not phases:
        return _("いま進んでいるものはありません。")
    counts = {phase: phases.count(phase) for phase in (SEALING, WAITING, BACK)}
    return _("封をしている最中が%(sealing)d件、回答待ちが%(waiting)d件、回収中が%(back)d件あります。") % counts


def _late(lines: Iterable[Sight]) -> str:
    late = sum(line["run"].late_back if line["phase"] == BACK else line["run"].overdue for line in lines)
    if not late:
        return _("期限を過ぎた組織はありません。")
    return ngettext("期限を過ぎているのは%(count)d組織です。", "期限を過ぎているのは%(count)d組織です。", late) % {
        "count": late
    }
