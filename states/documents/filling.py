"""From a template and its values to a Word file. Runs in a confined child: nothing here may be trusted with more."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docxtpl import DocxTemplate, InlineImage  # type: ignore[import-untyped]
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from states.documents import charts
from states.documents.measures import RULE, SHORT_RULE, WHOLE_RULE, lines, text_width
from states.documents.qr import picture
from workflow.file_inspection import DRAFT_MARK, DRAFT_ROOMS, rooms

GROWN, NUMBER, WORDS, NARROW = 5, 13, 45, 11  # columns; mm: seven digits find room in six columns
FILTERS = ("first", "join", "length", "upper")


CODE_WIDTH = 28  # mm; of the picture the tag `qr` is filled with


def environment() -> ImmutableSandboxedEnvironment:
    """Four filters, no function, no test beyond comparing; a tag without a value is an error, never a gap."""
    made = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
    made.filters = {name: made.filters[name] for name in FILTERS}
    made.globals, made.tests = {}, {}
    return made


def fill(template: bytes, values: dict[str, Any]) -> bytes:
    """The template with its values, its rules as long as they must be. Raises jinja2's errors."""
    word = DocxTemplate(BytesIO(template))
    if values.get("qr"):
        values = {**values, "qr": InlineImage(word, BytesIO(picture(values["qr"], "png")), width=Mm(CODE_WIDTH))}
    word.render(values, jinja_env=environment(), autoescape=True)
    _fit_rules(word.docx)
    _fit_numbers(word.docx)
    charts.place(word.docx, values.get("bieu_do") or {})
    book = BytesIO()
    word.save(book)
    return book.getvalue()


def marked(word: bytes) -> bytes:
    """The Word file with DỰ THẢO over its first line: no one takes it for the paper itself, nor may it come back so."""
    file = Document(BytesIO(word))
    written = "".join(piece.text or "" for piece in file.element.body.iter(qn("w:t")))
    file.core_properties.keywords = f"{DRAFT_ROOMS}{rooms(written)};"
    line = file.add_paragraph()
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = line.add_run(DRAFT_MARK)
    run.bold, run.font.size = True, Pt(14)
    file.element.body.insert(0, line._p)  # noqa: SLF001 (python-docx adds at the end alone)
    book = BytesIO()
    file.save(book)
    return book.getvalue()


def _fit_rules(file: Any) -> None:
    names = {file.styles[name].style_id: name for name in (SHORT_RULE, WHOLE_RULE) if name in _styles(file)}
    for paragraph in file.element.body.iter(qn("w:p")):
        name = names.get(paragraph.style)
        above = paragraph.getprevious()
        if name and above is not None and above.tag == qn("w:p"):
            _fit(file, paragraph, above, name)


def _fit(file: Any, paragraph: Any, above: Any, name: str) -> None:
    text = "".join("\n" if piece.tag == qn("w:br") else piece.text or "" for piece in above.iter(qn("w:t"), qn("w:br")))
    room, size = _room(file, paragraph), _size(file, above)
    broken = [line for part in text.split("\n") for line in lines(part, size, room)]
    longest = max((text_width(line, size) for line in broken), default=0.0)
    length = longest if name == WHOLE_RULE else longest * RULE
    indents = paragraph.get_or_add_pPr().get_or_add_ind()
    indents.left = indents.right = Mm(max((room - length) / 2, 0))


def _fit_numbers(file: Any) -> None:
    """A table that grew by columns: all became alike; the running number and the words get their room back."""
    for table in file.tables:
        widths = [column.width.mm for column in table.columns if column.width is not None]
        if len(widths) < GROWN or widths[0] >= NARROW:
            continue
        rest = (sum(widths) - NUMBER - WORDS) / (len(widths) - 2)
        fitted = [Mm(one) for one in (NUMBER, WORDS, *[rest] * (len(widths) - 2))]
        for column, width in zip(table.columns, fitted, strict=True):
            column.width = width
        for row in table.rows:
            for cell, width in zip(row.cells, fitted, strict=False):
                cell.width = width


def _room(file: Any, paragraph: Any) -> float:
    """The mm between the margins of its cell or page."""
    cell = next(paragraph.iterancestors(qn("w:tc")), None)
    if cell is not None and cell.width is not None:
        return float(cell.width.mm) - 1
    section = file.sections[0]
    return float((section.page_width - section.left_margin - section.right_margin) / Mm(1))


def _size(file: Any, paragraph: Any) -> int:
    for run in paragraph.iter(qn("w:sz")):
        return int(run.get(qn("w:val"))) // 2
    found = next((style for style in file.styles if style.style_id == paragraph.style), None)
    return round(found.font.size.pt) if found is not None and found.font.size else 14


def _styles(file: Any) -> set[str]:
    return {style.name for style in file.styles}
