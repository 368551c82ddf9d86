"""PDF files without what their pages don't show: properties, history, scripts, files within files, names of commentators. Pure.

ISO 32000-2: document information §14.3, actions §12.6, annotations §12.5, forms §12.7, incremental updates §7.5.6.
"""

import io
from collections.abc import Iterator
from contextlib import suppress

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf

from bulletins.metadata_findings import Cleaned, Findings, Uncleanable
from bulletins.metadata_images import clean_image, is_image

# Where an action may hang; an action with any of the kinds below it is taken away, a jump to a page stays.
_DANGEROUS = {
    "/JavaScript",
    "/Launch",
    "/SubmitForm",
    "/ImportData",
    "/ResetForm",
    "/Rendition",
    "/GoToE",
    "/GoToR",
    "/Hide",
}
_INFO = {
    "/Author": "author",
    "/Company": "company",
    "/Creator": "program",
    "/Producer": "program",
    "/Title": "title",
    "/Subject": "title",
    "/Keywords": "title",
}
_PRIVATE = ("/PieceInfo", "/LastModified", "/SpiderInfo", "/Thumb")
# No honest file puts so many dictionaries directly into each other.
_DEEPEST = 60
# Annotation flags (§12.5.3): not shown on any screen.
_HIDDEN = 0b10 | 0b100000


def is_pdf(data: bytes) -> bool:
    """Whether a reader would take it for a PDF: the header may come within the first kilobyte."""
    return b"%PDF-" in data[:1024]


def clean_pdf(data: bytes) -> Cleaned:
    """The same pages, written anew: nothing is left of earlier versions. Uncleanable when it is locked or can't be opened."""
    found = Findings()
    try:
        with Pdf.open(io.BytesIO(data)) as pdf:
            if pdf.is_encrypted:
                raise Uncleanable("locked")
            _properties(pdf, found)
            _catalog(pdf, found)
            for page in pdf.pages:
                _annotations(page.obj, found)
            _form(pdf, found)
            _objects(pdf, found)
            found.count("history", int(not pdf.is_linearized and data.count(b"startxref") > 1))
            made = io.BytesIO()
            pdf.save(made, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    except pikepdf.PasswordError as error:
        raise Uncleanable("locked") from error
    # Broken files fail in many ways, some of them deep inside of an object.
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, RuntimeError) as error:
        if isinstance(error, Uncleanable):
            raise
        raise Uncleanable("broken_pdf") from error
    return Cleaned(made.getvalue(), found.told())


def _properties(pdf: Pdf, found: Findings) -> None:
    info = pdf.trailer.get("/Info")
    if isinstance(info, Dictionary):
        for key, value in info.items():
            if key in _INFO:
                found.name(_INFO[key], value)
            elif key not in ("/CreationDate", "/ModDate", "/Trapped"):
                found.count("properties")
        del pdf.trailer["/Info"]


def _catalog(pdf: Pdf, found: Findings) -> None:
    root = pdf.Root
    names = root.get("/Names")
    if isinstance(names, Dictionary):
        found.count("embedded_files", len(pdf.attachments))
        found.count("scripts", int("/JavaScript" in names))
        for key in ("/EmbeddedFiles", "/JavaScript"):
            _drop(names, key)
    _drop(root, "/AF")
    action = root.get("/OpenAction")
    if isinstance(action, Dictionary):
        found.count("scripts", int(_is_dangerous(action)))
    _drop(root, "/OpenAction")
    found.count("hidden_layers", _hidden_layers(root), stays=True)


def _hidden_layers(root: Object) -> int:
    layers = root.get("/OCProperties")
    default = layers.get("/D") if isinstance(layers, Dictionary) else None
    off = default.get("/OFF") if isinstance(default, Dictionary) else None
    return len(off) if isinstance(off, Array) else 0


