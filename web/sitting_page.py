"""A sitting's agenda as its live page shows it: narrowed by the address, a page at a time; and what changed since."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from states.councils.live import OPEN_WAYS, Live, Row
from workflow.folding import fold

PAGE = 100
EQUALS = "equals"
SHOWN = ("open", "passed", "failed", EQUALS, "deferred", "gone")
"""By what a name has come to; those that a count left open together."""


@dataclass(frozen=True)
class Wanted:
    """What the address asks to see of the agenda."""

    words: str = ""
    result: str = ""
    unit: str = ""
    page: int = 1

    @classmethod
    def read(cls, args: Mapping[str, str]) -> Wanted:
        """From an address; what makes no sense asks for nothing."""
        page, result = args.get("trang", ""), args.get("ket-qua", "")
        return cls(
            words=args.get("tim", "").strip()[:100], result=result if result in SHOWN else "",
            unit=args.get("donvi", ""), page=int(page) if page.isascii() and page.isdecimal() and len(page) < 5 else 1,
        )  # fmt: skip

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return bool(self.words or self.result or self.unit)

    @property
    def address(self) -> dict[str, str]:
        """The same, for an address."""
        said = {"tim": self.words, "ket-qua": self.result, "donvi": self.unit}
        return {name: value for name, value in said.items() if value}


@dataclass(frozen=True)
class Agenda:
    """A page of the rows that fit, with how many do and how the whole stands."""

    rows: tuple[Row, ...]
    fitting: int
    total: int
    pages: int
    page: int
    counts: Mapping[str, int]


def group(row: Row) -> str:
    """Under which of SHOWN a row is."""
    return EQUALS if row.verdict in OPEN_WAYS else row.verdict or "open"


def agenda(live: Live, wanted: Wanted) -> Agenda:
    """The rows asked for."""
    words = fold(wanted.words).split()
    found = [row for row in live.rows if _fits(row, wanted, words)]
    pages = max(1, -(-len(found) // PAGE))
    page = min(max(1, wanted.page), pages)
    rows = tuple(found[(page - 1) * PAGE : page * PAGE])
    return Agenda(rows, len(found), len(live.rows), pages, page, Counter(group(row) for row in live.rows))


def _fits(row: Row, wanted: Wanted, words: Sequence[str]) -> bool:
    if wanted.result and group(row) != wanted.result:
        return False
    if wanted.unit and row.name.unit_id != wanted.unit:
        return False
    said = fold(f"{row.name.code} {row.name.label}") if words else ""
    return all(word in said for word in words)


Parts = Sequence[tuple[str, str]]
"""Name and drawing of each part of the page."""


def marks(parts: Parts) -> str:
    """What tells these drawings from others, one mark a part."""
    return ".".join(hashlib.sha256(drawn.encode()).hexdigest()[:12] for _, drawn in parts)


def changed(old: str, parts: Parts) -> set[str]:
    """The parts whose drawing is another than when the page had these marks."""
    pairs = zip_longest(parts, marks(parts).split("."), old.split("."))
    return {part[0] for part, mark, was in pairs if part and mark != was}
