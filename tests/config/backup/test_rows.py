"""Every value keeps its meaning from either kind of database into either kind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from config.backup import rows
from config.backup.rows import DoesNotFit
from tests.config.backup.conftest import KINDS, Empty
from workflow.db import Database, UtcDateTime

odd = sa.Table(
    "odd",
    sa.MetaData(),
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("text", sa.String(40)),
    sa.Column("said", sa.JSON),
    sa.Column("flag", sa.Boolean),
    sa.Column("day", sa.Date),
    sa.Column("at", UtcDateTime),
    sa.Column("raw", sa.LargeBinary),
)
VALUES: list[dict[str, Any]] = [
    {"text": text, "said": said, "flag": flag, "day": day, "at": at, "raw": raw}
    for text, said, flag, day, at, raw in [
        ("", {}, True, date(2024, 2, 29), datetime(2025, 3, 3, 9, tzinfo=UTC), b""),
        ("\\N", [None, 1.5, 10**15], False, None, datetime(2025, 3, 3, 9, 0, 0, 120, tzinfo=UTC), b"\x00\xff\\"),
        ("tab\tnew\nreturn\r\\b\b\f\v", {"a": "\\n\t\"'"}, None, date(1900, 1, 1), None, None),
        ("Nguyễn Thị Ánh 🌸", "chữ", True, date(2025, 12, 31), datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC), b"x"),
        ("007", -12345.678, False, None, None, None),
        ("1e5", sa.null(), None, None, None, None),
        (None, None, None, None, None, None),
    ]
]


@pytest.fixture
def open_one(empty: Empty) -> Iterator[Any]:
    """`open_one("sqlite")`: a database with the odd table."""
    opened: list[Any] = []

    def one(kind: str) -> Database:
        place = empty(kind)
        database = Database(place.__enter__())
        opened.append((place, database))
        odd.create(database.engine)
        return database

    yield one
    for place, database in reversed(opened):
        odd.drop(database.engine)
        database.dispose()
        place.__exit__(None, None, None)


def table_of(connection: sa.Connection) -> rows.Table:
    return next(table for table in rows.tables(connection) if table.name == "odd")


def content(database: Database) -> list[Any]:
    """The rows as the product reads them, and whether a JSON null is one of SQL's."""
    with database.read() as connection:
        chosen = sa.select(odd, odd.c.said.is_(sa.null())).order_by(odd.c.number)
        return [tuple(row) for row in connection.execute(chosen)]


@pytest.mark.parametrize("into", KINDS)
@pytest.mark.parametrize("out_of", KINDS)
def test_every_value_keeps_its_meaning(open_one: Any, out_of: str, into: str) -> None:
    first, second = open_one(out_of), open_one(into)
    with first.write() as connection:
        for row in VALUES:
            connection.execute(sa.insert(odd).values(row))
    with first.read() as connection, second.write() as other:
        lines = list(rows.lines(connection, table_of(connection)))
        rows.load(other, table_of(other), table_of(connection).names, lines)
        rows.go_on_counting(other)
        assert list(b"".join(rows.lines(other, table_of(other))).splitlines()) == b"".join(lines).splitlines()
    assert content(first) == content(second)
    with second.write() as connection:
        given = connection.execute(sa.insert(odd).values(text="sau")).inserted_primary_key
        assert given == (len(VALUES) + 1,), "numbers go on after those loaded"


@pytest.mark.parametrize("kind", KINDS)
def test_what_does_not_fit_is_told(open_one: Any, kind: str) -> None:
    database = open_one(kind)
    for names, line in (
        (["number", "strange"], b"1\tx\n"),
        (["number", "text"], b"1\ta\n1\tb\n"),
        (["number", "text"], b"1\n"),
    ):
        with pytest.raises(DoesNotFit), database.write() as connection:
            rows.load(connection, table_of(connection), names, [line])
    assert content(database) == []


def test_what_sqlite_took_and_postgresql_does_not_is_told(open_one: Any) -> None:
    database = open_one("postgres")
    for line in (b"1\t" + b"x" * 41 + b"\n", b"1\ta\x00b\n"):
        with pytest.raises(DoesNotFit, match="odd"), database.write() as connection:
            rows.load(connection, table_of(connection), ["number", "text"], [line])
