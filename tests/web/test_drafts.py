"""A draft of what a decision would make, and of what a form asks to hand in: filled, marked, kept nowhere."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa
from docx import Document
from docx.oxml.ns import qn

from states.documents.model import document, number_entry
from tests.roads import case_at
from tests.web.desk import Browser, Desk


def lines_of(browser: Browser, address: str) -> list[str]:
    """What the Word file at an address says, paragraph by paragraph."""
    got = browser.get(address)
    assert got.status_code == 200, got.text
    paragraphs = Document(io.BytesIO(got.data)).element.body.iter(qn("w:p"))
    return ["".join(one.text or "" for one in line.iter(qn("w:t"))) for line in paragraphs]


def test_the_director_reads_the_decision_before_deciding_on_it(desk: Desk) -> None:
    cast = desk.cast
    case_id = case_at(cast, "director_decision")
    code, director = desk.code(case_id), desk.browser("director")
    page = director.get(f"/ho-so/{code}").text
    assert "(khi chọn Hình thức khen theo thẩm quyền: Giấy khen)" in page
    assert f"/van-ban/du-thao/{code}/recognition.pdf" not in page, "no LibreOffice here, so no PDF is promised"
    before = _kept(desk)
    said = lines_of(director, f"/van-ban/du-thao/{code}/recognition.docx")
    assert said[0] == "DỰ THẢO"
    assert "Số:      /QĐ-STTTT" in said
    assert any(cast.row(case_id).label in line for line in said)
    for name in ("certificate", "praise"):
        assert lines_of(director, f"/van-ban/du-thao/{code}/{name}.docx")[0] == "DỰ THẢO"
    assert _kept(desk) == before, "looking at a draft takes no number and keeps nothing"
    assert director.get(f"/van-ban/du-thao/{code}/recognition.pdf").status_code == 404


@pytest.mark.parametrize("who", ["office", "head", "outsider"])
def test_a_draft_is_for_whom_the_case_asks(desk: Desk, who: str) -> None:
    code = desk.code(case_at(desk.cast, "director_decision"))
    assert desk.browser(who).get(f"/van-ban/du-thao/{code}/recognition.docx").status_code == 404


@pytest.mark.parametrize(
    ("state", "name", "says"),
    [("unit_appraisal", "unit_minutes", "BIÊN BẢN"), ("recognized_unit", "achievement_report", "BÁO CÁO THÀNH TÍCH")],
)
def test_what_must_be_handed_in_is_begun_for_whom_it_is_asked_of(desk: Desk, state: str, name: str, says: str) -> None:
    case_id = case_at(desk.cast, state)
    head, address = desk.browser("head"), f"/van-ban/du-thao/{desk.code(case_id)}/{name}.docx"
    assert address in head.get(f"/ho-so/{desk.code(case_id)}").text
    said = lines_of(head, address)
    assert says in said
    assert any(desk.cast.row(case_id).label in line for line in said)


def test_a_draft_handed_in_as_it_came_is_refused_and_filled_in_it_is_taken(desk: Desk) -> None:
    case_id = case_at(desk.cast, "unit_appraisal")
    head, code = desk.browser("head"), desk.code(case_id)
    drawn = head.get(f"/van-ban/du-thao/{code}/unit_minutes.docx").data
    for left in (drawn, _filled_in(drawn, written=False), _filled_in(drawn, unmarked=False)):
        refused = head.send(head.get("/viec"), "/lam/recognize", unit_minutes=("Biên bản.docx", left))
        assert refused.status_code == 422
        assert "xóa dòng “DỰ THẢO”" in refused.text
        assert desk.cast.row(case_id).state == "unit_appraisal"
    taken = head.send(head.get("/viec"), "/lam/recognize", unit_minutes=("Biên bản.docx", _filled_in(drawn)))
    assert taken.status_code == 303, taken.text
    assert desk.cast.row(case_id).state == "recognized_unit"


def _filled_in(drawn: bytes, *, written: bool = True, unmarked: bool = True) -> bytes:
    """As somebody leaves it in Word: written over the dots, some of them left, the mark of a draft deleted."""
    word, kept = Document(io.BytesIO(drawn)), io.BytesIO()
    for line in word.paragraphs if written else ():
        line.text = line.text.replace("Chủ trì: ………", "Chủ trì: bà Hoa").replace("……/……", "9/9")
    if unmarked:
        word.element.body.remove(word.paragraphs[0]._p)
    word.save(kept)
    return kept.getvalue()


def _kept(desk: Desk) -> list[int]:
    with desk.cast.app.database.read() as connection:
        return [connection.scalar(sa.select(sa.func.count()).select_from(one)) or 0 for one in (document, number_entry)]
