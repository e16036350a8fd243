"""Nghị định 30/2020/NĐ-CP, Phụ lục I, measured on the XML of every paper as it is made.

The figures stand here a second time on purpose: the code's own are not asked.
"""

from __future__ import annotations

import io
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn

from states.documents.base_templates import MADE, base_template
from states.documents.filling import fill
from states.documents.measures import text_width
from states.documents.samples import TEMPLATES, sample

MM = 36000  # English Metric Units
TWIP = 56.6929  # in a mm
BY_HAND = ("phieu_bau", "bien_ban_binh_xet")  # no number; who signs is written in by hand
NUMBERED = [name for name in MADE if name not in (*BY_HAND, "trich_ngang", "giay_khen", "giay_cong_nhan")]
HEADED = [name for name in MADE if name not in ("trich_ngang", "giay_khen", "giay_cong_nhan")]
SIGNED = [name for name in MADE if name not in BY_HAND]
WITH_BASES = ["to_trinh", "qd_cong_nhan", "tb_cong_nhan", "huy_bo"]
LONG_NAME = "Công Tằng Tôn Nữ Nguyễn Phúc Hoàng Phủ Ngọc Tường Vi Khánh Ân"


@cache
def made(name: str, **changed: Any) -> Any:
    return Document(io.BytesIO(fill(base_template(name), {**sample(), **changed})))


def paragraphs(file: Any) -> list[Any]:
    """Every paragraph, those of tables too."""
    from docx.text.paragraph import Paragraph

    return [Paragraph(p, file) for p in file.element.body.iter(qn("w:p"))]


def found(file: Any, text: str) -> Any:
    """The first paragraph that begins so."""
    return next(p for p in paragraphs(file) if p.text.replace("\n", " ").startswith(text))


def looks(paragraph: Any) -> tuple[float, bool, bool, str]:
    """Size, bold, italic and alignment as they take effect: the run's own, else the style's."""
    run, style = paragraph.runs[0], paragraph.style
    size = run.font.size or style.font.size
    bold = style.font.bold if run.font.bold is None else run.font.bold
    italic = style.font.italic if run.font.italic is None else run.font.italic
    align = paragraph.alignment if paragraph.alignment is not None else style.paragraph_format.alignment
    return size.pt, bool(bold), bool(italic), {0: "left", 1: "center", 2: "right", 3: "both"}[int(align)]


@pytest.mark.parametrize("name", MADE)
def test_the_page_is_a4_with_the_margins_of_the_decree(name: str) -> None:
    for section in made(name).sections:
        sides = sorted((round(section.page_width / MM), round(section.page_height / MM)))
        assert sides == [210, 297]
        assert 20 <= section.top_margin / MM <= 25
        assert 20 <= section.bottom_margin / MM <= 25
        assert 30 <= section.left_margin / MM <= 35
        assert 15 <= section.right_margin / MM <= 20


@pytest.mark.parametrize("name", MADE)
def test_everything_is_times_new_roman_black_in_vietnamese(name: str) -> None:
    file = made(name)
    fonts = file.styles["Normal"].element.rPr.rFonts
    assert {fonts.get(qn(f"w:{key}")) for key in ("ascii", "hAnsi", "cs", "eastAsia")} == {"Times New Roman"}
    assert file.styles["Normal"].element.rPr.find(qn("w:lang")).get(qn("w:val")) == "vi-VN"
    own = {run.font.name for p in paragraphs(file) for run in p.runs} | {p.style.font.name for p in paragraphs(file)}
    assert own <= {None, "Times New Roman"}
    coloured = {str(run.font.color.rgb) for p in paragraphs(file) for run in p.runs if run.font.color.rgb is not None}
    assert coloured <= ({"000000", "C00000"} if name in ("giay_khen", "giay_cong_nhan") else {"000000"})


@pytest.mark.parametrize("name", MADE)
def test_the_page_number_is_centred_in_the_top_margin_but_not_on_page_one(name: str) -> None:
    section = made(name).sections[0]
    assert section.different_first_page_header_footer
    assert not section.first_page_header.paragraphs[0]._p.findall(qn("w:fldSimple"))
    number = section.header.paragraphs[0]
    assert number._p.find(qn("w:fldSimple")).get(qn("w:instr")) == "PAGE"
    assert number.style.paragraph_format.alignment == 1
    assert number.style.font.size.pt in (13, 14)
    assert not number.style.font.bold
    assert section.header_distance < section.top_margin
    for later in made(name).sections[1:]:
        assert later.different_first_page_header_footer
        begun = later._sectPr.find(qn("w:pgNumType"))
        assert begun.get(qn("w:start")) == "1", "an annex's pages are numbered apart (Phụ lục I, III.1)"


