"""Which attachments are shown on the screen, by the endings of their names. Pure."""

IMAGES = frozenset({"png", "jpg", "jpeg", "gif", "webp", "bmp", "tif", "tiff"})
# Set anew from their words: the layout is not that of the file.
SET_ANEW = frozenset({"docx", "xlsx", "xlsm", "pptx", "csv", "tsv", "md", "txt"})


def ending(name: str) -> str:
    """表.CSV -> csv; empty for a name without one."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def can_show(name: str) -> bool:
    """Whether files with this name are of a kind that is shown."""
    return ending(name) in {"pdf", *IMAGES, *SET_ANEW}


def keeps_layout(name: str) -> bool:
    """Whether the pages are those of the file itself, and not set anew from its words."""
    return ending(name) not in SET_ANEW
