"""A case is read whole, with one statement, however long it lives and however much hangs on it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from states.desk.tidying import follower
from states.subjects.port import SUBJECTS
from states.webhooks.model import is_listened
from tests.cast import Cast
from tests.roads import case_at, do
from tests.sittings import sitting_at
from tests.statements import accesses, sent_to
from workflow.catalogue import Catalogue
from workflow.facts import _dossier, load_case


def test_one_statement_reads_all(cast: Cast):
    case_id = case_at(cast, "recognized_unit", held=("complaint",))
    with cast.app.database.read() as connection:
        load_case(connection, cast.app.engine, case_id, cast.agency_id)
        with sent_to(cast.app.database) as asked:
            facts = load_case(connection, cast.app.engine, case_id, cast.agency_id, key=(cast.people["office"], "k"))
    assert len(asked) == 1
    assert facts.subject.id == facts.case["subject_id"]
    assert {item["status"] for item in facts.items} == {"suspended", "open"}
    assert {row["status"] for row in facts.timers} == {"armed", "paused"}
    assert facts.items[0]["opened_at"].tzinfo is not None
    assert facts.recalled is None


def decision(cast: Cast, case_id: str) -> list[tuple[str, Any]]:
    """The statements of one decision: returned for completion, handed in again."""
    do(cast, "office", case_id, "send_back")
    report = cast.upload("head")
    version = cast.row(case_id).version
    with sent_to(cast.app.database) as asked:
        cast.app.engine.act(
            cast.actor("head"), case_id=case_id, action="resubmit", inputs={"report": report}, case_version=version
        )
    return asked.sent


def test_a_decision_costs_the_same_at_any_age(cast: Cast):
    """PostgreSQL: one statement reads, one writes. SQLite: a fixed number. None more after many decisions."""
    case_id = case_at(cast, "office_check")
    first = decision(cast, case_id)
    for _ in range(4):
        decision(cast, case_id)
    later = decision(cast, case_id)
    assert len(later) == len(first)


SMALL = {"setting", "calendar_version", "agency"}
NO_TABLE = re.compile(r"CONSTANT|anon_\d|fresh_one|known_one")  # rows of a parameter


def test_a_decision_reads_no_table_whole(cast: Cast):
    """However many cases there are, and whatever plan serves all values."""
    for statement, parameters in decision(cast, case_at(cast, "office_check")):
        for way in accesses(cast.app.database, statement, parameters):
            assert way.sought or way.table in SMALL or NO_TABLE.fullmatch(way.table), (way, statement)


def test_a_start_goes_through_no_agencys_cases(sqlite_cast: Cast):
    """Nor does what it fills in by itself: an index of which only the agency is known reads as much as the table has,
    and SQLite likes one that spares it sorting by code."""
    database = sqlite_cast.app.database
    with sent_to(database) as asked:
        sqlite_cast.nominate()
        sitting_at(sqlite_cast, "convening")
    seen = [one for one in asked.sent if "case_.process" in one[0] or "case_.folded" in one[0]]
    assert len([one for one in seen if "UNION" in one[0]]) >= 1
    assert len([one for one in seen if "case_.state IN" in one[0]]) >= 1
    for statement, parameters in seen:
        with database.read() as connection:
            ways = [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
        assert [way for way in ways if " case_ " in way and way.endswith("(agency_id=?)")] == [], statement


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_no_part_reads_a_table_it_does_not_tie_to_the_case(dialect: str):
    """A subquery that lists a table twice would take another case's rows for this one's."""
    for told in (None, follower(Catalogue())):
        text = _dossier(SUBJECTS, told, is_listened, dialect, recall=True).text
        assert re.findall(r"FROM \w+, ", text) == []
