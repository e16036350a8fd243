"""The sheet as a file for Excel, or as CSV: no cell is a formula, whoever named a unit."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import BytesIO, StringIO

Cell = str | int
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


def as_xlsx(title: str, heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """One sheet: texts as texts, numbers as numbers."""
    buffer = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    import xlsxwriter  # type: ignore[import-untyped] # only who writes one loads it

    with xlsxwriter.Workbook(buffer, options) as book:
        page = book.add_worksheet("".join(one for one in title if one not in "[]:*?/\\")[:31])
        bold = book.add_format({"bold": True, "text_wrap": True, "border": 1})
        page.set_column(0, 0, 36)
        page.set_column(1, max(len(heads) - 1, 1), 12)
        for number, head in enumerate(heads):
            page.write_string(0, number, head, bold)
        for line, row in enumerate(rows, start=1):
            for number, cell in enumerate(row):
                write = page.write_string if isinstance(cell, str) else page.write_number
                write(line, number, cell)
        page.freeze_panes(1, 1)
    return buffer.getvalue()


def as_csv(heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """UTF-8 with a mark, so that Excel reads the letters; a text that looks like a formula gets an apostrophe."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    for row in (heads, *rows):
        writer.writerow([_harmless(cell) if isinstance(cell, str) else cell for cell in row])
    return text.getvalue().encode("utf-8-sig")


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(DANGEROUS) else text
