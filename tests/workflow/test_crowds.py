"""Eight times as many take about eight times as long, whatever the database knows of its tables: a storm fills them
faster than PostgreSQL counts them, and by a plan for few each row is compared with every other."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from workflow import outbox
from workflow.clock import wall_now
from workflow.db import Database, uuid7
from workflow.organisation import agency
from workflow.outbox import Draft, delivery
from workflow.seal import SOURCES as SEALED
from workflow.seal import Sealer, head, seal, unsealed

EARLY = datetime(2020, 1, 1, tzinfo=UTC)
FEW, MANY = 500, 4_000
MOST = 24  # times as long; squared it would be 64


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    with database.write() as connection:
        connection.execute(sa.insert(agency).values(id="a", code="a", name="a", created_at=EARLY))
    yield database
    database.dispose()


def counted(database: Database) -> None:
    """PostgreSQL looks at its tables, as it does by itself after a while."""
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("ANALYZE"))


def seconds(database: Database, ask: Callable[[sa.Connection], object]) -> float:
    """The least of the last three: the first of a connection are not prepared yet."""
    found = []
    with database.read() as connection:
        for _ in range(8):
            begun = time.perf_counter()
            ask(connection)
            found.append(time.perf_counter() - begun)
    return min(found[-3:])


@pytest.mark.parametrize("known", [False, True], ids=["not counted", "counted"])
def test_thousands_of_letters_for_three_people_are_no_crowd(database: Database, known: bool):
    def due(connection: sa.Connection) -> None:
        assert len(outbox.due_ids(connection, 40, notices=True)) == 3

    took = []
    for upto in (FEW, MANY):
        since = FEW if upto == MANY else 0
        with database.write() as connection:
            outbox.enqueue(
                connection,
                [
                    Draft("a", "notice", f"person:{n % 3}", {}, f"letter:{n}", EARLY, case_id=f"case:{n // 2}")
                    for n in range(since, upto)
                ],
            )
        if known:
            counted(database)
        took.append(seconds(database, due))
    assert took[1] < MOST * took[0], took


@pytest.mark.parametrize("known", [False, True], ids=["not counted", "counted"])
def test_looking_for_what_is_unsealed_grows_with_what_is_new(database: Database, known: bool):
    [source] = [one for one in SEALED if one.table is delivery]
    took = []
    for many in (FEW, MANY):
        with database.write() as connection:
            connection.execute(
                sa.insert(delivery),
                [
                    {"id": uuid7(), "agency_id": "a", "kind": "note", "topic": "t", "detail": {}, "at": wall_now()}
                    for _ in range(many - (FEW if many == MANY else 0))
                ],
            )
        while Sealer(database).run():
            pass
        if known:
            counted(database)
        with database.read() as connection:
            wanted = sa.select(delivery.c.id).where(unsealed(source, head(connection).floor)).limit(1)
        took.append(seconds(database, lambda connection, wanted=wanted: connection.execute(wanted).all()))
    assert took[1] < MOST * took[0], took
    with database.read() as connection:
        assert (
            connection.scalar(sa.select(sa.func.count()).select_from(seal).where(seal.c.source == "delivery")) == MANY
        )
