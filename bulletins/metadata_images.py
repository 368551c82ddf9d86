"""Pictures without what cameras and editors write beside the pixels. Pure.

Segments and chunks are taken out and the others stay as they are: re-encoding would change the pixels. Pillow only reads.
JPEG: ITU-T T.81 annex B; PNG: W3C PNG 3rd edition §5; WebP: Google's RIFF container specification.
"""

import io
import struct
import zlib

from PIL import ExifTags, Image, UnidentifiedImageError

from bulletins.metadata_findings import Cleaned, Findings, Uncleanable

# A small file may unpack to any number of points; the viewer shows no more than these either (bulletins.paper.pages).
_MOST_POINTS = 60_000_000
_SOS, _EOI = 0xDA, 0xD9
# Markers without a length: TEM and the eight restarts.
_ALONE = {0x01, *range(0xD0, 0xD8)}
_PNG = b"\x89PNG\r\n\x1a\n"
# What a PNG needs to look as it does; everything else (text, time, EXIF, private chunks) goes.
_PNG_KEPT = {
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"mDCV", b"cLLI",
    b"bKGD", b"hIST", b"pHYs", b"sPLT", b"acTL", b"fcTL", b"fdAT",
}  # fmt: skip
_WEBP_KEPT = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"}
_WEBP_EXIF, _WEBP_XMP = 0x08, 0x04


def is_image(data: bytes) -> bool:
    """Whether these are the first bytes of a JPEG, a PNG or a WebP."""
    return data.startswith((b"\xff\xd8\xff", _PNG)) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")


def clean_image(data: bytes) -> Cleaned:
    """The same pixels, the same way up, and nothing beside them. Uncleanable when it is no picture that can be opened."""
    found = Findings()
    turned = _look(data, found)
    exif = _only_orientation(turned) if turned != 1 else b""
    try:
        if data.startswith(_PNG):
            kept = _png(data, exif, found)
        elif data.startswith(b"RIFF"):
            kept = _webp(data, exif, found)
        else:
            kept = _jpeg(data, exif, found)
    except (struct.error, IndexError) as error:
        raise Uncleanable("broken_image") from error
    return Cleaned(kept, found.told())


