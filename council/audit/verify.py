"""Checks an export of the audit logs without the portal: `python -m council.audit.verify DIR [--against OLD_CHECKPOINT]`.

This one file needs Python 3.11 and `cryptography` alone: copy it to a machine you trust. It shares no code with what writes the logs.
FORMAT.md says what the bytes are. Exit codes: 0 whole, 1 broken, 2 could not be checked. Indexes count from 0, as in the tree.
"""

import argparse
import base64
import re
import sys
from collections import namedtuple
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import reduce
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519, mldsa

Source = Callable[[str], bytes | None]  # a path within an export, such as "tier-1/checkpoint" -> its bytes, or None
LOG, WITNESS, SECOND = 0x01, 0x04, 0x06  # Ed25519 of a log, timestamped Ed25519, timestamped ML-DSA-44 of a log
KEY_BYTES, SIGNATURE_BYTES = {LOG: 32, WITNESS: 32, SECOND: 1312}, {LOG: 64, WITNESS: 8 + 64, SECOND: 8 + 2420}
UNCHECKED = {"unreadable", "too_few_witnesses", "other_log", "not_signed"}  # says nothing against the log itself
WIDTH, LARGEST_FILE, MOST_FINDINGS, SILENCE, LATE = 256, 1 << 30, 100, 300_000, 900_000  # hashes, bytes, a log, ms
EXITS, EPOCH = {"whole": 0, "broken": 1, "unchecked": 2}, datetime(1970, 1, 1, tzinfo=UTC)
_KEY = re.compile(r"(?!(?:[^\s+]*/)?\.{0,2}\+)([^\s+\\]+)\+([0-9a-f]{8})\+(\S+)")  # whose last word can name a folder
_LINE = "— ([^\\s\x00-\x1f\x7f+]+) ([!-~]+)\n"
_NOTE = re.compile(rf"(([^\x00-\x1f\x7f]+)\n(0|[1-9][0-9]{{0,18}})\n([A-Za-z0-9+/]{{43}}=)\n)\n((?:{_LINE})+)")
# FORMAT.md §1: members in one order and nothing to escape, so that canonical leaves are a regular language. The groups are what is used.
_LEAF = re.compile(
    rb'\{"action":"([a-z_]+\.[a-z_]+)","actor":"(?:[0-9a-f]{64})?","detail":"sha256:[0-9a-f]{64}",'
    rb'"id":"(0[0-9a-f]{7}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})","object":"[A-Za-z0-9._:/-]{0,120}",'
    rb'"org":"(?:[0-9a-f-]{36})?","outcome":"(?:allow|deny)","policy":"\d{4}-\d\d-\d\d","reason":"[a-z0-9_]{1,40}",'
    rb'"request":"[0-9a-f-]{36}","revision":(?:0|[1-9]\d{0,15}),"tier":([123]),"time":"([^"]{24})","v":1\}'
)
Finding, Key = namedtuple("Finding", "code index sentence"), namedtuple("Key", "name id kind public")
Note = namedtuple("Note", "text origin size root signatures")  # signatures: (name, key id, signature)


class Report:
    def __init__(self, name: str, *findings: Finding) -> None:
        """One log. `witnesses`: the largest size each cosigned; `silences`: (index, milliseconds). A finding's index may be None."""
        self.name, self.origin, self.size, self.root, self.second_signature = name, "", 0, b"", False
        self.findings, self.witnesses, self.silences = list(findings), {}, []

    @property
    def verdict(self) -> str:
        codes = {code for code, _, _ in self.findings}
        return "broken" if codes - UNCHECKED else "unchecked" if codes else "whole"

    def find(self, code: str, index: int | None, sentence: str) -> None:
        self.findings += [Finding(code, index, sentence)] if len(self.findings) < MOST_FINDINGS else []

    def lines(self) -> Iterator[str]:
        seen = "、".join(f"{name} は{size}件まで" for name, size in self.witnesses.items()) or "なし"
        yield f"{self.name}: {self.verdict}（{self.origin}、{self.size}件、根 {self.root.hex()}、立会い {seen}）"
        yield from (f"{self.name} {'' if at is None else at}: {text}（{code}）" for code, at, text in self.findings)
        yield from (f"{self.name} {at}: この前の{gap // 1000}秒、鼓動がありません。" for at, gap in self.silences[:9])


