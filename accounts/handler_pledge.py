"""What a handler signs: a sentence of duty that names the item, the agency and the period. A new sentence is a new version."""

from django.utils.translation import gettext as _

from accounts.models import RosterEntry
from council.templatetags.portal import jst_date

VERSION = 1


def sentence(entry: RosterEntry) -> str:
    """The sentence in force, for this entry; its designation and the agency of that must be loaded."""
    words = {
        "agency": entry.designation.agency.name,
        "number": entry.designation.register_number,
        "first": jst_date(entry.first_day),
        "last": jst_date(entry.last_day) or _("名簿から外れる日"),
    }
    return (
        _(
            "私は、%(agency)sの指定管理簿%(number)sの重要経済安保情報を、%(first)sから%(last)sまで、取扱者として取り扱います。"
            "定められた場所と方法だけで扱い、名簿にない人には決して知らせません。"
            "この義務は、名簿から外れた後も、組織を離れた後も、指定が続くかぎり続きます。"
        )
        % words
    )
