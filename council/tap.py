"""What is written to a file, taken away while it is being written: for formats that are sent or sealed piece by piece."""


class Tap:
    """A file to write to that can't be wound back; take() gives what was written since."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._written.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Everything is out already."""

    def take(self) -> bytes:
        taken, self._written = b"".join(self._written), []
        return taken
