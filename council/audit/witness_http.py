"""The HTTP side of a witness: POST add-checkpoint and nothing else. No connection can hold a thread for long. Stand-alone."""

import contextlib
import socket
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import NamedTuple

PATH = "/add-checkpoint"
# 63 hashes and a note with some large signatures.
LARGEST_BODY = 64 * 1024
# Seconds: between two bytes of a caller, and for a whole connection however many requests it carries.
PATIENCE = 10.0
LONGEST_CONNECTION = 60.0
MOST_CONNECTIONS = 64


class Answer(NamedTuple):
    status: int
    body: bytes
    content_type: str = "text/plain; charset=utf-8"


class WitnessServer(ThreadingHTTPServer):
    """Listens as soon as it is made; OSError when it can't. `decide` is called in many threads."""

    # server_close() waits for the threads: an answer that was begun is finished.
    daemon_threads = False
    block_on_close = True

    def __init__(self, host: str, port: int, decide: Callable[[bytes], Answer]) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.decide = decide
        self._open: dict[socket.socket, float] = {}
        self._lock = threading.Lock()
        super().__init__((host, port), _Handler)

    @property
    def url(self) -> str:
        host, port = self.server_address[:2]
        return f"http://{f'[{host}]' if ':' in host else host}:{port}{PATH}"

    def server_bind(self) -> None:
        """Without asking a name server what the own address is called."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]

    def verify_request(self, request: socket.socket, client_address: object) -> bool:
        with self._lock:
            room = len(self._open) < MOST_CONNECTIONS
            if room:
                self._open[request] = time.monotonic()
        return room

    def service_actions(self) -> None:
        """Between two looks at the door: ends the connections that have lasted too long."""
        limit = time.monotonic() - LONGEST_CONNECTION
        self._end(lambda since: since < limit, socket.SHUT_RDWR)

    def shutdown_request(self, request: socket.socket) -> None:
        with self._lock:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def server_close(self) -> None:
        """Nobody is read any further; whoever waits for an answer gets it."""
        self._end(lambda since: True, socket.SHUT_RD)
        super().server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """One line: a caller that hangs up is no reason for a traceback."""
        sys.stderr.write(f"{client_address}: {sys.exc_info()[1]!r}\n")

    def _end(self, old_enough: Callable[[float], bool], how: int) -> None:
        with self._lock:
            ending = [each for each, since in self._open.items() if old_enough(since)]
            for each in ending:
                with contextlib.suppress(OSError):
                    each.shutdown(how)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "witness", ""
    timeout = PATIENCE
    error_content_type = "text/plain; charset=utf-8"
    error_message_format = "%(message)s\n"
    server: WitnessServer

    def do_POST(self) -> None:
        if self.path != PATH:
            self._give(Answer(404, b"There is nothing here.\n"), close=True)
            return
        length = self.headers.get("Content-Length", "")
        if self.headers.get("Transfer-Encoding") or not (length.isascii() and length.isdecimal()):
            self._give(Answer(411, b"Say how long the body is.\n"), close=True)
        elif len(length) > 9 or int(length) > LARGEST_BODY:
            self._give(Answer(413, b"The body is too large.\n"), close=True)
        else:
            self._decide(int(length))

    def _decide(self, length: int) -> None:
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True
            return
        try:
            answer = self.server.decide(body)
        except OSError as error:
            # What can't be remembered is not cosigned.
            sys.stderr.write(f"The memory can't be written: {error}\n")
            answer = Answer(503, b"Not possible at this moment.\n")
        self._give(answer)

    def _refuse(self) -> None:
        if self.path == PATH:
            self._give(Answer(405, b"POST alone.\n"), close=True)
        else:
            self._give(Answer(404, b"There is nothing here.\n"), close=True)

    do_GET = do_HEAD = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _refuse

    def _give(self, answer: Answer, *, close: bool = False) -> None:
        """`close` when the body was not read: what follows on the connection would not be a request."""
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        if answer.status == 405:
            self.send_header("Allow", "POST")
        if close:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Only what was not cosigned is worth a line."""
        if code != 200:
            super().log_request(code, size)
