"""age v1 files with exactly one recipient: a header for each, one payload behind all of them. FORMAT.md §8."""

import base64
import binascii
import hmac
import os
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from council.sealing.age_keys import BODY_BYTES, ENC_BYTES, Identity, Kind, Recipient, generate_identity
from council.sealing.errors import AgeRefused, gettext_noop

__all__ = ["AgeRefused", "Identity", "Kind", "Recipient", "generate_identity"]

VERSION_LINE = b"age-encryption.org/v1"
FILE_KEY_BYTES = 16
NONCE_BYTES = 16
TAG_BYTES = 16
MAC_BYTES = 32
CHUNK_BYTES = 64 * 1024
COLUMNS = 64
LONGEST_LINE = 2048  # bytes; the argument line of a hybrid stanza has 1,512
LARGEST_HEADER = 16 * 1024
_MAC_LINE_TAIL = 1 + 43 + 1  # what follows the three hyphens: a space, the MAC, a line feed

NOT_AGE = gettext_noop("age 形式（age-encryption.org/v1）のファイルではありません。")
CUT_HEADER = gettext_noop("age のヘッダーが途中で切れています。")
LONG_HEADER = gettext_noop("age のヘッダーが長すぎます（宛先は一つのはずです）。")
BAD_LINE = gettext_noop("age のヘッダーの行の形が正しくありません。")
LONG_LINE = gettext_noop("age のヘッダーに64桁を超える行があります。")
NO_STANZA = gettext_noop("age のヘッダーに宛先がありません。")
MANY_STANZAS = gettext_noop("age のヘッダーに宛先が二つ以上あるので開けません（宛先は一つのはずです）。")
UNKNOWN_KIND = gettext_noop("age の宛先の種類を扱えません（扱えるのは mlkem768x25519 と X25519 です）。")
OTHER_KIND = gettext_noop("age の宛先の種類が、お手元の鍵の種類と違うので開けません。")
BAD_ARGUMENTS = gettext_noop("age の宛先の項目の数が正しくありません。")
BAD_BASE64 = gettext_noop("age のヘッダーの base64 が正規の形ではありません。")
BAD_ENC = gettext_noop("age の宛先の鍵共有値の長さが正しくありません。")
BAD_BODY = gettext_noop("age の宛先の本体が32バイトではありません。")
BAD_FILE_KEY = gettext_noop("age のファイル鍵が16バイトではありません。")
BAD_MAC = gettext_noop("age のヘッダーの検査値が合わないので開けません（ヘッダーが変わっています）。")
CUT_PAYLOAD = gettext_noop("age の本文が途中で切れているので開けません。")
LONG_PAYLOAD = gettext_noop("age の本文の終わりの後に余分なデータがあるので開けません。")
ALTERED_PAYLOAD = gettext_noop("age の本文が変わっているので開けません。")
EMPTY_LAST_CHUNK = gettext_noop("age の本文の最後の区切りが空なので開けません。")


def seal_header(file_key: bytes, recipient: Recipient) -> bytes:
    """A whole header with one stanza: about 1.6 KB when hybrid, 164 bytes when classic. `file_key` is 16 bytes."""
    if len(file_key) != FILE_KEY_BYTES:
        raise AgeRefused(BAD_FILE_KEY)
    enc, body = recipient.wrap(file_key)
    kind = recipient.kind.encode()
    signed = b"%b\n-> %b %b\n%b\n---" % (VERSION_LINE, kind, _base64(enc), _base64(body))
    return b"%b %b\n" % (signed, _base64(_mac(file_key, signed)))


def split_header(reader: BinaryIO) -> bytes:
    """Reads exactly the header off `reader` (which needs `readline`); its content is checked by `open_header`."""
    lines = [reader.readline(len(VERSION_LINE) + 1)]
    if lines[0] != VERSION_LINE + b"\n":
        raise AgeRefused(NOT_AGE)
    while not lines[-1].startswith(b"---"):
        lines.append(reader.readline(LONGEST_LINE))
        if sum(map(len, lines)) > LARGEST_HEADER:
            raise AgeRefused(LONG_HEADER)
        if not lines[-1].endswith(b"\n"):
            raise AgeRefused(LONG_LINE if len(lines[-1]) == LONGEST_LINE else CUT_HEADER)
    return b"".join(lines)


def open_header(header: bytes, identity: Identity) -> bytes:
    """The 16-byte file key. AgeRefused for another identity and for any header that is not strictly well formed."""
    enc, body, mac = _parse(header, identity.kind)
    file_key = identity.unwrap(enc, body)
    if len(file_key) != FILE_KEY_BYTES:
        raise AgeRefused(BAD_FILE_KEY)
    if not hmac.compare_digest(mac, _mac(file_key, header[:-_MAC_LINE_TAIL])):
        raise AgeRefused(BAD_MAC)
    return file_key


