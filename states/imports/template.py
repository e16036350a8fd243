"""A list to fill in, or to change: headings the import knows, an example under each, codes kept as text."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from states.imports.table import Column
from states.spreadsheet import open_book, put, sheet_name

ROWS = 500
"""How many rows below the headings keep codes and days as they are typed."""


def write_template(sheet: str, columns: Sequence[Column], rows: Sequence[Sequence[str]] = (), stamp: str = "") -> bytes:
    """The .xlsx file's bytes, empty or with these rows below the headings; nothing in it is a formula."""
    buffer = BytesIO()
    with open_book(buffer, stamp) as book:
        page = book.add_worksheet(sheet_name(sheet))
        plain = book.add_format({"num_format": "@"})
        must = book.add_format({"bold": True, "bg_color": "#FDE9D9", "border": 1})
        may = book.add_format({"bold": True, "bg_color": "#EDEDED", "border": 1})
        for index, column in enumerate(columns):
            page.set_column(index, index, max(14, len(column.heading) + 4), plain)
            put(page, 0, index, column.heading, must if column.required else may)
            if column.hint:
                page.write_comment(0, index, f"Ví dụ: {column.hint}")
        for number, row in enumerate(rows, start=1):
            for index, text in enumerate(row):
                put(page, number, index, text, plain)
        page.freeze_panes(1, 0)
    return buffer.getvalue()
