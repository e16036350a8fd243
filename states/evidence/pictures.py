"""Pages of an attached file as pictures drawn by us in the confined child: no browser ever opens what somebody sent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workflow import confinement
from workflow.confinement import Bounds, Confined
from workflow.file_types import PDF

FORMATS = {PDF: "pdf", "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
MOST_PAGES = 60
FORKED = ("typst",)  # what the child imports, for its mother to have
_BOUNDS = Bounds(cpu=8, wall=12.0)
_SHEET = """#set page(width: auto, height: auto, margin: 0pt)
#let said = sys.inputs
#let more = if said.format == "pdf" { (page: int(said.page)) } else { (:) }
#image("/" + said.name, format: said.format, width: 21cm, ..more)
"""
_COUNT = re.compile(r"only has (\d+) pages?")


@dataclass(frozen=True)
class Drawn:
    """One page as PNG; empty when there is no such page, or the file cannot be drawn."""

    png: bytes
    pages: int  # of the file, when that was asked


def can_be_drawn(media_type: str) -> bool:
    """Whether a file of this type has pages to look at; others are only downloaded."""
    return media_type in FORMATS


def count(path: Path, media_type: str) -> int:
    """How many pages a file has, at most `MOST_PAGES`; 0 when it cannot be drawn."""
    return min(_asked(path, media_type, 0).pages, MOST_PAGES)


def draw(path: Path, media_type: str, page: int) -> bytes:
    """A page as PNG, the first is 1; empty when it cannot be drawn."""
    return _asked(path, media_type, page).png if 1 <= page <= MOST_PAGES else b""


def _asked(path: Path, media_type: str, page: int) -> Drawn:
    if not can_be_drawn(media_type):
        return Drawn(b"", 0)
    said = {"folder": str(path.parent), "name": path.name, "format": FORMATS[media_type], "page": page}
    try:
        pages, png = confinement.run("states.evidence.pictures:drawn", said, b"", _BOUNDS)
    except Confined:
        return Drawn(b"", 0)
    return Drawn(png, pages)


def drawn(said: Any, _content: bytes) -> tuple[Any, bytes]:
    """For a confined child: the number of pages when page 0 is asked for, else that page."""
    import typst

    if said["format"] != "pdf" and said["page"] == 0:
        return 1, b""
    inputs = {"name": said["name"], "format": said["format"], "page": str(said["page"] or 10**6)}
    try:
        made = typst.compile(
            _SHEET.encode(), root=said["folder"], format="png", ppi=110, ignore_system_fonts=True, sys_inputs=inputs
        )
    except typst.TypstError as refused:
        counted = _COUNT.search(" ".join(refused.hints or ()))
        return int(counted[1]) if counted else 0, b""
    return 0, bytes(made)
