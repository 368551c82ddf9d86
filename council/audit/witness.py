"""A witness (C2SP tlog-witness): cosigns what continues what it cosigned before, for logs of other organisations. Stand-alone.

    python -m council.audit.witness --state DIR --name witness.example/w1 --log VKEY --listen 127.0.0.1:8471

Needs Python, `cryptography` and the pure modules of council.audit and council.sealing; no Django, no database of the portal. TLS is
the business of the proxy before it. docs/witnesses.md is for whoever runs one.
"""

import argparse
import base64
import contextlib
import re
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from council.audit import cosignature
from council.audit.checkpoint import Checkpoint
from council.audit.tree import HASH_BYTES, ProofRefused, check_consistency
from council.audit.witness_http import Answer, WitnessServer
from council.audit.witness_memory import Memory, MemoryRefused
from council.sealing import note
from council.sealing.errors import NoteRefused, SealingError, gettext_noop
from council.stopping import Stop

MOST_PROOF_LINES = 63
SIZE = "text/x.tlog.size"
COULD_NOT = 2
_OLD = re.compile(rb"old (0|[1-9][0-9]{0,18})")

NO_LOGS = gettext_noop("立ち会う記録の検証鍵を、--log か --logs で1つ以上示してください。")
BAD_ADDRESS = gettext_noop("--listen は「127.0.0.1:8471」のように、番地とポートで示してください（%(given)s）。")
NO_PORT = gettext_noop("%(address)s で待ち受けられません（%(cause)s）。")
NO_FILE = gettext_noop("検証鍵のファイル %(path)s が読めません（%(cause)s）。")


class Malformed(Exception):
    """A body that is not one of this protocol."""


class Witness:
    """Decides about checkpoints. `logs` are the keys it trusts: origin -> its verifiers (a log may have more than one)."""

    def __init__(self, memory: Memory, logs: dict[str, list[note.Verifier]]) -> None:
        self.memory, self.logs = memory, logs

    def add_checkpoint(self, body: bytes) -> Answer:
        """What to answer to a submission; the memory is on the disk before an answer with a cosignature is made."""
        try:
            old, proof, signed = _parse(body)
            new = Checkpoint.parse(note.split(signed)[0])
        except (Malformed, NoteRefused):
            return Answer(400, b"This is no submission of a checkpoint.\n")
        if new.origin not in self.logs:
            return Answer(404, b"This log is not known here.\n")
        try:
            by = note.verify(signed, *self.logs[new.origin]).by
        except NoteRefused:
            return Answer(403, b"No signature of a key that is trusted for this log holds.\n")
        if old > new.size:
            return Answer(400, b"The old size is larger than the checkpoint's.\n")
        kept = new.text + b"\n" + _lines_of(signed, by)
        with self.memory.lock:
            return self._decide(old, proof, new, kept)

    def _decide(self, old: int, proof: list[bytes], new: Checkpoint, kept: bytes) -> Answer:
        last = self.memory.last(new.origin)
        other = new.size == last.size and new.root != last.root
        if other:
            self._keep(409, old, proof, new, kept)
        if other or old != last.size:
            return Answer(409, b"%d\n" % last.size, SIZE)
        try:
            check_consistency(old, new.size, proof, last.root, new.root)
        except ProofRefused:
            self._keep(422, old, proof, new, kept)
            return Answer(422, b"The proof does not lead from the old size to this checkpoint.\n")
        self.memory.remember(new, kept)
        return Answer(200, self.memory.cosigner.line(new, int(time.time())))

    def _keep(self, status: int, old: int, proof: list[bytes], new: Checkpoint, kept: bytes) -> None:
        self.memory.keep_refusal(new, {
            "time": int(time.time()), "status": status, "old": old,
            "proof": [base64.b64encode(each).decode() for each in proof], "refused": kept.decode(),
        })  # fmt: skip


