"""Hostile and broken files: refused with a sentence, in bounded time and memory, before or inside the child."""

from __future__ import annotations

import io
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
