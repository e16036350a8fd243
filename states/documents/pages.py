"""A Word file that knows the measures: pages, styles, rules, tables; what it says is others' business."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from states.documents.measures import FONT, LANGUAGE, LOOKS, MARGINS, PAGE, SHORT_RULE, WHOLE_RULE, Look

_ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT, "center": WD_ALIGN_PARAGRAPH.CENTER, "both": WD_ALIGN_PARAGRAPH.JUSTIFY,
}  # fmt: skip
Place = Any  # a document or a cell: both take paragraphs
Run = str | tuple[str, str]  # text, or text with `b` and `i`


class Paper:
    """One file in the making. Widths are mm."""

    def __init__(self, title: str, *, landscape: bool = False) -> None:
        self.file = Document(BytesIO(_blank()))
        self.file.core_properties.title = title
        set_page(self.file.sections[0], landscape=landscape)
        self._number(self.file.sections[0])

    def line(self, style: str, *runs: Run, place: Place | None = None) -> Any:
        """A paragraph in a style. In a fresh cell its empty paragraph is taken."""
        where = place if place is not None else self.file
        fresh = place is not None and len(where.paragraphs) == 1 and where.paragraphs[0]._p.pPr is None  # noqa: SLF001
        made = where.paragraphs[0] if fresh else where.add_paragraph()
        made.style = self.file.styles[style]
        for run in runs:
            text, marks = (run, "") if isinstance(run, str) else run
            added = made.add_run(text)
            if "b" in marks:
                added.bold = True
            if "i" in marks:
                added.italic = True
        return made

    def lines(self, style: str, loop: str, *runs: Run, place: Place | None = None) -> None:
        """A paragraph for each element: `loop` is `x in list`."""
        self.line(style, f"{{%p for {loop} %}}", place=place)
        self.line(style, *runs, place=place)
        self.line(style, "{%p endfor %}", place=place)

    def when(self, condition: str, style: str, *runs: Run, place: Place | None = None) -> None:
        """A paragraph that stands there only if the condition holds."""
        self.line(style, f"{{%p if {condition} %}}", place=place)
        self.line(style, *runs, place=place)
        self.line(style, "{%p endif %}", place=place)

    def columns(self, widths: Sequence[float]) -> list[Any]:
        """Cells side by side without borders, one row."""
        return list(self._table(1, widths).rows[0].cells)

    def table(
        self,
        heads: Sequence[str],
        widths: Sequence[float],
        loop: str,
        cells: Sequence[tuple[str, str]],
        *,
        last: Sequence[str] = (),
    ) -> None:
        """A bordered table with a head that repeats on every page and a row for each element; cells (text, style).

        `last`: a row that closes it, in bold.
        """
        table = self._table(5 if last else 4, widths, padding=85)
        table.style = self.file.styles["Table Grid"]
        for cell, text in zip(table.rows[0].cells, heads, strict=True):
            self.line("Bảng đầu", text, place=cell)
        _repeat(table.rows[0])
        self.line("Bảng", f"{{%tr for {loop} %}}", place=table.rows[1].cells[0])
        for cell, (text, style) in zip(table.rows[2].cells, cells, strict=True):
            self.line(style, text, place=cell)
        _whole(table.rows[2])
        self.line("Bảng", "{%tr endfor %}", place=table.rows[3].cells[0])
        for cell, text in zip(table.rows[4].cells if last else (), last, strict=True):
            self.line("Bảng đầu", text, place=cell)

    def growing(
        self,
        heads: Sequence[str],
        widths: Sequence[float],
        more: str,
        loop: str,
        cells: Sequence[tuple[str, str]],
        values: str,
        *,
        width: float,
    ) -> None:
        """A table that has, after its own columns, one for each of the list `more`; `values` of a row stand there.

        `width`: what these columns share, in mm.
        """
        table = self._table(4, [*widths, *[width / 3] * 3], padding=85)
        table.style = self.file.styles["Table Grid"]
        own = len(heads)
        for cell, text in zip(
            table.rows[0].cells, [*heads, f"{{%tc for c in {more} %}}", "{{ c }}", "{%tc endfor %}"], strict=True
        ):
            self.line("Bảng đầu", text, place=cell)
        _repeat(table.rows[0])
        self.line("Bảng", f"{{%tr for {loop} %}}", place=table.rows[1].cells[0])
        said = [*cells, (f"{{%tc for c in {values} %}}", "Bảng"), ("{{ c }}", "Bảng giữa"), ("{%tc endfor %}", "Bảng")]
        for cell, (text, style) in zip(table.rows[2].cells, said, strict=True):
            self.line(style, text, place=cell)
        _whole(table.rows[2])
        self.line("Bảng", "{%tr endfor %}", place=table.rows[3].cells[0])
        for row in table.rows:
            for cell in row.cells[own:]:
                cell.width = Mm(width / 3)

    def turn(self, *, landscape: bool) -> None:
        """An annex begins: a page of its own orientation, pages numbered from 1, the first without a number."""
        section = self.file.add_section(WD_SECTION.NEW_PAGE)
        set_page(section, landscape=landscape)
        section.different_first_page_header_footer = True
        numbers = OxmlElement("w:pgNumType")
        numbers.set(qn("w:start"), "1")
        section._sectPr.insert_element_before(numbers, "w:cols", "w:titlePg", "w:docGrid")  # noqa: SLF001

    def saved(self) -> bytes:
        """The file."""
        book = BytesIO()
        self.file.save(book)
        return book.getvalue()

    def _table(self, rows: int, widths: Sequence[float], *, padding: int = 28) -> Any:
        table = self.file.add_table(rows=rows, cols=len(widths))
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        _pad(table, padding)
        for column, width in zip(table.columns, widths, strict=True):  # both, or LibreOffice takes neither
            column.width = Mm(width)
        for row in table.rows:
            for cell, width in zip(row.cells, widths, strict=True):
                cell.width = Mm(width)
        return table

    def _number(self, section: Any) -> None:
        """The page's number, centred in the top margin, not on page 1."""
        section.different_first_page_header_footer = True
        section.header_distance = Mm(10)
        paragraph = section.header.paragraphs[0]
        paragraph.style = self.file.styles["Số trang"]
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), "PAGE")
        run, text = OxmlElement("w:r"), OxmlElement("w:t")
        text.text = "2"
        run.append(text)
        field.append(run)
        paragraph._p.append(field)  # noqa: SLF001 - python-docx has no fields


