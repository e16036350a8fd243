"""Whether a Word file may be a template: what its package holds, what its fields do, what its tags say.

An allow-list throughout. Runs in a confined child. A refusal is a key of the catalogue with its parameters.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection, Iterator
from io import BytesIO
from typing import Any, Final

from docxtpl import DocxTemplate  # type: ignore[import-untyped]
from jinja2 import TemplateError, nodes
from lxml import etree  # type: ignore[import-untyped]

from states.documents.filling import FILTERS, environment, fill, marked
from states.documents.samples import sample

MOST_PARTS, MOST_UNPACKED, MOST_RATIO, MOST_TAGS = 200, 20_000_000, 200, 2_000
DEEPEST = 3  # loops and conditions in each other
LONGEST_TEXT = 200

_PARTS = re.compile(
    r"(\[Content_Types\]\.xml|_rels/\.rels|docProps/(app|core|custom)\.xml|docProps/thumbnail\.(jpeg|png|emf|wmf)"
    r"|customXml/(_rels/)?(item|itemProps)\d+\.xml(\.rels)?"
    r"|word/(document|styles|settings|webSettings|fontTable|numbering|footnotes|endnotes|comments\w*|people|stylesWithEffects"
    r"|header\d*|footer\d*)\.xml|word/(theme|glossary)/[\w.]+\.xml|word/(_rels|theme/_rels|glossary/_rels)/[\w.]+\.rels"
    r"|word/media/[\w.-]+\.(png|jpe?g))",
    re.ASCII,
)
_FIELDS = re.compile(r"PAGE|NUMPAGES|SECTIONPAGES|\\\*|MERGEFORMAT|Arabic|\s", re.IGNORECASE)
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_PARSER: Final = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
_FOREIGN = {f"{_WORD}{name}" for name in ("altChunk", "object", "control", "subDoc", "attachedTemplate", "mailMerge")}

_NODES: Final = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.For, nodes.If, nodes.Compare,
    nodes.Operand, nodes.Const, nodes.And, nodes.Or, nodes.Not, nodes.Filter, nodes.CondExpr,
)  # fmt: skip


class Unfit(Exception):
    """Why it may not be a template: a catalogue key below `template.` and its parameters."""

    def __init__(self, why: str, **params: Any) -> None:
        super().__init__(why)
        self.why, self.params = why, params


def check(said: Any, content: bytes) -> tuple[Any, bytes]:
    """For a confined child: `{}` and the file filled with the samples, or `{why, params}` and nothing."""
    try:
        _package(content)
        _tags(content, sample())
        try:
            return {}, fill(content, sample())
        except TemplateError as error:
            raise Unfit("fails", error=str(error)[:LONGEST_TEXT]) from error
    except Unfit as unfit:
        return {"why": unfit.why, "params": unfit.params}, b""


def make(said: Any, content: bytes) -> tuple[Any, bytes]:
    """For a confined child: the template filled with what is said."""
    return {}, fill(content, said)


def draft(said: Any, content: bytes) -> tuple[Any, bytes]:
    """For a confined child: the same, marked as a draft on its first line."""
    return {}, marked(fill(content, said))


def _package(content: bytes) -> None:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            members = archive.infolist()
            _members(members)
            for member in members:
                if member.filename.endswith((".xml", ".rels")):
                    _part(member.filename, archive.read(member))
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, OSError, etree.XMLSyntaxError):
        raise Unfit("damaged") from None


def _members(members: list[zipfile.ZipInfo]) -> None:
    unpacked, packed = sum(one.file_size for one in members), sum(one.compress_size for one in members)
    if len(members) > MOST_PARTS or unpacked > MOST_UNPACKED or unpacked > MOST_RATIO * max(packed, 1):
        raise Unfit("swollen")
    names = [one.filename for one in members]
    if len({name.lower() for name in names}) != len(names):
        raise Unfit("part", part="trùng tên")
    for name in names:
        if "vba" in name.lower() or name.lower().endswith(".bin"):
            raise Unfit("macro")
        if not _PARTS.fullmatch(name) and not name.endswith("/"):
            raise Unfit("part", part=name[-60:])


def _part(name: str, content: bytes) -> None:
    plain = content.replace(b"\0", b"").upper()
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        raise Unfit("entity", part=name)
    if b"MACROENABLED" in plain:
        raise Unfit("macro")
    tree = etree.fromstring(content, etree.XMLParser(**_PARSER))
    for relation in tree.iter(_RELATION):
        if relation.get("TargetMode", "").lower() == "external":
            raise Unfit("external", target=str(relation.get("Target", ""))[:80])
        if ".." in str(relation.get("Target", "")).replace("../customXml/", "").replace("../media/", ""):
            raise Unfit("part", part=str(relation.get("Target", ""))[:60])
    for element in tree.iter(*_FOREIGN):
        raise Unfit("object", name=etree.QName(element).localname)
    instructions = "".join(
        (one.text or "") if one.tag == f"{_WORD}instrText" else one.get(f"{_WORD}instr", "") + " "
        for one in tree.iter(f"{_WORD}instrText", f"{_WORD}fldSimple")
    )
    if left := _FIELDS.sub("", instructions):
        raise Unfit("field", name=left[:40])


def _tags(content: bytes, known: Collection[str]) -> None:
    """Every part that has tags filled in: body, headers, footers, footnotes, the file's properties."""
    texts = list(_texts(content))
    if sum(text.count("{{") + text.count("{%") for text in texts) > MOST_TAGS:
        raise Unfit("too_many_tags", most=MOST_TAGS)
    for text in texts:
        try:
            tree = environment().parse(text)
        except TemplateError as error:
            raise Unfit("syntax", error=str(error)[:LONGEST_TEXT]) from error
        _node(tree, frozenset({*known, "loop"}), frozenset(), 0)


