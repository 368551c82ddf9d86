"""What hides inside the XML of Word, Excel and PowerPoint: tracked changes, hidden sheets, rows, slides and text. Pure.

Tracked changes (ECMA-376 part 1 §17.13.5): what was put in stays as text, what was taken out goes. Nobody but the author knows
which of the two was meant, so both are said.
"""

from collections.abc import Iterable

from lxml import etree

from bulletins.metadata_findings import Findings

_PARSER = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
# The end of the namespace of r:id, in the transitional and in the strict form of the standard.
_RELATIONS = "/relationships"

_PUT_IN = ("ins", "moveTo")
_TAKEN_OUT = ("del", "moveFrom")
# Formatting before a change, marks of ranges, and comments whose part is gone.
_MARKS = {
    "rPrChange", "pPrChange", "sectPrChange", "tblPrChange", "tblPrExChange", "tblGridChange", "tcPrChange", "trPrChange",
    "numberingChange", "cellIns", "cellDel", "cellMerge", "moveFromRangeStart", "moveFromRangeEnd", "moveToRangeStart",
    "moveToRangeEnd", "customXmlInsRangeStart", "customXmlInsRangeEnd", "customXmlDelRangeStart", "customXmlDelRangeEnd",
    "customXmlMoveFromRangeStart", "customXmlMoveFromRangeEnd", "customXmlMoveToRangeStart", "customXmlMoveToRangeEnd",
    "commentRangeStart", "commentRangeEnd", "commentReference", "annotationRef",
}  # fmt: skip
_SETTINGS = {"rsids", "docVars", "trackRevisions", "attachedTemplate", "revisionView"}
_PERSONAL = {"author", "initials", "date", "dateUtc", "userId"}
_BREADCRUMBS = ("rsid", "paraId", "textId")


def parse(content: bytes) -> etree._Element:
    """The root; ValueError for a document type, which no Office file has and every trick with entities needs."""
    root = etree.fromstring(content, etree.XMLParser(**_PARSER))  # noqa: S320  entities, DTDs and the network are off
    if root.getroottree().docinfo.doctype:
        raise ValueError("an Office file with a document type")
    return root


def local(element: etree._Element) -> str:
    """The name without its namespace; empty for comments and instructions."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def attribute(element: etree._Element, name: str) -> str:
    """The value of the attribute, in whichever namespace it stands; empty without one."""
    return next((value for key, value in element.attrib.items() if etree.QName(key).localname == name), "")


def without_references(content: bytes, lost: set[str]) -> bytes:
    """The part without the elements that name relationships which are gone; of a page's setup only the attribute goes."""
    root = parse(content)
    for element in list(root.iter(etree.Element)):
        for key, value in element.attrib.items():
            if value not in lost or not (etree.QName(key).namespace or "").endswith(_RELATIONS):
                continue
            del element.attrib[key]
            if local(element) != "pageSetup":
                _take_out(element)
    return _bytes(root)


def clean_xml(name: str, content: bytes, found: Findings) -> bytes:
    """The part of this name without what it hides; what stays hidden in it is counted."""
    root = parse(content)
    if name.startswith("word/"):
        _word(name, root, found)
    elif name == "xl/workbook.xml":
        _workbook(root, found)
    elif name.startswith("xl/worksheets/"):
        _sheet(root, found)
    elif name.startswith("ppt/slides/"):
        found.count("hidden_slides", int(root.get("show") in ("0", "false")), stays=True)
    elif name.startswith("ppt/notesSlides/"):
        found.count("notes", int(_says_something(root)), stays=True)
    else:
        return content
    return _bytes(root)


def _bytes(root: etree._Element) -> bytes:
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8", standalone=True)


def _take_out(element: etree._Element) -> None:
    """Removes the element and leaves what follows it."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def _unwrap(element: etree._Element) -> None:
    """Puts what the element holds in its place."""
    for child in list(element):
        element.addprevious(child)
    _take_out(element)


def _named(root: etree._Element, names: Iterable[str]) -> list[etree._Element]:
    wanted = frozenset(names)
    return [each for each in root.iter(etree.Element) if local(each) in wanted and _is_word(each)]


def _is_word(element: etree._Element) -> bool:
    return "wordprocessingml" in (etree.QName(element).namespace or "")


def _word(name: str, root: etree._Element, found: Findings) -> None:
    for element in _named(root, (*_TAKEN_OUT, *_PUT_IN)):
        found.name("change_author", attribute(element, "author"))
    for element in _named(root, _TAKEN_OUT):
        _delete(element, found)
    for element in _named(root, _PUT_IN):
        found.count("insertions")
        _unwrap(element)
    for element in _named(root, _MARKS):
        _take_out(element)
    if name == "word/settings.xml":
        for element in _named(root, _SETTINGS):
            _take_out(element)
    for element in root.iter(etree.Element):
        for key in list(element.attrib):
            word = etree.QName(key).localname
            if word in _PERSONAL and "wordprocessingml" in key or word.startswith(_BREADCRUMBS):
                del element.attrib[key]
    found.count("hidden_text", _hidden_text(name, root), stays=True)


def _delete(element: etree._Element, found: Findings) -> None:
    """What was taken out of the text goes. Of a row of a table the mark stands in the row's own properties."""
    if element.getroottree().getroot() is not _root_of(element):
        return
    found.count("deletions")
    parent = element.getparent()
    row = parent.getparent() if parent is not None and local(parent) == "trPr" else None
    _take_out(row if row is not None else element)


def _root_of(element: etree._Element) -> etree._Element:
    """The top of the tree in which the element still stands; another one when a row around it has gone already."""
    while element.getparent() is not None:
        element = element.getparent()
    return element


def _hidden_text(name: str, root: etree._Element) -> int:
    if name in ("word/styles.xml", "word/numbering.xml", "word/settings.xml"):
        return 0
    return sum(attribute(each, "val") not in ("0", "false") for each in _named(root, {"vanish"}))


def _workbook(root: etree._Element, found: Findings) -> None:
    for element in list(root.iter(etree.Element)):
        match local(element):
            case "sheet" if element.get("state") in ("hidden", "veryHidden"):
                found.name("hidden_sheets", element.get("name"), stays=True)
            case "absPath":
                found.name("path", element.get("url"))
                _take_out(element)
            case "fileSharing":
                found.name("author", element.get("userName"))
                _take_out(element)
            case "fileVersion":
                _take_out(element)


def _sheet(root: etree._Element, found: Findings) -> None:
    for element in root.iter(etree.Element):
        if element.get("hidden") in ("1", "true") and local(element) in ("row", "col"):
            found.count("hidden_rows" if local(element) == "row" else "hidden_columns", stays=True)


def _says_something(root: etree._Element) -> bool:
    """A page of notes holds at least the number of its slide: only other words count."""
    return any(local(each) == "t" and not (each.text or "").strip().isdecimal() and each.text for each in root.iter())