@pytest.mark.parametrize("name", HEADED)
def test_quoc_hieu_and_the_issuer_stand_as_they_must(name: str) -> None:
    file = made(name)
    size, bold, italic, align = looks(found(file, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"))
    assert (size in (12, 13), bold, italic, align) == (True, True, False, "center")
    size, bold, italic, align = looks(found(file, "Độc lập - Tự do - Hạnh phúc"))
    assert (size in (13, 14), bold, italic, align) == (True, True, False, "center")
    assert looks(found(file, "ỦY BAN NHÂN DÂN TỈNH")) in [(12, False, False, "center"), (13, False, False, "center")]
    assert looks(found(file, "SỞ THÔNG TIN VÀ TRUYỀN THÔNG")) in [
        (12, True, False, "center"), (13, True, False, "center"),
    ]  # fmt: skip
    left, right = file.tables[0].rows[0].cells
    assert left.text.startswith("ỦY BAN") and right.text.startswith("CỘNG HÒA")  # noqa: PT018
    assert text_width("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 13) < right.width.mm, "on one line"


@pytest.mark.parametrize("name", NUMBERED)
def test_the_number_and_the_day_stand_on_one_line(name: str) -> None:
    file = made(name)
    left, right = file.tables[1].rows[0].cells
    assert looks(left.paragraphs[0]) == (13, False, False, "center")
    assert left.text == "Số: 05/QĐ-STTTT"
    assert right.text == "Tỉnh lỵ, ngày 05 tháng 02 năm 2026"
    assert looks(right.paragraphs[0]) in [(13, False, True, "center"), (14, False, True, "center")]


def ruled(file: Any) -> list[tuple[str, float, float]]:
    """(text above, its widest line in mm, the rule's length in mm) for each rule."""
    rules = []
    for cell_or_body in [*file.element.body.iter(qn("w:tc")), file.element.body]:
        children = list(cell_or_body)
        for above, rule in pairwise(children):
            indents = rule.find(f"{qn('w:pPr')}/{qn('w:ind')}") if rule.tag == qn("w:p") else None
            style = rule.style if rule.tag == qn("w:p") else ""
            if indents is None or "Kẻ" not in next((s.name for s in file.styles if s.style_id == style), ""):
                continue
            width = cell_or_body.width.mm - 1 if cell_or_body.tag == qn("w:tc") else _room(file)
            length = width - (int(indents.get(qn("w:left"))) + int(indents.get(qn("w:right")))) / TWIP
            texts = ["\n" if t.tag == qn("w:br") else t.text for t in above.iter(qn("w:t"), qn("w:br"))]
            size = next(s.font.size.pt for s in file.styles if s.style_id == above.style)
            rules.append(("".join(texts), max(text_width(line, size) for line in "".join(texts).split("\n")), length))
    return rules


def _room(file: Any) -> float:
    section = file.sections[0]
    return (section.page_width - section.left_margin - section.right_margin) / MM


@pytest.mark.parametrize("name", MADE)
def test_rules_are_as_long_as_the_line_or_a_third_to_a_half_of_it(name: str) -> None:
    rules = ruled(made(name))
    assert rules or name == "giay_khen"
    for text, width, length in rules:
        if text.startswith("Độc lập"):
            assert length == pytest.approx(width, rel=0.02), text
        else:
            assert width / 3 <= length + 0.3, text
            assert length <= width / 2 + 0.3, text


@pytest.mark.parametrize(
    "name", ["to_trinh", "bien_ban", "kiem_phieu", "qd_cong_nhan", "giay_moi", "huy_bo", "bao_cao"]
)
def test_title_and_subject_are_bold_and_centred(name: str) -> None:
    file = made(name)
    titled = next(p for p in paragraphs(file) if p.style.name == "Tên loại" and p.text)
    assert titled.text == titled.text.upper()
    assert looks(titled) in [(13, True, False, "center"), (14, True, False, "center")]
    assert looks(found(file, "Về việc")) in [(13, True, False, "center"), (14, True, False, "center")]


@pytest.mark.parametrize("name", WITH_BASES)
def test_bases_are_italic_with_semicolons_and_a_last_full_stop(name: str) -> None:
    bases = [p for p in paragraphs(made(name)) if p.style.name == "Căn cứ"]
    assert [p.text[-1] for p in bases] == [";", ";", ";", "."]
    assert all(looks(p) in [(13, False, True, "both"), (14, False, True, "both")] for p in bases)


@pytest.mark.parametrize("name", HEADED)
def test_the_body_is_justified_indented_and_ends_as_it_must(name: str) -> None:
    body = [p for p in paragraphs(made(name)) if p.style.name == "Nội dung" and p.text]
    form = body[0].style.paragraph_format
    assert body[0].style.font.size.pt in (13, 14)
    assert form.alignment == 3
    assert round(form.first_line_indent / MM, 1) in (10.0, 12.7)
    assert form.space_after.pt >= 6
    assert made(name).styles["Normal"].paragraph_format.line_spacing in (1.0, None)
    if name != "phieu_bau":
        assert body[-1].text.endswith("./."), body[-1].text


@pytest.mark.parametrize("name", ["qd_cong_nhan", "huy_bo"])
def test_articles_begin_with_their_number_in_bold(name: str) -> None:
    articles = [p for p in paragraphs(made(name)) if p.text.startswith("Điều ")]
    assert [p.runs[0].text for p in articles] == ["Điều 1. ", "Điều 2. ", "Điều 3. "]
    assert all(p.runs[0].bold and not p.runs[1].bold for p in articles)


@pytest.mark.parametrize("name", SIGNED)
def test_who_signs_stands_in_capitals_over_the_name(name: str) -> None:
    posts = [p for p in paragraphs(made(name)) if p.style.name == "Chức vụ ký" and p.text]
    names = [p for p in paragraphs(made(name)) if p.style.name == "Họ tên ký" and p.text]
    assert posts
    assert names
    assert all(looks(p) in [(13, True, False, "center"), (14, True, False, "center")] for p in (*posts, *names))
    assert all(p.text == p.text.upper() for p in posts)


@pytest.mark.parametrize("name", [name for name in NUMBERED if name not in ("bien_ban", "kiem_phieu")])
def test_recipients_stand_left_level_with_the_signer(name: str) -> None:
    file = made(name)
    left, right = next(t for t in file.tables if t.rows[0].cells[0].text.startswith("Nơi nhận:")).rows[0].cells
    assert looks(left.paragraphs[0]) == (12, True, True, "left")
    listed = left.paragraphs[1:]
    assert all(looks(p) == (11, False, False, "left") for p in listed)
    assert [p.text for p in listed] == ["- Như Điều 3;", "- UBND tỉnh (để báo cáo);", "- Lưu: VT, VP."]
    assert right.paragraphs[0].text == "KT. GIÁM ĐỐC"
    assert right.paragraphs[1].text == "PHÓ GIÁM ĐỐC"


@pytest.mark.parametrize(("several", "lines"), [
    (["UBND tỉnh"], ["Kính gửi: UBND tỉnh."]),
    (["UBND tỉnh", "Sở Nội vụ"], ["Kính gửi:", "- UBND tỉnh;", "- Sở Nội vụ."]),
])  # fmt: skip
def test_several_addressees_stand_one_on_a_line(several: list[str], lines: list[str]) -> None:
    file = Document(io.BytesIO(fill(base_template("to_trinh"), {**sample(), "kinh_gui": several})))
    said = [p for p in paragraphs(file) if p.style.name.startswith("Kính gửi") and p.text]
    assert [p.text for p in said] == lines
    assert looks(said[0])[:3] in [(13, False, False), (14, False, False)]


@pytest.mark.parametrize("name", ["to_trinh", "giay_moi", "trich_ngang", "bien_ban", "kiem_phieu", "phieu_bau"])
def test_long_lists_and_names_keep_their_tables(name: str) -> None:
    row, vote = sample()["danh_sach"][0], sample()["ket_qua"][0]
    assert len(LONG_NAME) >= 60
    many = {
        "danh_sach": [{**row, "stt": n, "ten": LONG_NAME} for n in range(1, 148)],
        "ket_qua": [{**vote, "stt": n, "ten": LONG_NAME} for n in range(1, 148)],
        "nguoi": {**sample()["nguoi"], "ten": LONG_NAME},
    }
    file = Document(io.BytesIO(fill(base_template(name), {**sample(), **many})))
    table = max(file.tables, key=lambda one: len(one.rows))
    assert len(table.rows) == 148
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None, "the head repeats"
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in (table.rows[0], table.rows[1]))
    grid = sum(int(column.get(qn("w:w"))) for column in table._tbl.tblGrid) / TWIP
    widths = {round(cell.width.mm) for cell in table.rows[147].cells}
    section = file.sections[-1]
    assert grid <= (section.page_width - section.left_margin - section.right_margin) / MM + 1
    assert widths
    if name in ("to_trinh", "giay_moi"):
        assert section.page_width > section.page_height, "the annex lies on its side"
        assert looks(found(file, "Phụ lục")) == (14, True, False, "center")
        assert looks(found(file, "DANH SÁCH"))[1] is True
        assert looks(found(file, "(Kèm theo"))[2] is True


def test_signs_of_xml_in_what_people_wrote_stay_text() -> None:
    file = Document(io.BytesIO(fill(base_template("qd_cong_nhan"), {**sample(), "thanh_tich": 'A & B <w:p/> "KH&CN"'})))
    assert found(file, "Thành tích").text == 'Thành tích: A & B <w:p/> "KH&CN"'


def test_every_name_a_plan_may_say_has_its_maker() -> None:
    assert tuple(MADE) == TEMPLATES
