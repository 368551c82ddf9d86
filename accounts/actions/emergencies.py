"""緊急のお知らせ: the operator raises the banner above everything and takes it down; one at a time, and none for ever."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import limits
from accounts.actions.verb import Deed, verb
from accounts.emergency_sight import live
from accounts.emergency_words import need_fit
from accounts.models import Emergency, Organisation
from council.audit.events import Event


@verb(Event.EMERGENCY_RAISED)
def raise_emergency(
    deed: Deed, title: str, body: str, *, ends_at: datetime, url: str = "", link: str = ""
) -> Emergency:
    """The banner from now on until `ends_at`; the one that is up goes down in the same moment, with its event.

    ValidationError by field: a mark of secrecy in the words, a link that leads out of this portal or nowhere, a link without
    words, an end that is over or more than fourteen days ahead.
    """
    limits.need_council(deed.subject)
    _one_after_the_other()
    now = timezone.now()
    need_fit(title, body, ends_at=ends_at, url=url, link=link, now=now)
    for one in live(now):
        _end(deed, one, now)
    raised = Emergency(
        title=title, body=body, url=url, link=link, ends_at=ends_at, raised_at=now,
        origin_id=deed.subject.organisation, raised_by_id=deed.subject.person,
    )  # fmt: skip
    raised.full_clean(exclude=["ended_at"])
    raised.save(force_insert=True)
    deed.note(raised.pk, {"title": title, "body": body, "url": url, "ends_at": ends_at.isoformat()})
    return raised


@verb(Event.EMERGENCY_ENDED)
def end_emergency(deed: Deed, emergency: Emergency) -> Emergency:
    """Takes the banner down. ValidationError when it is down already."""
    limits.need_council(deed.subject, emergency.pk)
    _one_after_the_other()
    now = timezone.now()
    found = live(now).filter(pk=emergency.pk).first()
    if found is None:
        raise ValidationError(_("このお知らせは、もう消えています。"))
    return _end(deed, found, now)


def _end(deed: Deed, one: Emergency, now: datetime) -> Emergency:
    one.ended_at = now
    one.save(update_fields=["ended_at"])
    Deed(Event.EMERGENCY_ENDED, deed.subject).note(one.pk, {"title": one.title})
    return one


def _one_after_the_other() -> None:
    """Two operators at the same moment would otherwise raise two: there is no row yet that both could lock."""
    Organisation.objects.select_for_update().order_by("pk").first()
