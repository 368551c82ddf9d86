"""One submission to a witness over HTTP: bounded in time and in size, without redirects, without a proxy."""

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

# Seconds, for each step and for the whole conversation once the connection stands.
PATIENCE = 5.0
LARGEST_ANSWER = 64 * 1024


class Reply(NamedTuple):
    status: int
    body: bytes


class Away(Exception):
    """No whole answer came: nobody there, too slow, too long, or no HTTP."""


def add_checkpoint(url: str, body: bytes) -> Reply:
    """POST <url>/add-checkpoint; Away when no answer of a size that one can have comes in time."""
    parts = urlsplit(url)
    try:
        with _connected(parts) as (sock, late):
            connection = http.client.HTTPConnection(parts.hostname, parts.port)
            connection.sock = sock
            connection.request("POST", f"{parts.path.rstrip('/')}/add-checkpoint", body, _headers(parts))
            with connection.getresponse() as answer:
                status, said = answer.status, answer.read(LARGEST_ANSWER + 1)
                # What is missing of the length that was announced: read() with a number says nothing of it.
                missing = answer.length
    # ValueError: what comes is not HTTP in a way that the library did not foresee.
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Away(f"{type(error).__name__}: {error}") from error
    if late.is_set() or missing or len(said) > LARGEST_ANSWER:
        raise Away("the answer is too late, too long or cut short")
    return Reply(status, said)


def _headers(parts: SplitResult) -> dict[str, str]:
    return {"Host": parts.netloc, "Content-Type": "text/plain; charset=utf-8", "Connection": "close"}


@contextmanager
def _connected(parts: SplitResult) -> Iterator[tuple[socket.socket, threading.Event]]:
    """The connection, and what tells that it was cut because it took too long: headers that were cut look like whole ones."""
    secure = parts.scheme == "https"
    place = parts.hostname, parts.port or (443 if secure else 80)
    with socket.create_connection(place, timeout=PATIENCE) as raw:
        sock = raw
        if secure:
            context = ssl.create_default_context()
            sock = context.wrap_socket(raw, server_hostname=parts.hostname, do_handshake_on_connect=False)
        # Whoever sends a byte now and then would never be too late for a single step.
        late = threading.Event()
        guard = threading.Timer(PATIENCE, _hang_up, [sock, late])
        guard.daemon = True
        guard.start()
        try:
            if secure:
                sock.do_handshake()
            yield sock, late
        finally:
            guard.cancel()
            sock.close()


def _hang_up(sock: socket.socket, late: threading.Event) -> None:
    """The shutdown is that of the socket itself: the one of TLS changes what another thread is reading from."""
    late.set()
    with contextlib.suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
