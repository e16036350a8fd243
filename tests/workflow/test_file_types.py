"""Uploaded files are told by their bytes; what could run or swell is refused."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from workflow.file_types import DOCX, ODT, PDF, XLSX, Limits, media_type
from workflow.message import Refused

TYPES = b'<Types><Override ContentType="application/vnd.openxmlformats-officedocument.main+xml"/></Types>'


def zipped(**parts: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def docx(**more: bytes) -> bytes:
    return zipped(**{"[Content_Types].xml": TYPES, "word/document.xml": b"<w/>", **more})


def told(content: bytes, limits: Limits | None = None) -> str:
    return media_type(io.BytesIO(content), len(content), limits or Limits())


def refused(content: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(Refused) as caught:
        told(content, limits)
    return caught.value.reasons[0].key


@pytest.mark.parametrize(
    "content, kind",
    [
        (b"%PDF-1.7\n", PDF),
        (b"\r\n%PDF-1.4\n", PDF),
        (b"\xff\xd8\xff\xe0rest", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\nrest", "image/png"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
        (docx(), DOCX),
        (zipped(**{"[Content_Types].xml": TYPES, "xl/workbook.xml": b"<w/>"}), XLSX),
        (zipped(mimetype=ODT.encode(), **{"content.xml": b"<o/>"}), ODT),
    ],
)
def test_an_allowed_file_is_told_by_its_bytes(content: bytes, kind: str) -> None:
    assert told(content) == kind


@pytest.mark.parametrize(
    "content, key",
    [
        (b"MZ\x90\x00", "file.type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>", "file.type"),
        (b"<!doctype html><script>1</script>", "file.type"),
        (b"GIF89a", "file.type"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "file.type"),  # old .doc: macros cannot be told from outside
        (zipped(**{"evil.exe": b"MZ"}), "file.type"),
        (docx(**{"word/vbaProject.bin": b"x"}), "file.macro"),
        (
            docx(**{"[Content_Types].xml": b"application/vnd.ms-word.document.macroEnabled.main+xml"}),
            "file.macro",
        ),
        (zipped(mimetype=ODT.encode(), **{"content.xml": b"", "Basic/Standard/a.xml": b""}), "file.macro"),
        (docx(**{"../../etc/passwd": b"x"}), "file.damaged"),
        (docx()[:-30], "file.damaged"),
        (b"PK\x03\x04 nothing more", "file.damaged"),
        (docx(**{"word/big.xml": bytes(30_000_000)}), "file.swollen"),
        (zipped(**{f"p{n}": b"" for n in range(2_001)}), "file.swollen"),
        (docx(**{"[Content_Types].xml": bytes(300_000) + b"%d" % 7}), "file.swollen"),
    ],
)
def test_what_could_run_or_swell_is_refused(content: bytes, key: str) -> None:
    assert refused(content) == key


def test_a_directory_that_lies_about_its_length_is_not_walked() -> None:
    content = bytearray(docx())
    at = content.rfind(b"PK\x05\x06")
    struct.pack_into("<2H", content, at + 8, 60_000, 60_000)
    assert refused(bytes(content)) == "file.swollen"


def test_a_locked_part_is_refused() -> None:
    content = bytearray(docx())
    at = content.rfind(b"PK\x01\x02")
    content[at + 8] |= 1
    assert refused(bytes(content)) == "file.locked"
