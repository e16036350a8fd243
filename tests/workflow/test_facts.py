"""A case is read whole, with one statement, however long it lives and however much hangs on it."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from states.subjects.port import SUBJECTS
from tests.cast import Cast
from tests.roads import case_at, do
from workflow.db import Database
from workflow.facts import _dossier, load_case


class Statements:
    """What a database is asked while it is watched."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.texts: list[str] = []

    def __enter__(self) -> Statements:
        sa.event.listen(self.database.engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_: object) -> None:
        sa.event.remove(self.database.engine, "before_cursor_execute", self._note)

    def _note(self, *args: Any) -> None:
        if not args[2].startswith(("BEGIN", "PRAGMA")):
            self.texts.append(" ".join(args[2].split()))


def test_one_statement_reads_all(cast: Cast):
    case_id = case_at(cast, "recognized_unit", held=("complaint",))
    with cast.app.database.read() as connection:
        load_case(connection, cast.app.engine, case_id, cast.agency_id)
        with Statements(cast.app.database) as asked:
            facts = load_case(connection, cast.app.engine, case_id, cast.agency_id, key=(cast.people["office"], "k"))
    assert len(asked.texts) == 1
    assert facts.subject.id == facts.case["subject_id"]
    assert {item["status"] for item in facts.items} == {"suspended", "open"}
    assert {row["status"] for row in facts.timers} == {"armed", "paused"}
    assert facts.items[0]["opened_at"].tzinfo is not None
    assert facts.recalled is None


def decision(cast: Cast, case_id: str) -> list[str]:
    """The statements of one decision: returned for completion, handed in again."""
    do(cast, "office", case_id, "send_back")
    with Statements(cast.app.database) as asked:
        cast.act("head", case_id, "resubmit", report=cast.upload("head"))
    return [text for text in asked.texts if "INSERT INTO file " not in text]


def test_a_decision_costs_the_same_at_any_age(cast: Cast):
    """PostgreSQL: one statement reads, one writes. SQLite: a fixed number. None more after many decisions."""
    case_id = case_at(cast, "office_check")
    first = decision(cast, case_id)
    for _ in range(4):
        decision(cast, case_id)
    later = decision(cast, case_id)
    assert len(later) == len(first)


@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()], ids=["sqlite", "postgres"])
def test_no_part_reads_a_table_it_does_not_tie_to_the_case(dialect: sa.Dialect):
    """A subquery that lists a table twice would take another case's rows for this one's."""
    text = str(_dossier(SUBJECTS, recall=True).compile(dialect=dialect))
    assert re.findall(r"FROM \w+, ", text) == []
