"""A table as lines of text that both databases read and write: PostgreSQL's COPY format, one way to write each value.

The database itself says which tables and columns there are, never our models: a backup of an older shape is read into
that shape and migrated afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from config.migrations import VERSION_TABLE

NULL = "\\N"
TOGETHER = 500  # rows

_ESCAPES = {"\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
_WRITTEN = str.maketrans(_ESCAPES)
_ESCAPED = re.compile(r"\\(.)")
_READ = {code[1]: letter for letter, code in _ESCAPES.items()}


class DoesNotFit(Exception):
    """A line that the table of this database does not take; the text is the database's own."""


@dataclass(frozen=True)
class Table:
    """A table's name and its columns with their kinds: text, moment, flag or bytes."""

    name: str
    columns: tuple[tuple[str, str], ...]

    @property
    def names(self) -> list[str]:
        """The columns' names."""
        return [name for name, _ in self.columns]


def tables(connection: sa.Connection) -> list[Table]:
    """Every table but Alembic's, those first that others point to."""
    inspector = sa.inspect(connection)
    names = [name for name, _ in inspector.get_sorted_table_and_fkc_names() if name and name != VERSION_TABLE]
    return [
        Table(name, tuple((column["name"], _kind(column["type"])) for column in inspector.get_columns(name)))
        for name in names
    ]


def lines(connection: sa.Connection, table: Table) -> Iterator[bytes]:
    """The table's rows, in pieces that end with a line's end; of one snapshot, as the connection's transaction is."""
    return _from_sqlite(connection, table) if _is_sqlite(connection) else _from_postgres(connection, table)


def load(connection: sa.Connection, table: Table, names: Sequence[str], given: Iterable[bytes]) -> None:
    """Write lines of these columns into the table. Raises DoesNotFit, and the transaction is spoilt."""
    if unknown := set(names) - set(table.names):
        raise DoesNotFit(f"{table.name}: {', '.join(sorted(unknown))}")
    into = _into_sqlite if _is_sqlite(connection) else _into_postgres
    into(connection, table, names, given)


@contextmanager
def noting_nothing(connection: sa.Connection) -> Iterator[None]:
    """What triggers wrote down when it happened is among the rows: in the block no trigger notes or refuses a row."""
    if _is_sqlite(connection):
        triggers = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
        for name, _ in triggers:
            connection.exec_driver_sql(f"DROP TRIGGER {_quoted(name)}")
        yield
        for _, text in triggers:
            connection.exec_driver_sql(text)
        return
    names = [table.name for table in tables(connection)]
    for name in names:
        connection.exec_driver_sql(f"ALTER TABLE {_quoted(name)} DISABLE TRIGGER USER")
    yield
    connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")  # no table changes while references are yet to be seen
    for name in names:
        connection.exec_driver_sql(f"ALTER TABLE {_quoted(name)} ENABLE TRIGGER USER")


def count(connection: sa.Connection, table: Table) -> int:
    """How many rows it has."""
    return connection.execute(sa.select(sa.func.count()).select_from(sa.table(table.name))).scalar_one()


def go_on_counting(connection: sa.Connection) -> None:
    """Numbers that PostgreSQL gives by itself go on after those just loaded; SQLite sees to it alone."""
    if _is_sqlite(connection):
        return
    for table, column, sequence in connection.execute(sa.text(_SEQUENCES)).all():
        most = sa.select(sa.func.max(sa.column(column))).select_from(sa.table(table))
        if (last := connection.scalar(most)) is not None:
            connection.execute(sa.select(sa.func.setval(sequence, last)))


_SEQUENCES = """
    SELECT table_name, column_name, pg_get_serial_sequence(quote_ident(table_name), column_name) AS sequence
    FROM information_schema.columns
    WHERE table_schema = current_schema()
      AND pg_get_serial_sequence(quote_ident(table_name), column_name) IS NOT NULL
"""


def _kind(type_: sa.types.TypeEngine[Any]) -> str:
    if isinstance(type_, sa.DateTime):
        return "moment"
    if isinstance(type_, sa.Boolean):
        return "flag"
    return "bytes" if isinstance(type_, sa.LargeBinary) else "text"


