"""The eight states of an organisation with a revision (design §4), and which one follows from what is known. Pure."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from bulletins.models import Answer


class Stage(StrEnum):
    """How far a revision has got with an organisation. Each is told apart by its shape, s-<name> with hyphens."""

    UNDELIVERED = "undelivered"
    DELIVERED = "delivered"
    OPENED = "opened"
    ACKNOWLEDGED = "acknowledged"
    NOT_APPLICABLE = "not_applicable"
    APPLICABLE = "applicable"
    HANDLED = "handled"
    OVERDUE = "overdue"


LABELS = {
    Stage.UNDELIVERED: _("未配達"),
    Stage.DELIVERED: _("配達"),
    Stage.OPENED: _("開封"),
    Stage.ACKNOWLEDGED: _("受領確認"),
    Stage.NOT_APPLICABLE: _("該当なし"),
    Stage.APPLICABLE: _("該当あり"),
    Stage.HANDLED: _("対応済み"),
    Stage.OVERDUE: _("期限超過"),
}
_ANSWERED = {
    Answer.Value.APPLICABLE: Stage.APPLICABLE,
    Answer.Value.NOT_APPLICABLE: Stage.NOT_APPLICABLE,
    # Who is still checking has read it: asked again on the day they named.
    Answer.Value.CHECKING: Stage.ACKNOWLEDGED,
    Answer.Value.HANDLED: Stage.HANDLED,
}


def stage(*, answer: str, acknowledged: bool, opened: bool, delivered: bool, late: bool) -> Stage:
    """What was said goes before what was done, and that before what was sent. Only who was reached can be late."""
    if answer:
        return _ANSWERED[Answer.Value(answer)]
    if acknowledged:
        return Stage.ACKNOWLEDGED
    if not opened and not delivered:
        return Stage.UNDELIVERED
    if late:
        return Stage.OVERDUE
    return Stage.OPENED if opened else Stage.DELIVERED
