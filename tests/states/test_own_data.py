"""Whoever asks for their own data gets what they may see themselves, and not a word of what is kept from them."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import python_calamine

from states import own_data
from states.subjects.records import Entry, add_record
from tests.cast import Cast
from tests.roads import case_at
from tests.states.twins.test_joining import joined, joining, stands_twice
from workflow import files, runs
from workflow.file_store import FileStore
from workflow.message import NotFound


@pytest.fixture
def keeping(cast: Cast, tmp_path: Path) -> Cast:
    cast.app.files = FileStore(tmp_path)
    cast.app.doers[own_data.KIND] = own_data.OwnData(cast.app.database, cast.app.files, cast.app.catalogue)
    return cast


def told(cast: Cast, name: str, key: str = "one") -> dict[str, list[list[Any]]]:
    """The sheets of the file of one of the cast."""
    database, mine = cast.app.database, cast.people[name]
    with database.write() as connection:
        run_id = own_data.order(connection, cast.agency_id, mine, cast.people["office"], key)
    cast.run_due()
    with database.read() as connection:
        row = runs.find(connection, cast.agency_id, run_id)
        assert (row["status"], row["asked_by"]) == ("done", cast.people["office"])
        digest = files.find(connection, cast.agency_id, row["file_id"])["digest"]
    with cast.app.files.open(cast.agency_id, digest) as content:
        book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(content.read()))
    return {sheet: book.get_sheet_by_name(sheet).to_python()[1:] for sheet in book.sheet_names}


def everything(sheets: dict[str, list[list[Any]]]) -> str:
    return str(sheets)


def test_what_is_held_of_a_person_is_in_it(keeping: Cast):
    case_id = case_at(keeping, "recognized_unit")
    about = keeping.subject("candidate")
    said = {"year": 2024, "value": "htxsnv"}
    opinion = {"value": "agrees", "title": "Lời nói riêng", "decided_on": date(2025, 3, 1)}
    with keeping.app.database.write() as connection:
        add_record(connection, Entry(keeping.agency_id, about, "rating", said), "rating")
        add_record(connection, Entry(keeping.agency_id, about, "comment", opinion), "comment")
    keeping.settle()
    found = told(keeping, "candidate")
    assert ["Họ tên", "Candidate Nguyễn"] in found["Thông tin"]
    code = keeping.row(case_id).code
    assert [row[0] for row in found["Hồ sơ"]] == [code]
    assert any("Sáng kiến rút ngắn" in str(row[2]) for row in found["Nội dung hồ sơ về tôi"])
    assert any("Mentor Nguyễn" in str(row[2]) for row in found["Nội dung hồ sơ về tôi"]), "names, not ids"
    assert {row[0] for row in found["Thành tích"]} == {"rating", "recognition"}
    assert "Lời nói riêng" not in everything(found), "what others said in confidence"


def test_an_undecided_case_of_ones_own_is_not_in_it(keeping: Cast):
    mine = keeping.nominate()
    keeping.settle()
    found = told(keeping, "candidate")
    assert found["Hồ sơ"] == []
    assert keeping.row(mine).code not in everything(found)
    theirs = told(keeping, "nominator", "two")
    assert [row[0] for row in theirs["Hồ sơ"]] == [keeping.row(mine).code]
    assert [row[2] for row in theirs["Tôi đã làm"]] == ["Giới thiệu nhân tố mới"]
    assert theirs["Nội dung hồ sơ về tôi"] == []


def test_who_was_joined_is_in_it_and_another_agency_is_not(keeping: Cast):
    stands_twice(keeping, "mentor", "mentor-b")
    mine = keeping.nominate(by="mentor-b", who="colleague3")
    keeping.settle()
    assert joined(keeping, joining(keeping, "mentor-b", "mentor"))["status"] == "done"
    found = told(keeping, "mentor")
    assert keeping.row(mine).code in [row[1] for row in found["Tôi đã làm"]]
    with keeping.app.database.write() as connection, pytest.raises(NotFound):
        own_data.order(connection, "another", keeping.people["mentor"], keeping.people["office"], "x")
