"""The wish that a process should end, for loops that end between two turns. Stand-alone."""

import contextlib
import os
import select
import signal


class Stop:
    """Hears SIGTERM, Ctrl-C and a hang-up from the moment it is made, in the main thread.

    The kernel may hand a signal to any thread, and Python runs handlers in the main one alone: one that waits for a lock or an Event
    would sleep on. So whichever thread is interrupted writes into a pipe at once (signal.set_wakeup_fd), and the wait is for that.
    """

    def __init__(self) -> None:
        self._heard, self._says = os.pipe()
        os.set_blocking(self._says, False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)
        signal.set_wakeup_fd(self._says, warn_on_full_buffer=False)

    def _ask(self, *_signal: object) -> None:
        # A full pipe has said it often enough.
        with contextlib.suppress(BlockingIOError):
            os.write(self._says, b".")

    def wait(self, seconds: float | None = None) -> bool:
        """Whether the process was asked to end; waits so many seconds for it, without a number for ever."""
        return bool(select.select([self._heard], [], [], seconds)[0])
