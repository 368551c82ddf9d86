"""Marks text for the catalogue of translations without translating it: these kernels know no language."""


def gettext_noop(text: str) -> str:
    """The text itself; its mark is what collects it (manage.py makemessages)."""
    return text
