"""Answers that a browser saves as a file."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import normalize
from urllib.parse import quote

from flask import Response

from states import spreadsheet
from states.spreadsheet import Cell

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"


def download(data: bytes, content_type: str, name: str) -> Response:
    """A file under a name of ASCII letters: never of a person's words."""
    answer = Response(data, content_type=content_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def under_its_name(answer: Response, name: str) -> Response:
    """The file under the name people gave it; a browser that reads no more than ASCII gets its letters without marks,
    đ as d."""
    bare = normalize("NFD", name.replace("đ", "d").replace("Đ", "D")).encode("ascii", "ignore").decode()
    whole = {} if bare == name else {"filename*": f"UTF-8''{quote(name, safe='')}"}
    answer.headers.set("Content-Disposition", "attachment", filename=bare, **whole)
    return answer


def table_file(
    title: str, rows: Sequence[Sequence[Cell]], name: str, ending: str, widths: Sequence[int] = (48,)
) -> Response:
    """A table whose first row is its heading, as .xlsx or (`ending` csv) CSV; the ending is put to the name."""
    if ending == "xlsx":
        return download(spreadsheet.as_xlsx(title, rows, widths), XLSX, f"{name}.xlsx")
    return download(spreadsheet.as_csv(rows), CSV, f"{name}.csv")
