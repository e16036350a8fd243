"""Many rows in one column: what hangs on a case is read beside it, in the same statement on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from workflow.db import UtcDateTime

Decode = Callable[[Any], Any]


class json_list(FunctionElement[Any]):  # noqa: N801 - reads as the SQL function it is
    """The values of one row as a JSON array."""

    name = "json_list"
    type = sa.JSON()
    inherit_cache = True


class json_gather(FunctionElement[Any]):  # noqa: N801 - reads as the SQL function it is
    """One JSON array of a column's values; NULL or empty for no row."""

    name = "json_gather"
    type = sa.JSON()
    inherit_cache = True


class json_row(FunctionElement[Any]):  # noqa: N801 - reads as the SQL function it is
    """A row of a table, to be read by its `Shape`, whose columns are the clauses: an object or a list of values."""

    name = "json_row"
    type = sa.JSON()
    inherit_cache = True


class json_whole(FunctionElement[Any]):  # noqa: N801 - reads as the SQL function it is
    """Documents and plain values as one JSON array: one column, so one value for the driver."""

    name = "json_whole"
    type = sa.JSON()
    inherit_cache = True


@compiles(json_list)
def _list(element: json_list, compiler: Any, **kw: Any) -> str:
    return f"json_build_array({compiler.process(element.clauses, **kw)})"


@compiles(json_list, "sqlite")
def _list_sqlite(element: json_list, compiler: Any, **kw: Any) -> str:
    return f"json_array({', '.join(_nested(clause, compiler, kw) for clause in element.clauses)})"


@compiles(json_whole)
def _whole(element: json_whole, compiler: Any, **kw: Any) -> str:
    return f"json_build_array({compiler.process(element.clauses, **kw)})"


@compiles(json_whole, "sqlite")
def _whole_sqlite(element: json_whole, compiler: Any, **kw: Any) -> str:
    """Joined as texts: as documents, SQLite would read and write each of them again."""

    def text(clause: sa.ColumnElement[Any]) -> str:
        value = compiler.process(clause, **kw)
        is_text = isinstance(clause.type, sa.JSON | sa.Integer | sa.Boolean)
        return f"coalesce({value}, 'null')" if is_text else f"json_quote({value})"

    return f"""'[' || {" || ',' || ".join(text(clause) for clause in element.clauses)} || ']'"""


@compiles(json_gather)
def _gather(element: json_gather, compiler: Any, **kw: Any) -> str:
    return f"json_agg({compiler.process(element.clauses, **kw)})"


@compiles(json_gather, "sqlite")
def _gather_sqlite(element: json_gather, compiler: Any, **kw: Any) -> str:
    return f"json_group_array({compiler.process(element.clauses, **kw)})"


@compiles(json_row)
def _row(element: json_row, _compiler: Any, **_: Any) -> str:
    """The row itself: a short text, which the driver need not read through each time."""
    return f"row_to_json({next(iter(element.clauses)).table.name})"


@compiles(json_row, "sqlite")
def _row_sqlite(element: json_row, compiler: Any, **kw: Any) -> str:
    """The values alone: half as long as an object, and written and read through in two thirds of the time."""
    return f"json_array({', '.join(_nested(clause, compiler, kw) for clause in element.clauses)})"


def _nested(clause: sa.ColumnElement[Any], compiler: Any, kw: Any) -> str:
    """On SQLite a stored document is a text: it must be said that it is one already."""
    text = str(compiler.process(clause, **kw))
    return f"json({text})" if isinstance(clause.type, sa.JSON) else text


def gathered(what: sa.ColumnElement[Any] | Shape, *where: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    """All values, or all rows of a shape, that match: one column beside the row of the outer statement."""
    one = what.row if isinstance(what, Shape) else what
    chosen = sa.select(json_gather(one)).where(*where)
    return (chosen.select_from(what.table) if isinstance(what, Shape) else chosen).scalar_subquery()


class Shape:
    """How rows of a table are written into a column and read from it again.

    `shared`: columns in which all rows to be read have the same values, which whoever reads them knows.
    """

    def __init__(self, table: sa.Table, *shared: str) -> None:
        columns = [column for column in table.c if column.key not in shared]
        self.table, self.row = table, json_row(*columns)
        self._names = (*(column.key for column in columns), *shared)
        self._decoders = [(column.key, decode) for column in table.c if (decode := _decoder(column.type)) is not None]

    def read(self, row: Any, *shared: str) -> dict[str, Any]:
        """A row as `row` made it, with the table's columns; `shared` are the values of those left out."""
        found: dict[str, Any] = row if isinstance(row, dict) else dict(zip(self._names, (*row, *shared), strict=True))
        for name, decode in self._decoders:
            if (value := found[name]) is not None:
                found[name] = decode(value)
        return found

    def read_all(self, rows: Any, order: str, *shared: str) -> tuple[dict[str, Any], ...]:
        """Rows of what `gathered` gave, by one of their columns: ids are ordered by time."""
        return tuple(sorted((self.read(row, *shared) for row in rows or ()), key=itemgetter(order)))


def _decoder(type_: sa.types.TypeEngine[Any]) -> Decode | None:
    if isinstance(type_, UtcDateTime):
        return moment
    if isinstance(type_, sa.Date):
        return date.fromisoformat
    return bool if isinstance(type_, sa.Boolean) else None


@lru_cache(maxsize=4096)  # the rows of a case share a few
def moment(text: str) -> datetime:
    """A stored time, aware UTC."""
    return datetime.fromisoformat(text if text.endswith(_ZERO) else text + _ZERO)


_ZERO = "+00:00"
