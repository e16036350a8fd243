"""Which timers are due, in which order, and whether one still waits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.cast import Cast
from tests.roads import case_at
from workflow.timers import due, is_armed, timer


def armed(cast: Cast, case_id: str) -> list[Any]:
    """The case's timers that wait, the next first."""
    waiting = (timer.c.case_id == case_id) & (timer.c.status == "armed")
    with cast.app.database.read() as connection:
        return list(connection.execute(sa.select(timer).where(waiting).order_by(timer.c.due_at, timer.c.id)))


def due_now(cast: Cast, limit: int = 100) -> list[tuple[str, str]]:
    with cast.app.database.read() as connection:
        return due(connection, limit)


def put(cast: Cast, timer_id: str, **values: Any) -> None:
    """Change a timer behind the engine's back."""
    with cast.app.database.write() as connection:
        connection.execute(sa.update(timer).where(timer.c.id == timer_id).values(**values))


def test_nothing_is_due_before_its_moment_and_everything_from_then_on(sqlite_cast: Cast) -> None:
    case_id = case_at(sqlite_cast, "office_check")
    first = armed(sqlite_cast, case_id)[0]
    sqlite_cast.at(first.due_at - timedelta(seconds=30))
    assert first.id not in [ident for ident, _ in due_now(sqlite_cast)]
    sqlite_cast.at(first.due_at)
    assert (first.id, case_id) in due_now(sqlite_cast)


def test_the_longest_overdue_comes_first_and_no_more_than_asked_for(sqlite_cast: Cast) -> None:
    case_id = case_at(sqlite_cast, "office_check")
    sqlite_cast.at("2025-06-02")
    expected = [(row.id, case_id) for row in armed(sqlite_cast, case_id)]
    assert len(expected) > 2
    assert due_now(sqlite_cast) == expected
    assert due_now(sqlite_cast, 2) == expected[:2]


def test_what_is_due_at_one_moment_comes_as_it_was_armed(sqlite_cast: Cast) -> None:
    case_id = case_at(sqlite_cast, "office_check")
    rows = armed(sqlite_cast, case_id)
    sqlite_cast.at("2025-06-02")
    for row in rows:
        put(sqlite_cast, row.id, due_at=rows[0].due_at)
    assert due_now(sqlite_cast) == [(ident, case_id) for ident in sorted(row.id for row in rows)]


@pytest.mark.parametrize("status", ["fired", "cancelled", "dropped", "paused"])
def test_what_does_not_wait_is_never_due(sqlite_cast: Cast, status: str) -> None:
    case_id = case_at(sqlite_cast, "office_check")
    row = armed(sqlite_cast, case_id)[0]
    sqlite_cast.at("2025-06-02")
    with sqlite_cast.app.database.read() as connection:
        assert is_armed(connection, row.id)
        assert not is_armed(connection, "nobody knows it")
    put(sqlite_cast, row.id, status=status)
    with sqlite_cast.app.database.read() as connection:
        assert not is_armed(connection, row.id)
    assert row.id not in [ident for ident, _ in due_now(sqlite_cast)]
    assert not sqlite_cast.app.engine.fire(row.id)
    put(sqlite_cast, row.id, status="armed")


def test_a_timer_says_when_it_was_armed(sqlite_cast: Cast) -> None:
    case_id = case_at(sqlite_cast, "office_check")
    now: datetime = sqlite_cast.now()
    assert all(now - timedelta(minutes=2) < row.armed_at <= now for row in armed(sqlite_cast, case_id))
