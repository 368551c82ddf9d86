"""Opens a sealed package without the portal: `python -m council.sealing.open PACKAGE_DIR --identity FILE --out DIR`.

Needs Python 3.11 and `cryptography`, nothing else. Exit codes: 0 opened, 1 the package is refused, 2 it could not be
opened here. PACKAGE.md §4 says what is checked, §6 what of the log.
"""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import NamedTuple, TypeVar

from council.audit import cosignature
from council.audit.release import LogKeys, Released
from council.sealing.age_keys import Identity
from council.sealing.errors import (
    AgeRefused,
    CannotOpen,
    NoteRefused,
    PackageRefused,
    SealingError,
    gettext_noop,
)
from council.sealing.note import Verifier
from council.sealing.opening import Holder, Opened, open_package
from council.sealing.versions import Versions

OPENED, REFUSED, IMPOSSIBLE = 0, 1, 2
LARGEST_KEY_FILE = 1 << 20
STATE_NAME = ".council-opened"
PORTAL_VKEY, PORTAL_LOG_VKEYS = "package.vkey", "log.vkey"
_TIERS = {1: "機密性1情報", 2: "機密性2情報", 3: "重要経済安保情報"}
_STOPS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]

BAD_IDENTITY = gettext_noop("識別鍵のファイル %(path)s の %(line)s 行目を読み取れません（%(cause)s）")
NO_IDENTITY = gettext_noop("識別鍵のファイル %(path)s に鍵（AGE-SECRET-KEY-…）がありません。")
NO_VKEY = gettext_noop(
    "配布元の検証鍵がないので署名を確かめられません。--vkey で渡すか、識別鍵のファイルに「# vkey: …」と書いてください。"
)
BAD_VKEY = gettext_noop("検証鍵 %(source)s を使えません（%(cause)s）")
TOO_LARGE = gettext_noop("鍵のファイル %(path)s が大きすぎるので、場所を確かめてください。")
BAD_LOG_VKEY = gettext_noop("監査ログか立会いの検証鍵 %(source)s を使えません（%(cause)s）")
UNREADABLE = gettext_noop("%(path)s を扱えないので開けません（%(cause)s）。")
INTERRUPTED = gettext_noop("中断しました。途中のファイルは残していません。")


Key = TypeVar("Key")


class KeyFile(NamedTuple):
    """An age identity file. Comments in it that mean something here: `# vkey: …`, `# organisation: …`, `# log-vkey: …` and
    `# witness-vkey: …`."""

    identities: tuple[Identity, ...]
    vkeys: tuple[str, ...]
    organisation: str | None
    log_vkeys: tuple[str, ...]
    witness_vkeys: tuple[str, ...]


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code; everything that went wrong is one sentence on stderr."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that knows no Japanese is no reason to fail once the package is open.
        stream.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(arguments)
    try:
        with _interruptible():
            _report(_open(options))
    except (AgeRefused, NoteRefused, PackageRefused) as refusal:
        return _fail(REFUSED, str(refusal))
    except SealingError as error:
        return _fail(IMPOSSIBLE, str(error))
    except OSError as error:
        return _fail(IMPOSSIBLE, UNREADABLE % {"path": error.filename or options.out, "cause": error.strerror})
    except KeyboardInterrupt:
        return _fail(IMPOSSIBLE, INTERRUPTED)
    return OPENED


def read_key_file(path: Path) -> KeyFile:
    """CannotOpen, naming the line and never its text, when there is anything but identities and comments."""
    identities, comments = [], {"vkey": [], "organisation": [], "log-vkey": [], "witness-vkey": []}
    for number, line in enumerate(_read_text(path).splitlines(), start=1):
        name, _, value = line.lstrip("# ").partition(":")
        if line.startswith("#") and name.strip() in comments:
            comments[name.strip()].append(value.strip())
        elif line.strip() and not line.startswith("#"):
            identities.append(_identity(path, number, line.strip()))
    if not identities:
        raise CannotOpen(NO_IDENTITY, path=path)
    organisation = next(iter(comments["organisation"]), None)
    named = (tuple(comments[name]) for name in ("log-vkey", "witness-vkey"))
    return KeyFile(tuple(identities), tuple(comments["vkey"]), organisation, *named)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m council.sealing.open", description="封をしたパッケージを開きます。"
    )
    parser.add_argument("package", metavar="PACKAGE_DIR", type=Path, help="一つのパッケージの入ったフォルダー")
    parser.add_argument("--identity", metavar="FILE", type=Path, required=True, help="age の識別鍵のファイル")
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="中身を置く新しいフォルダー")
    parser.add_argument("--vkey", metavar="FILE_OR_TEXT", help="配布元の検証鍵、またはその入ったファイル")
    several = {"metavar": "FILE_OR_TEXT", "action": "append", "default": []}
    parser.add_argument("--log-vkey", help="監査ログの検証鍵。渡すと引き渡しの証明を確かめます", **several)
    parser.add_argument("--witness-vkey", help="立会いの検証鍵。証明に署名した立会いを示します", **several)
    parser.add_argument("--organisation", metavar="ID", help="自組織の番号。別の組織あてのパッケージを断ります")
    parser.add_argument("--state", metavar="FILE", type=Path, help=f"開封の記録（省略時は出力先の隣の {STATE_NAME}）")
    return parser


