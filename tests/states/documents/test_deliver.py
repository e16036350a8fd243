"""Papers that actions make: ordered with the decision, made once by a worker, filed with the case, kept."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import sqlalchemy as sa
from docx import Document

from states.certificates.issuing import Certificates
from states.documents import order, queries
from states.documents.deliver import Papers
from states.documents.model import document, document_version, number_entry
from tests.cast import Cast
from tests.roads import case_at, do
from workflow.files import file
from workflow.incidents import incident
from workflow.message import Conflict
from workflow.outbox import outbox, retry


@pytest.fixture
def papers(sqlite_cast: Cast, tmp_path: Path) -> Papers:
    """The real handler of papers, without a LibreOffice."""
    return with_papers(sqlite_cast, tmp_path)


def with_papers(cast: Cast, folder: Path) -> Papers:
    """Have this cast's papers really made."""
    cast.app.files.root = folder
    made = Papers(cast.app.database, cast.app.files, cast.app.engine.view, "", Certificates("https://so.example"))
    cast.app.handlers[order.MAKE] = made
    return made


def shown(cast: Cast, case_id: str) -> list[queries.PaperView]:
    with cast.app.database.read() as connection:
        return queries.of_case(connection, case_id)


def words(cast: Cast, paper: queries.PaperView) -> str:
    """Every text of the newest Word file, its tables' too."""
    with cast.app.database.read() as connection:
        row = connection.execute(sa.select(file).where(file.c.id == paper.versions[0]["word_id"])).mappings().one()
    assert row["case_id"] == paper.row["case_id"]
    with cast.app.files.open(cast.agency_id, row["digest"]) as stream:
        body = Document(io.BytesIO(stream.read())).element.body
    return "\n".join("".join(t.text or "" for t in p.iter(f"{W}t")) for p in body.iter(f"{W}p"))


W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def test_a_decision_makes_its_paper_once_with_the_next_number(cast: Cast, tmp_path: Path) -> None:
    with_papers(cast, tmp_path)
    case_id = case_at(cast, "director_decision")
    do(cast, "director", case_id, "recognize")
    assert next((one.row["name"], one.status) for one in shown(cast, case_id)) == ("recognition", "making")
    cast.settle()
    cast.settle()
    paper = shown(cast, case_id)[0]
    assert (paper.status, paper.numbered, len(paper.versions)) == ("made", "Số: 01/QĐ-STTTT", 1)
    said = words(cast, paper)
    assert "Số: 01/QĐ-STTTT" in said
    assert "Điều 1. Công nhận ông (bà) Candidate Nguyễn" in said
    assert "GIÁM ĐỐC" in said
    assert "{{" not in said


def test_a_number_typed_by_hand_is_the_papers_number(sqlite_cast: Cast, papers: Papers) -> None:
    cast = sqlite_cast
    case_id = case_at(cast, "director_decision")
    cast.later(days=5)
    do(cast, "director", case_id, "recognize", decision_number="123/QĐ-STTTT", decided_on="2025-03-05")
    cast.settle()
    said = words(cast, shown(cast, case_id)[0])
    assert "Số: 123/QĐ-STTTT" in said
    assert "ngày 05 tháng 3 năm 2025" in said, "and the day typed beside it is the paper's"
    with cast.app.database.read() as connection:
        numbered = sa.select(number_entry).where(number_entry.c.series == "agency")
        assert connection.execute(numbered).all() == []


def test_what_the_register_numbers_is_dated_as_it_is_numbered(sqlite_cast: Cast, papers: Papers) -> None:
    """A day typed without a number would stand before the days of the numbers before it, or in another year's book."""
    cast = sqlite_cast
    case_id = case_at(cast, "director_decision")
    cast.later(days=5)
    do(cast, "director", case_id, "recognize", decision_number=None, decided_on="2025-03-05")
    cast.settle()
    said = words(cast, shown(cast, case_id)[0])
    assert "Số: 01/QĐ-STTTT" in said
    assert "ngày 08 tháng 3 năm 2025" in said


def test_made_again_keeps_the_number_and_the_older_file(sqlite_cast: Cast, papers: Papers) -> None:
    cast = sqlite_cast
    case_id = case_at(cast, "director_decision")
    do(cast, "director", case_id, "recognize")
    cast.settle()
    first = shown(cast, case_id)[0]
    with cast.app.database.write() as connection:
        assert order.again(connection, cast.agency_id, first.row["id"], "nonce")
    cast.settle()
    again = shown(cast, case_id)[0]
    assert [one["number"] for one in again.versions] == [2, 1]
    assert again.numbered == first.numbered
    assert again.versions[1]["word_id"] == first.versions[0]["word_id"]


def test_a_paper_ordered_anew_supersedes_the_one_before(sqlite_cast: Cast, papers: Papers) -> None:
    cast = sqlite_cast
    case_id = case_at(cast, "office_check")
    do(cast, "office", case_id, "refuse")
    do(cast, "head", case_id, "climb")
    cast.settle()
    reports = [one for one in shown(cast, case_id) if one.row["name"] == "achievement_report"]
    assert [one.status for one in reports] == ["made", "superseded"]


def test_what_cannot_be_made_says_why_and_is_made_after_a_retry(sqlite_cast: Cast, papers: Papers) -> None:
    cast = sqlite_cast
    case_id = case_at(cast, "director_decision")
    do(cast, "director", case_id, "recognize")
    whole, papers._files = papers._files, None
    for _ in range(6):
        with cast.app.database.write() as connection:
            connection.execute(sa.update(outbox).where(outbox.c.kind == order.MAKE).values(retry_at=None))
        cast.settle()
    failed = shown(cast, case_id)[0]
    assert failed.status == "failed"
    assert failed.error
    papers._files = whole
    with cast.app.database.write() as connection:
        assert (
            connection.scalar(sa.select(incident.c.status).where(incident.c.message_id == failed.row["message_id"]))
            == "open"
        )
        assert retry(connection, failed.row["message_id"], None)
    cast.settle()
    assert shown(cast, case_id)[0].status == "made"


def test_a_refused_decision_orders_nothing(sqlite_cast: Cast, papers: Papers) -> None:
    cast = sqlite_cast
    case_id = case_at(cast, "director_decision")
    with pytest.raises(Conflict):
        cast.app.engine.act(cast.actor("director"), case_id=case_id, action="recognize", inputs={}, case_version=1)
    with cast.app.database.read() as connection:
        names = connection.scalars(sa.select(document.c.name).where(document.c.case_id == case_id)).all()
        assert "recognition" not in names
        assert (
            connection.execute(sa.select(document_version.c.id).where(document_version.c.agency_id == "")).all() == []
        )
