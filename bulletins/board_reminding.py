"""The buttons of the board: how many they reach, and why one can't be pressed. What happens is decided by the verbs behind them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from bulletins.board import Board
from bulletins.board_rows import unsettled
from bulletins.return_tally import Missing
from bulletins.returns import ONCE_IN
from bulletins.standing import Standing, again_at
from council.access.facts import State
from council.templatetags.portal import jst_near


@dataclass(frozen=True, slots=True)
class Reminding:
    """A button that reminds `count` organisations; `why` says what it leaves out, or why it can't be pressed."""

    count: int
    possible: bool
    why: str


def for_those_who_owe(board: Board, rows: Iterable[Standing]) -> Reminding | None:
    """For the served revision, where it asks for an acknowledgement; None where there is nothing to remind anybody of."""
    if not may_put_off(board):
        return None
    waiting = [row for row in rows if unsettled(row)]
    reached = [row for row in waiting if row.owes and row.readers]
    ready = [row for row in reached if row.remindable]
    if not waiting:
        return None
    left_out = _left_out(len(waiting) - len(reached))
    if ready:
        return Reminding(len(ready), possible=True, why=left_out)
    again = again_at(reached)
    if again:
        return Reminding(len(reached), possible=False, why=_not_before(again) + left_out)
    return Reminding(len(waiting), possible=False, why=_("まだどの組織にも届いていないので、再通知できません。"))


def may_put_off(board: Board) -> bool:
    """Whether deadlines of this revision may be put off: it is the served one, and has one."""
    revision = board.revision
    return board.reminds and revision.bulletin.served_id == revision.pk and revision.deadline is not None


def for_returns(board: Board, missing: Sequence[Missing], now: datetime) -> Reminding | None:
    """For a recall; None where everybody has answered, or another revision was recalled since: the verb is about that one."""
    newer = (row for row in board.revisions if row.number > board.revision.number)
    if not board.reminds or not missing or any(row.state == State.RECALLED for row in newer):
        return None
    ready = [row for row in missing if row.may_be_reminded(now)]
    if ready:
        return Reminding(len(ready), possible=True, why="")
    again = min(row.reminded_at + ONCE_IN for row in missing)
    return Reminding(len(missing), possible=False, why=_not_before(again))


def _not_before(again: datetime) -> str:
    return _("再通知は1日1回までです。次は%(again)sから送れます。") % {"again": jst_near(again)}


def _left_out(count: int) -> str:
    if not count:
        return ""
    said = ngettext("届いていない%(count)d組織を除きます。", "届いていない%(count)d組織を除きます。", count)
    return said % {"count": count}


class PutOffForm(forms.Form):
    """A later deadline for one organisation. Times are those of Japan."""

    organisation = forms.UUIDField()
    until = forms.DateTimeField(error_messages={"required": lazy("新しい期限を入れてください。")})
