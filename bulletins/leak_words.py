"""Findings of the leak lint in sentences: what was found, and why it is asked about."""

from django.utils.translation import gettext as _

from bulletins import leak_lint


def why(code: str) -> str:
    """What the author has to make sure of."""
    return {
        leak_lint.MAIL: _("メールアドレスです。読む人に知らせてよいものか確かめてください。"),
        leak_lint.PHONE: _("電話番号です。読む人に知らせてよいものか確かめてください。"),
        leak_lint.ADDRESS: _("組織の中だけで使うIPアドレスです。"),
        leak_lint.HOST: _("組織の中だけで使う機器やフォルダーの名前です。"),
        leak_lint.NUMBER: _("個人番号（マイナンバー）のように見える12桁の数字です。"),
        leak_lint.ORGANISATION: _("この資料を見ない組織の名前です。"),
        leak_lint.PERSON: _("この資料を見ない人の名前です。"),
        leak_lint.REFERENCE: _("この資料番号を、読む人の全員が見られるとは確かめられません。"),
    }[code]
