"""Reading long tables a piece at a time: whoever checks a million rows needs the memory of a thousand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

PIECE = 2000


def rows(connection: sa.Connection, statement: sa.Select[Any]) -> Iterator[Any]:
    """The rows of a statement, fetched in pieces and given one by one."""
    result = connection.execute(statement, execution_options={"yield_per": PIECE})
    for piece in result.partitions():
        yield from piece


def without_a_limit(connection: sa.Connection) -> None:
    """This transaction may take as long as it needs: a page may not, a check of everything must."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
        connection.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = 0"))
