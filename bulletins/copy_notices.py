"""Reminders that a numbered copy has to be back: three days before its day, and when the day has passed. Only while the copy is out.

The notice is about the copy and not its bulletin: its holder is told also when they may not read that any more, for they have it in hand.
"""

from datetime import datetime, time, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Notice
from accounts.notices import queue
from bulletins.copies import due_soon
from bulletins.deadlines import at
from bulletins.models import TakenCopy
from council.access.tiers import Tier

_NEAR, _OVER = "near", "over"


def tell(now: datetime) -> int:
    """Writes the reminders that have come, each once however often it is asked; for how many copies."""
    due = due_soon(now)
    wanted = {_key(copy, now): copy for copy in due}
    known = set(Notice.objects.filter(key__in=wanted).values_list("key", flat=True))
    new = {key: copy for key, copy in wanted.items() if key not in known}
    queue(_notice(key, copy, now) for key, copy in new.items())
    return len(new)


def is_out(notice: Notice) -> bool:
    """Whether the copy is still with its holder."""
    return TakenCopy.objects.filter(pk=notice.about, ended_at=None).exists()


def sentence(notice: Notice) -> str:
    """What the notice asks for."""
    words = {"reference": notice.reference}
    if notice.key.endswith(f":{_OVER}"):
        return (
            _("%(reference)sの写しを返す日が過ぎました。返すか、裁断または消去して、ポータルで記録してください。")
            % words
        )
    return (
        _("%(reference)sの写しを返す日が近づいています。返すか、裁断または消去して、ポータルで記録してください。")
        % words
    )


def path_of(notice: Notice) -> str:
    """The page on which it is recorded."""
    return reverse("copies")


def _key(copy: TakenCopy, now: datetime) -> str:
    return f"copy:{copy.pk}:{_OVER if copy.return_by < timezone.localdate(now) else _NEAR}"


def _notice(key: str, copy: TakenCopy, now: datetime) -> Notice:
    served = copy.bulletin.served
    return Notice(
        key=key, kind=Notice.Kind.COPY, person=copy.person, organisation_id=copy.organisation_id, about=copy.pk,
        reference=copy.bulletin.reference, revision=copy.revision, tier=served.floor if served else Tier.ONE,
        # The day counts to its end.
        deadline=at(copy.return_by + timedelta(days=1), time.min) - timedelta(minutes=1), created_at=now, not_before=now,
    )  # fmt: skip
