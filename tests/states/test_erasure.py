"""A person is forgotten; the chains still add up and nothing readable is left."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
import sqlalchemy as sa

from scheduler import jobs
from states.documents.model import document, document_version
from states.erasure import erase_person, erase_subject, papers_kept
from states.subjects.model import subject
from tests.cast import Cast
from tests.finishing import keep_papers_back
from tests.roads import case_at, do
from tests.states.documents.test_deliver import with_papers
from workflow.db import metadata
from workflow.files import FileStore, file
from workflow.history import verify
from workflow.message import NotFound, Refused
from workflow.organisation import person
from workflow.organisation_changes import change_person

MERIT = "Sáng kiến rút ngắn một nửa thời gian xử lý"


def _said_anywhere(cast: Cast, words: str) -> set[str]:
    """Tables in which some text still says the words."""
    found = set()
    with cast.app.database.read() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(sa.select(table)):
                if any(words in str(value) for value in row):
                    found.add(table.name)
    return found


def _named(cast: Cast, name: str) -> None:
    with cast.app.database.write() as connection:
        change_person(connection, cast.agency_id, cast.people["candidate"], {"name": name, "post": "Chuyên viên"})


def test_after_erasing_no_table_says_name_or_merit_and_the_chains_hold(cast: Cast) -> None:
    _named(cast, "Phan Duy Nhất")
    case_id = cast.nominate()
    cast.act("colleague1", case_id, "endorse", endorsement="Phan Duy Nhất rất xứng đáng.")
    cast.act("nominator", case_id, "withdraw", reason="Phan Duy Nhất xin rút hồ sơ.")
    cast.settle()
    assert {"person", "subject", "case_", "event_detail"} <= _said_anywhere(cast, "Phan Duy Nhất")
    with cast.app.database.write() as connection:
        erase_person(connection, cast.app.identities, cast.agency_id, cast.people["candidate"])
    assert _said_anywhere(cast, "Phan Duy Nhất") == set()
    assert _said_anywhere(cast, MERIT) == set()
    with cast.app.database.read() as connection:
        assert verify(connection) == []


def test_papers_of_an_erased_person_leave_the_disk_with_the_clocks_next_look(cast: Cast, tmp_path: Path) -> None:
    cast.app.files = store = FileStore(tmp_path)
    stored = store.put(io.BytesIO(b"%PDF-1.7 Phan"), cast.agency_id, "giay-to.pdf")
    case_id = cast.nominate()
    with cast.app.database.write() as connection:
        connection.execute(sa.update(file).where(file.c.case_id == case_id).values(digest=stored.digest))
    for path in tmp_path.rglob("*"):
        os.utime(path, (0, 0))
    look = next(job.run for job in jobs.table(cast.app, lambda: 0) if job.name == "sweep_files")
    look()
    with store.open(cast.agency_id, stored.digest) as kept:
        assert kept.read() == b"%PDF-1.7 Phan"
    cast.act("nominator", case_id, "withdraw", reason="Người được giới thiệu xin rút hồ sơ.")
    with cast.app.database.write() as connection:
        erase_person(connection, cast.app.identities, cast.agency_id, cast.people["candidate"])
    look()
    with pytest.raises(NotFound):
        store.open(cast.agency_id, stored.digest)


def test_what_a_child_said_of_its_end_is_erased_with_both(cast: Cast) -> None:
    case_id = case_at(cast, "recognized_province")
    cast.settle()
    (merit,) = cast.cases("merit_request")
    do(cast, "office", merit.id, "none", reason="Phan Duy Nhất chưa đủ hai năm liên tục.")
    cast.settle()
    do(cast, "office", case_id, "close")
    cast.settle()
    keep_papers_back(cast)
    assert {"outbox_message", "event_detail", "case_field"} <= _said_anywhere(cast, "Phan Duy Nhất")
    with cast.app.database.write() as connection:
        erase_person(connection, cast.app.identities, cast.agency_id, cast.people["candidate"])
    assert _said_anywhere(cast, "Phan Duy Nhất") == set()
    with cast.app.database.read() as connection:
        assert verify(connection) == []


def test_an_open_case_comes_first(cast: Cast) -> None:
    code = cast.row(cast.nominate()).code
    with cast.app.database.write() as connection, pytest.raises(Refused) as refused:
        erase_person(connection, cast.app.identities, cast.agency_id, cast.people["candidate"])
    assert refused.value.reasons[0].params["codes"] == [code]


def test_only_one_of_ones_own_agency(cast: Cast) -> None:
    subject_id = cast.subject()
    with cast.app.database.write() as connection:
        with pytest.raises(NotFound):
            erase_person(connection, cast.app.identities, "another", cast.people["candidate"])
        erase_subject(connection, "another", subject_id)
        name = connection.scalar(sa.select(person.c.name).where(person.c.id == cast.people["candidate"]))
        assert (name, connection.scalar(sa.select(subject.c.name))) == ("Candidate Nguyễn", "Candidate Nguyễn")


def test_papers_with_a_number_of_a_register_stay_and_all_others_go(cast: Cast, tmp_path: Path) -> None:
    with_papers(cast, tmp_path / "files")
    case_id = case_at(cast, "recognized_unit")
    cast.settle()
    with cast.app.database.write() as connection:
        (made,) = connection.execute(sa.select(document)).all()
        free = {
            **made._mapping,
            "id": cast.app.database.new_id(),
            "name": "draft",
            "number_id": None,
            "typed_number": "",
        }
        connection.execute(sa.update(document).values(typed_number="05/QĐ"))
        connection.execute(sa.insert(document).values(free))
        version = connection.execute(sa.select(document_version)).mappings().one()
        again = {**version, "id": cast.app.database.new_id(), "document_id": free["id"]}
        connection.execute(sa.insert(document_version).values(again))
    do(cast, "head", case_id, "revoke")
    with cast.app.database.write() as connection:
        assert [row["typed_number"] for row in papers_kept(connection, cast.agency_id, [case_id])] == ["05/QĐ"]
        erase_subject(connection, cast.agency_id, cast.row(case_id).subject_id)
        left = connection.execute(sa.select(document_version)).mappings().all()
        names = connection.scalars(sa.select(file.c.id).where(file.c.case_id == case_id)).all()
    assert [row["document_id"] for row in left] == [made.id]
    assert version["word_id"] in names
