"""What an upload carries inside: looked for in the confined child, because looking already means parsing."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from xml.parsers import expat

from workflow.file_types import DOCX, ODT, PDF, XLSX

DRAFT_MARK = "DỰ THẢO"  # the first line of every draft that is offered to begin a paper with
DRAFT_ROOMS = "neuguong-du-thao:"  # among its keywords, with how many rooms it had to write in
_ROOM = re.compile("…{2,}")
MOST_PIXELS = 100_000_000  # an A3 sheet scanned at 600 dpi has 70 million
MOST_INFLATED = 200_000_000  # bytes of all of a PDF's compressed streams together
DEEPEST = 200  # elements inside each other; what Word writes stays below 60
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08", b"MZ\x90\x00", b"\x7fELF")
_ACTIVE = re.compile(
    rb"/(?:JavaScript|Launch|RichMedia|SubmitForm|ImportData|GoToE|Rendition)(?![A-Za-z0-9])|/XFA\s*[\[0-9]"
)
_EMBEDDED = re.compile(rb"/(?:EmbeddedFiles?|Filespec)(?![A-Za-z0-9])")
_BODIES = ("word/document.xml", "content.xml")  # of a .docx, of an .odt
_PROPERTIES = ("docprops/core.xml", "meta.xml")
_CHUNK = 65_536
_STREAM = re.compile(rb"stream\r?\n")
_HEX = re.compile(rb"#([0-9A-Fa-f]{2})")
_FILTER = re.compile(rb"/Filter\s*(\[[^\]]*\]|/[A-Za-z0-9]+)")
_REACHING = re.compile(r"\b(?:DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|LINK|IMPORT)\b")
_FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})


class Found(Exception):
    """A reason to refuse: the last part of its message's key."""


def inspect(said: dict[str, str], content: bytes) -> tuple[str, bytes]:
    """The key's last part of why a file of the told type is refused, or ''. Runs in the confined child."""
    try:
        if said["type"] == PDF:
            _pdf(content)
        elif said["type"] in (DOCX, XLSX, ODT):
            _office(content)
        else:
            _image(said["type"], content)
    except Found as found:
        return str(found), b""
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, NotImplementedError, RuntimeError,
            ValueError, IndexError, struct.error):  # fmt: skip
        return "damaged", b""
    return "", b""


def _pdf(content: bytes) -> None:
    _scan(content)
    if re.search(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)", content):
        raise Found("locked")
    _packed_objects(_plain(content))
    left = MOST_INFLATED
    for start in _STREAM.finditer(content):
        left -= _inflated(content, start.end(), left)


def _packed_objects(plain: bytes) -> None:
    """What hides objects must be packed in the one way that is looked into."""
    at = plain.find(b"/ObjStm")
    while at >= 0:
        told = plain[max(plain.rfind(b"obj", 0, at), at - 4_000) : plain.find(b"stream", at)]
        filters = _FILTER.search(told)
        if filters and filters[1].strip(b"[] \r\n") != b"/FlateDecode":
            raise Found("active")
        at = plain.find(b"/ObjStm", at + 1)


def _inflated(content: bytes, at: int, left: int) -> int:
    """Scan one stream, when it is compressed; how many bytes it made."""
    if content[at] & 0x0F != 8 or int.from_bytes(content[at : at + 2], "big") % 31:
        return 0
    reader, made = zlib.decompressobj(), bytearray()
    try:
        while at < len(content) and not reader.eof:
            made += reader.decompress(reader.unconsumed_tail + content[at : at + _CHUNK], left + 1 - len(made))
            at += _CHUNK
            if len(made) > left:
                raise Found("swollen")
    except zlib.error:
        pass  # an image's bytes may look like a beginning; what came before the break is scanned
    _scan(bytes(made))
    return len(made)


def _plain(text: bytes) -> bytes:
    """Names without their escapes: /Java#53cript is /JavaScript to every reader."""
    return _HEX.sub(lambda code: bytes([int(code[1], 16)]), text)


def _scan(text: bytes) -> None:
    plain = _plain(text)
    if _ACTIVE.search(plain):
        raise Found("active")
    if _EMBEDDED.search(plain):
        raise Found("embedded")