def _open(options: argparse.Namespace) -> Opened:
    keys = read_key_file(options.identity)
    out = Path(os.path.abspath(options.out))
    organisation = options.organisation or keys.organisation
    holder = Holder(keys.identities, _verifiers(options.vkey, keys), organisation, _log_keys(options, keys))
    return open_package(options.package, holder, Versions(options.state or out.parent / STATE_NAME), out)


def _verifiers(given: str | None, keys: KeyFile) -> tuple[Verifier, ...]:
    """What the command line says, else the identity file, else the portal's own data folder when it is named."""
    if given is not None:
        return _parse_vkeys(given, _read_vkeys(Path(given)) if Path(given).is_file() else [given])
    if keys.vkeys:
        return _parse_vkeys("# vkey:", keys.vkeys)
    data = os.environ.get("COUNCIL_DATA")
    if data and (path := Path(data, PORTAL_VKEY)).is_file():
        return _parse_vkeys(path, _read_vkeys(path))
    raise CannotOpen(NO_VKEY)


def _log_keys(options: argparse.Namespace, keys: KeyFile) -> LogKeys | None:
    """From the same places as the signer's keys, the portal's own folder only for both; None without any: nothing is checked."""
    logs = _named(options.log_vkey, Verifier.parse) or _parsed("# log-vkey:", keys.log_vkeys, Verifier.parse)
    own = None if options.vkey or keys.vkeys else os.environ.get("COUNCIL_DATA")
    if not logs and own and (path := Path(own, PORTAL_LOG_VKEYS)).is_file():
        logs = _parsed(path, _read_vkeys(path), Verifier.parse)
    parse = cosignature.Verifier.parse
    witnesses = _named(options.witness_vkey, parse) or _parsed("# witness-vkey:", keys.witness_vkeys, parse)
    return LogKeys(logs, witnesses) if logs else None


def _named(given: Sequence[str], parse: Callable[[str], Key]) -> tuple[Key, ...]:
    """The keys of an option, each a text or a file of them."""
    read = ((each, _read_vkeys(Path(each)) if os.path.isfile(each) else [each]) for each in given)
    return tuple(key for source, vkeys in read for key in _parsed(source, vkeys, parse))


def _parsed(source: object, vkeys: Sequence[str], parse: Callable[[str], Key]) -> tuple[Key, ...]:
    try:
        return tuple(parse(vkey) for vkey in vkeys)
    except NoteRefused as refusal:
        raise CannotOpen(BAD_LOG_VKEY, source=source, cause=refusal) from None


def _read_vkeys(path: Path) -> list[str]:
    lines = [line.strip() for line in _read_text(path).splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def _parse_vkeys(source: object, vkeys: Sequence[str]) -> tuple[Verifier, ...]:
    if not vkeys:
        raise CannotOpen(NO_VKEY)
    try:
        return tuple(Verifier.parse(vkey) for vkey in vkeys)
    except NoteRefused as refusal:
        raise CannotOpen(BAD_VKEY, source=source, cause=refusal) from None


def _identity(path: Path, number: int, text: str) -> Identity:
    try:
        return Identity.parse(text)
    except AgeRefused as refusal:
        raise CannotOpen(BAD_IDENTITY, path=path, line=number, cause=refusal) from None


def _read_text(path: Path) -> str:
    with open(path, "rb") as file:
        data = file.read(LARGEST_KEY_FILE + 1)
    if len(data) > LARGEST_KEY_FILE:
        raise CannotOpen(TOO_LARGE, path=path)
    return data.decode(errors="replace")


def _report(opened: Opened) -> None:
    manifest, contents = opened.manifest, opened.contents
    lines = [
        f"開封しました：資料 {manifest.bulletin} 第{manifest.revision}版（通番 {manifest.version}）",
        f"格付：{_TIERS[manifest.tier]}",
        f"取扱制限：{'、'.join(contents.caveats) or 'なし'}",
        *(f"ファイル：{name}" for name in opened.members),
    ]
    if opened.released:
        lines += _words(opened.released)
    elif opened.proof:
        lines.append(
            "引き渡しの証明（.tlog-proof）は、監査ログの検証鍵（--log-vkey）がないので、検証せずに添えました。"
        )
    sys.stdout.write("\n".join(lines) + "\n")


def _words(released: Released) -> list[str]:
    """What the proof shows, in lines."""
    seen = [f"立会い：{name}（{_moment(time)}）" for name, time in released.witnesses]
    return [
        "引き渡しが監査ログに載っていることを確かめました。",
        f"監査ログ：{released.origin}　番号 {released.index}（検印 {released.size} 件まで）　{released.time}",
        *(seen or ["立会い：お手元の鍵で確かめられたものはありません。"]),
    ]


def _moment(time: int) -> str:
    """A witness's second, in this machine's zone; as the number it is when no calendar has it."""
    try:
        return f"{datetime.fromtimestamp(time, UTC).astimezone():%Y-%m-%d %H:%M:%S}"
    except (ValueError, OverflowError, OSError):
        return str(time)


def _fail(code: int, sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return code


@contextmanager
def _interruptible() -> Iterator[None]:
    """Each way to be stopped ends the work as Ctrl-C does; what comes after the first can't disturb the clearing up."""
    before = {number: signal.signal(number, _stop) for number in _STOPS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(number: int, frame: FrameType | None) -> None:
    for each in _STOPS:
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
