"""Files that tell more than they show, made with the libraries that such files are made with."""

import io
from zipfile import ZipFile

import openpyxl
import pikepdf
from openpyxl.comments import Comment
from PIL import Image
from pptx import Presentation

WHO, FIRM = "架空 太郎", "架空重工株式会社"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_BODY = f"""<w:document xmlns:w="{_W}"><w:body>
<w:p w:rsidR="00AB12CD"><w:commentRangeStart w:id="0"/><w:r><w:t>変わらない文。</w:t></w:r><w:commentRangeEnd w:id="0"/>
<w:ins w:id="1" w:author="{WHO}" w:date="2026-01-01T00:00:00Z"><w:r><w:t>足した文。</w:t></w:r></w:ins>
<w:del w:id="2" w:author="{WHO}"><w:r><w:delText>消した文。</w:delText></w:r></w:del>
<w:r><w:rPr><w:vanish/></w:rPr><w:t>隠し文字</w:t></w:r><w:r><w:commentReference w:id="0"/></w:r></w:p>
<w:tbl><w:tr><w:trPr><w:del w:id="3" w:author="{WHO}"/></w:trPr><w:tc><w:p><w:r><w:t>消した行</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
</w:body></w:document>"""
_COMMENTS = f"""<w:comments xmlns:w="{_W}"><w:comment w:id="0" w:author="注 花子"><w:p><w:r><w:t>社内限りの所見</w:t></w:r></w:p>
</w:comment></w:comments>"""
_CORE = f"""<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>{WHO}</dc:creator><cp:lastModifiedBy>直 次郎</cp:lastModifiedBy>
</cp:coreProperties>"""
_APP = f"""<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">
<Company>{FIRM}</Company></Properties>"""
_SETTINGS = f"""<w:settings xmlns:w="{_W}" xmlns:r="{_R}"><w:attachedTemplate r:id="rId1"/><w:rsids><w:rsid w:val="00AB12CD"/>
</w:rsids></w:settings>"""


def _types(**parts: str) -> str:
    rows = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in parts.items())
    return f'<Types xmlns="{_TYPES}"><Default Extension="xml" ContentType="application/xml"/>{rows}</Types>'


def _rels(*rows: str) -> str:
    return f'<Relationships xmlns="{_RELS}">{"".join(rows)}</Relationships>'


def archive(parts: dict[str, str | bytes]) -> bytes:
    """A ZIP of these parts."""
    made = io.BytesIO()
    with ZipFile(made, "w") as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return made.getvalue()


def docx(**more: bytes) -> bytes:
    """A letter with tracked changes, a comment, hidden text, a preview, a template elsewhere, and who wrote it for whom."""
    template = f'<Relationship Id="rId1" Type="{_R}/attachedTemplate" Target="file:///D:/hinagata/x.dotx" TargetMode="External"/>'
    return archive(
        {
            "[Content_Types].xml": _types(**{"word/comments.xml": "x", "word/document.xml": "y"}),
            "_rels/.rels": _rels(
                f'<Relationship Id="rId1" Type="{_R}/officeDocument" Target="word/document.xml"/>',
                f'<Relationship Id="rId2" Type="{_R}/thumbnail" Target="docProps/thumbnail.jpeg"/>',
            ),
            "word/document.xml": _BODY,
            "word/comments.xml": _COMMENTS,
            "word/settings.xml": _SETTINGS,
            "word/_rels/document.xml.rels": _rels(
                f'<Relationship Id="rId1" Type="{_R}/comments" Target="comments.xml"/>'
            ),
            "word/_rels/settings.xml.rels": _rels(template),
            "word/media/image1.jpg": photograph(),
            "docProps/core.xml": _CORE,
            "docProps/app.xml": _APP,
            "docProps/thumbnail.jpeg": photograph(),
            **more,
        }
    )


def xlsx() -> bytes:
    """A sheet with a hidden row, a hidden sheet and a comment."""
    book = openpyxl.Workbook()
    book.properties.creator = WHO
    book.active["A1"] = "見える値"
    book.active["A1"].comment = Comment("社内限りの所見", "注 花子")
    book.active.row_dimensions[3].hidden = True
    book.create_sheet("単価の内訳").sheet_state = "hidden"
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def pptx() -> bytes:
    """A slide with notes for the speaker, and a hidden one."""
    show = Presentation()
    show.core_properties.author = WHO
    first, second = (show.slides.add_slide(show.slide_layouts[6]) for _ in range(2))
    first.notes_slide.notes_text_frame.text = "ここでは値を言わない"
    second._element.set("show", "0")
    made = io.BytesIO()
    show.save(made)
    return made.getvalue()


def photograph(turned: int = 6, kind: str = "JPEG") -> bytes:
    """A picture taken sideways, with the place where it was taken and by whom."""
    picture = Image.new("RGB", (16, 8), "teal")
    picture.putpixel((0, 0), (255, 255, 255))
    exif = Image.Exif()
    exif[0x013B], exif[0x0110], exif[0x0112] = "Taro", "Kakuu X1", turned
    exif.get_ifd(0x8825)[2] = (35.0, 40.0, 0.0)
    made = io.BytesIO()
    picture.save(made, kind, exif=exif, **({"comment": b"memo"} if kind == "JPEG" else {}))
    return made.getvalue()


def pdf(*, password: str = "") -> bytes:
    """Two pages with a remark, a file inside, a script, properties, a value nobody sees, and an earlier version underneath."""
    made = io.BytesIO()
    with pikepdf.new() as file:
        file.add_blank_page()
        remark = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[0, 0, 9, 9], T="注 花子", Contents="確かめること"
        )
        hidden = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, T="内部番号", V="SECRET-42", F=2,
            Rect=[0, 0, 0, 0],
        )  # fmt: skip
        field = file.make_indirect(hidden)
        file.pages[0].Annots = file.make_indirect(pikepdf.Array([file.make_indirect(remark), field]))
        file.Root.AcroForm = pikepdf.Dictionary(Fields=[field])
        file.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('secret-script')")
        file.attachments["内訳.txt"] = b"secret-inside"
        file.docinfo["/Author"], file.docinfo["/Company"] = WHO, FIRM
        with file.open_metadata(set_pikepdf_as_editor=False) as description:
            description["dc:creator"] = [WHO]
        locked = pikepdf.Encryption(owner=password, user=password) if password else False
        file.save(made, encryption=locked)
    return made.getvalue() if password else _updated(made.getvalue())


def _updated(data: bytes) -> bytes:
    """An incremental update: the trailer again, with what was there before it."""
    at = data.rindex(b"startxref")
    return data + b"\n" + data[at:]