def _is_dangerous(action: Object) -> bool:
    """Of what follows an action there may be one or several."""
    if isinstance(action, Array):
        return any(_is_dangerous(each) for each in action if isinstance(each, Dictionary))
    return str(action.get("/S", "")) in _DANGEROUS or "/JS" in action


def _annotations(page: Object, found: Findings) -> None:
    rows = page.get("/Annots")
    if not isinstance(rows, Array):
        return
    kept = []
    for row in rows:
        kind = str(row.get("/Subtype", "")) if isinstance(row, Dictionary) else ""
        if kind == "/FileAttachment":
            found.count("embedded_files")
            continue
        if kind not in ("", "/Widget", "/Link"):
            _comment(row, kind, found)
        kept.append(row)
    page["/Annots"] = Array(kept)


def _comment(row: Object, kind: str, found: Findings) -> None:
    """A remark stays on its page, without who made it and when; the author of the file has to look at it."""
    if kind != "/Popup":
        found.count("comments_stay", stays=True)
    found.name("comment_author", row.get("/T", ""))
    for key in ("/T", "/CreationDate", "/M", "/NM", "/RC"):
        _drop(row, key)


def _form(pdf: Pdf, found: Findings) -> None:
    form = pdf.Root.get("/AcroForm")
    if not isinstance(form, Dictionary):
        return
    found.count("form_data", int("/XFA" in form))
    for key in ("/XFA", "/CO"):
        _drop(form, key)


def _objects(pdf: Pdf, found: Findings) -> None:
    """What may hang anywhere: descriptions of pages and pictures, private data of programs, actions, values of forms."""
    for each in [held for found_there in pdf.objects for held in _held(found_there)]:
        if "/Metadata" in each:
            found.count("xmp")
            _drop(each, "/Metadata")
        for key in _PRIVATE:
            found.count("private", int(key in each and key != "/LastModified"))
            _drop(each, key)
        _actions(each, found)
        _field(each, found)
        if isinstance(each, pikepdf.Stream) and each.get("/Filter") == Name.DCTDecode:
            _photograph(each, found)


def _held(each: Object, depth: int = _DEEPEST) -> Iterator[Object]:
    """Every dictionary that lies inside of the object, itself too; what an object only refers to is met by itself."""
    if isinstance(each, Dictionary | pikepdf.Stream):
        yield each
        inside = [each[key] for key in each.keys()]  # noqa: SIM118  not a dict
    else:
        inside = list(each) if isinstance(each, Array) else []
    for child in inside:
        if isinstance(child, Dictionary | Array) and not child.is_indirect:
            if not depth:
                raise Uncleanable("broken_pdf")
            yield from _held(child, depth - 1)


def _photograph(each: pikepdf.Stream, found: Findings) -> None:
    """A JPEG lies in a PDF as it came from the camera."""
    raw = each.read_raw_bytes()
    if not is_image(raw):
        return
    # What can't be read as a picture by itself (inverted or cut ones are common) stays as it is.
    with suppress(Uncleanable):
        cleaned = clean_image(raw)
        if cleaned.findings:
            found.add(cleaned.findings)
            each.write(cleaned.data, filter=Name.DCTDecode, decode_parms=each.get("/DecodeParms"))


def _actions(each: Object, found: Findings) -> None:
    for key in ("/AA", "/A", "/Next"):
        action = each.get(key)
        if key == "/AA" or (isinstance(action, Dictionary | Array) and _is_dangerous(action)):
            found.count("scripts", int(key in each))
            _drop(each, key)


def _field(each: Object, found: Findings) -> None:
    if "/FT" not in each or "/V" not in each:
        return
    if str(each.FT) == "/Sig":
        found.count("signature", stays=True)
        _drop(each, "/V")
    elif int(each.get("/F", 0)) & _HIDDEN:
        found.count("form_data")
        for key in ("/V", "/DV", "/AP"):
            _drop(each, key)
    else:
        found.count("form_values", stays=True)


def _drop(holder: Object, key: str) -> None:
    if key in holder:
        del holder[Name(key)]
