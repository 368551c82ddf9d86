"""緊急のお知らせ: the operator raises the banner above everything and takes it down; one at a time, and none for ever."""

import re
import unicodedata
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import limits
from accounts.actions.verb import Deed, verb
from accounts.emergency_sight import live
from accounts.models import Emergency, Organisation
from council.audit.events import Event

LONGEST = timedelta(days=14)
# The words are for anybody: a text that carries one of these marks is meant for fewer.
_MARKS = re.compile(
    r"機密性[-:：]?(?:2|3|二|三|II)|極秘|マル秘|特定秘密|関係者限り|取扱注意|TLP[:：]?(?:RED|AMBER|GREEN)"
)
_PATH = re.compile(r"/(?!/)[A-Za-z0-9/_.~%?=&#-]*")
# Pages whose address is a secret by itself.
_SECRET_ADDRESSES = {"accounts:enrol", "due-feed"}


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
    _need_publishable(title=title, body=body, link=link)
    _need_own_page(url, link)
    if not now < ends_at <= now + LONGEST:
        raise ValidationError({"ends_at": _("これから14日以内の日時を選んでください。")})
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


def _need_publishable(**words: str) -> None:
    for field, text in words.items():
        if _MARKS.search(_bare(text)):
            said = _("だれに見せてもよい言葉だけを書けます。取扱いの印のある内容は、情報として公開してください。")
            raise ValidationError({field: said})


def _bare(text: str) -> str:
    """The text in one width, in capitals, without spaces and invisible characters."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(letter for letter in plain if unicodedata.category(letter) not in ("Cf", "Cc") and letter != " ")


def _need_own_page(url: str, link: str) -> None:
    if bool(url) != bool(link):
        field = "link" if url else "url"
        raise ValidationError({field: _("リンク先とリンクの言葉は、両方を書くか、両方を空にしてください。")})
    if url and not _leads_to_a_page(url):
        raise ValidationError({"url": _("このポータルのページを、/ から始まるアドレスで書いてください。")})


def _leads_to_a_page(url: str) -> bool:
    if not _PATH.fullmatch(url):
        return False
    try:
        found = resolve(re.split(r"[?#]", url)[0])
    except Resolver404:
        return False
    return found.view_name not in _SECRET_ADDRESSES
