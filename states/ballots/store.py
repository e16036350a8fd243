"""Where ballots lie: two tables of a box's own, written anew as a whole with each ballot, in a random order.

Whoever reads them later finds one order, one transaction and no rows that died; so no row can be told from another by
when it came. On PostgreSQL a TRUNCATE puts the rows into a new file, and COPY carries them, so that no statement and no
logged parameter holds one. On SQLite what is deleted is overwritten at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from random import Random, SystemRandom
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from workflow import rehearsing

_system = SystemRandom()


class Slip(NamedTuple):
    """What one seat said of one name, and nothing of what it said of another."""

    id: str
    paper: int
    mark: str


def make(connection: sa.Connection, box_id: str) -> None:
    """The two tables of a new box."""
    if _is_sqlite(connection):
        ballots, receipts = _names(box_id)
        connection.exec_driver_sql(f"CREATE TABLE {ballots} (id TEXT, paper INTEGER, mark TEXT)")
        connection.exec_driver_sql(f"CREATE TABLE {receipts} (id TEXT, digest TEXT)")
        return
    connection.execute(sa.select(sa.func.ballot_box_make(_hex(box_id))))


def drop(connection: sa.Connection, box_id: str) -> None:
    """The tables of a box that is void or certified; once they are gone this does nothing."""
    if _is_sqlite(connection):
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
        for name in _names(box_id):
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")
        return
    connection.execute(sa.select(sa.func.ballot_box_drop(_hex(box_id))))


def exists(connection: sa.Connection, box_id: str) -> bool:
    """Whether the box still has its tables: a restored database has none."""
    return sa.inspect(connection).has_table(_names(box_id)[0])


def slips(connection: sa.Connection, box_id: str) -> list[Slip]:
    """All there are, in no order that means anything."""
    rows = connection.exec_driver_sql(f"SELECT id, paper, mark FROM {_names(box_id)[0]}")  # noqa: S608 - hex digits
    return [Slip(row.id, row.paper, row.mark) for row in rows]


def receipts(connection: sa.Connection, box_id: str) -> list[str]:
    """Digests of the receipts given out."""
    return [row.digest for row in connection.exec_driver_sql(f"SELECT digest FROM {_names(box_id)[1]}")]  # noqa: S608


def add(connection: sa.Connection, box_id: str, marks: Iterable[tuple[int, str]], digest: str) -> None:
    """Put a seat's marks, each a slip by itself, and its receipt into the box. The box's row must be locked."""
    said = [(one.paper, one.mark) for one in slips(connection, box_id)]
    known = receipts(connection, box_id)
    ballots, codes = _names(box_id)
    _rewrite(connection, ballots, ("id", "paper", "mark"), [*said, *marks])
    _rewrite(connection, codes, ("id", "digest"), [(one,) for one in (*known, digest)])


def _rewrite(connection: sa.Connection, table: str, names: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
    random = _random()
    random.shuffle(rows)
    named = [(str(UUID(int=random.getrandbits(128), version=4)), *row) for row in rows]
    if _is_sqlite(connection):
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
        connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 - hex digits
        places = ", ".join("?" * len(names))
        connection.exec_driver_sql(f"INSERT INTO {table} VALUES ({places})", named)  # noqa: S608 - as above
        return
    connection.exec_driver_sql(f"TRUNCATE {table}")
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy:
        for row in named:
            copy.write_row(row)


def _random() -> Random:
    """The machine's own; in a rehearsal, where no ballot is anybody's, the seed's, so that its history comes again."""
    rehearsal = rehearsing.current()
    return _system if rehearsal is None else rehearsal.chance


def _names(box_id: str) -> tuple[str, str]:
    return f"ballot_{_hex(box_id)}", f"receipt_{_hex(box_id)}"


def _hex(box_id: str) -> str:
    digits = box_id.replace("-", "")
    if not re.fullmatch("[0-9a-f]{32}", digits):
        raise ValueError(box_id)
    return digits


def _is_sqlite(connection: sa.Connection) -> bool:
    return connection.dialect.name == "sqlite"
