"""Hostile uploads: each refused by what it carries, with a sentence in Vietnamese, and nothing of it stays on disk."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from config import texts
from tests.workflow.test_file_types import TYPES, docx, zipped
from workflow.file_inspection import inspect
from workflow.file_store import FileStore, display_name
from workflow.file_types import DOCX, ODT, PDF
from workflow.message import Refused

RELATION = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" Target="%s" TargetMode="External"/>'
    b"</Relationships>"
)
WORD = b'<w:document xmlns:w="urn:w"><w:p><w:r><w:instrText>%s</w:instrText></w:r></w:p></w:document>'
TEXT = '<w:document xmlns:w="urn:w"><w:p><w:t>%s</w:t></w:p><w:p><w:t>%s</w:t></w:p></w:document>'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64)
BILLION = b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><l>&b;</l>'
OUTSIDE = b'<!DOCTYPE l SYSTEM "http://127.0.0.1/x.dtd"><l/>'
READS = b'<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]><l>&x;</l>'


def xlsx(**more: bytes) -> bytes:
    return zipped(**{"[Content_Types].xml": TYPES, "xl/workbook.xml": b"<w/>", **more})


def odt(content: bytes, **more: bytes) -> bytes:
    return zipped(mimetype=ODT.encode(), **{"content.xml": content, **more})


def pdf(*objects: bytes) -> bytes:
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (at, content) for at, content in enumerate(objects, 1))
    return b"%PDF-1.7\n" + body + b"trailer << /Root 1 0 R >>\n%%EOF\n"


def packed(content: bytes, kind: bytes = b"/Type /ObjStm", how: bytes = b"/FlateDecode") -> bytes:
    made = zlib.compress(content)
    return b"<< %s /Filter %s /Length %d >>\nstream\n%s\nendstream" % (kind, how, len(made), made)


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBB", 13, b"IHDR", width, height, 8, 2, 0, 0, 0) + bytes(8)


def jpeg(width: int, height: int) -> bytes:
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + bytes(3)
    return b"\xff\xd8\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0" + bytes(9) + frame + b"\xff\xda"


def twice() -> bytes:
    buffer = io.BytesIO(docx())
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("WORD/document.xml", b"<other/>")
    return buffer.getvalue()


def lying() -> bytes:
    """A part whose declared size is smaller than what it unpacks to."""
    content = bytearray(docx(**{"word/big.xml": b"<a>" + b" " * 3_000 + b"</a>"}))
    at = content.rfind(b"word/big.xml") - 46
    struct.pack_into("<I", content, at + 24, 30)
    return bytes(content)


HOSTILE = {
    "pdf-javascript": (pdf(b"<< /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>"), "active"),
    "pdf-escaped-name": (pdf(b"<< /S /Java#53cript /JS (1) >>"), "active"),
    "pdf-launch": (pdf(b"<< /S /Launch /F (cmd.exe) >>"), "active"),
    "pdf-submit": (pdf(b"<< /S /SubmitForm /F (http://x.example) >>"), "active"),
    "pdf-import": (pdf(b"<< /S /ImportData /F (x.fdf) >>"), "active"),
    "pdf-rich-media": (pdf(b"<< /Subtype /RichMedia >>"), "active"),
    "pdf-xfa": (pdf(b"<< /AcroForm << /XFA [ (a) 2 0 R ] >> >>"), "active"),
    "pdf-embedded": (pdf(b"<< /Names << /EmbeddedFiles << >> >> >>"), "embedded"),
    "pdf-hidden-in-objects": (pdf(packed(b"<< /S /JavaScript /JS (1) >>")), "active"),
    "pdf-odd-packing": (pdf(packed(b"x", how=b"[/ASCIIHexDecode /FlateDecode]")), "active"),
    "pdf-odd-packing-escaped": (pdf(packed(b"x", b"/Type /Obj#53tm", b"/LZWDecode")), "active"),
    "pdf-bomb": (pdf(packed(bytes(210_000_000), b"")), "swollen"),
    "pdf-password": (pdf(b"<< >>") + b"trailer << /Encrypt 5 0 R >>", "locked"),
    "docx-macro-part": (docx(**{"word/vbaProject.bin": OLE}), "macro"),
    "docx-renamed-macro": (docx(**{"word/picture.bin": OLE}), "embedded"),
    "docx-ole": (docx(**{"word/embeddings/oleObject1.bin": OLE}), "embedded"),
    "docx-program": (docx(**{"word/media/a.png": b"MZ\x90\x00" + bytes(9)}), "embedded"),
    "docx-nested": (docx(**{"word/embeddings/a.docx": docx()}), "embedded"),
    "docx-template-outside": (docx(**{"word/_rels/s.xml.rels": RELATION % (b"attachedTemplate", b"x")}), "linked"),
    "docx-picture-outside": (docx(**{"word/_rels/d.xml.rels": RELATION % (b"image", b"//x/share")}), "linked"),
    "docx-dde": (docx(**{"word/document.xml": WORD % b"DDEAUTO c:\\\\cmd.exe"}), "linked"),
    "docx-include": (docx(**{"word/document.xml": WORD % b'INCLUDEPICTURE "http://x"'}), "linked"),
    "docx-billion-laughs": (docx(**{"word/document.xml": BILLION}), "entities"),
    "docx-dtd-outside": (docx(**{"word/document.xml": OUTSIDE}), "entities"),
    "docx-reads-a-file": (docx(**{"word/document.xml": READS}), "entities"),
    "docx-deep": (docx(**{"word/document.xml": b"<a>" * 5_000 + b"</a>" * 5_000}), "swollen"),
    "docx-two-parts-of-a-name": (twice(), "damaged"),
    "docx-lying-size": (lying(), "damaged"),
    "docx-broken-xml": (docx(**{"word/document.xml": b"<w><w>"}), "damaged"),
    "docx-bomb": (docx(**{"word/big.xml": bytes(90_000_000)}), "swollen"),
    "docx-draft-unfilled": (docx(**{"word/document.xml": (TEXT % ("DỰ THẢO", "có mặt ……/……")).encode()}), "unfilled"),
    "odt-draft-unfilled": (odt((TEXT % (" DỰ THẢO", "Chủ trì: ………")).encode()), "unfilled"),
    "docx-path": (docx(**{"../../etc/cron.d/x": b"x"}), "damaged"),
    "xlsx-book-outside": (xlsx(**{"xl/_rels/e.xml.rels": RELATION % (b"externalLinkPath", b"x")}), "linked"),
    "xlsx-dde": (xlsx(**{"xl/e.xml": b'<externalLink><ddeLink ddeService="cmd"/></externalLink>'}), "linked"),
    "xlsx-entities": (xlsx(**{"xl/sharedStrings.xml": BILLION}), "entities"),
    "odt-script": (odt(b'<o xmlns:s="urn:s"><s:event-listener/></o>'), "macro"),
    "odt-basic": (odt(b"<o/>", **{"Basic/Standard/M.xml": b"<m/>"}), "macro"),
    "odt-picture-outside": (odt(b'<o xmlns:x="urn:x"><image x:href="http://x/y.png"/></o>'), "linked"),
    "odt-entities": (odt(READS), "entities"),
    "png-pixels": (png(60_000, 60_000), "pixels"),
    "jpeg-pixels": (jpeg(65_000, 65_000), "pixels"),
    "program": (b"MZ\x90\x00" + bytes(100), "type"),
    "svg": (b"<svg onload='alert(1)'/>", "type"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_upload_is_refused_and_leaves_nothing(name: str, tmp_path: Path) -> None:
    content, key = HOSTILE[name]
    with pytest.raises(Refused) as caught:
        FileStore(tmp_path).put(io.BytesIO(content), "a", "tep")
    assert [reason.key for reason in caught.value.reasons] == [f"file.{key}"]
    said = texts.load().render(caught.value.reasons[0])
    assert "file." not in said
    assert said.endswith(".")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    "kind, content",
    [
        (PDF, pdf(b"<< /OpenAction [ 3 0 R /Fit ] >>", packed(b"<< /Type /Page >>"))),
        (PDF, pdf(packed(b"BT (JavaScript) Tj ET", b""))),
        (PDF, pdf(b"<< /Type /Sig /ByteRange [ 0 10 20 30 ] /Contents <00> >>")),
        (DOCX, docx(**{"word/_rels/d.xml.rels": RELATION % (b"hyperlink", b"https://chinhphu.vn")})),
        (DOCX, docx(**{"word/document.xml": WORD % b" PAGE "})),
        (DOCX, docx(**{"word/document.xml": (TEXT % ("DỰ THẢO", "có mặt 9/9 người, vân vân…")).encode()})),
        (DOCX, docx(**{"word/document.xml": (TEXT % ("BIÊN BẢN", "Chủ trì: bà Hoa………")).encode()})),
        ("image/png", png(9_921, 7_016)),
        ("image/jpeg", jpeg(9_921, 7_016)),
    ],
)  # fmt: skip
def test_what_an_office_sends_every_day_is_taken(kind: str, content: bytes) -> None:
    assert inspect({"type": kind}, content) == ("", b"")


def test_two_hundred_odd_names_are_safe_and_stay_as_they_are() -> None:
    odd = ["../../x", "a\u202efdp.exe", "CON", "a\r\nSet-Cookie: x", "“Ngoặc”", "a;b=c", "x" * 400, "\u0000", " . "]
    names = [f"{part}{number} Nguyễn Thị Hạnh.pdf" for part in odd for number in range(23)]
    for name in names:
        shown = display_name(name, PDF)
        assert display_name(shown, PDF) == shown
        assert shown.isprintable()
        assert len(shown) <= 150
        assert shown.endswith(".pdf")
        assert not set(shown) & set('/\\<>:"|?*\u202e')
    assert len(names) >= 200
