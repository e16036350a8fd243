"""How Alembic meets the database: all steps in one transaction, its own or the caller's."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from config.migrations.alone import alone


def main() -> None:
    """Run the wanted steps on the connection or the address given by `config.migrations`."""
    given = context.config.attributes.get("connection")
    if given is not None:
        _migrate(given)
        return
    with alone(context.config.attributes["url"]) as connection:
        _migrate(connection)


def _migrate(connection: Connection) -> None:
    # No target_metadata: migrations import no models; a test compares their result with the models.
    context.configure(connection=connection, render_as_batch=True, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()


main()
