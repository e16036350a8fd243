"""A list as .xlsx: texts stay texts, whatever they begin with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from math import ceil
from typing import Any

from states.documents.measures import FONT
from states.spreadsheet import open_book, put

COLUMNS = (
    ("STT", "stt", 6), ("Mã hồ sơ", "ma", 16), ("Họ và tên (tên tập thể)", "ten", 34), ("Chức vụ", "chuc_vu", 22),
    ("Đơn vị", "don_vi", 30), ("Thành tích nổi bật", "thanh_tich", 60), ("Ghi chú", "ghi_chu", 20),
)  # fmt: skip
HEAD_ROW = 2
LINE_HEIGHT = 16  # points
FILLED = 0.85  # of a column's width, when words are not broken


def write(title: str, rows: Sequence[Mapping[str, Any]]) -> bytes:
    """A4 landscape, the head repeated on every page. No cell is ever a formula or a link."""
    book = BytesIO()
    with open_book(book) as file:
        sheet = file.add_worksheet("Danh sách")
        head = file.add_format(
            {"bold": True, "border": 1, "align": "center", "text_wrap": True, "font_name": "Times New Roman"}
        )
        cell = file.add_format({"border": 1, "valign": "top", "text_wrap": True, "font_name": "Times New Roman"})
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(HEAD_ROW)
        put(sheet, 0, 0, title, file.add_format({"bold": True, "font_size": 14, "font_name": FONT}))
        for column, (name, _, width) in enumerate(COLUMNS):
            sheet.set_column(column, column, width)
            put(sheet, HEAD_ROW, column, name, head)
        for line, row in enumerate(rows, HEAD_ROW + 1):
            sheet.set_row(line, LINE_HEIGHT * _lines(row))
            for column, (_, key, _) in enumerate(COLUMNS):
                put(sheet, line, column, row.get(key, ""), cell)
    return book.getvalue()


def _lines(row: Mapping[str, Any]) -> int:
    """How many lines the fullest cell of a row needs: viewers do not all work it out themselves."""
    return max(ceil(len(str(row.get(key, ""))) / (width * FILLED)) or 1 for _, key, width in COLUMNS)