def _is_sqlite(connection: sa.Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _columns(names: Iterable[str]) -> str:
    return ", ".join(map(_quoted, names))


def _driver(connection: sa.Connection) -> Any:
    return connection.connection.driver_connection


# --- PostgreSQL ---------------------------------------------------------------------------------------


def _from_postgres(connection: sa.Connection, table: Table) -> Iterator[bytes]:
    """COPY in its text format; times and flags written as SQLite keeps them."""
    as_written = {"moment": "to_char({}, 'YYYY-MM-DD HH24:MI:SS.US')", "flag": "{}::int"}
    chosen = ", ".join(as_written.get(kind, "{}").format(_quoted(name)) for name, kind in table.columns)
    copy = f"COPY (SELECT {chosen} FROM {_quoted(table.name)}) TO STDOUT"  # noqa: S608 - names of its own catalogue
    with _driver(connection).cursor() as cursor, cursor.copy(copy) as copied:
        for piece in copied:
            yield bytes(piece)


def _into_postgres(connection: sa.Connection, table: Table, names: Sequence[str], given: Iterable[bytes]) -> None:
    import psycopg

    copy = f"COPY {_quoted(table.name)} ({_columns(names)}) FROM STDIN"
    try:
        with _driver(connection).cursor() as cursor, cursor.copy(copy) as copied:
            for piece in given:
                copied.write(piece)
    except (psycopg.DataError, psycopg.IntegrityError) as wrong:
        where = (wrong.diag.context or "").partition("\n")[0]
        raise DoesNotFit(f"{wrong.diag.message_primary} ({where})") from wrong


# --- SQLite -------------------------------------------------------------------------------------------


def _from_sqlite(connection: sa.Connection, table: Table) -> Iterator[bytes]:
    """Values as they are stored, read by the driver itself: no type of ours stands between."""
    cursor = _driver(connection).cursor()
    try:
        cursor.execute(f"SELECT {_columns(table.names)} FROM {_quoted(table.name)}")  # noqa: S608 - as above
        while rows := cursor.fetchmany(TOGETHER):
            yield ("".join("\t".join(map(_written, row)) + "\n" for row in rows)).encode()
    finally:
        cursor.close()


def _written(value: object) -> str:
    if value is None:
        return NULL
    if isinstance(value, str):
        return value.translate(_WRITTEN)
    if isinstance(value, bytes):
        return f"\\\\x{value.hex()}"
    return repr(value)  # an int, or a float in the shortest form that reads back the same


def _into_sqlite(connection: sa.Connection, table: Table, names: Sequence[str], given: Iterable[bytes]) -> None:
    kinds = dict(table.columns)
    blobs = [index for index, name in enumerate(names) if kinds[name] == "bytes"]
    places = ", ".join("?" * len(names))
    insert = f"INSERT INTO {_quoted(table.name)} ({_columns(names)}) VALUES ({places})"  # noqa: S608 - as above
    driver = _driver(connection)
    try:
        driver.executemany(insert, (_values(line, blobs) for line in _whole_lines(given)))
    except (driver.DataError, driver.IntegrityError, driver.ProgrammingError, UnicodeDecodeError) as wrong:
        raise DoesNotFit(f"{wrong} ({table.name})") from wrong


def _whole_lines(given: Iterable[bytes]) -> Iterator[str]:
    rest = b""
    for piece in given:
        *whole, rest = (rest + piece).split(b"\n")
        yield from (line.decode() for line in whole)
    if rest:
        raise DoesNotFit(rest[:80].decode(errors="replace"))


def _values(line: str, blobs: Sequence[int]) -> list[str | bytes | None]:
    """A line's values; SQLite's column affinity makes numbers of numbers."""
    values: list[str | bytes | None] = [None if part == NULL else _read(part) for part in line.split("\t")]
    for index in blobs:
        value = values[index]
        values[index] = None if value is None else bytes.fromhex(str(value).removeprefix("\\x"))
    return values


def _read(part: str) -> str:
    return _ESCAPED.sub(lambda found: _READ.get(found[1], found[1]), part) if "\\" in part else part
