"""Word, Excel and PowerPoint files without what their pages don't show. Pure.

A file is a ZIP of XML parts (ECMA-376): properties, comments, previews and earlier versions are parts of their own and are
taken out together with the relationships that name them; what stands inside of the text is bulletins.metadata_ooxml's.
"""

import io
import re
import zipfile
import zlib
from posixpath import dirname, join, normpath
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from lxml import etree

from bulletins.metadata_findings import Cleaned, Findings, Uncleanable
from bulletins.metadata_images import clean_image, is_image
from bulletins.metadata_ooxml import clean_xml, local, parse, without_references

LARGEST_WHOLE = 300 * 1024 * 1024
# What is parsed takes a multiple of its size in the memory of whoever serves the page.
LARGEST_PARSED = 40 * 1024 * 1024
MOST_ENTRIES = 10_000
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_TYPES, _RELS = "[Content_Types].xml", ".rels"
_PROPERTIES = {
    "creator": "author",
    "lastModifiedBy": "author",
    "Manager": "author",
    "Company": "company",
    "title": "title",
    "subject": "title",
    "keywords": "title",
    "description": "title",
    "category": "title",
    "Template": "program",
    "Application": "program",
    "HyperlinkBase": "path",
}
# Parts that go, by the last two words of their content's place; the number says under which finding.
_GONE = (
    ("docProps/thumbnail", "thumbnail"),
    ("word/comments", "comments"),
    ("word/people", ""),
    ("xl/comments", "comments"),
    ("xl/threadedComments/", "comments"),
    ("xl/persons/", ""),
    ("xl/revisions/", "history"),
    ("xl/printerSettings/", "printer"),
    ("ppt/comments/", "comments"),
    ("ppt/commentAuthors", ""),
    ("ppt/authors", ""),
    ("ppt/printerSettings/", "printer"),
    ("word/printerSettings", "printer"),
)
_OBJECTS = re.compile(rb'ObjectType="([A-Za-z]+)"')
_MACROS = ("vbaProject", "macroEnabled", "vbaData")


def is_office(data: bytes) -> bool:
    """Whether it is a ZIP with the table of contents of an Office file."""
    return data.startswith(b"PK\x03\x04") and _TYPES.encode() in data


def clean_office(data: bytes) -> Cleaned:
    """The same document without its hidden parts. Uncleanable with macros, locked, broken or beyond measure."""
    found = Findings()
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            parts = _read(archive)
    # A directory or a stream that lies fails in as many ways as there are fields in it.
    except (
        BadZipFile,
        RuntimeError,
        OSError,
        EOFError,
        ValueError,
        IndexError,
        zipfile.LargeZipFile,
        zlib.error,
    ) as error:
        if isinstance(error, Uncleanable):
            raise
        raise Uncleanable("broken_office") from error
    try:
        gone = _gone(parts, found)
        for name in gone:
            del parts[name]
        _forget(parts, gone, found)
        for name, content in list(parts.items()):
            parts[name] = _cleaned(name, content, found)
    except (etree.XMLSyntaxError, ValueError, KeyError) as error:
        if isinstance(error, Uncleanable):
            raise
        raise Uncleanable("broken_office") from error
    return Cleaned(_write(parts), found.told())


def _read(archive: ZipFile) -> dict[str, bytes]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    parsed = [entry.file_size for entry in entries if entry.filename.lower().endswith((".xml", _RELS, ".vml"))]
    whole = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or whole > LARGEST_WHOLE or sum(parsed) > LARGEST_PARSED:
        raise Uncleanable("too_large")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Uncleanable("locked")
    parts = {entry.filename: archive.read(entry) for entry in entries}
    types = parts.get(_TYPES, b"").decode("utf-8", "replace")
    if any(word in types or any(word in name for name in parts) for word in _MACROS):
        raise Uncleanable("macros")
    return parts


def _gone(parts: dict[str, bytes], found: Findings) -> set[str]:
    gone = set()
    for name, content in parts.items():
        code = "" if _only_notes(name, content) else _place_of(name)
        if code is None or name.endswith(_RELS):
            continue
        gone.add(name)
        if code == "comments":
            _comments(content, found)
        elif code:
            found.count(code)
        elif name.endswith(".xml"):
            _people(content, found)
    return gone | {_rels_of(name) for name in gone if _rels_of(name) in parts}


def _place_of(name: str) -> str | None:
    return next((code for place, code in _GONE if name.startswith(place)), None)


