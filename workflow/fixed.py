"""Statements written out once, which go to the driver as they stand: what every decision asks.

To find a large statement again SQLAlchemy goes through all of its parts, each time: longer than running it takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa

_DIALECTS = {name: sa.make_url(f"{name}{driver}://").get_dialect()()
             for name, driver in (("sqlite", ""), ("postgresql", "+psycopg"))}  # fmt: skip


@dataclass(frozen=True)
class Fixed:
    """The text, and the order of its values; empty where they go by name."""

    text: str
    order: tuple[str, ...]

    def first(self, connection: sa.Connection, values: Mapping[str, Any]) -> Any:
        """The first row it gives for plain values, or None."""
        return first(connection, self.text, tuple([values[name] for name in self.order]) if self.order else values)


def first(connection: sa.Connection, text: str, values: Any) -> Any:
    """The driver's first row of a text, None where there is none; who listens hears it, errors are SQLAlchemy's.

    A context and a result would be made for each and thrown away: 8 % of a decision on SQLite, 5 % on PostgreSQL.
    """
    cursor = connection.connection.cursor()
    try:
        connection._cursor_execute(cursor, text, values)  # noqa: SLF001 - as SQLAlchemy runs its own small statements
        return cursor.fetchone()
    except sa.exc.StatementError as told:
        if isinstance(told, sa.exc.DBAPIError) or told.orig is None:
            raise
        raise told.orig from None  # no error of the driver's: it goes on as it is, as from any other statement
    finally:
        cursor.close()


@cache
def fixed(statement: Any, dialect: str) -> Fixed:
    """A statement for `sqlite` or `postgresql`, written out once for each.

    Raises ValueError for a constant in it that is a parameter: written out, it lets indexes of some rows be used, and
    SQLite does not plan anew for each value of it.
    """
    compiled = statement.compile(dialect=_DIALECTS[dialect])
    constants = {name: value for name, value in compiled.params.items() if value is not None}
    if constants:
        raise ValueError(f"write them as literals: {constants}")
    return Fixed(str(compiled), tuple(compiled.positiontup or ()))
