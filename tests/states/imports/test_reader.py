"""Hostile and broken files: refused with a sentence, in bounded time and memory, before or inside the child."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from datetime import date, datetime, time
from pathlib import Path

import pytest
import xlsxwriter

from config.texts import load
from states.imports import reader
from states.imports.sheet import read_rows
from workflow.message import Refused

SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def _refusal(path: Path) -> str:
    with pytest.raises(Refused) as refused:
        read_rows(path)
    assert load(strict=True).render(refused.value.reasons[0])
    return refused.value.reasons[0].key


def _book(path: Path, rows: list[list[object]], *, height: int = 0) -> Path:
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        page = book.add_worksheet("Người")
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for number, row in enumerate(rows):
            for index, value in enumerate(row):
                if isinstance(value, date):
                    page.write_datetime(number, index, datetime.combine(value, time()), day)
                else:
                    page.write(number, index, value)
        if height:
            page.write(height, 0, "x")
    return path


def test_cells_come_as_a_person_would_type_them(tmp_path: Path) -> None:
    rows = [["Mã", "Ngày", "Số", "Tên", ""], ["CB1", date(2023, 4, 3), 12.0, "  Le\u0302  Va\u0306n  ", 1.5]]
    assert read_rows(_book(tmp_path / "a.xlsx", rows)) == [
        ["Mã", "Ngày", "Số", "Tên", ""], ["CB1", "2023-04-03", "12", "Lê Văn", "1.5"],
    ]  # fmt: skip


def test_what_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    assert read_rows(_book(tmp_path / "a.xlsx", [["=1+1", '=HYPERLINK("http://x")']]))[0] == [
        "=1+1",
        '=HYPERLINK("http://x")',
    ]


def _with_formulas(path: Path) -> Path:
    with xlsxwriter.Workbook(path) as book:
        hints = book.add_worksheet("Hướng dẫn")
        hints.write_formula(0, 0, "=1+1", None, 2)
        page = book.add_worksheet("Người")
        page.write_row(0, 0, ["Mã người", "Họ và tên", "Đơn vị"])
        page.write_row(1, 0, ["CB1", "An", "VP"])
        page.write_formula(2, 0, '="CB"&2', None, "CB2")
        page.write_formula(2, 1, "=cmd|'/C calc'!A0", None, "Bình")
        page.write_array_formula(3, 0, 4, 1, "{=A2:B3}", None, "CB3")
        page.write_formula(30, 2, "=NOW()", None, "")
    return path


def test_a_formula_is_read_as_itself_and_not_as_its_saved_value(tmp_path: Path) -> None:
    path = _with_formulas(tmp_path / "a.xlsx")
    rows = read_rows(path, "Người")
    assert rows[1] == ["CB1", "An", "VP"]
    assert rows[2][:2] == ['="CB"&2', "=cmd|'/C calc'!A0"]
    assert [row[:2] for row in rows[3:5]] == [["=A2:B3", "=A2:B3"]] * 2, "every cell of an area"
    assert rows[30][2] == "=NOW()", "though it was saved with nothing"
    assert read_rows(path)[0][0] == "=1+1"


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A2"><f t="shared" si="0"/><v>1</v></c>',
        f'<x:c xmlns:x="{SPREADSHEET}" r="A2"><x:f>1+1</x:f><x:v>1</x:v></x:c>',
        '<c r="A2"><f\n>1</f><v>1</v></c>',
        '<c r="A2"><f t="array" ref="A2:XFD1048576">1</f><v>1</v></c>',
    ],
)
def test_formulas_in_every_clothing(tmp_path: Path, cell: str) -> None:
    plain = _book(tmp_path / "a.xlsx", [["Mã"], ["x"]])
    with zipfile.ZipFile(plain) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    old = re.search(rb'<c r="A2".*?</c>', members[name])
    assert old
    members[name] = members[name].replace(old[0], cell.encode())
    assert read_rows(_zip(tmp_path / "b.xlsx", members))[1][0].startswith("=")


def test_entities_that_swell_are_borne_by_the_child(tmp_path: Path) -> None:
    plain = _book(tmp_path / "a.xlsx", [["Mã"]])
    with zipfile.ZipFile(plain) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    sheet = members["xl/worksheets/sheet1.xml"].decode().partition("?>")[2]
    swollen = sheet.replace("<sheetData>", "<sheetData><row r='9'><c r='A9'><f>&l11;</f></c></row>")
    members["xl/worksheets/sheet1.xml"] = f'<!DOCTYPE w [<!ENTITY l0 "ha">{laughs}]>{swollen}'.encode()
    assert _refusal(_zip(tmp_path / "b.xlsx", members)) in ("import.unreadable", "import.too_slow")


@pytest.mark.parametrize("inside", ["xl/workbook.bin", "content.xml"])
def test_other_kinds_of_workbook_are_none(tmp_path: Path, inside: str) -> None:
    assert _refusal(_zip(tmp_path / "a.xlsx", {inside: b"x"})) == "import.not_xlsx"


@pytest.mark.parametrize("content", [b"", b"Ma,Ten\nCB1,An\n", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0" + b"\0" * 600])
def test_no_xlsx(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    assert _refusal(path) == "import.not_xlsx"


def _zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_zip_that_is_no_workbook(tmp_path: Path) -> None:
    assert _refusal(_zip(tmp_path / "a.xlsx", {"hello.txt": b"hello"})) == "import.unreadable"


def test_a_bomb_is_seen_before_it_unpacks(tmp_path: Path) -> None:
    bomb = _zip(tmp_path / "a.xlsx", {"xl/worksheets/sheet1.xml": b"0" * 60_000_000})
    assert bomb.stat().st_size < 100_000
    assert _refusal(bomb) == "import.too_big"


def test_many_members(tmp_path: Path) -> None:
    assert _refusal(_zip(tmp_path / "a.xlsx", {f"{n}.xml": b"" for n in range(2_001)})) == "import.too_big"


def test_a_declared_size_of_ten_gigabytes(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.xlsx", {"xl/workbook.xml": b"<workbook/>"})
    content = bytearray(path.read_bytes())
    place = content.rindex(b"PK\x01\x02")
    struct.pack_into("<L", content, place + 24, 0xFFFFFFF0)
    path.write_bytes(content)
    assert _refusal(path) == "import.too_big"


def test_a_lying_header_does_not_unpack_more_than_the_child_may_hold(tmp_path: Path) -> None:
    """The directory says ten bytes, the stream holds 300 MB: whatever the parser does, the child bears it."""
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 300_000_000)
    content = bytearray(plain.getvalue())
    struct.pack_into("<L", content, content.rindex(b"PK\x01\x02") + 24, 10)
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    assert _refusal(path) in ("import.unreadable", "import.too_slow")


def test_too_many_rows(tmp_path: Path) -> None:
    assert _refusal(_book(tmp_path / "a.xlsx", [["Mã"]], height=reader.MOST_ROWS + 1)) == "import.too_many_rows"
