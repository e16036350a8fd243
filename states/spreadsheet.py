"""The one door to .xlsx and CSV: no cell that leaves here is worked out, followed or run by a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO, StringIO
from typing import Any

Cell = str | int | float | None

FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""How a text begins that a spreadsheet would work out; the wide letters are read as the narrow ones."""

STAMPED = "Người xuất"
_PLAIN = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


@contextmanager
def open_book(buffer: BytesIO, stamp: str = "") -> Iterator[Any]:
    """A workbook written into the buffer. Cells go through `put`; xlsxwriter is loaded only by who writes one.

    `stamp`, who took it and when, stands under each printed page, in the file's properties and on a last sheet, so that
    the lists themselves can be read in again.
    """
    import xlsxwriter  # type: ignore[import-untyped]

    with xlsxwriter.Workbook(buffer, _PLAIN) as book:
        yield book
        if stamp:
            for page in book.worksheets():
                page.set_footer("&L&8" + stamp.replace("&", "&&")[:200])
            book.set_properties({"comments": stamp})
            put(book.add_worksheet(STAMPED), 0, 0, stamp)


def put(page: Any, line: int, column: int, cell: Cell, style: Any = None) -> None:
    """One cell: a text as a text whatever it begins with, a number as a number, nothing as nothing."""
    if isinstance(cell, str):
        page.write_string(line, column, cell, style)
    elif cell is not None:
        page.write_number(line, column, cell, style)


def as_xlsx(title: str, rows: Sequence[Sequence[Cell]], widths: Sequence[int] = (48,), stamp: str = "") -> bytes:
    """A sheet whose first row is the heading; the last width (in characters) holds for the columns after it."""
    buffer = BytesIO()
    with open_book(buffer, stamp) as book:
        page = book.add_worksheet(sheet_name(title))
        bold = book.add_format({"bold": True, "text_wrap": True, "border": 1})
        for column in range(max(map(len, rows), default=0)):
            page.set_column(column, column, widths[min(column, len(widths) - 1)])
        for line, row in enumerate(rows):
            for column, cell in enumerate(row):
                put(page, line, column, cell, None if line else bold)
        page.freeze_panes(1, 1)
    return buffer.getvalue()


def as_csv(rows: Sequence[Sequence[Cell]], stamp: str = "") -> bytes:
    """UTF-8 with its mark, so that Excel reads the letters; what looks like a formula gets an apostrophe. `stamp`, who
    took it and when, is a last line by itself."""
    text = StringIO()
    lines = [*rows, [], [stamp]] if stamp else rows
    csv.writer(text, lineterminator="\r\n").writerows([[harmless(cell) for cell in row] for row in lines])
    return text.getvalue().encode("utf-8-sig")


def harmless(cell: Cell) -> Cell:
    """A cell of a CSV: a text is never a formula, also behind blanks or a line's end; numbers stay numbers."""
    if not isinstance(cell, str):
        return "" if cell is None else cell
    return f"'{cell}" if cell.startswith(("\t", "\r", "\n")) or cell.lstrip().startswith(FORMULA) else cell


def sheet_name(title: str) -> str:
    """What Excel takes as a sheet's name: 31 characters, none of `[]:*?/\\`, no apostrophe at its ends."""
    return "".join(one for one in title if one not in "[]:*?/\\")[:31].strip("' ") or "Bảng"
