"""The report of a review as a file: charts of Word itself, a column for each year, nothing as such, safe annexes."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Any

import pytest
from docx import Document
from lxml import etree

from states.documents import figures
from states.documents.base_templates import base_template
from states.documents.filling import fill
from states.documents.samples import sample
from states.documents.sheet import annexes

CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def report() -> bytes:
    return fill(base_template("bao_cao_so_ket"), sample())


def text(content: bytes) -> str:
    return "\n".join(one.text for one in Document(BytesIO(content)).paragraphs)


def test_charts_hold_the_numbers_and_nothing_foreign(report: bytes) -> None:
    held = parts(report)
    charts = {name: etree.fromstring(content) for name, content in held.items() if name.startswith("word/charts/")}
    assert sorted(charts) == ["word/charts/chart1.xml", "word/charts/chart2.xml"]
    said = [one.text for one in charts["word/charts/chart1.xml"].iter(f"{CHART}v")]
    assert {"Năm 2024", "Năm 2025", "9", "12"} <= set(said)
    assert not [name for name in held if "embed" in name or name.endswith(".bin")]
    assert b"externalData" not in b"".join(etree.tostring(one) for one in charts.values())
    assert held["word/document.xml"].count(b"<c:chart") == 2


def test_a_chart_without_numbers_leaves_no_gap() -> None:
    values = {**sample(), "bieu_do": {}}
    made = parts(fill(base_template("bao_cao_so_ket"), values))
    assert not [name for name in made if "chart" in name]
    assert b"theo_nam" not in made["word/document.xml"]


def test_the_table_has_a_column_for_each_year() -> None:
    years = [["period.year", {"year": str(year)}, year - 2020] for year in range(2022, 2026)]
    rows = [{"name": "nominated", "value": 5, "columns": [*years, ["counted.whole", {}, 14]]}]
    values = {**sample(), **figures.of_targets(rows, final=True, titles={}), "tong_ket": True}
    made = Document(BytesIO(fill(base_template("bao_cao_so_ket"), values)))
    (grown,) = [table for table in made.tables if table.rows[0].cells[-1].text == "Cả giai đoạn"]
    assert [cell.text for cell in grown.rows[0].cells][2:] == [
        "Năm 2022",
        "Năm 2023",
        "Năm 2024",
        "Năm 2025",
        "Cả giai đoạn",
    ]
    assert [cell.text for cell in grown.rows[1].cells][2:] == ["2", "3", "4", "5", "14"]
    assert grown.columns[0].width.mm >= 12


def test_nothing_is_said_as_nothing() -> None:
    nothing: dict[str, Any] = {
        **sample(), **figures.of_targets([], final=False, titles={}), **figures.of_units([]), **figures.of_verdicts([]),
        "de_nghi": [], "danh_sach": [], "ton_tai": [], "noi_dung_doan": [], "phuong_huong": [],
    }  # fmt: skip
    said = text(fill(base_template("bao_cao_so_ket"), nothing))
    for sentence in (
        "Trong kỳ không có nhân tố mới được giới thiệu.", "Trong kỳ không phát động phong trào thi đua.",
        "Trong kỳ chưa có tin, bài, chương trình được đăng phát.", "Không có điển hình thuộc diện đánh giá trong kỳ.",
        "Không có trường hợp đề nghị khen thưởng trong kỳ.", "Không có trường hợp bị hủy bỏ công nhận.",
    ):  # fmt: skip
        assert sentence in said, sentence
    assert "Chưa có báo cáo" not in said


def test_what_there_is_is_not_also_said_to_be_missing(report: bytes) -> None:
    said = text(report)
    assert "đã giới thiệu 12 (mười hai) nhân tố mới, tăng 03 so với năm 2024, đạt 120% chỉ tiêu (10)" in said
    assert "không có nhân tố mới" not in said
    assert "Chưa có báo cáo khi tổng hợp: Phòng Công nghệ thông tin." in said


def test_annexes_hold_texts_as_texts() -> None:
    values = sample()
    values["danh_sach"] = [{**values["danh_sach"][0], "ten": '=HYPERLINK("http://x")'}]
    held = parts(annexes("Phụ lục", values))
    sheets = [name for name in held if name.startswith("xl/worksheets/sheet")]
    assert len(sheets) == 4
    assert not any(b"<f>" in held[name] or b"hyperlink" in held[name].lower() for name in sheets)
    assert b"=HYPERLINK" in held["xl/sharedStrings.xml"]
