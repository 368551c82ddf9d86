"""A page of an attachment as a picture with its reader's watermark burned in, and the words on it: PDF and images.

Runs in a process of its own (apart.py); pdfium is asked by one thread at a time there. What can't be shown has a fault: `locked`,
`large` or `broken`.
"""

import io
from pathlib import Path

import pypdfium2
from PIL import Image, ImageDraw, ImageFont, ImageOps, UnidentifiedImageError

from bulletins.paper.apart import Answer, Broken, serve

MOST_PAGES = 200
# Of a picture; a page is never drawn larger than this on its longer side.
LONGEST_SIDE = 1800
_MOST_PIXELS = 60_000_000
_LONGEST_TEXT = 20_000
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
_FONTS = Path(__file__).parent / "fonts"
_BAND = 64
_RED, _INK = (206, 0, 0), (26, 26, 26)


class Fault(Exception):
    """Why a file is not shown, in a word."""


def of_pdf(data: bytes, number: int) -> tuple[Image.Image, str, int]:
    """The page (from 1), its words, and how many pages there are to be seen."""
    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as refused:
        raise Fault("locked" if "password" in str(refused).lower() else "broken") from refused
    pages = min(len(pdf), MOST_PAGES)
    if not 0 < number <= pages:
        raise Fault("missing" if pages else "broken")
    page = pdf[number - 1]
    scale = min(150 / 72, LONGEST_SIDE / max(page.get_size()))
    picture = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
    return picture, page.get_textpage().get_text_range()[:_LONGEST_TEXT], pages


def of_image(data: bytes, number: int) -> tuple[Image.Image, str, int]:
    """The image as pixels alone: nothing that its file says besides them goes on."""
    if number != 1:
        raise Fault("missing")
    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as found:
            if found.width * found.height > _MOST_PIXELS:
                raise Fault("large")
            found.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            turned = ImageOps.exif_transpose(found).convert("RGBA")
    except Image.DecompressionBombError as refused:
        raise Fault("large") from refused
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as refused:
        raise Fault("broken") from refused
    turned.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    plain = Image.new("RGB", turned.size, "white")
    plain.paste(turned, mask=turned.getchannel("A"))
    return plain, "", 1


def marked(picture: Image.Image, asked: dict[str, object]) -> bytes:
    """PNG of the picture with the watermark over it and a band below it: whose it is, when, the reference and the label."""
    picture = _watermarked(picture, [str(line) for line in asked["watermark"]])
    foot, label, critical = str(asked["foot"]), str(asked["label"]), int(asked["grade"]) == 3
    whole = Image.new("RGB", (max(picture.width, 700), picture.height + _BAND), "white")
    whole.paste(picture, ((whole.width - picture.width) // 2, 0))
    draw = ImageDraw.Draw(whole)
    draw.line([(0, picture.height), (whole.width, picture.height)], fill=_RED if critical else _INK, width=3)
    draw.text((10, picture.height + 8), foot, font=_font("400", 17), fill=_INK)
    bold = _font("700", 22)
    draw.text((whole.width - 12, picture.height + 58), label, font=bold, fill=_RED if critical else _INK, anchor="rs")
    if critical:
        draw.rectangle([(0, 0), (whole.width - 1, whole.height - 1)], outline=_RED, width=8)
    out = io.BytesIO()
    whole.save(out, "PNG")
    return out.getvalue()


def _watermarked(picture: Image.Image, lines: list[str]) -> Image.Image:
    font, words = _font("400", 24), "\n".join(lines)
    box = ImageDraw.Draw(Image.new("L", (1, 1))).multiline_textbbox((0, 0), words, font=font, align="center", spacing=6)
    tile = Image.new("L", (int(box[2]) + 90, int(box[3]) + 70))
    ImageDraw.Draw(tile).multiline_text((45, 35), words, font=font, fill=64, align="center", spacing=6)
    tile = tile.rotate(24, expand=True)
    mask = Image.new("L", picture.size)
    for row, top in enumerate(range(-tile.height // 3, picture.height, tile.height * 3 // 4)):
        for left in range(-(row % 2) * tile.width // 2, picture.width, tile.width):
            mask.paste(tile, (left, top), tile)
    # Grey on what is light and on what is dark: the words are read on either.
    grey = Image.new("RGB", picture.size, (110, 110, 110))
    return Image.composite(grey, picture.convert("RGB"), mask.point(lambda value: min(value * 2, 130)))


def _font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    name = {"400": "NotoSansJP_400Regular.ttf", "700": "NotoSansJP_700Bold.ttf"}[weight]
    return ImageFont.truetype(_FONTS / name, size)


def answer(picture: Image.Image, text: str, pages: int, asked: dict[str, object]) -> Answer:
    """What the portal is told: the words and the number of pages, and the picture unless only the words were asked for."""
    return {"text": text, "pages": pages}, b"" if asked["words"] else marked(picture, asked)


def _work(asked: dict[str, object], data: bytes) -> Answer:
    """`kind` is pdf or image, `page` counts from 1; `watermark`, `foot`, `label` and `grade` are what is burned in."""
    draw = of_image if asked["kind"] == "image" else of_pdf
    try:
        return answer(*draw(data, int(asked["page"])), asked)
    except Fault as fault:
        return {"fault": str(fault)}, b""
    except MemoryError as much:
        raise Broken from much


if __name__ == "__main__":
    serve(_work)