def set_page(section: Any, *, landscape: bool = False) -> None:
    """A4 and its margins; a landscape page keeps the wide margin where it is bound, at its left."""
    width, height = PAGE[::-1] if landscape else PAGE
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(width), Mm(height)
    for side, size in MARGINS.items():
        setattr(section, f"{side}_margin", Mm(size))


def enlarge(paragraph: Any, size: int, colour: str, *, before: int) -> None:
    """A line of its own size and colour, that many points below the one before."""
    for run in paragraph.runs:
        run.font.size, run.font.color.rgb = Pt(size), RGBColor.from_string(colour)
    paragraph.paragraph_format.space_before = Pt(before)


@cache
def _blank() -> bytes:
    """A file with the styles and nothing in it: they take most of a paper's making."""
    file, book = Document(), BytesIO()
    file.core_properties.author = file.core_properties.comments = ""
    file.core_properties.language = LANGUAGE
    _base(file.styles["Normal"])
    for name, look in LOOKS.items():
        _look(_style(file, name), look)
    for name in (SHORT_RULE, WHOLE_RULE):
        _rule_style(_style(file, name))
    file.save(book)
    return book.getvalue()


def _style(file: Any, name: str) -> Any:
    made = file.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    made.base_style, made.quick_style = file.styles["Normal"], True
    return made


def _base(style: Any) -> None:
    style.font.name, style.font.size = FONT, Pt(14)
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.rPr.rFonts
    for key in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{key}"), FONT)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), LANGUAGE)
    style.element.rPr.append(language)
    style.paragraph_format.space_after = style.paragraph_format.space_before = Pt(0)
    style.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE


def _look(style: Any, look: Look) -> None:
    style.font.size, style.font.bold, style.font.italic = Pt(look.size), look.bold, look.italic
    form = style.paragraph_format
    form.alignment = _ALIGN[look.align]
    form.space_before, form.space_after = Pt(look.before), Pt(look.after)
    form.keep_with_next = look.keep or None
    if look.indent:
        form.first_line_indent = Mm(look.indent)


def _rule_style(style: Any) -> None:
    """An empty line of 3 points with a border above; its indents, set when it is filled in, make its length."""
    style.font.size = Pt(1)
    form = style.paragraph_format
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(3)
    form.space_before = Pt(2)
    borders, top = OxmlElement("w:pBdr"), OxmlElement("w:top")
    for key, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        top.set(qn(f"w:{key}"), value)
    borders.append(top)
    style.element.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc"
    )


def _pad(table: Any, twips: int) -> None:
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), f"{twips}")
        edge.set(qn("w:type"), "dxa")
        margins.append(edge)
    table._tbl.tblPr.append(margins)  # noqa: SLF001


def _mark(row: Any, names: Iterable[str]) -> None:
    properties = row._tr.get_or_add_trPr()  # noqa: SLF001
    for name in names:
        properties.append(OxmlElement(name))


def _repeat(row: Any) -> None:
    _mark(row, ("w:cantSplit", "w:tblHeader"))


def _whole(row: Any) -> None:
    _mark(row, ("w:cantSplit",))