def _look(data: bytes, found: Findings) -> int:
    """Notes what EXIF says; how the picture is turned (1: not at all)."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            if picture.width * picture.height > _MOST_POINTS:
                raise Uncleanable("too_large")
            exif = picture.getexif()
            picture.load()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, struct.error) as error:
        if isinstance(error, Uncleanable):
            raise
        raise Uncleanable("broken_image") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Uncleanable("too_large") from error
    tags, base = exif.get_ifd(ExifTags.IFD.Exif), ExifTags.Base
    if exif.get_ifd(ExifTags.IFD.GPSInfo):
        found.count("gps")
    for tag in (base.Artist, base.XPAuthor, base.Copyright):
        found.name("author", _text(exif.get(tag)))
    found.name("author", _text(tags.get(base.CameraOwnerName)))
    found.name("camera", " ".join(filter(None, (_text(exif.get(base.Make)), _text(exif.get(base.Model))))))
    found.name("camera", _text(tags.get(base.BodySerialNumber)))
    found.name("taken", _text(tags.get(base.DateTimeOriginal) or exif.get(base.DateTime)))
    found.name("program", _text(exif.get(base.Software)))
    if exif.get_ifd(ExifTags.IFD.IFD1):
        found.count("thumbnail")
    turned = exif.get(base.Orientation, 1)
    return turned if turned in range(2, 9) else 1


def _text(value: object) -> str:
    if isinstance(value, bytes):
        # The XP tags of Windows are UTF-16; others are ASCII.
        value = value.decode("utf-16-le" if b"\x00" in value else "utf-8", "replace")
    return str(value or "").strip("\x00 ")


def _only_orientation(turned: int) -> bytes:
    """A TIFF block with one entry: tag 0x0112, SHORT, one value."""
    return struct.pack("<2sHIHHHIHHI", b"II", 42, 8, 1, 0x0112, 3, 1, turned, 0, 0)


def _jpeg(data: bytes, exif: bytes, found: Findings) -> bytes:
    """Marker by marker up to the end of the image; what lies behind it belongs to no picture."""
    made, at = [b"\xff\xd8"], 2
    if exif:
        made.append(_segment(0xE1, b"Exif\x00\x00" + exif))
    while data[at + 1] != _EOI:
        marker = data[at + 1]
        if marker == 0xFF or marker in _ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        end = at + 2 + struct.unpack_from(">H", data, at + 2)[0]
        payload = data[at + 4 : end]
        if marker == _SOS:
            end = _end_of_scan(data, end)
            made.append(data[at:end])
        elif _stays_in_jpeg(marker, payload):
            made.append(_segment(marker, payload))
        elif payload != b"Exif\x00\x00" + exif:
            found.count(_jpeg_code(marker, payload))
        at = end
    found.count("trailing", int(at + 2 < len(data)))
    return b"".join(made) + b"\xff\xd9"


def _end_of_scan(data: bytes, at: int) -> int:
    """The next marker behind the entropy-coded bytes, in which 0xFF is always followed by zero or a restart."""
    while True:
        at = data.find(b"\xff", at)
        if at == -1:
            raise Uncleanable("broken_image")
        if data[at + 1] and data[at + 1] not in _ALONE:
            return at
        at += 2


def _segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def _stays_in_jpeg(marker: int, payload: bytes) -> bool:
    application = 0xE0 <= marker <= 0xEF
    needed = (
        (marker == 0xE0 and payload.startswith(b"JFIF\x00"))
        or (marker == 0xE2 and payload.startswith(b"ICC_PROFILE\x00"))
        or (marker == 0xEE and payload.startswith(b"Adobe"))
    )
    return needed or not (application or marker == 0xFE)


def _jpeg_code(marker: int, payload: bytes) -> str:
    if payload.startswith(b"Exif\x00"):
        return "exif"
    if payload.startswith(b"http://ns.adobe.com/"):
        return "xmp"
    return "image_text" if marker == 0xFE else "image_blocks"


def _png(data: bytes, exif: bytes, found: Findings) -> bytes:
    made, at = [_PNG], len(_PNG)
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if kind in _PNG_KEPT:
            made.append(data[at : at + 12 + size])
        elif kind != b"eXIf" or data[at + 8 : at + 8 + size] != exif:
            found.count({b"eXIf": "exif", b"tIME": "image_blocks"}.get(kind, "image_text"))
        if kind == b"IHDR" and exif:
            made.append(struct.pack(">I4s", len(exif), b"eXIf") + exif + struct.pack(">I", zlib.crc32(b"eXIf" + exif)))
        at += 12 + size
        if kind == b"IEND":
            break
    found.count("trailing", int(at < len(data)))
    return b"".join(made)


def _webp(data: bytes, exif: bytes, found: Findings) -> bytes:
    made, at = [], 12
    end = min(len(data), 8 + struct.unpack_from("<I", data, 4)[0])
    while at + 8 <= end:
        kind, size = struct.unpack_from("<4sI", data, at)
        payload = data[at + 8 : at + 8 + size]
        if kind == b"VP8X":
            flags = payload[0] & ~(_WEBP_EXIF | _WEBP_XMP) | (_WEBP_EXIF if exif else 0)
            payload = bytes([flags]) + payload[1:]
        if kind in _WEBP_KEPT:
            made.append(_chunk(kind, payload))
        elif kind != b"EXIF" or payload != exif:
            found.count({b"EXIF": "exif", b"XMP ": "xmp"}.get(kind, "image_blocks"))
        at += 8 + size + size % 2
    if exif:
        made.append(_chunk(b"EXIF", exif))
    found.count("trailing", int(end < len(data)))
    body = b"WEBP" + b"".join(made)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _chunk(kind: bytes, payload: bytes) -> bytes:
    return struct.pack("<4sI", kind, len(payload)) + payload + b"\x00" * (len(payload) % 2)
