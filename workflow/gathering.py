"""Many rows in one column: what hangs on a case is read beside it, in the same statement on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
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
    """A whole row of a table as a JSON object; the columns are its clauses."""

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
    pairs = (f"'{clause.key}', {_nested(clause, compiler, kw)}" for clause in element.clauses)
    return f"json_object({', '.join(pairs)})"


def _nested(clause: sa.ColumnElement[Any], compiler: Any, kw: Any) -> str:
    """On SQLite a stored document is a text: it must be said that it is one already."""
    text = str(compiler.process(clause, **kw))
    return f"json({text})" if isinstance(clause.type, sa.JSON) else text


def gathered(what: sa.ColumnElement[Any] | sa.Table, *where: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    """All values, or all rows of a table, that match: one column beside the row of the outer statement."""
    one = json_row(*what.c) if isinstance(what, sa.Table) else what
    chosen = sa.select(json_gather(one)).where(*where)
    return (chosen.select_from(what) if isinstance(what, sa.Table) else chosen).scalar_subquery()


def decoders(table: sa.Table) -> tuple[tuple[str, Decode], ...]:
    """What makes values of JSON the values of a table's columns again, where they differ."""
    return tuple((column.key, decode) for column in table.c if (decode := _decoder(column.type)) is not None)


def decoded(row: dict[str, Any], how: tuple[tuple[str, Decode], ...]) -> dict[str, Any]:
    """A row of JSON as a row of its table, in place."""
    for name, decode in how:
        if row[name] is not None:
            row[name] = decode(row[name])
    return row


def all_decoded(rows: Any, how: tuple[tuple[str, Decode], ...], order: str) -> tuple[dict[str, Any], ...]:
    """Rows of what `gathered` gave of a table, by one of their columns: ids are ordered by time."""
    return tuple(decoded(row, how) for row in sorted(rows or (), key=itemgetter(order)))


def _decoder(type_: sa.types.TypeEngine[Any]) -> Decode | None:
    if isinstance(type_, UtcDateTime):
        return moment
    if isinstance(type_, sa.Date):
        return date.fromisoformat
    return bool if isinstance(type_, sa.Boolean) else None


def moment(text: str) -> datetime:
    """A stored time, aware UTC."""
    return datetime.fromisoformat(text if text.endswith(_ZERO) else text + _ZERO)


_ZERO = "+00:00"
