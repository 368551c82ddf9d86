"""What the emergency banner may say: words for anybody, one link into this portal, and an end that is near."""

import re
import unicodedata
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

LONGEST = timedelta(days=14)
# The words are for anybody: a text that carries one of these marks is meant for fewer.
_MARKS = re.compile(
    r"機密性[-:：]?(?:2|3|二|三|II)|極秘|マル秘|特定秘密|関係者限り|取扱注意|TLP[:：]?(?:RED|AMBER|GREEN)"
)
_PATH = re.compile(r"/(?!/)[A-Za-z0-9/_.~%?=&#-]*")
# Pages whose address is a secret by itself.
_SECRET_ADDRESSES = {"accounts:enrol", "due-feed"}


def need_fit(title: str, body: str, *, ends_at: datetime, url: str, link: str, now: datetime) -> None:
    """ValidationError by field: a mark of secrecy in the words, a link that leads out of this portal or nowhere, a link without words,
    an end that is over or more than fourteen days ahead.
    """
    _need_publishable(title=title, body=body, link=link)
    _need_own_page(url, link)
    if not now < ends_at <= now + LONGEST:
        raise ValidationError({"ends_at": _("これから14日以内の日時を選んでください。")})


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
