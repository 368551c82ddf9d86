"""What the worker is told to do for bulletins, by the names of its tasks."""

from council.hints import hint, soon

__all__ = ["DISTRIBUTE", "READ_FILES", "SEND_NOTICES", "hint", "soon"]

DISTRIBUTE = "bulletins.tasks.distribute"
READ_FILES = "bulletins.tasks.read_files"
SEND_NOTICES = "bulletins.tasks.send_notices"
