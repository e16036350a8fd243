"""Which cells of a sheet are worked out by a spreadsheet: runs in the confined child, as the reader tells values only.

A list with formulas is refused where it has them: the value that was saved with one may be old, or somebody else's.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

LONGEST = 120  # of a formula that is told
_MAY = re.compile(rb"<(?:[\w.-]+:)?f[\s/>]")
_CELL = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def formulas(content: bytes, sheet: str, most: tuple[int, int]) -> dict[tuple[int, int], str]:
    """(row, column), from 0 → `=` and the formula, of the sheet of this name; of every sheet where it is not found.

    `most`: rows and columns of an area that are told one by one. Raises what a broken file raises.
    """
    found: dict[tuple[int, int], str] = {}
    with zipfile.ZipFile(BytesIO(content)) as archive:
        for part in _parts(archive, sheet):
            raw = archive.read(part)
            if _MAY.search(raw):
                found |= dict(_of(raw, most))
    return found


def _parts(archive: zipfile.ZipFile, sheet: str) -> list[str]:
    """Where the sheet stands in the file."""
    names = set(archive.namelist())
    sheets = [name for name in names if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name)]
    relations = "xl/_rels/workbook.xml.rels"
    if relations not in names:
        return sheets
    targets = {one.get("Id"): one.get("Target", "") for one in _elements(archive.read(relations), "Relationship")}
    ids = [
        one.get(_RELATION) for one in _elements(archive.read("xl/workbook.xml"), "sheet") if one.get("name") == sheet
    ]
    parts = [posixpath.normpath(posixpath.join("/xl", targets.get(one, ""))).lstrip("/") for one in ids]
    return parts if len(parts) == 1 and parts[0] in names else sheets


def _elements(raw: bytes, name: str) -> Iterator[Any]:
    return (one for _, one in ElementTree.iterparse(BytesIO(raw)) if _local(one.tag) == name)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _of(raw: bytes, most: tuple[int, int]) -> Iterator[tuple[tuple[int, int], str]]:
    for _, one in ElementTree.iterparse(BytesIO(raw)):
        if _local(one.tag) == "c":
            yield from _of_cell(one, most)
        if _local(one.tag) == "row":
            one.clear()


def _of_cell(cell: Any, most: tuple[int, int]) -> Iterator[tuple[tuple[int, int], str]]:
    inner = next((one for one in cell if _local(one.tag) == "f"), None)
    if inner is None:
        return
    text = f"={(inner.text or '').strip()}"[:LONGEST]
    first, _, last = (inner.get("ref") or "").partition(":")
    area = inner.get("t") in ("array", "dataTable") and last  # one formula, many cells
    (top, left), (bottom, right) = (_place(first), _place(last)) if area else (_place(cell.get("r", "")),) * 2
    if top >= 0 and left >= 0:
        yield (top, left), text
    for row in range(max(top, 0), min(bottom + 1, most[0])):
        for column in range(max(left, 0), min(right + 1, most[1])):
            yield (row, column), text


def _place(name: str) -> tuple[int, int]:
    """`B3` → (2, 1); (-1, -1) for what names no cell."""
    found = _CELL.fullmatch(name)
    if found is None:
        return -1, -1
    column = 0
    for sign in found[1]:
        column = column * 26 + ord(sign) - 64
    return int(found[2]) - 1, column - 1
