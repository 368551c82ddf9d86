"""Checks a package from the outside in and leaves its contents as a folder: whole, or not at all. PACKAGE.md §4 to §6."""

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple

from council.audit.release import LogKeys, Released, check_release
from council.sealing import age, note
from council.sealing.age_keys import Identity, fingerprint
from council.sealing.container import FIRST, NOT_FIRST, Entry, entries, reader_of
from council.sealing.errors import CannotOpen, PackageRefused, gettext_noop
from council.sealing.manifest import LARGEST_MANIFEST, Contents, FileNames, Manifest, file_names
from council.sealing.versions import Versions

LARGEST_PROOF = 64 * 1024
PROOF_NAME = "package.tlog-proof"
PIECE = 1 << 20
_SUFFIX = ".manifest.json"

NO_FOLDER = gettext_noop("パッケージのフォルダー %(path)s がないので、場所を確かめてください。")
NO_MANIFEST = gettext_noop("パッケージの目録（.manifest.json）がないので開けません。")
MANY_MANIFESTS = gettext_noop(
    "目録（.manifest.json）が二つ以上あるので、パッケージごとに別のフォルダーに入れてください。"
)
NO_SIGNATURE = gettext_noop("パッケージの目録に署名（.manifest.sig）がないので開けません。")
NO_AGE = gettext_noop("パッケージの本体（.age）がないので開けません。")
TOO_LONG = gettext_noop("パッケージの %(name)s が大きすぎるので開けません。")
OTHER_TEXT = gettext_noop("署名が目録の全体に対するものではないので開けません。")
OTHER_NAME = gettext_noop("目録に記された番号がファイル名と違うので開けません。")
OTHER_ORGANISATION = gettext_noop("別の組織あてのパッケージなので開けません。")
OTHER_KEY = gettext_noop("お手元の鍵あてのパッケージではないので開けません。")
EXPIRED = gettext_noop("期限（%(until)s）を過ぎたパッケージなので開けません。新しいものを配布元に求めてください。")
OTHER_HEADER = gettext_noop("パッケージのヘッダーが目録と合わないので開けません。")
OTHER_PAYLOAD = gettext_noop("パッケージの本文が目録と合わないので開けません。")
OUT_TAKEN = gettext_noop("出力先 %(path)s にすでに何かあるので、新しいフォルダーを指定してください。")
NO_PARENT = gettext_noop("出力先 %(path)s を置くフォルダーがないので、先に作ってください。")


@dataclass(frozen=True, slots=True)
class Holder:
    """Who opens: their identities, whom they trust to sign, and the organisation they belong to if they told it.

    With `logs` the proof of the release has to hold; without, it is carried along unchecked.
    """

    identities: tuple[Identity, ...]
    verifiers: tuple[note.Verifier, ...]
    organisation: str | None = None
    logs: LogKeys | None = None


class Opened(NamedTuple):
    """`proof` says whether a log proof lay beside the package, `released` what it shows if there was a key to check it with."""

    manifest: Manifest
    contents: Contents
    members: tuple[str, ...]
    proof: bool
    released: Released | None


def open_package(folder: Path, holder: Holder, versions: Versions, out: Path) -> Opened:
    """Makes the folder `out`, or nothing.

    PackageRefused, NoteRefused and AgeRefused say what is wrong with the package; CannotOpen and OSError what keeps
    this machine from opening it.
    """
    _check_out(out)
    names, manifest = _signed_manifest(folder, holder.verifiers)
    identity = _identity_for(manifest, holder)
    _check_time(manifest)
    versions.check(manifest)
    proof = _read_small(folder / names.proof, LARGEST_PROOF)
    released = check_release(proof, manifest, holder.logs) if holder.logs else None
    with _package_file(folder / names.age) as file, _complete_folder(out) as temporary:
        file_key = _file_key(file, manifest, identity)
        if proof is not None:
            _write(temporary / PROOF_NAME, iter([proof]))
        contents, members = _extract(reader_of(age.decrypted_chunks(file_key, file)), manifest, temporary)
        versions.add(manifest)
    return Opened(manifest, contents, members, proof is not None, released)


def _check_out(out: Path) -> None:
    if not out.parent.is_dir():
        raise CannotOpen(NO_PARENT, path=out)
    if os.path.lexists(out) and not (out.is_dir() and not any(out.iterdir())):
        raise CannotOpen(OUT_TAKEN, path=out)


