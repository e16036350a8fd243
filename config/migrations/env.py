"""How Alembic meets the database: one transaction for all steps, one process at a time."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.pool import NullPool

ADVISORY_LOCK = 727_001


def main() -> None:
    """Run the wanted steps on the address given by `config.migrations`."""
    engine = create_engine(context.config.attributes["url"], poolclass=NullPool)
    if engine.dialect.name == "sqlite":
        # The driver would commit before every DDL statement. IMMEDIATE: of two processes, one waits.
        event.listen(engine, "connect", _leave_transactions_to_us)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with engine.connect() as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        _migrate(connection)


def _leave_transactions_to_us(dbapi_connection, _record) -> None:  # noqa: ANN001 - the driver's own types
    dbapi_connection.isolation_level = None
    dbapi_connection.execute("PRAGMA busy_timeout = 60000")


def _migrate(connection: Connection) -> None:
    # No target_metadata: migrations import no models; a test compares their result with the models.
    context.configure(connection=connection, render_as_batch=True, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()


main()
