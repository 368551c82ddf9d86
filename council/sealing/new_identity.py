"""Makes a key pair where it will be used: `python -m council.sealing.new_identity FILE`. Needs only `cryptography`.

The identity goes into FILE (mode 0600, never over an existing file); what is printed may be registered in the portal.
Exit codes: 0 made, 2 not made.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from council.sealing.age_keys import Identity, Kind, generate_identity, spoken_fingerprint
from council.sealing.errors import NoteRefused, gettext_noop
from council.sealing.note import Verifier

MADE, IMPOSSIBLE = 0, 2

UNWRITABLE = gettext_noop("識別鍵のファイル %(path)s を作れません（%(cause)s）。")


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code; the identity itself is never printed."""
    options = _parser().parse_args(arguments)
    identity = generate_identity(Kind.CLASSIC if options.classic else Kind.HYBRID)
    try:
        text = _file_text(identity, options.vkey, options.organisation)
        _write_once(options.file, text)
    except NoteRefused as refusal:
        return _fail(str(refusal))
    except OSError as error:
        return _fail(UNWRITABLE % {"path": options.file, "cause": error.strerror})
    sys.stdout.write(f"{identity.recipient}\n電話で照合する指紋：{spoken_fingerprint(identity.recipient)}\n")
    return MADE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m council.sealing.new_identity", description="鍵の組を作ります。")
    parser.add_argument("file", metavar="FILE", type=Path, help="識別鍵を書く新しいファイル")
    parser.add_argument("--classic", action="store_true", help="耐量子でない従来の種類（age1…）にする")
    parser.add_argument("--vkey", metavar="TEXT", help="配布元の検証鍵。識別鍵と一緒に書いておく")
    parser.add_argument("--organisation", metavar="ID", help="自組織の番号。識別鍵と一緒に書いておく")
    return parser


def _file_text(identity: Identity, vkey: str | None, organisation: str | None) -> str:
    """An age identity file; the comments are those that `council.sealing.open` reads."""
    comments = [f"created: {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", f"public key: {identity.recipient}"]
    if vkey is not None:
        comments.append(f"vkey: {Verifier.parse(vkey)}")
    if organisation is not None:
        comments.append(f"organisation: {organisation}")
    return "".join(f"# {comment}\n" for comment in comments) + identity.text() + "\n"


def _write_once(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="ascii", newline="\n") as file:
        file.write(text)


def _fail(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return IMPOSSIBLE


if __name__ == "__main__":
    sys.exit(main())
