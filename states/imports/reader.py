"""Runs in a process of its own, with little memory and time: one .xlsx in, its cells as JSON text out.

Started by path, so it may import nothing of ours: what a stranger's file breaks, breaks alone.
"""

from __future__ import annotations

import json
import resource
import sys
import unicodedata
from datetime import date, datetime, time, timedelta
from typing import Any

MEMORY = 1 << 30
SECONDS = 20
MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 20_000, 60, 2_000


def limit() -> None:
    """No more memory and time than a list of people needs, no core file, no file written."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


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


def cells(path: str, sheet: str) -> list[list[str]]:
    """The rows of a sheet by name, or of the first one; row 1 of the file is row 0 of the answer."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(path)
    page = book.get_sheet_by_name(sheet) if sheet in book.sheet_names else book.get_sheet_by_index(0)
    if page.height > MOST_ROWS or page.width > MOST_COLUMNS:
        raise SystemExit(3)
    rows = page.to_python(skip_empty_area=False, nrows=MOST_ROWS)
    return [[text(value) for value in row[:MOST_COLUMNS]] for row in rows]


if __name__ == "__main__":
    limit()
    json.dump(cells(sys.argv[1], sys.argv[2]), sys.stdout, ensure_ascii=True)
