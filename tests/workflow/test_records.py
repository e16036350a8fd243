"""Whatever a decision writes, the fast forms leave the very rows that plain statements would."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import sqlalchemy as sa
from psycopg._queries import MAX_CACHED_STATEMENT_LENGTH

from tests.cast import Cast
from tests.databases import PostgresDatabases
from tests.roads import case_at, do
from tests.statements import Access, accesses, sent_to
from tests.workflow import plain_writing
from tests.workflow.test_explain import Walk
from workflow import writing_postgres, writing_sqlite
from workflow.case import case, case_field
from workflow.db import Database
from workflow.history import event, event_detail
from workflow.idempotency import idempotency
from workflow.outbox import outbox
from workflow.records import CHANGING, INSERTED, UPDATED, Guarded, Records, complete
from workflow.timers import timer
from workflow.undo_step import undo_step
from workflow.worklist import candidate, work_item

Rows = dict[str, list[dict[str, Any]]]


def rows_of(connection: sa.Connection, case_id: str) -> Rows:
    """Every row of a case, and the keys kept for its people."""
    found: Rows = {}
    for table in INSERTED:
        column = table.c.get("case_id", table.c.id if table is case else None)
        which = sa.select(table) if column is None else sa.select(table).where(column == case_id)
        found[table.name] = sorted((dict(row) for row in connection.execute(which).mappings()), key=repr)
    for message in found[outbox.name]:
        message["done_at"] = message["done_at"] is not None  # the moment of withdrawing is each writer's own
    return found


class Twins:
    """Writes everything twice: plainly, undone again, then as the product does; the rows must be the same."""

    def __init__(self, fast: Any) -> None:
        self.fast, self.fast_many = fast.write, fast.write_many
        self.written: Counter[str] = Counter()
        self.together = 0

    def __call__(self, connection: sa.Connection, records: Records, guard: Guarded) -> bool:
        with connection.begin_nested() as trial:
            plainly = plain_writing.write(connection, records, guard)
            expected = rows_of(connection, records.case_id)
            trial.rollback()
        done = self.fast(connection, records, guard)
        assert done == plainly
        assert rows_of(connection, records.case_id) == expected
        self.written.update(table.name for table in (*records.inserted, *records.updated))
        return bool(done)

    def many(self, connection: sa.Connection, changes: Any) -> set[str]:
        """Cases that timers moved together: each as if it were written alone."""
        with connection.begin_nested() as trial:
            plainly = {one.case_id for one, guard in changes if plain_writing.write(connection, one, guard)}
            expected = [rows_of(connection, records.case_id) for records, _ in changes]
            trial.rollback()
        done = self.fast_many(connection, changes)
        assert done == plainly
        assert [rows_of(connection, records.case_id) for records, _ in changes] == expected
        self.together += len(done)
        self.written.update(table.name for one, _ in changes for table in (*one.inserted, *one.updated))
        return set(done)


@pytest.fixture
def twins(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Twins:
    fast = writing_sqlite if cast.app.database.is_sqlite else writing_postgres
    found = Twins(fast)
    monkeypatch.setattr(fast, "write", found)
    monkeypatch.setattr(fast, "write_many", found.many)
    write = Database.write
    monkeypatch.setattr(
        Database, "write", lambda self, once=False, on=None: write(self, on=on)
    )  # a trial needs a transaction around it
    return found


def test_what_is_written_is_what_plain_statements_write(cast: Cast, twins: Twins):
    """A life to its end and back, then people at random: holds, moves, asks, children, deadlines, absences."""
    case_at(cast, "recognized_department")
    walk = Walk(cast, 8)
    for number in range(40):
        if number % 10 == 9:
            walk.disturb()
        walk.step()
    cast.at("2025-12-31")
    cast.run_due()  # the year's review begins, with a report of each unit
    kinds = {table.name for table in (*INSERTED, *UPDATED)} - {"idempotency_key"}
    assert kinds <= set(twins.written), kinds - set(twins.written)


def test_cases_written_together_are_written_as_each_alone(cast: Cast, twins: Twins):
    """Deadlines of many states at once: owners added, turns missed and opened again, silence taken, actions taken."""
    places = {
        "candidate": "council_review",
        "colleague2": "cultivating",
        "colleague1": "identified",
        "outsider": "identified",
    }
    for who, state in places.items():
        case_at(cast, state, who=who)
    for _ in range(12):
        cast.later(days=20)
        cast.run_due()
    assert twins.together > 10


def test_a_key_is_kept_in_the_same_writing(cast: Cast, twins: Twins):
    case_id = case_at(cast, "office_check")
    version = cast.row(case_id).version
    acts = [
        cast.app.engine.act(
            cast.actor("office"), case_id=case_id, action="refuse", inputs={"reason": "Hồ sơ chưa đủ minh chứng"},
            case_version=version, key="once",
        )
        for _ in range(2)
    ]  # fmt: skip
    assert [act.repeated for act in acts] == [False, True]
    assert twins.written["idempotency_key"] == 1


def test_a_column_nobody_knows_is_an_error():
    with pytest.raises(KeyError, match="colour"):
        complete(work_item, {"colour": "red"})


def test_a_decision_changes_only_what_it_may():
    stored = {column.key: 1 for column in case.c}
    with pytest.raises(KeyError, match="subject_id"):
        Records("c", None, (1, 1)).move({**stored, "subject_id": 2}, stored)  # type: ignore[arg-type]
    assert "subject_id" not in CHANGING[case]


def test_held_messages_are_looked_for_in_the_case_however_many_wait_for_a_person(cast: Cast):
    case_id = case_at(cast, "identified")
    with sent_to(cast.app.database) as heard:
        do(cast, "head", case_id, "take_up")
    withdrawals = heard.of("UPDATE outbox_message", "withdrawn")
    assert len(withdrawals) == 1
    ways = [one for one in accesses(cast.app.database, *withdrawals[0]) if one.table in ("o", "outbox_message")]
    assert Access(ways[0].table, "ix_outbox_case", sought=True) in ways


def test_a_whole_decision_is_a_text_the_driver_knows_again():
    """A longer one it would read through each time, which costs as much as planning the letters and timers in it."""
    inserted = {event, event_detail, case_field, work_item, candidate, timer, outbox, idempotency, undo_step}
    shape = writing_postgres.Shape(
        people=True, case=True, item=True, timer=False, dropped=False, inserted=frozenset(inserted),
        updated=frozenset({work_item, candidate, timer}),
    )  # fmt: skip
    assert len(writing_postgres.statement(shape).encode()) <= MAX_CACHED_STATEMENT_LENGTH


ODD = ("", "a b", 'say "no"', "back\\slash", "{curly, brace}", "NULL", "Đề nghị\n", "'")


def test_texts_arrive_as_they_are_whatever_stands_in_them(postgres_databases: PostgresDatabases):
    with postgres_databases.fresh() as url:
        engine = sa.create_engine(url)
        with engine.connect() as connection:
            told = {"texts": writing_postgres._array(ODD)}
            assert connection.exec_driver_sql("SELECT %(texts)s::text[]", told).scalar_one() == list(ODD)
        engine.dispose()
