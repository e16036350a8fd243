"""What an uploaded file is, told by its bytes: its name and what the browser says of it prove nothing.

Office files are looked at without unpacking them: their list of parts and one bounded read of what they say
of themselves. Nothing here is rendered or parsed as a document.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import BinaryIO

from workflow.message import Message, Refused

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODT = "application/vnd.oasis.opendocument.text"

EXTENSIONS = {
    PDF: (".pdf",), "image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",), "image/webp": (".webp",),
    DOCX: (".docx",), XLSX: (".xlsx",), ODT: (".odt",),
}  # fmt: skip
WITH_MACROS = (".docm", ".dotm", ".xlsm", ".xltm", ".xlsb", ".pptm")
_SHOWN = "PDF, JPG, PNG, WEBP, DOCX, XLSX, ODT"

_HEAD = 1024
_END_RECORD = struct.Struct("<4s4H2LH")  # end of central directory: signature … entries, size, offset, comment
_LONGEST_DIRECTORY = 1_000_000
_LONGEST_CONTENT_TYPES = 256_000


@dataclass(frozen=True)
class Limits:
    """Bounds of what is taken; the last three hold for what an office file says it unpacks to."""

    size: int = 20_000_000
    members: int = 2_000
    unpacked: int = 100_000_000
    ratio: int = 100


def media_type(file: BinaryIO, size: int, limits: Limits) -> str:
    """The type told by the file's own bytes, or Refused with what may be sent instead."""
    file.seek(0)
    head = file.read(_HEAD)
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"PK\x03\x04"):
        return _office_type(file, size, limits)
    raise Refused(Message("file.type", {"allowed": _SHOWN}))


def refused_by_name(refused: Refused, name: str) -> Refused:
    """The refusal of a file whose bytes are none of ours, in the words of what its name says it is."""
    ending = extension_of(name)
    if refused.reasons[0].key != "file.type":
        return refused
    if ending in WITH_MACROS:
        return Refused(Message("file.macro"))
    if any(ending in endings for endings in EXTENSIONS.values()):
        return Refused(Message("file.only_named", {"ending": ending}))
    return refused


def extension_of(name: str) -> str:
    """The last extension in small letters, with its dot, or nothing."""
    stem, dot, last = name.rpartition(".")
    return f".{last.lower()}" if dot and stem and len(last) <= 8 and last.isalnum() else ""


def _office_type(file: BinaryIO, size: int, limits: Limits) -> str:
    _check_directory(file, size, limits)
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            _check_members(members, limits)
            names = {member.filename for member in members}
            if "mimetype" in names:
                return _open_document(archive, names)
            return _open_xml(archive, names)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError):
        raise Refused(Message("file.damaged")) from None


def _check_directory(file: BinaryIO, size: int, limits: Limits) -> None:
    """The directory's own length is bounded before anything walks it."""
    file.seek(max(0, size - 65_557))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END_RECORD.size:
        raise Refused(Message("file.damaged"))
    _, _, _, _, entries, length, _, _ = _END_RECORD.unpack_from(tail, at)
    if entries > limits.members or length > _LONGEST_DIRECTORY:
        raise Refused(Message("file.swollen"))


def _check_members(members: list[zipfile.ZipInfo], limits: Limits) -> None:
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if len(members) > limits.members or unpacked > limits.unpacked or unpacked > limits.ratio * max(packed, 1):
        raise Refused(Message("file.swollen"))
    if any(member.flag_bits & 0x1 for member in members):
        raise Refused(Message("file.locked"))
    if any(member.filename.startswith("/") or ".." in member.filename.split("/") for member in members):
        raise Refused(Message("file.damaged"))
    if any("vbaproject" in member.filename.lower() for member in members):
        raise Refused(Message("file.macro"))


def _open_document(archive: zipfile.ZipFile, names: set[str]) -> str:
    if any(name.startswith(("Basic/", "Scripts/")) for name in names):
        raise Refused(Message("file.macro"))
    if _bounded(archive, "mimetype").decode("ascii", "replace").strip() != ODT or "content.xml" not in names:
        raise Refused(Message("file.type", {"allowed": _SHOWN}))
    return ODT


def _open_xml(archive: zipfile.ZipFile, names: set[str]) -> str:
    if "[Content_Types].xml" not in names:
        raise Refused(Message("file.type", {"allowed": _SHOWN}))
    if b"macroenabled" in _bounded(archive, "[Content_Types].xml").lower():
        raise Refused(Message("file.macro"))
    if "word/document.xml" in names:
        return DOCX
    if "xl/workbook.xml" in names:
        return XLSX
    raise Refused(Message("file.type", {"allowed": _SHOWN}))


def _bounded(archive: zipfile.ZipFile, name: str) -> bytes:
    """The start of one member: its declared size may lie, so never more than the bound is unpacked."""
    with archive.open(name) as member:
        content = member.read(_LONGEST_CONTENT_TYPES + 1)
    if len(content) > _LONGEST_CONTENT_TYPES:
        raise Refused(Message("file.swollen"))
    return content
