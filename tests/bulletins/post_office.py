"""A mail server on loopback, just enough of RFC 5321 to take mails, to refuse addresses, and to be out of reach."""

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Thread


@dataclass
class PostOffice:
    """`refuses` maps an address to the answer it gets, as sender or recipient; `after_data` is the answer to the mail itself."""

    port: int = 0
    refuses: dict[str, str] = field(default_factory=dict)
    after_data: str = "250 ok"
    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)
    connections: int = 0


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.office: PostOffice = self.server.office
        self.office.connections += 1
        self._say("220 loopback")
        for line in iter(self.rfile.readline, b""):
            words = line.decode().strip()
            verb = words.split(" ")[0].upper().split(":")[0]
            if verb == "QUIT":
                self._say("221 bye")
                break
            self._answer(verb, words)

    def _answer(self, verb: str, words: str) -> None:
        if verb in ("MAIL", "RCPT"):
            self.to = words.partition("<")[2].partition(">")[0]
            self._say(self.office.refuses.get(self.to, "250 ok"))
        elif verb == "DATA":
            self._say("354 go on")
            self._take()
        else:
            self._say("250 loopback")

    def _take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        if self.office.after_data.startswith("250"):
            self.office.taken.append((self.to, message_from_bytes(b"".join(lines), policy=policy.default)))
        self._say(self.office.after_data)

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@contextmanager
def post_office(**facts: object) -> Iterator[PostOffice]:
    """Open until the end of the block, on a port of its own."""
    with _Server(("127.0.0.1", 0), _Talk) as server:
        server.office = PostOffice(server.server_address[1], **facts)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.office
        finally:
            server.shutdown()
            thread.join()
