"""Answers that a browser saves as a file. A list leaves with a mark of who took it, and is written down."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import normalize
from urllib.parse import quote

from flask import Response, g, request

from states import exports, spreadsheet
from states.spreadsheet import Cell
from web.application import application

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
    stamp = taken(f"{name}.{ending}", len(rows) - 1)
    if ending == "xlsx":
        return download(spreadsheet.as_xlsx(title, rows, widths, stamp), XLSX, f"{name}.xlsx")
    return download(spreadsheet.as_csv(rows, stamp), CSV, f"{name}.csv")


def taken(file: str, lines: int) -> str:
    """Who asks now takes this file, chosen as the address says: written down; the line for the file to carry."""
    app = application()
    chosen = {name: value[:200] for name, value in {**(request.view_args or {}), **request.args}.items() if value}
    one = exports.Export(app.database.new_id(), g.agency_id, g.person.id, request.endpoint or "", file, lines, chosen)
    with app.database.write() as connection:
        exports.record(connection, one)
        return exports.stamp(connection, one.agency_id, one.person_id, one.id)