def parse_key(vkey: str) -> Key:
    """From `name+hex(id)+base64(type || public key)`; ValueError unless the id belongs to the rest and the type is one of ours."""
    name, key_id, encoded = found.groups() if (found := _KEY.fullmatch(vkey)) else ("", "", "AA==")
    data = _decode(encoded)
    if len(data) - 1 != KEY_BYTES.get(data[0]) or sha256(name.encode() + b"\n" + data).hexdigest()[:8] != key_id:
        raise ValueError("検証鍵（vkeys）がないか、その形が正しくありません。")
    return Key(name, bytes.fromhex(key_id), data[0], data[1:])


def parse_note(data: bytes) -> Note:
    """A checkpoint (C2SP tlog-checkpoint) as a signed note; ValueError for any but the one spelling."""
    found = _NOTE.fullmatch(data.decode(errors="replace"))
    if not found or int(found[3]) >= 1 << 63 or "\ufffd" in found[0]:
        raise ValueError("検印の形が正しくありません（改行、先頭のゼロ、空行などを確かめてください）。")
    signatures = [(name, (data := _decode(text))[:4], data[4:]) for name, text in re.findall(_LINE, found[5])]
    return Note(found[1].encode(), found[2], int(found[3]), _decode(found[4]), signatures)


def _decode(text: str) -> bytes:
    if base64.b64encode(data := base64.b64decode(text, validate=True)).decode() != text:
        raise ValueError("base64 がただ一つの正しい書き方になっていません。")
    return data


def check_signature(key: Key, note: Note, signature: bytes) -> None:
    """C2SP signed-note, tlog-cosignature. InvalidSignature, or ValueError for a signature of another length than the key's."""
    if len(signature) != SIGNATURE_BYTES[key.kind]:
        raise ValueError(f"{key.name} の署名の長さが正しくありません。")
    stamp, message, reader = signature[: 0 if key.kind == LOG else 8], note.text, ed25519.Ed25519PublicKey
    if key.kind == WITNESS:
        message = b"cosignature/v1\ntime %d\n" % int.from_bytes(stamp) + note.text
    elif key.kind == SECOND:
        name, origin = (bytes([len(text.encode())]) + text.encode() for text in (key.name, note.origin))
        message = b"subtree/v1\n\0" + name + stamp + origin + bytes(8) + note.size.to_bytes(8) + note.root
        reader = mldsa.MLDSA44PublicKey
    reader.from_public_bytes(key.public).verify(signature[len(stamp) :], message)