def payload_size(plain_size: int) -> int:
    """Bytes of the payload of `plain_size` bytes: nonce, content, a tag for each started chunk (at least one)."""
    chunks = max(1, -(-plain_size // CHUNK_BYTES))
    return NONCE_BYTES + plain_size + TAG_BYTES * chunks


def encrypt_payload(file_key: bytes, reader: BinaryIO) -> Iterator[bytes]:
    """The nonce, then one piece for each 64 KiB chunk of `reader`. Once for each file key: it serves every header."""
    nonce = os.urandom(NONCE_BYTES)
    cipher = _payload_cipher(file_key, nonce)
    yield nonce
    for counter, last, chunk in _chunks(reader, CHUNK_BYTES):
        yield cipher.encrypt(_chunk_nonce(counter, last), chunk, None)


def decrypted_chunks(file_key: bytes, reader: BinaryIO) -> Iterator[bytes]:
    """The content, chunk by chunk, each authenticated. It is whole only when the iterator ends without AgeRefused."""
    nonce = _read(reader, NONCE_BYTES)
    if len(nonce) != NONCE_BYTES:
        raise AgeRefused(CUT_PAYLOAD)
    cipher = _payload_cipher(file_key, nonce)
    for counter, last, chunk in _chunks(reader, CHUNK_BYTES + TAG_BYTES):
        plain = _open_chunk(cipher, counter, last, chunk)
        if not plain and counter:
            raise AgeRefused(EMPTY_LAST_CHUNK)
        yield plain


def decrypt_payload(file_key: bytes, reader: BinaryIO, writer: BinaryIO) -> int:
    """Writes the content and returns its length. On AgeRefused the caller throws away what was written."""
    return sum(writer.write(chunk) for chunk in decrypted_chunks(file_key, reader))


def _open_chunk(cipher: ChaCha20Poly1305, counter: int, last: bool, chunk: bytes) -> bytes:
    if len(chunk) < TAG_BYTES:
        raise AgeRefused(CUT_PAYLOAD)
    plain = _try_chunk(cipher, counter, last, chunk)
    if plain is not None:
        return plain
    if _try_chunk(cipher, counter, not last, chunk) is None:
        raise AgeRefused(ALTERED_PAYLOAD)
    raise AgeRefused(CUT_PAYLOAD if last else LONG_PAYLOAD)


def _try_chunk(cipher: ChaCha20Poly1305, counter: int, last: bool, chunk: bytes) -> bytes | None:
    try:
        return cipher.decrypt(_chunk_nonce(counter, last), chunk, None)
    except InvalidTag:
        return None


def _chunks(reader: BinaryIO, size: int) -> Iterator[tuple[int, bool, bytes]]:
    """(counter, whether it is the last, bytes): one chunk is read ahead, since only the end tells the last one."""
    counter, chunk = 0, _read(reader, size)
    while following := _read(reader, size):
        yield counter, False, chunk
        counter, chunk = counter + 1, following
    yield counter, True, chunk


def _read(reader: BinaryIO, size: int) -> bytes:
    """`size` bytes, fewer only at the end: a reader may hand out less than it was asked for."""
    data = reader.read(size)
    while 0 < len(data) < size and (more := reader.read(size - len(data))):
        data += more
    return data


def _chunk_nonce(counter: int, last: bool) -> bytes:
    return counter.to_bytes(11) + bytes([last])


def _payload_cipher(file_key: bytes, nonce: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(_hkdf(file_key, nonce, b"payload"))


def _mac(file_key: bytes, signed: bytes) -> bytes:
    return hmac.digest(_hkdf(file_key, None, b"header"), signed, "sha256")


def _hkdf(secret: bytes, salt: bytes | None, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(secret)


def _parse(header: bytes, kind: Kind) -> tuple[bytes, bytes, bytes]:
    """(enc, body, mac) of a header whose every byte is where it must be."""
    version, *stanza, mac_line, rest = _lines(header)
    if version != VERSION_LINE or rest:
        raise AgeRefused(NOT_AGE if version != VERSION_LINE else BAD_LINE)
    if not mac_line.startswith(b"--- ") or any(line.startswith(b"---") for line in stanza):
        raise AgeRefused(BAD_LINE)
    arguments, body = _one_stanza(stanza)
    enc = _enc(arguments, kind)
    if len(body) != BODY_BYTES:
        raise AgeRefused(BAD_BODY)
    mac = _from_base64(mac_line[4:])
    if len(mac) != MAC_BYTES:
        raise AgeRefused(BAD_MAC)
    return enc, body, mac


def _lines(header: bytes) -> list[bytes]:
    lines = header.split(b"\n")
    if len(lines) < 3:
        raise AgeRefused(CUT_HEADER if lines[0] == VERSION_LINE else NOT_AGE)
    return lines


def _one_stanza(lines: list[bytes]) -> tuple[list[bytes], bytes]:
    """Arguments and body; the body ends with the first line shorter than 64 columns, and nothing may follow."""
    if not lines:
        raise AgeRefused(NO_STANZA)
    first, *body = lines
    if sum(line.startswith(b"->") for line in lines) > 1:
        raise AgeRefused(MANY_STANZAS)
    arguments = first.split(b" ")
    if arguments.pop(0) != b"->" or not arguments or not all(map(_is_argument, arguments)):
        raise AgeRefused(BAD_LINE)
    if any(len(line) > COLUMNS for line in body):
        raise AgeRefused(LONG_LINE)
    if not body or len(body[-1]) == COLUMNS or any(len(line) != COLUMNS for line in body[:-1]):
        raise AgeRefused(BAD_LINE)
    return arguments, b"".join(map(_from_base64, body))


def _is_argument(argument: bytes) -> bool:
    return bool(argument) and all(0x21 <= byte <= 0x7E for byte in argument)


def _enc(arguments: list[bytes], kind: Kind) -> bytes:
    named, *values = arguments
    if named not in (Kind.HYBRID.encode(), Kind.CLASSIC.encode()):
        raise AgeRefused(UNKNOWN_KIND)
    if named != kind.encode():
        raise AgeRefused(OTHER_KIND)
    if len(values) != 1:
        raise AgeRefused(BAD_ARGUMENTS)
    enc = _from_base64(values[0])
    if len(enc) != ENC_BYTES[kind]:
        raise AgeRefused(BAD_ENC)
    return enc


def _base64(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def _from_base64(text: bytes) -> bytes:
    """Unpadded base64, refused unless encoding it again gives the same text: one value has one spelling."""
    try:
        data = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        raise AgeRefused(BAD_BASE64) from None
    if _base64(data) != text:
        raise AgeRefused(BAD_BASE64)
    return data
