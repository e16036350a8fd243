"""What the owner of a database can do and nobody else: change what was written, behind the triggers' back."""

from __future__ import annotations

import sqlalchemy as sa


def unguard(connection: sa.Connection) -> None:
    """For this transaction (on SQLite, once committed: for good) no trigger stands in the way or takes notes."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        return
    triggers = sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    for name in connection.scalars(triggers).all():
        if "_never_" in name or name.endswith("_erase"):
            connection.execute(sa.text(f"DROP TRIGGER {name}"))
