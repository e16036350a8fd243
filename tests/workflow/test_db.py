"""The database is asked within limits: no statement, lock or forgotten transaction goes on for ever."""

from __future__ import annotations

import time
from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa

from config import wiring
from config.settings import from_environment
from tests.databases import PostgresDatabases
from workflow.db import Database, Limits
from workflow.fixed import first


@pytest.fixture
def url(postgres_databases: PostgresDatabases) -> Iterator[str]:
    with postgres_databases.fresh() as given:
        yield given


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    made = Database(url, limits=Limits(connections=3, statement=0.3, lock=0.2, idle=0.3, wait=0.4))
    yield made
    made.dispose()


def test_a_statement_ends_in_time(database: Database):
    with pytest.raises(sa.exc.OperationalError, match="statement timeout"), database.read() as connection:
        connection.execute(sa.text("SELECT pg_sleep(5)"))


def test_a_lock_is_not_waited_for_for_ever(database: Database, url: str):
    with psycopg.connect(url.replace("+psycopg", "")) as other:
        other.execute("LOCK TABLE setting")
        begin = time.monotonic()
        with pytest.raises(sa.exc.OperationalError, match="lock timeout"), database.read() as connection:
            connection.execute(sa.text("SELECT * FROM setting"))
        assert time.monotonic() - begin < 2


def test_a_forgotten_transaction_is_ended_and_the_next_one_works(database: Database):
    def forget() -> None:
        with database.write() as connection:
            connection.execute(sa.text("SELECT 1"))
            time.sleep(0.8)
            connection.execute(sa.text("SELECT 1"))

    with pytest.raises(sa.exc.DBAPIError):
        forget()
    with database.read() as connection:
        assert connection.scalar(sa.text("SELECT 1")) == 1


def test_a_process_takes_so_many_connections_and_no_more(database: Database):
    held = [database.engine.connect() for _ in range(3)]
    begin = time.monotonic()
    with pytest.raises(sa.exc.TimeoutError):
        database.engine.connect()
    assert time.monotonic() - begin < 2
    for connection in held:
        connection.close()


def test_people_wait_shorter_than_the_work_behind(url: str):
    given = from_environment({
        "NEUGUONG_DATABASE_URL": url, "NEUGUONG_DB_WEB_STATEMENT_SECONDS": "7", "NEUGUONG_DB_CONNECTIONS": "6",
    })  # fmt: skip
    for serves, expected in ((True, ["7s", "2s", "30s"]), (False, ["15s", "8s", "30s"])):
        application = wiring.build(given, serves=serves)
        with application.database.read() as connection:
            names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
            assert [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in names] == expected
        assert application.database.engine.pool.size() == 3
        application.dispose()


def test_a_fixed_statement_gives_up_a_lost_connection_and_the_next_one_works(database: Database, url: str):
    with database.glance() as connection:
        [pid] = first(connection, "SELECT pg_backend_pid()", {})
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        with pytest.raises(sa.exc.OperationalError):
            first(connection, "SELECT 1", {})
        assert connection.invalidated
    with database.glance() as connection:
        assert first(connection, "SELECT 1", {})[0] == 1
