"""The list as .xlsx: what looks like a formula stays a text."""

from __future__ import annotations

import io
import zipfile

from python_calamine import CalamineWorkbook

from states.documents.samples import sample
from states.documents.sheet import COLUMNS, write

FORMULAS = ("=1+1", '=HYPERLINK("http://evil.example")', "+A1", "-A1", "@SUM(A1)", "\t=1", "http://evil.example")


def test_no_cell_is_a_formula_or_a_link() -> None:
    row = sample()["danh_sach"][0]
    book = write("=1+1", [{**row, "ten": text} for text in FORMULAS])
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
        assert b"<f>" not in sheet
        assert b"<hyperlink" not in sheet
    rows = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert [line[2] for line in rows[3:]] == list(FORMULAS)


def test_a_long_list_prints_with_its_head_on_every_page() -> None:
    row = sample()["danh_sach"][0]
    book = write("Danh sách", [{**row, "stt": number} for number in range(1, 148)])
    rows = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert rows[2] == [name for name, _, _ in COLUMNS]
    assert [int(line[0]) for line in rows[3:]] == list(range(1, 148))
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        assert b"_xlnm.Print_Titles" in archive.read("xl/workbook.xml")
        assert b'orientation="landscape"' in archive.read("xl/worksheets/sheet1.xml")