def _parse(body: bytes) -> tuple[int, list[bytes], bytes]:
    """Old size, proof, signed note."""
    head, blank, signed = body.partition(b"\n\n")
    first, *lines = head.split(b"\n")
    match = _OLD.fullmatch(first)
    if not match or not blank or len(lines) > MOST_PROOF_LINES:
        raise Malformed
    proof = [note.from_base64(line.decode("ascii", "replace")) for line in lines]
    if any(len(each) != HASH_BYTES for each in proof):
        raise Malformed
    return int(match[1]), proof, signed


def _lines_of(signed: bytes, by: Sequence[note.Verifier]) -> bytes:
    """The signatures that hold, and none of what else a stranger may have put below."""
    lines = {(name, key_id): signature for name, key_id, signature in reversed(note.split(signed)[1])}
    return b"".join(note.line(each.name, each.key_id, lines[each.name, each.key_id]) for each in by)


def add_arguments(parser: argparse.ArgumentParser, *, state: Path | None = None) -> None:
    """What both commands understand; `state` is the folder when none is named."""
    parser.add_argument(
        "--state", metavar="DIR", type=Path, default=state, required=state is None, help="鍵と控えのフォルダー"
    )
    parser.add_argument("--name", default="", help="立会人の名前（初めての起動のときに付ける。例：witness.example/w1）")
    parser.add_argument("--log", metavar="VKEY", action="append", default=[], help="立ち会う記録の検証鍵（何度でも）")
    parser.add_argument("--logs", metavar="FILE", type=Path, help="検証鍵を1行に1つ書いたファイル")
    parser.add_argument("--listen", metavar="HOST:PORT", default="127.0.0.1:8471", help="待ち受ける番地とポート")


def run(options: argparse.Namespace) -> int:
    """Stands by until SIGTERM or Ctrl-C; the exit code. What is wrong is one sentence on stderr."""
    try:
        logs = _logs(options.log, options.logs)
        memory = Memory.open(options.state, options.name)
    except SealingError as error:
        return _fail(error)
    try:
        stop = Stop()
        with _server(options.listen, Witness(memory, logs)) as server:
            serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
            serving.start()
            _say(f"{memory.cosigner.verifier}\n{server.url}\n")
            stop.wait()
            server.shutdown()
            serving.join()
    except MemoryRefused as error:
        return _fail(error)
    finally:
        memory.close()
    return 0


def _server(listen: str, witness: Witness) -> WitnessServer:
    try:
        parts = urlsplit(f"//{listen}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if not host or port is None or parts.path:
        raise MemoryRefused(BAD_ADDRESS, given=listen)
    try:
        return WitnessServer(host, port, witness.add_checkpoint)
    except OSError as error:
        raise MemoryRefused(NO_PORT, address=listen, cause=error.strerror or error) from None


def _logs(vkeys: Sequence[str], path: Path | None) -> dict[str, list[note.Verifier]]:
    try:
        lines = path.read_text("utf-8").splitlines() if path else []
    except (OSError, ValueError) as error:
        raise MemoryRefused(NO_FILE, path=path, cause=error) from None
    given = [line.strip() for line in (*vkeys, *lines) if line.strip() and not line.startswith("#")]
    logs: dict[str, list[note.Verifier]] = {}
    for verifier in filter(None, map(_log_key, given)):
        logs.setdefault(verifier.name, []).append(verifier)
    if not logs:
        raise MemoryRefused(NO_LOGS)
    return logs


def _log_key(vkey: str) -> note.Verifier | None:
    """None for the second key of a log, which stands beside the first in the file that comes with an export."""
    try:
        return note.Verifier.parse(vkey)
    except NoteRefused as refused:
        with contextlib.suppress(NoteRefused):
            if cosignature.Verifier.parse(vkey).kind == cosignature.ML_DSA_44:
                return None
        raise refused from None


def _say(words: str) -> None:
    sys.stdout.write(words)
    sys.stdout.flush()


def _fail(error: SealingError) -> int:
    sys.stderr.write(f"{error}\n")
    return COULD_NOT


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m council.audit.witness", description="記録の検印に立ち会います。")
    add_arguments(parser)
    return run(parser.parse_args(arguments))


if __name__ == "__main__":
    sys.exit(main())
