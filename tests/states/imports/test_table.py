"""Headings in any order, values typed, every mistake named by row, column, heading and the nearest right name."""

from __future__ import annotations

import pytest

from config.texts import load
from states.imports.people import COLUMNS
from states.imports.table import Known, Sorting, letter, lines_of


def _said(sorting: Sorting) -> list[str]:
    return [load(strict=True).render(problem.message()) for problem in sorting.problems]


@pytest.mark.parametrize(("index", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (59, "BH")])
def test_letters(index: int, name: str) -> None:
    assert letter(index) == name


def test_titles_may_stand_above_and_columns_in_any_order() -> None:
    sorting = Sorting(COLUMNS)
    rows = [
        ["DANH SÁCH CÔNG CHỨC"], [], ["STT", "HỌ TÊN", "mã cán bộ", "Ngày sinh"],
        ["1", "Lê  An", "CB1", "3/4/1990"], ["", "", "", ""], ["2", "Võ Ba", "CB2", ""],
    ]  # fmt: skip
    lines = lines_of(rows, sorting)
    assert _said(sorting) == []
    assert [(line.number, line.values["code"], line.values["name"]) for line in lines] == [
        (4, "CB1", "Lê An"), (6, "CB2", "Võ Ba"),
    ]  # fmt: skip
    assert str(lines[0].values["born_on"]) == "1990-04-03"


def test_what_is_wrong_is_named_by_its_cell() -> None:
    sorting = Sorting(COLUMNS)
    lines_of([["Mã người", "Họ và tên", "Ngày sinh"], ["CB1", "", "31/02/1990"]], sorting)
    assert _said(sorting) == [
        "Dòng 2, cột B (Họ và tên): còn trống: hãy điền vào.",
        "Dòng 2, cột C (Ngày sinh): «31/02/1990» không phải là ngày: hãy ghi ngày/tháng/năm, ví dụ 03/04/2023.",
    ]


def test_a_missing_heading_is_named_with_the_nearest_one() -> None:
    sorting = Sorting(COLUMNS)
    lines_of([["Mã người", "Họ và tem", "Chức vụ"], ["CB1", "An", ""]], sorting)
    assert _said(sorting)[0] == "Dòng 1: thiếu cột «Họ và tên». Có phải là «Họ và tem»?"


def test_no_headings_at_all() -> None:
    sorting = Sorting(COLUMNS)
    assert lines_of([["a", "b"], ["c", "d"]], sorting) == []
    assert _said(sorting) == ["Dòng 1: không thấy dòng tiêu đề; cần có các cột: Mã người, Họ và tên."]


def test_a_name_is_found_without_diacritics_or_named_nearest() -> None:
    sorting = Sorting(COLUMNS)
    known = Known([("u1", ("BCVT", "Phòng Bưu chính - Viễn thông")), ("u2", ("CNTT", "Phòng Công nghệ thông tin"))])
    line = lines_of([["Mã người", "Họ và tên", "Đơn vị"], ["CB1", "An", "Phòng Bưu trính - Viễn thông"]], sorting)[0]
    assert sorting.find(line, "unit", known) is None
    known_as = "Có phải là «Phòng Bưu chính - Viễn thông»?"
    assert _said(sorting) == [
        f"Dòng 2, cột C (Đơn vị): không có «Phòng Bưu trính - Viễn thông» trong danh mục. {known_as}"
    ]
    fits = lines_of([["Mã người", "Họ và tên", "Đơn vị"], ["CB1", "An", "phong cong nghe thong tin"]], sorting)[0]
    assert sorting.find(fits, "unit", known) == "u2"


def test_the_very_name_wins_over_what_only_resembles_it() -> None:
    sorting = Sorting(COLUMNS)
    known = Known([("p1", ("CB001", "Nguyễn Thị Hạnh")), ("p2", ("cb001", "Nguyễn Thị Hành"))])
    rows = [["Mã người", "Họ và tên", "Đơn vị"], *(["x", "An", said] for said in ("CB001", "Nguyễn Thị Hành", "Cb001"))]
    first, second, third = lines_of(rows, sorting)
    assert (sorting.find(first, "unit", known), sorting.find(second, "unit", known)) == ("p1", "p2")
    assert sorting.find(third, "unit", known) is None
    assert _said(sorting) == ["Dòng 4, cột C (Đơn vị): «Cb001» trùng nhiều người hoặc đơn vị: hãy ghi mã."]
