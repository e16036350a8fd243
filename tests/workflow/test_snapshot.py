"""A page's snapshot: all that is read inside is of one moment; nothing is written meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from tests.databases import Databases
from workflow.clock import business_now, setting
from workflow.db import Database

HOW_MANY = sa.select(sa.func.count()).select_from(setting)


@pytest.fixture
def database(databases: Databases) -> Iterator[Database]:
    with databases.fresh() as url:
        made = Database(url)
        yield made
        made.dispose()


def write_one(database: Database) -> None:
    """As another process would."""
    with database.write() as connection:
        connection.execute(sa.insert(setting).values(key="snapshot", value=1, changed_at=datetime.now(UTC)))


def elsewhere(call: object, *given: object) -> None:
    """In a thread of its own, to its end."""
    thread = threading.Thread(target=call, args=given)  # type: ignore[arg-type]
    thread.start()
    thread.join(20)
    assert not thread.is_alive()


def asked(database: Database) -> tuple[int, int, datetime, datetime]:
    """How many settings there are, and what time it is, each by a read and by a glance."""
    with database.read() as connection:
        one, then = connection.scalar(HOW_MANY), business_now(connection)
    with database.glance() as connection:
        return one or 0, connection.scalar(HOW_MANY) or 0, then, business_now(connection)


def test_what_is_read_inside_is_of_one_moment(database: Database):
    with database.snapshot():
        before = asked(database)
        elsewhere(write_one, database)
        assert asked(database) == before
    after = asked(database)
    assert after[:2] == (before[0] + 1, before[1] + 1)
    assert after[2] > before[2]
    assert after[3] > after[2], "outside, each question is its own moment"


def test_one_inside_another_is_the_same(database: Database):
    with database.snapshot():
        before = asked(database)
        with database.snapshot():
            elsewhere(write_one, database)
            assert asked(database) == before
        assert asked(database) == before
    assert asked(database)[0] == before[0] + 1


def test_nothing_is_written_inside(database: Database):
    before = asked(database)
    with database.snapshot(), pytest.raises(RuntimeError, match="inside a snapshot"):
        write_one(database)
    assert asked(database)[0] == before[0]
    write_one(database)


def test_whatever_goes_wrong_inside_ends_it(database: Database):
    with pytest.raises(sa.exc.DBAPIError), database.snapshot(), database.read() as connection:
        connection.execute(sa.text("SELECT nothing FROM nowhere"))
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    before = asked(database)
    write_one(database)
    assert asked(database)[0] == before[0] + 1


def test_other_threads_read_for_themselves(database: Database):
    seen: list[int] = []
    with database.snapshot():
        before = asked(database)
        elsewhere(write_one, database)
        elsewhere(lambda: seen.append(asked(database)[0]))
        assert asked(database) == before
    assert seen == [before[0] + 1]