def _only_notes(name: str, content: bytes) -> bool:
    """Whether the drawing holds the yellow boxes of a sheet's comments, and nothing else."""
    return name.startswith("xl/") and name.endswith(".vml") and set(_OBJECTS.findall(content)) == {b"Note"}


def _comments(content: bytes, found: Findings) -> None:
    # Excel repeats a threaded comment as an old one, by an author whose name begins so.
    repeated = b">tc=" in content
    for element in parse(content).iter(etree.Element):
        if local(element) in ("comment", "threadedComment", "cm") and not repeated:
            found.count("comments")
        if local(element) == "author" and element.text and not element.text.startswith("tc="):
            found.name("comment_author", element.text)
        for key, value in element.attrib.items():
            if etree.QName(key).localname == "author":
                found.name("comment_author", value)


def _people(content: bytes, found: Findings) -> None:
    for element in parse(content).iter(etree.Element):
        for key, value in element.attrib.items():
            if etree.QName(key).localname in ("author", "displayName", "name"):
                found.name("comment_author", value)


def _rels_of(name: str) -> str:
    return join(dirname(name), "_rels", name.rpartition("/")[2] + _RELS)


def _source_of(rels: str) -> str:
    return join(dirname(dirname(rels)), rels.rpartition("/")[2].removesuffix(_RELS)) if rels != "_rels/.rels" else ""


def _forget(parts: dict[str, bytes], gone: set[str], found: Findings) -> None:
    """No relationship and no content type names what went, and the text refers to none of it."""
    for rels in [name for name in parts if name.endswith(_RELS)]:
        root, source, lost = parse(parts[rels]), _source_of(rels), set()
        for row in list(root):
            target = row.get("Target", "")
            if row.get("TargetMode") == "External":
                lost |= _outside(row, root, target, found)
            elif normpath(join(dirname(source), target)).lstrip("/") in gone or target.lstrip("/") in gone:
                lost.add(row.get("Id"))
                root.remove(row)
        parts[rels] = _bytes(root)
        if lost and source in parts:
            parts[source] = without_references(parts[source], lost)
    root = parse(parts[_TYPES])
    for row in list(root):
        if row.get("PartName", "").lstrip("/") in gone:
            root.remove(row)
    parts[_TYPES] = _bytes(root)


def _outside(row: etree._Element, root: etree._Element, target: str, found: Findings) -> set[str]:
    """A template far away is a path of somebody's computer, and goes. A link that people see stays unless it leads to files."""
    kind = row.get("Type", "").rpartition("/")[2]
    if kind == "attachedTemplate":
        found.name("path", target)
        root.remove(row)
        return {row.get("Id")}
    if kind != "hyperlink" or not target.lower().startswith(("http://", "https://", "mailto:")):
        found.name("outside", target, stays=True)
    return set()


def _cleaned(name: str, content: bytes, found: Findings) -> bytes:
    if name in ("docProps/core.xml", "docProps/app.xml"):
        return _emptied(content, found)
    if name.startswith("docProps/custom"):
        found.count("properties", len(parse(content)))
        return _bytes(etree.Element(parse(content).tag, nsmap=parse(content).nsmap))
    if is_image(content):
        try:
            cleaned = clean_image(content)
        except Uncleanable:
            found.count("uninspected_inside", stays=True)
            return content
        found.add(cleaned.findings)
        return cleaned.data
    if "/embeddings/" in name or "/activeX/" in name:
        found.count("embedded_objects", stays=True)
    if name.startswith("xl/externalLinks/") and name.endswith(".xml"):
        found.count("external_data", stays=True)
    if name == "xl/connections.xml":
        found.count("connections", stays=True)
    if not name.endswith(".xml") or name == _TYPES:
        return content
    return clean_xml(name, content, found)


def _emptied(content: bytes, found: Findings) -> bytes:
    root = parse(content)
    for row in root:
        code = _PROPERTIES.get(local(row))
        if code:
            found.name(code, row.text)
    return _bytes(etree.Element(root.tag, nsmap=root.nsmap))


def _bytes(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _write(parts: dict[str, bytes]) -> bytes:
    """A ZIP without dates, comments and extra fields; the table of contents comes first, as readers expect it."""
    made = io.BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        for name in sorted(parts, key=lambda each: each != _TYPES):
            archive.writestr(ZipInfo(name, _EARLIEST), parts[name], ZIP_DEFLATED)
    return made.getvalue()
