"""Files that come with a draft: which of them can be taken, and what of them is sealed."""

from django.utils.translation import gettext as _

from bulletins import documents, markings
from bulletins.draft_words import secret
from bulletins.metadata import Uncleanable, clean
from bulletins.metadata_words import refusal

LARGEST_FILE = 20 * 1024 * 1024
# Attachments are searched for a mark of 機密性3 as text, this far in; what is inside office formats is not looked at.
MARKED_WITHIN = 1024 * 1024

# What was found in a file, as it is sealed: code, detail, whether it stays (bulletins.metadata).
Findings = tuple[tuple[str, str, bool], ...]


class FileRefused(Exception):
    """The file can't be taken; `sentences` say why and what to do."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


def taken(name: str, data: bytes) -> tuple[bytes, Findings]:
    """The bytes that are sealed in the place of those that came, and what was found in these. FileRefused."""
    if not 0 < len(data) <= LARGEST_FILE:
        raise FileRefused([_("空のファイルと20MBを超えるファイルは受け取れません。")])
    sentences = []
    try:
        documents.name_of_file(name)
    except documents.DocumentRefused as refused:
        sentences.append(str(refused))
    if markings.is_marked_file(data[:MARKED_WITHIN]):
        sentences.append(secret())
    if sentences:
        raise FileRefused(sentences)
    try:
        cleaned = clean(name, data)
    except Uncleanable as refused:
        raise FileRefused([refusal(refused.code)]) from refused
    return cleaned.data, tuple((each.code, each.detail, each.stays) for each in cleaned.findings)
