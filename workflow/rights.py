"""What the running program may do in PostgreSQL: everything it needs, and never change what was written."""

from __future__ import annotations

import re
from collections.abc import Iterable

import sqlalchemy as sa

FIXED = ("event", "seal", "anchor", "journal")
ERASABLE = {
    "event_detail": ("key", "inputs"),
    "delivery_log": ("detail",),
    "delivery_key": ("key",),
    "amendment": ("changes", "ground", "key"),
}
READ = ("alembic_version",)
OF_A_BOX = re.compile(r"(?:ballot|receipt)_[0-9a-f]{32}")  # made for one vote: written as a whole, gone after it
FUNCTIONS = ("ballot_box_make(text)", "ballot_box_drop(text)")

_NAME = re.compile(r"[a-z_][a-z0-9_$]{0,62}")


def is_role_name(name: str) -> bool:
    """A plain name, such as stands in a statement without surprises."""
    return bool(_NAME.fullmatch(name))


def grants(role: str, tables: Iterable[str]) -> list[str]:
    """Statements for the owner of these tables to run; may be run again. The role signs in, and owns nothing."""
    said = [
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
        f"REVOKE CREATE ON SCHEMA public FROM {role}",
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}",
    ]
    said += [f"GRANT EXECUTE ON FUNCTION {function} TO {role}" for function in FUNCTIONS]
    return said + [f"GRANT {_may(table)} ON {table} TO {role}" for table in sorted(tables)]


def _may(table: str) -> str:
    if table in READ:
        return "SELECT"
    if OF_A_BOX.fullmatch(table):
        return "SELECT, INSERT, TRUNCATE"
    if table in FIXED:
        return "SELECT, INSERT"
    if table in ERASABLE:
        return f"SELECT, INSERT, UPDATE ({', '.join(ERASABLE[table])})"
    return "SELECT, INSERT, UPDATE, DELETE"


def tables(connection: sa.Connection) -> list[str]:
    """The tables there are, the migrations' own among them."""
    return sa.inspect(connection).get_table_names(schema="public")


def grant(connection: sa.Connection, role: str) -> int:
    """Run them; how many. Raises what PostgreSQL says when the role is unknown or this connection owns nothing."""
    said = grants(role, tables(connection))
    for statement in said:
        connection.execute(sa.text(statement))
    return len(said)