def _path(kind: object, number: int, width: int) -> str:
    digits = f"{number:03d}".zfill(-(-len(f"{number:03d}") // 3) * 3)
    return f"tile/{kind}/" + re.sub(r"(\d{3})(?=\d)", r"x\1/", digits) + (f".p/{width}" if width < WIDTH else "")


def _frames(data: bytes) -> tuple[list[bytes], bool]:
    """u16 length || bytes, again and again, and whether that is all; what is cut short comes with its length, as it is."""
    frames, at = [], 0
    while at < len(data):
        begin, at = at, at + 2 + int.from_bytes(data[at : at + 2])
        frames.append(data[begin + 2 : at] if at <= len(data) else data[begin:])
    return frames, at == len(data)


def grow(leaves: Sequence[bytes], sizes: Collection[int]) -> tuple[dict[int, bytes], list[list[bytes]]]:
    """RFC 6962 §2.1 over leaf hashes: the roots at these sizes, and of each eighth level all hashes, which stand in tiles."""
    roots, edge, upper = {0: sha256().digest()}, [], [[] for _ in range(8)]
    for size, hashed in enumerate(leaves, start=1):
        for level in range(1, (size & -size).bit_length()):
            hashed = sha256(b"\x01" + edge.pop() + hashed).digest()
            if not level % 8:
                upper[level // 8].append(hashed)
        edge.append(hashed)
        if size in sizes:
            roots[size] = reduce(lambda right, left: sha256(b"\x01" + left + right).digest(), reversed(edge))
    return roots, upper


class _Check:
    def __init__(self, report: Report, read: Source, keys: Iterable[Key]) -> None:
        """`due`: (size, root to come out, code if not). `told`, `found`: leaf hashes by tiles, by entries. `moments`: by sizes."""
        self.report, self.find, self.read = report, report.find, lambda path: read(f"{report.name}/{path}")
        self.keys = {(key.name, key.id): key for key in keys}
        self.due, self.told, self.found, self.ids, self.beat, self.moments = set(), [], [], set(), 0, [0]

    def signed(self, data: bytes, what: str, kinds: Collection[int] = (LOG,)) -> Note | None:
        """The note, when keys of these kinds of this log signed it; otherwise the finding says what is wrong."""
        try:
            note, by = parse_note(data), set()
            for name, key_id, signature in note.signatures:
                if key := self.keys.get((name, key_id)):
                    check_signature(key, note, signature)
                    by.add(key.kind if name == note.origin == self.report.origin else None)
                    if key.kind == WITNESS:
                        self.report.witnesses[name] = max(note.size, self.report.witnesses.get(name, 0))
        except InvalidSignature:
            return self.find("bad_signature", None, f"{what}と、{name} の署名が合いません。")
        except ValueError as error:
            return self.find("malformed_note", None, f"{what}：{error}")
        if by.issuperset(kinds):
            return note
        return self.find("unknown_key", None, f"{what}に、この記録の鍵（vkeys）の署名がそろっていません。")

    def history(self, newest: Note) -> None:
        """Every checkpoint that was ever signed: growing, and the newest among them."""
        (notes, whole), last = _frames(self.read("history") or b""), Note(b"", "", -1, b"", [])
        for note in filter(None, [self.signed(data, "履歴（history）の検印") for data in notes]):
            if note.size <= last.size:
                code = "forked" if note.size == last.size else "history_differs"
                self.find(code, note.size, f"{last.size}件の検印の次に、{note.size}件の別の検印があります。")
            self.due.add((note.size, note.root, "history_differs"))
            last = note
        if not whole or (newest.size, newest.root, "history_differs") not in self.due:
            self.find("history_differs", None, "履歴（history）が欠けているか、最新の検印が入っていません。")

    def walk(self, size: int, progress: Callable[[int, int], object]) -> None:
        """Reads tiles and entries until both are missing; what one of them lacks is taken from the other."""
        for first in range(0, size, WIDTH):
            tile, bundle = (self.read(_path(kind, first // WIDTH, min(WIDTH, size - first))) for kind in (0, "entries"))
            if None in (tile, bundle):
                self.find("missing_file", first, f"番号{first}からの記録かタイルのファイルがありません。")
            if tile is None and bundle is None:
                return
            entries, whole = _frames(bundle or b"")
            found = [sha256(b"\x00" + entry).digest() for entry in entries]
            told = found if tile in (None, b"".join(found)) else [tile[at : at + 32] for at in range(0, len(tile), 32)]
            if told is found:
                self.leaves(first, entries)
            self.told += told
            self.found += found if whole and bundle is not None else found + told[len(found) :]
            progress(min(size, first + WIDTH), size)

    def leaves(self, first: int, entries: list[bytes]) -> None:
        for index, leaf in enumerate(map(_LEAF.fullmatch, entries), start=first):
            action, identity, tier, moment = leaf.groups() if leaf else (b"", b"0" * 13, b"?", b"")
            passed = int(identity[:8] + identity[9:13], 16)
            stated = (EPOCH + timedelta(milliseconds=passed)).isoformat(timespec="milliseconds")[:-6] + "Z"
            if moment != stated.encode() or not self.report.name.endswith(tier.decode()):
                self.find("bad_leaf", index, f"番号{index}の形が決まりどおりでないか、時刻が id と違います。")
            elif identity in self.ids:
                self.find("duplicate", index, f"番号{index}の id が二度入っています。")
            elif passed < self.beat - LATE:
                self.find("backdated", index, f"番号{index}の時刻が、その前にある鼓動より15分を超えて前です。")
            if action == b"log.heartbeat":
                self.report.silences += [(index, passed - self.beat)] if 0 < self.beat < passed - SILENCE else []
                self.beat = passed
            self.ids.add(identity)
            self.moments.append(passed)

    def judge(self, newest: Note, quorum: int) -> None:
        """Which of what was signed came out: of the hashes in the tiles, of the entries, or of neither. And who has seen it of late."""
        sizes, reached = {newest.size, *(size for size, _, _ in self.due)}, len(self.told)
        told, upper = grow(self.told, sizes)
        found, sound = told, told.get(newest.size) == newest.root
        if self.found != self.told:
            found = grow(self.found, sizes)[0]
            self.differences(of_tiles=found.get(newest.size) == newest.root and not sound)
        if not reached == newest.size == max(sizes):
            code = "older_copy" if max(self.report.witnesses.values(), default=0) > newest.size else "tail_cut"
            code = "inserted" if reached > newest.size else code
            self.find(code, min(reached, newest.size), f"署名は{max(sizes)}件まであるのに、記録は{reached}件です。")
        for code in ("history_differs", "forked"):
            due = sorted((at, root) for at, root, otherwise in self.due if otherwise == code and at <= reached)
            wrong = next((at for at, root in due if root not in (told.get(at), found.get(at))), None)
            if wrong is not None:
                right = max((at for at, _ in due if at < wrong), default=0)
                self.find(code, right, f"{wrong}件の検印と合いません。番号{right}から{wrong - 1}のどこかが違います。")
        for level, hashes in enumerate(upper if sound else []):
            for first in range(0, len(hashes), WIDTH):
                tile = hashes[first : first + WIDTH]
                if self.read(_path(level, first // WIDTH, len(tile))) != b"".join(tile):
                    self.find("tile_differs", first << 8 * level, f"第{level}段のタイルがないか、下の段と合いません。")
        seen = sorted([0] * (quorum + 1) + [*self.report.witnesses.values()])[-quorum]
        if quorum > 0 and (not seen or self.moments[-1] - self.moments[min(seen, len(self.moments) - 1)] > LATE):
            self.find("too_few_witnesses", None, f"{quorum}者の立会いが見たのは{seen}件までです。")

    def differences(self, *, of_tiles: bool) -> None:
        """Names what was done to the entries, or to the tiles when nobody signed those: between hashes that both have in one order."""
        shuffled, no_entry = sorted(self.told) == sorted(self.found), {sha256(b"\x00").digest()}
        where, begin, at = {hashed: place for place, hashed in enumerate(self.found)}, 0, 0
        for place, to in enumerate([*(where.get(hashed, -1) for hashed in self.told), len(self.found)]):
            if to >= at:
                gone = set(self.found[at:to]) <= no_entry  # which an event leaves whose row is gone
                code = "reordered" if shuffled else "removed" if gone else "edited" if begin < place else "inserted"
                if (begin, at) != (place, to):
                    self.find("tile_differs" if of_tiles else code, begin, f"番号{begin}から、署名したときと違います。")
                begin, at = place + 1, to + 1


def check_log(name, read: Source, vkeys, *, witnesses=(), quorum=0, against=(), progress=max) -> Report:
    """What came out for one log; raises nothing. `against`: bytes of checkpoints of this log that were kept elsewhere."""
    report = Report(name)
    try:
        keys = [parse_key(vkey) for vkey in (*vkeys, *witnesses)]
        report.origin = next((key.name for key in keys if key.kind == LOG and key.name.endswith(f"/{name}")), "")
        check, kinds = _Check(report, read, keys), {LOG} | {key.kind for key in keys if key.name == report.origin}
        if newest := check.signed(check.read("checkpoint") or b"", "検印（checkpoint）", kinds):
            report.size, report.root, report.second_signature = newest.size, newest.root, SECOND in kinds
            check.history(newest)
            kept = filter(None, [check.signed(data, "照らし合わせる検印") for data in against])
            check.due |= {(note.size, note.root, "forked") for note in kept}
            check.walk(newest.size, progress)
            check.judge(newest, quorum)
    except Exception as error:
        report.find("unreadable", None, f"最後まで確かめられませんでした（{error!r}）。")
    return report


def check_folder(options: argparse.Namespace) -> Iterator[Report]:
    """Every log that has a key or a folder. ValueError for keys and for a checkpoint to compare with that can't be read."""

    def read(path: str | Path) -> bytes | None:
        file = options.folder / path
        return file.read_bytes() if file.is_file() and file.stat().st_size <= LARGEST_FILE else None

    vkeys = (read(options.vkeys or "vkeys") or b"").decode().removesuffix("\n").split("\n")
    given = options.witnesses or ("" if options.vkeys else "witnesses")  # with keys from elsewhere none of the copy's
    witnesses = [line for line in (read(given) or b"").decode().split("\n") if "+" in line]
    notes = [(parse_note(data).origin, data) for data in (path.read_bytes() for path in options.against)]
    logs = {key.name for key in map(parse_key, vkeys) if key.kind == LOG}
    for name in sorted({log.split("/")[-1] for log in logs} | {path.name for path in options.folder.glob("tier-*")}):
        kept = [data for origin, data in notes if origin.endswith(f"/{name}")]
        yield check_log(name, read, vkeys, witnesses=witnesses, quorum=options.quorum, against=kept)
    for origin in {origin for origin, _ in notes} - logs:
        yield Report(origin, Finding("other_log", None, "この記録の鍵（vkeys）がありません。"))


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code. What is whole is told on stdout, what is wrong on stderr, each in a sentence."""
    parser = argparse.ArgumentParser(prog="python -m council.audit.verify", description="監査記録の写しを確かめます。")
    parser.add_argument("folder", metavar="DIR", type=Path)
    parser.add_argument("--against", metavar="OLD_CHECKPOINT", type=Path, action="append", default=[])
    parser.add_argument("--vkeys", metavar="FILE", type=Path.cwd().joinpath, help="別の道で受け取った検証鍵")
    parser.add_argument("--witnesses", metavar="FILE", type=Path.cwd().joinpath, help="立会いの検証鍵")
    parser.add_argument("--quorum", metavar="N", type=int, default=0, help="検印を見ているべき立会いの数")
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # a terminal that knows no Japanese is no reason to fail
    options = parser.parse_args(arguments)
    try:
        reports = list(check_folder(options))
    except (OSError, ValueError) as error:
        parser.exit(EXITS["unchecked"], f"確かめられませんでした：{error}\n")
    for report in reports:
        (sys.stdout if report.verdict == "whole" else sys.stderr).write("\n".join(report.lines()) + "\n")
    if options.vkeys is None:
        sys.stdout.write("検証鍵は写しの中のものです。誰の署名かは、別に受け取った鍵（--vkeys）で確かめてください。\n")
    return min({EXITS[report.verdict] for report in reports} - {0}, default=0)


if __name__ == "__main__":
    sys.exit(main())
