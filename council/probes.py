"""What `manage.py doctor` asks besides its own questions. Apps add theirs by register(), each a function that says how it is."""

from collections.abc import Callable

PROBES: dict[str, Callable[[], str]] = {}


class Unwell(Exception):
    """What is wrong, and how to mend it."""


def register(name: str, probe: Callable[[], str]) -> None:
    """Adds a line to what the doctor says; the probe raises Unwell where something is to be mended."""
    PROBES[name] = probe
