"""Charts of Word itself: drawn by Word and LibreOffice from numbers in the file, sharp in print, read by machines.

XlsxWriter writes a workbook with the chart; the chart's part goes into the Word file, the workbook does not: a file
with another inside is one that the file store takes from nobody. So a chart needs no picture, no font of this machine,
and no library that the lists do not need already.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from itertools import count
from typing import Any

from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.shared import Mm
from lxml import etree  # type: ignore[import-untyped]

from states.documents.measures import FONT
from states.spreadsheet import open_book, put

STYLE = "Biểu đồ"
"""The paragraph style whose text, after filling in, names the chart that takes its place."""
SIZE = (164, 78)  # mm, the width of a page's text
COLOURS = ("1F4E79", "C55A11", "7F7F7F", "548235", "BF9000", "7030A0")  # apart also in grey print
_OFFICE = "application/vnd.openxmlformats-officedocument"
_CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/drawingml/2006/main"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"


_SHOWN = ("showLegendKey", "showVal", "showCatName", "showSerName", "showPercent", "showBubbleSize")


def place(file: Any, charts: Mapping[str, Mapping[str, Any]]) -> None:
    """Every paragraph of the style becomes the chart it names, or goes if there is none of that name."""
    style = next((one.style_id for one in file.styles if one.name == STYLE), None)
    numbers = count(1)
    for paragraph in [one for one in file.element.body.iter(qn("w:p")) if one.style == style and style]:
        name = "".join(piece.text or "" for piece in paragraph.iter(qn("w:t"))).strip()
        chart = charts.get(name)
        if chart is None or not chart["nhom"]:
            paragraph.getparent().remove(paragraph)
            continue
        for run in paragraph.findall(qn("w:r")):
            paragraph.remove(run)
        paragraph.append(_drawing(file.part, chart, next(numbers)))


def _drawing(document: Any, chart: Mapping[str, Any], number: int) -> Any:
    relation = document.relate_to(_part(document.package, chart, number), f"{_RELATIONS}/chart")
    lines = len(chart["nhom"]) if chart.get("ngang") else 0
    width, height = Mm(SIZE[0]), Mm(max(SIZE[1], 30 + 6 * lines) if lines else SIZE[1])
    said = etree.Element("x", title=str(chart["ten"]))
    title = etree.tostring(said, encoding="unicode")[len('<x title="') : -len('"/>')]
    return parse_xml(
        f'<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:drawing>'
        f'<wp:inline xmlns:wp="{_DRAWING}" distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{width}" cy="{height}"/><wp:docPr id="{1000 + number}" name="Chart {number}" descr="{title}"/>'
        f'<wp:cNvGraphicFramePr/><a:graphic xmlns:a="{_MAIN}"><a:graphicData uri="{_CHART}">'
        f'<c:chart xmlns:c="{_CHART}" xmlns:r="{_RELATIONS}" r:id="{relation}"/>'
        f"</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )


def _part(package: Any, chart: Mapping[str, Any], number: int) -> Part:
    """The chart as XlsxWriter draws it, with its numbers; the workbook it came from stays away."""
    with zipfile.ZipFile(BytesIO(_book(chart))) as archive:
        drawn = etree.fromstring(archive.read("xl/charts/chart1.xml"))
    for printed in drawn.findall(f"{{{_CHART}}}printSettings"):  # how a sheet is printed says nothing here
        drawn.remove(printed)
    _labels(drawn)
    content = etree.tostring(drawn, xml_declaration=True, encoding="UTF-8", standalone=True)
    return Part(PackURI(f"/word/charts/chart{number}.xml"), f"{_OFFICE}.drawingml.chart+xml", content, package)


def _labels(drawn: Any) -> None:
    """A bar bears its number and nothing else: what the file leaves unsaid, LibreOffice takes for yes."""
    for labels in drawn.iter(f"{{{_CHART}}}dLbls"):
        for name in _SHOWN:
            for said in labels.findall(f"{{{_CHART}}}{name}"):
                labels.remove(said)
        for name in _SHOWN:
            etree.SubElement(labels, f"{{{_CHART}}}{name}").set("val", "1" if name == "showVal" else "0")


def _book(chart: Mapping[str, Any]) -> bytes:
    """A workbook with the numbers and the chart of them."""
    buffer = BytesIO()
    names, series = list(chart["nhom"]), list(chart["day"])
    with open_book(buffer) as book:
        page = book.add_worksheet("SoLieu")
        drawn = book.add_chart({"type": "bar" if chart.get("ngang") else "column"})
        for line, name in enumerate(names, 1):
            put(page, line, 0, str(name))
        for column, one in enumerate(series, 1):
            put(page, 0, column, str(one["ten"]))
            for line, value in enumerate(one["so"], 1):
                put(page, line, column, value)
            drawn.add_series(_series(column, len(names)))
        _look(drawn, chart, names)
        page.insert_chart("H2", drawn)
    return buffer.getvalue()


def _series(column: int, length: int) -> dict[str, Any]:
    return {
        "name": ["SoLieu", 0, column], "categories": ["SoLieu", 1, 0, length, 0],
        "values": ["SoLieu", 1, column, length, column], "fill": {"color": f"#{COLOURS[(column - 1) % len(COLOURS)]}"},
        "data_labels": {"value": True, "font": {"name": FONT, "size": 9}}, "gap": 60, "overlap": 0,
    }  # fmt: skip


def _look(drawn: Any, chart: Mapping[str, Any], names: Sequence[str]) -> None:
    small = {"name": FONT, "size": 10, "bold": False}
    plain = {"num_font": small, "major_tick_mark": "none", "minor_tick_mark": "none", "line": {"color": "#7F7F7F"}}
    across = {**plain, **({"reverse": True, "crossing": "max"} if chart.get("ngang") else {})}  # numbers stay below
    along = {**plain, "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}},
             "num_format": "0", "min": 0, "major_unit": _step(chart)}  # fmt: skip
    lying = bool(chart.get("ngang"))  # then the x axis is the one of the numbers, for XlsxWriter
    drawn.set_x_axis(along if lying else across)
    drawn.set_y_axis(across if lying else along)
    drawn.set_title({"none": True})
    drawn.set_legend({"position": "bottom", "font": {**small, "size": 11}})
    drawn.set_chartarea({"border": {"none": True}})


def _step(chart: Mapping[str, Any]) -> int:
    """Whole numbers on the axis, at most about eight of them."""
    most = max((value for one in chart["day"] for value in one["so"]), default=0)
    rough = max(most / 6, 1)
    return next(
        step * power for power in (1, 10, 100, 1000, 10**4, 10**5, 10**6) for step in (1, 2, 5) if step * power >= rough
    )
