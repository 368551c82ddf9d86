"""The table of the board as a file for spreadsheets: UTF-8 with a byte order mark, one row an organisation, moments with their zone."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from bulletins.file_names import file_name_for
from bulletins.models import Revision
from bulletins.standing import Standing
from council.access import caveats
from council.access.facts import Label
from council.access.tiers import Tier
from council.spreadsheets import lines_of


def csv_of(revision: Revision, rows: Iterable[Standing]) -> bytes:
    """The file. Neither the title nor any note is in it."""
    return b"".join(lines_of(_lines(revision, rows)))


def _lines(revision: Revision, rows: Iterable[Standing]) -> Iterator[list[object]]:
    yield [
        _("資料番号"), _("版"), _("組織"), _("法人番号"), _("人数"), _("封"), _("配達"), _("受取"), _("開封"), _("開封した人"),
        _("受領確認"), _("確認した人"), _("回答"), _("回答の日時"), _("期限"), _("いまの状態"), _("理由"), _("回収の確認"),
    ]  # fmt: skip
    reference = revision.bulletin.reference
    for row in rows:
        yield [
            reference, revision.number, row.organisation.name, row.organisation.corporate_number or "", row.readers,
            _iso(row.sealed_at), _iso(row.told_at), _iso(row.fetched_at),
            _iso(row.opened_at), row.people.opened, _iso(row.acknowledged_at), row.people.acknowledged,
            row.answer.get_value_display() if row.answer else "", _iso(row.answer.answered_at if row.answer else None),
            _iso(row.deadline), row.label, row.why, _iso(row.delivery.returned_at),
        ]  # fmt: skip


def _iso(moment: datetime | None) -> str:
    """2026-11-19T10:24:08+09:00, in JST; nothing comes as nothing."""
    return timezone.localtime(moment).isoformat(timespec="seconds") if moment else ""


def name_of(revision: Revision) -> str:
    """What the file is called: by the mark of the floor and its reference, never by its title."""
    label = Label(Tier(revision.floor), caveats=caveats.parse_all(revision.caveats))
    return file_name_for(revision.bulletin.reference, revision.number, label, "配付状況", "csv")