def _signed_manifest(folder: Path, verifiers: tuple[note.Verifier, ...]) -> tuple[FileNames, Manifest]:
    """Nothing of the manifest is looked at before its signature holds."""
    package = _package_id(folder)
    names = file_names(package)
    data = _read_small(folder / names.manifest, LARGEST_MANIFEST)
    signature = _read_small(folder / names.signature, LARGEST_MANIFEST)
    if data is None or signature is None:
        raise PackageRefused(NO_MANIFEST if data is None else NO_SIGNATURE)
    if note.verify(data + signature, *verifiers).text != data + b"\n":
        raise PackageRefused(OTHER_TEXT)
    manifest = Manifest.parse(data)
    if manifest.package != package:
        raise PackageRefused(OTHER_NAME)
    return names, manifest


def _package_id(folder: Path) -> str:
    if not folder.is_dir():
        raise CannotOpen(NO_FOLDER, path=folder)
    found = [path.name for path in folder.iterdir() if path.name.endswith(_SUFFIX)]
    if not found:
        raise PackageRefused(NO_MANIFEST)
    if len(found) > 1:
        raise CannotOpen(MANY_MANIFESTS)
    return found[0].removesuffix(_SUFFIX)


def _identity_for(manifest: Manifest, holder: Holder) -> Identity:
    if holder.organisation not in (None, manifest.organisation):
        raise PackageRefused(OTHER_ORGANISATION)
    for identity in holder.identities:
        if fingerprint(identity.recipient) == manifest.recipient:
            return identity
    raise PackageRefused(OTHER_KEY)


def _check_time(manifest: Manifest) -> None:
    if manifest.not_after is not None and datetime.now(UTC) > manifest.not_after:
        raise PackageRefused(EXPIRED, until=manifest.not_after.astimezone().strftime("%Y-%m-%d %H:%M"))


def _file_key(file: BinaryIO, manifest: Manifest, identity: Identity) -> bytes:
    """Both hashes are checked on the open file before anything is decrypted; it is left where the payload starts."""
    header = age.split_header(file)
    if hashlib.sha256(header).hexdigest() != manifest.header:
        raise PackageRefused(OTHER_HEADER)
    digest = hashlib.sha256()
    while piece := file.read(PIECE):
        digest.update(piece)
    if digest.hexdigest() != manifest.payload:
        raise PackageRefused(OTHER_PAYLOAD)
    file.seek(len(header))
    return age.open_header(header, identity)


def _extract(reader: BinaryIO, manifest: Manifest, folder: Path) -> tuple[Contents, tuple[str, ...]]:
    """Compares the first member with the manifest before a second one is written."""
    members = entries(reader, reserved=[PROOF_NAME])
    first = next(members, None)
    if first is None:
        raise PackageRefused(NOT_FIRST)
    if first.size > LARGEST_MANIFEST:
        raise PackageRefused(TOO_LONG, name=FIRST)
    data = b"".join(first.pieces)
    contents = Contents.parse(data)
    manifest.compare(contents)
    _write(folder / first.name, iter([data]))
    return contents, tuple(_write_entry(folder, entry) for entry in members)


def _write_entry(folder: Path, entry: Entry) -> str:
    path = folder / entry.name
    path.parent.mkdir(mode=0o700, exist_ok=True)
    _write(path, entry.pieces)
    return entry.name


def _write(path: Path, pieces: Iterator[bytes]) -> None:
    with open(path, "xb", opener=_owner_only) as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _package_file(path: Path) -> Iterator[BinaryIO]:
    try:
        file = open(path, "rb")  # noqa: SIM115 - closed below; a FileNotFoundError of the body must not be caught here
    except FileNotFoundError:
        raise PackageRefused(NO_AGE) from None
    with file:
        yield file


@contextmanager
def _complete_folder(out: Path) -> Iterator[Path]:
    """A folder beside `out` that takes its place when all went well, and is gone otherwise, also after Ctrl-C."""
    temporary = out.with_name(f".{out.name}.{secrets.token_hex(8)}")
    try:
        temporary.mkdir(mode=0o700)
        yield temporary
        if out.is_dir():
            out.rmdir()  # empty, or this fails; not every system renames onto a folder
        temporary.rename(out)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _read_small(path: Path, limit: int) -> bytes | None:
    """The bytes, or None when there is no such file."""
    try:
        with open(path, "rb") as file:
            data = file.read(limit + 1)
    except FileNotFoundError:
        return None
    if len(data) > limit:
        raise PackageRefused(TOO_LONG, name=path.name)
    return data


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
