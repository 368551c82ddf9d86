"""The embedded default's broker: kombu's folder of messages, with files that are there whole or not at all.

kombu creates a file first and fills it afterwards. On a busy machine another process reads it in between, finds nothing, and the
worker ends for good on what it takes for a broken message; so files are written aside and renamed.
"""

import fcntl
import logging
import os
from pathlib import Path
from time import monotonic_ns

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps

from council.ids import opaque_id

logger = logging.getLogger(__name__)


def write_whole(path: Path, data: bytes) -> None:
    """Writes the file so that nobody ever sees a part of it; an older one of the same name is replaced."""
    draft = path.with_name(f".{opaque_id()}.new")
    draft.write_bytes(data)
    os.replace(draft, path)


class Channel(filesystem.Channel):
    """Messages and the table of queues, written whole; what can't be read is dropped with a warning."""

    def _put(self, queue: str, payload: dict, **_kwargs: object) -> None:
        # Messages are taken in the order of their names.
        name = f"{monotonic_ns() // 1_000_000}_{opaque_id()}.{queue}.msg"
        write_whole(Path(self.data_folder_out) / name, dumps(payload).encode())

    def _get(self, queue: str) -> dict:
        while True:
            try:
                return super()._get(queue)
            except ValueError:
                # It is gone from the folder already. The database says what is due, so the next beat asks again.
                logger.warning("A message that was no JSON was dropped.")

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        row = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with (self.control_folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            table = self.get_table(exchange)
            if row not in table:
                write_whole(self._exchange_file(exchange), dumps([row, *table]).encode())


class Transport(filesystem.Transport):
    """`filesystem://`, as the portal speaks it."""

    Channel = Channel


TRANSPORT_ALIASES["filesystem"] = f"{__name__}:Transport"
