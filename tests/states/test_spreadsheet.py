"""What a stranger types into a name is never run by the spreadsheet of who exports it; and there is one door."""

from __future__ import annotations

import ast
import csv
import io
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from dev import ROOT
from states.spreadsheet import as_csv, as_xlsx, sheet_name

HOSTILE = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1+1",
    "\u00a0=1",
    "＝1+1",
    '=HYPERLINK("http://x")',
)


@pytest.mark.parametrize("cell", HOSTILE)
def test_no_cell_begins_as_a_formula(cell: str) -> None:
    read = list(csv.reader(io.StringIO(as_csv([["x"], [cell]]).decode("utf-8-sig"), newline="")))
    assert read[1] == [f"'{cell}"]
    with zipfile.ZipFile(io.BytesIO(as_xlsx("s", [["x"], [cell]]))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"<hyperlink" not in sheet


def test_numbers_stay_numbers_and_nothing_stays_nothing() -> None:
    rows = [["Đơn vị", "Đã dùng"], ["Phòng CNTT", -3], ["Văn phòng", None]]
    assert as_csv(rows) == "\ufeffĐơn vị,Đã dùng\r\nPhòng CNTT,-3\r\nVăn phòng,\r\n".encode()
    book = CalamineWorkbook.from_filelike(io.BytesIO(as_xlsx("Bảng", rows)))
    assert book.get_sheet_by_index(0).to_python() == [*rows[:2], ["Văn phòng", ""]]


@pytest.mark.parametrize(
    "title", ["Chỉ tiêu [2025]: giữ/bỏ?", "'=1'", "", "[]", "Tên rất dài của một chỉ tiêu không vừa một trang tính"]
)
def test_any_title_names_a_sheet(title: str) -> None:
    assert CalamineWorkbook.from_filelike(io.BytesIO(as_xlsx(title, [["x"]]))).sheet_names == [sheet_name(title)]


def test_one_module_alone_writes_spreadsheets() -> None:
    """Whoever opens a writer of their own has forgotten the rule."""
    rooms = ("workflow", "states", "tasks", "web", "scheduler", "config")
    files = [path for room in rooms for path in (ROOT / room).rglob("*.py")]
    found = {
        str(path.relative_to(ROOT)) for path in files if {"csv", "xlsxwriter"} & _imported(path.read_text("utf-8"))
    }
    assert found == {"states/spreadsheet.py"}


def _imported(source: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {one.name.partition(".")[0] for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names
