"""Bech32 (BIP 173) without its length limits on the data, as the age specification uses it for keys."""

import base64

from council.sealing.errors import AgeRefused, gettext_noop

LONGEST = 4096  # characters; the longest key of the age format has 1,959
CHECKSUM = 6

_CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_VALUES = {character: value for value, character in enumerate(_CHARSET)}
_TO_BASE_32 = str.maketrans(_CHARSET, "0123456789abcdefghijklmnopqrstuv")
_FROM_RFC_4648 = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", _CHARSET)
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)

TOO_LONG = gettext_noop("鍵の文字列が長すぎるので、写し取った範囲を確かめてください。")
MIXED_CASE = gettext_noop("鍵の文字列に大文字と小文字が混ざっているので、もとの文字列のまま写してください。")
BAD_CHARACTER = gettext_noop("鍵の文字列に使えない文字があるので、もとの文字列のまま写してください。")
NOT_BECH32 = gettext_noop("鍵の文字列の形（種別、区切りの1、本体）になっていません。")
BAD_CHECKSUM = gettext_noop("鍵の文字列の検査符号が合わないので、写し間違いがないか確かめてください。")
BAD_PADDING = gettext_noop("鍵の文字列の端数が正しくないので、もとの文字列のまま写してください。")


def _remainders() -> tuple[int, ...]:
    """What each of the 32 values of the top five bits adds to the checksum."""
    return tuple(_xor(*(each for bit, each in enumerate(_GENERATORS) if value >> bit & 1)) for value in range(32))


def _xor(*values: int) -> int:
    result = 0
    for value in values:
        result ^= value
    return result


_REMAINDERS = _remainders()


def encode(hrp: str, data: bytes) -> str:
    """The lower-case Bech32 text of `data` under the lower-case human-readable part `hrp`."""
    body = base64.b32encode(data).decode().rstrip("=").translate(_FROM_RFC_4648)
    checksum = _polymod(hrp, body + "q" * CHECKSUM) ^ 1
    return f"{hrp}1{body}" + "".join(_CHARSET[checksum >> 5 * (5 - place) & 31] for place in range(CHECKSUM))


def decode(text: str) -> tuple[str, bytes]:
    """(human-readable part as written, data). AgeRefused unless `text` is exactly what `encode` makes, in one case."""
    hrp, body = _split(text)
    lower = body.lower()
    if _polymod(hrp.lower(), lower) != 1:
        raise AgeRefused(BAD_CHECKSUM)
    digits = lower[:-CHECKSUM]
    if not digits:
        return hrp, b""
    value, spare = int(digits.translate(_TO_BASE_32), 32), len(digits) * 5 % 8
    if spare > 4 or value & ((1 << spare) - 1):
        raise AgeRefused(BAD_PADDING)
    return hrp, (value >> spare).to_bytes(len(digits) * 5 // 8)


def _split(text: str) -> tuple[str, str]:
    if len(text) > LONGEST:
        raise AgeRefused(TOO_LONG)
    if not all("!" <= character <= "~" for character in text):
        raise AgeRefused(BAD_CHARACTER)
    if text not in (text.lower(), text.upper()):
        raise AgeRefused(MIXED_CASE)
    hrp, one, body = text.rpartition("1")
    if not (hrp and one) or len(body) < CHECKSUM:
        raise AgeRefused(NOT_BECH32)
    if not _VALUES.keys() >= set(body.lower()):
        raise AgeRefused(BAD_CHARACTER)
    return hrp, body


def _polymod(hrp: str, body: str) -> int:
    """The checksum's remainder over the expanded human-readable part and the body; 1 for a whole string."""
    expanded = [*(ord(each) >> 5 for each in hrp), 0, *(ord(each) & 31 for each in hrp)]
    remainder = 1
    for value in expanded + [_VALUES[each] for each in body]:
        remainder = (remainder & 0x1FFFFFF) << 5 ^ value ^ _REMAINDERS[remainder >> 25]
    return remainder
