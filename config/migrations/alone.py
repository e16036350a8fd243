"""A connection for work on a whole database: one transaction, one process at a time, no limit on its length."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.pool import NullPool

ADVISORY_LOCK = 727_001


@contextmanager
def alone(url: str) -> Iterator[Connection]:
    """All or nothing; of two processes that want it, one waits. SQLite's foreign keys are off meanwhile."""
    engine = create_engine(url, poolclass=NullPool)
    if engine.dialect.name == "sqlite":
        # The driver would commit before every DDL statement. IMMEDIATE: of two processes, one waits.
        event.listen(engine, "connect", _leave_transactions_to_us)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with engine.connect() as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        yield connection


def _leave_transactions_to_us(dbapi_connection, _record) -> None:  # noqa: ANN001 - the driver's own types
    dbapi_connection.isolation_level = None
    dbapi_connection.execute("PRAGMA busy_timeout = 60000")
