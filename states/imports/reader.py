"""Runs in the confined child: one .xlsx in, its cells as text out. What a stranger's file breaks, breaks alone."""

from __future__ import annotations

import io
import unicodedata
from datetime import date, datetime, time, timedelta
from typing import Any

MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 20_000, 60, 2_000
FORKED = ("python_calamine", "states.imports.formulas")  # what the child imports, for its mother to have


def text(value: Any) -> str:
    """A cell as a person would type it: days as yyyy-mm-dd, whole numbers without a point, letters composed."""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return " ".join(unicodedata.normalize("NFC", str(value)).split())[:LONGEST_CELL]


def cells(said: dict[str, str], content: bytes) -> tuple[list[list[str]] | None, bytes]:
    """The rows of the sheet named in `said`, or of the first one; None when they are more than a list may have.

    A cell that a spreadsheet works out comes as its formula, not as the value it was last saved with.
    """
    from python_calamine import CalamineWorkbook

    from states.imports.formulas import formulas

    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    sheet = said["sheet"]
    page = book.get_sheet_by_name(sheet) if sheet in book.sheet_names else book.get_sheet_by_index(0)
    if page.height > MOST_ROWS or page.width > MOST_COLUMNS:
        return None, b""
    rows = page.to_python(skip_empty_area=False, nrows=MOST_ROWS)
    told = [[text(value) for value in row[:MOST_COLUMNS]] for row in rows]
    for (line, column), formula in formulas(content, page.name, (len(told), MOST_COLUMNS)).items():
        if line >= MOST_ROWS or column >= MOST_COLUMNS:
            return None, b""
        told += [[] for _ in range(line + 1 - len(told))]
        told[line] += [""] * (column + 1 - len(told[line]))
        told[line][column] = formula
    return told, b""
