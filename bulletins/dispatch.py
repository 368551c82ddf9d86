"""What the worker is told to do for bulletins, by the names of its tasks."""

from council.hints import hint, soon

__all__ = ["DISTRIBUTE", "SEND_NOTICES", "hint", "soon"]

DISTRIBUTE = "bulletins.tasks.distribute"
SEND_NOTICES = "bulletins.tasks.send_notices"
