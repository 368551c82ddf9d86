"""Attachments on the screen, page by page: a page of one as a picture with its reader's marks, and its words."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from bulletins.actions.view import Attachment
from bulletins.handling import Handling
from bulletins.paper.apart import Broken, run
from bulletins.paper.document import Bearer, marks
from bulletins.paper.tree import Node
from bulletins.viewable import IMAGES, SET_ANEW, can_show, ending
from council.access.tiers import Tier
from council.templatetags.portal import tier_label

_PAGES, _SETTING = "bulletins.paper.pages", "bulletins.paper.office"
# Of PDF and of what becomes one; further pages are not shown.
MOST_PAGES = 200


class NotShown(Exception):
    """The file can't be shown on the screen; the message is one plain sentence for its reader."""


class NoSuchPage(Exception):
    """The file has no page of this number."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page: PNG (empty when only the words were asked for), its words, and how many pages there are."""

    picture: bytes
    text: str
    pages: int


def words_of(attachment: Attachment, number: int) -> Page:
    """The words of a page, and how many there are. NotShown and NoSuchPage as page_of()."""
    return _asked(attachment, number, {**_NO_MARKS, "words": True}, _document(attachment, _NO_MARKS))


def page_of(attachment: Attachment, number: int, bearer: Bearer, handling: Handling) -> Page:
    """The page (from 1) with the reader's marks burned in. NotShown when the file can't be, NoSuchPage when it has fewer."""
    words = {"reference": attachment.bulletin.reference, "number": attachment.bulletin.served.number}
    reference = _("%(reference)s 第%(number)d版") % words
    tier = Tier(attachment.portion.label.tier)
    around = marks(tier, handling, bearer, reference)
    burned = {
        "watermark": bearer.watermark(reference), "foot": "　".join(around["foot"]),
        "label": tier_label(tier), "grade": int(tier), "words": False,
    }  # fmt: skip
    return _asked(attachment, number, burned, _document(attachment, around))


_NO_MARKS: Node = {"watermark": [], "foot": "", "label": "", "grade": 1, "scope": ""}


def _document(attachment: Attachment, around: Node) -> Node:
    """The frame in which the words of an Office file are set; the watermark is burned into the picture afterwards."""
    name = attachment.words.name
    return {
        **around, "foot": [], "title": name, "heading": name, "originator": attachment.bulletin.originator.name,
        "watermark": [""], "cover": None, "files": [], "files-heading": "",
    }  # fmt: skip


def _asked(attachment: Attachment, number: int, burned: Node, document: Node) -> Page:
    suffix = ending(attachment.words.name)
    if not can_show(attachment.words.name):
        raise NotShown(_("この形式のファイルは、画面に表示できません。"))
    kind = "image" if suffix in IMAGES else suffix
    asked = {**burned, "kind": kind, "page": number}
    try:
        if suffix in SET_ANEW:
            answer, picture = run(_SETTING, {**asked, "document": document}, attachment.data)
        else:
            answer, picture = run(_PAGES, asked, attachment.data)
    except Broken:
        answer, picture = {"fault": "broken"}, b""
    if answer.get("fault") == "missing":
        raise NoSuchPage
    if "fault" in answer:
        raise NotShown(_fault(str(answer["fault"])))
    return Page(picture, str(answer["text"]), int(answer["pages"]))


def _fault(word: str) -> str:
    faults = {
        "locked": _("このファイルはパスワードで閉じられているため、画面に表示できません。"),
        "large": _("このファイルは大きすぎるため、画面に表示できません。"),
    }
    return faults.get(word, _("このファイルは壊れているか、時間内に開けないため、画面に表示できません。"))