def _texts(content: bytes) -> Iterator[str]:
    word = DocxTemplate(BytesIO(content))
    word.render_init()
    yield word.patch_xml(word.get_xml())
    for kind in (word.HEADER_URI, word.FOOTER_URI):
        for _, part in word.get_headers_footers(kind):
            yield word.patch_xml(word.get_part_xml(part))
    with zipfile.ZipFile(BytesIO(content)) as archive:
        for name in archive.namelist():
            if name in ("word/footnotes.xml", "word/endnotes.xml") or name.startswith("docProps/"):
                yield word.patch_xml(archive.read(name).decode("utf-8", "replace"))


def _node(node: nodes.Node, known: frozenset[str], bound: frozenset[str], depth: int) -> None:
    if not isinstance(node, _NODES):
        raise Unfit("construct", name=type(node).__name__)
    if isinstance(node, nodes.Name) and node.ctx == "load" and node.name not in known | bound:
        raise Unfit("unknown_tag", name=node.name[:60])
    if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
        raise Unfit("construct", name=node.attr[:60])
    if isinstance(node, nodes.Filter) and (
        node.name not in FILTERS or len(node.args) > (node.name == "join") or node.kwargs
    ):
        raise Unfit("filter", name=node.name[:60], known=", ".join(FILTERS))
    if isinstance(node, nodes.Const) and not isinstance(node.value, str | int | bool | None):
        raise Unfit("construct", name="Const")
    if isinstance(node, nodes.For | nodes.If):
        depth += 1
    if depth > DEEPEST:
        raise Unfit("too_deep", most=DEEPEST)
    if isinstance(node, nodes.For):
        bound = _loop(node, bound)
    for child in node.iter_child_nodes():
        _node(child, known, bound, depth)


def _is_known(node: nodes.Filter) -> bool:
    return node.name in FILTERS and len(node.args) <= (node.name == "join") and not node.kwargs


def _loop(node: nodes.For, bound: frozenset[str]) -> frozenset[str]:
    """A loop runs over a tag's list; inside another, only over a part of that loop's own element."""
    root = node.iter
    while isinstance(root, nodes.Getattr):
        root = root.node
    if (
        node.recursive
        or node.test is not None
        or not isinstance(node.target, nodes.Name)
        or not isinstance(root, nodes.Name)
    ):
        raise Unfit("loop")
    if bound and root.name not in bound:
        raise Unfit("loop")
    return bound | {node.target.name}
