"""clean(): a file without what people can't see in it, and what was found. Pure; bulletins.metadata_words says it in sentences.

By their contents, not by their names: PDF, Word, Excel, PowerPoint, JPEG, PNG and WebP are looked into. Everything else is taken as
it is, and said to be so.
"""

from bulletins.metadata_findings import Cleaned, Finding, Uncleanable
from bulletins.metadata_images import clean_image, is_image
from bulletins.metadata_office import clean_office, is_office
from bulletins.metadata_pdf import clean_pdf, is_pdf

__all__ = ["Cleaned", "Finding", "Uncleanable", "clean"]

_LOOKED_INTO = {
    "pdf": "broken_pdf", "docx": "broken_office", "xlsx": "broken_office", "pptx": "broken_office",
    "jpg": "broken_image", "jpeg": "broken_image", "png": "broken_image", "webp": "broken_image",
}  # fmt: skip
_WITH_MACROS = {"docm", "dotm", "xlsm", "xltm", "xlam", "pptm", "potm", "ppam", "ppsm"}
# Nothing hides in plain text.
_PLAIN = {"txt", "csv", "tsv", "md", "json"}
# The container of older Office files, and of new ones that are locked by a password.
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def clean(name: str, data: bytes) -> Cleaned:
    """The bytes to be sealed and the findings. Uncleanable, with a code, for what can't be taken as it is."""
    suffix = name.rpartition(".")[2].lower() if "." in name else ""
    if suffix in _WITH_MACROS:
        raise Uncleanable("macros")
    if is_image(data):
        return clean_image(data)
    if is_pdf(data):
        return clean_pdf(data)
    if is_office(data):
        return clean_office(data)
    if suffix in _LOOKED_INTO:
        raise Uncleanable("locked" if data.startswith(_COMPOUND) else _LOOKED_INTO[suffix])
    return Cleaned(data, () if suffix in _PLAIN else (Finding("uninspected", stays=True),))