def _office(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [member.filename.casefold() for member in archive.infolist()]
        if len(set(names)) != len(names):  # two readers would open two different parts
            raise Found("damaged")
        said = {
            member.filename.casefold(): _part(member.filename, archive.read(member)) for member in archive.infolist()
        }
    body, kept = ("".join(said.get(name, "") for name in names) for names in (_BODIES, _PROPERTIES))
    if _is_draft(body, kept):
        raise Found("unfilled")


def rooms(text: str) -> int:
    """How many places a paper leaves to write in by hand."""
    return len(_ROOM.findall(text))


def _is_draft(body: str, properties: str) -> bool:
    """Whether a paper came back as it went out: with the mark of a draft, or with not one of its rooms written in."""
    drawn = re.search(DRAFT_ROOMS + r"(\d{1,4});", properties)
    if body.lstrip().startswith(DRAFT_MARK):
        return drawn is not None or rooms(body) > 0
    return drawn is not None and 0 < int(drawn[1]) <= rooms(body)


def _part(name: str, content: bytes) -> str:
    """Read one part; the text of a document's body and of its properties."""
    if content.startswith(_OLE):
        raise Found("macro" if "vba" in name.lower() else "embedded")
    if content.startswith(_ARCHIVES):
        raise Found("embedded")
    if (
        name.lower().endswith((".xml", ".rels", ".rdf", ".vml"))
        or content.lstrip(b"\xef\xbb\xbf\r\n\t ")[:5] == b"<?xml"
    ):
        return _Xml(name).read(content)
    return ""


class _Xml:
    """One part, read without building anything: no DTD, no entity, nothing that reaches outside or acts."""

    def __init__(self, name: str) -> None:
        self.name, self.depth, self.fields, self.in_field = name.lower(), 0, [""], False
        self.kept: list[str] | None = [] if self.name in _BODIES + _PROPERTIES else None

    def read(self, content: bytes) -> str:
        if not content:
            return ""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.Parse(content, True)
        if _REACHING.search("".join(self.fields)):
            raise Found("linked")
        return "".join(self.kept or ())

    def _doctype(self, *_: object) -> None:
        raise Found("entities")

    def _start(self, element: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Found("swollen")
        last = element.rpartition(" ")[2]
        told = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        if _reaches_out(last, told):
            raise Found("linked")
        if last == "event-listener":
            raise Found("macro")
        self.in_field = last == "instrText"
        if last == "fldSimple":
            self.fields.append(f" {told.get('instr', '')} ")

    def _end(self, _: str) -> None:
        self.depth -= 1
        self.in_field = False

    def _text(self, text: str) -> None:
        if self.in_field:
            self.fields.append(text)
        if self.kept is not None:
            self.kept.append(text)


def _reaches_out(element: str, told: dict[str, str]) -> bool:
    """Whether an element brings in something from elsewhere; a link somebody may click is none."""
    if element == "Relationship":
        return told.get("TargetMode", "").lower() == "external" and not told.get("Type", "").endswith("/hyperlink")
    if element in ("image", "object"):
        return "://" in told.get("href", "")
    return element in ("ddeLink", "dde-connection-decl")


def _image(kind: str, content: bytes) -> None:
    width, height = {"image/png": _png, "image/jpeg": _jpeg, "image/webp": _webp}[kind](content)
    if width * height > MOST_PIXELS:
        raise Found("pixels")


def _png(content: bytes) -> tuple[int, int]:
    if content[12:16] != b"IHDR":
        return 0, 0  # no reader shows it
    return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")


def _jpeg(content: bytes) -> tuple[int, int]:
    at, most = 2, (0, 0)
    while at + 9 <= len(content) and content[at] == 0xFF and content[at + 1] != 0xDA:
        if content[at + 1] in _FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 5)
            most = max(most, (width, height), key=lambda size: size[0] * size[1])
        at += 2 + max(2, int.from_bytes(content[at + 2 : at + 4], "big"))
    return most


def _webp(content: bytes) -> tuple[int, int]:
    if content[12:16] == b"VP8X":
        return int.from_bytes(content[24:27], "little") + 1, int.from_bytes(content[27:30], "little") + 1
    if content[12:16] == b"VP8L" and len(content) >= 25:
        bits = int.from_bytes(content[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return 0, 0  # the plain kind holds at most 16,383 by 16,383 and is bounded by the size of the file
