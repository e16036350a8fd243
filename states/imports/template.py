"""A list to fill in, or to change: headings the import knows, an example under each, codes kept as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from states.imports.table import Column, letter
from states.spreadsheet import open_book, put, sheet_name

ROWS = 500
"""How many rows below the headings keep codes and days as they are typed."""


CHOICES = "Danh mục"
"""The sheet that the lists to choose from stand on."""


def write_template(
    sheet: str, columns: Sequence[Column], rows: Sequence[Sequence[str]] = (),
    choices: Mapping[str, Sequence[str]] | None = None, stamp: str = "",
) -> bytes:  # fmt: skip
    """The .xlsx file's bytes, empty or with these rows below the headings; nothing in it is a formula.

    `choices`: column → what its cells offer to choose; anything else may still be typed.
    """
    buffer = BytesIO()
    with open_book(buffer, stamp) as book:
        page = book.add_worksheet(sheet_name(sheet))
        plain = book.add_format({"num_format": "@"})
        must = book.add_format({"bold": True, "bg_color": "#FDE9D9", "border": 1})
        may = book.add_format({"bold": True, "bg_color": "#EDEDED", "border": 1})
        for index, column in enumerate(columns):
            page.set_column(index, index, max(14, len(column.heading) + 4), plain)
            put(page, 0, index, column.heading, must if column.required else may)
            offered = (choices or {}).get(column.name, ())
            if hint := next(iter(offered), column.hint):
                page.write_comment(0, index, f"Ví dụ: {hint}")
        for number, row in enumerate(rows, start=1):
            for index, text in enumerate(row):
                put(page, number, index, text, plain)
        page.freeze_panes(1, 0)
        _offer(book, page, columns, {name: words for name, words in (choices or {}).items() if words})
    return buffer.getvalue()


def _offer(book: Any, page: Any, columns: Sequence[Column], choices: Mapping[str, Sequence[str]]) -> None:
    """Each list of choices is a column of a sheet of its own: it may be long, and a comma in it ends nothing."""
    if not choices:
        return
    home, plain = book.add_worksheet(CHOICES), book.add_format({"num_format": "@"})
    for place, (name, words) in enumerate(choices.items()):
        index = next(number for number, column in enumerate(columns) if column.name == name)
        home.set_column(place, place, 36, plain)
        put(home, 0, place, columns[index].heading, plain)
        for line, word in enumerate(words, start=1):
            put(home, line, place, word, plain)
        source = f"='{CHOICES}'!${letter(place)}$2:${letter(place)}${len(words) + 1}"
        page.data_validation(1, index, ROWS, index, {"validate": "list", "source": source, "show_error": False})
