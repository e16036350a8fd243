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
        sheet = _sheet(file, _looks(file), ("Danh sách", title), COLUMNS, rows)
        for line, row in enumerate(rows, HEAD_ROW + 1):
            sheet.set_row(line, LINE_HEIGHT * _lines(row))
    return book.getvalue()


UNITS = (
    ("STT", "stt", 6), ("Phòng, đơn vị", "don_vi", 40), ("Nhân tố mới", "gioi_thieu", 12),
    ("Lượt ghi nhận bồi dưỡng, theo dõi", "theo_doi", 16), ("Được công nhận", "cong_nhan", 12),
    ("Đang theo dõi", "dang_theo_doi", 12), ("Khen thưởng", "khen_thuong", 12), ("Tin, bài", "tin_bai", 10),
    ("Đăng ký thi đua", "dang_ky", 12), ("Dự tập huấn", "tap_huan", 12),
)  # fmt: skip
NAMED = (
    ("STT", "stt", 6), ("Mã hồ sơ", "ma", 16), ("Họ và tên (tên tập thể)", "ten", 34), ("Đơn vị", "don_vi", 36),
    ("Thành tích nổi bật", "thanh_tich", 60), ("Đánh giá", "ghi_chu", 26),
)  # fmt: skip


def annexes(title: str, values: Mapping[str, Any]) -> bytes:
    """A review's tables, a sheet each: all numbers, the units, the exemplars with their verdict, whom to reward."""
    book = BytesIO()
    numbers = [
        {"stt": row["stt"], "noi_dung": row["noi_dung"], **{f"o{n}": cell for n, cell in enumerate(row["so"])}}
        for row in values["bang"]
    ]
    heads = tuple((head, f"o{n}", 14) for n, head in enumerate(values["bang_dau"]))
    with open_book(book) as file:
        looks = _looks(file)
        _sheet(file, looks, ("Số liệu", title), (("STT", "stt", 6), ("Nội dung", "noi_dung", 48), *heads), numbers)
        whole = {"don_vi": "Cộng", **values["cong_don_vi"]}
        _sheet(file, looks, ("Theo đơn vị", title), UNITS, [*values["theo_don_vi"], whole])
        _sheet(file, looks, ("Điển hình", title), NAMED, values["danh_sach"])
        _sheet(file, looks, ("Đề nghị khen thưởng", title), NAMED[:-1], values["de_nghi"])
    return book.getvalue()


def _looks(file: Any) -> tuple[Any, Any, Any]:
    """Of a title, a column's head, a cell."""
    head = {"bold": True, "border": 1, "align": "center", "text_wrap": True, "font_name": FONT}
    cell = {"border": 1, "valign": "top", "text_wrap": True, "font_name": FONT}
    return (
        file.add_format({"bold": True, "font_size": 14, "font_name": FONT}),
        file.add_format(head),
        file.add_format(cell),
    )


def _sheet(
    file: Any,
    looks: tuple[Any, Any, Any],
    named: tuple[str, str],
    columns: Sequence[tuple[str, str, int]],
    rows: Sequence[Mapping[str, Any]],
) -> Any:
    name, title = named
    titled, head, cell = looks
    sheet = file.add_worksheet(name)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEAD_ROW)
    put(sheet, 0, 0, title, titled)
    for column, (said, _, width) in enumerate(columns):
        sheet.set_column(column, column, width)
        put(sheet, HEAD_ROW, column, said, head)
    for line, row in enumerate(rows, HEAD_ROW + 1):
        for column, (_, key, _) in enumerate(columns):
            put(sheet, line, column, row.get(key, ""), cell)
    if not rows:
        put(sheet, HEAD_ROW + 1, 0, "Không có.", cell)
    return sheet


def _lines(row: Mapping[str, Any]) -> int:
    """How many lines the fullest cell of a row needs: viewers do not all work it out themselves."""
    return max(ceil(len(str(row.get(key, ""))) / (width * FILLED)) or 1 for _, key, width in COLUMNS)
