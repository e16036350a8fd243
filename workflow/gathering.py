"""Many rows in one column: what hangs on a case is read beside it, in the same statement on both databases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
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


@compiles(json_list)
def _list(element: json_list, compiler: Any, **kw: Any) -> str:
    return f"json_build_array({compiler.process(element.clauses, **kw)})"


@compiles(json_list, "sqlite")
def _list_sqlite(element: json_list, compiler: Any, **kw: Any) -> str:
    """A stored document is a text there: it must be said that it is one already."""
    values = [
        f"json({compiler.process(clause, **kw)})"
        if isinstance(clause.type, sa.JSON)
        else compiler.process(clause, **kw)
        for clause in element.clauses
    ]
    return f"json_array({', '.join(values)})"


@compiles(json_gather)
def _gather(element: json_gather, compiler: Any, **kw: Any) -> str:
    return f"json_agg({compiler.process(element.clauses, **kw)})"


@compiles(json_gather, "sqlite")
def _gather_sqlite(element: json_gather, compiler: Any, **kw: Any) -> str:
    return f"json_group_array({compiler.process(element.clauses, **kw)})"


def gathered(columns: Sequence[sa.ColumnElement[Any]], *where: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    """All rows that match, as one value beside the row of the outer statement; `decoded` makes rows of it again."""
    return sa.select(json_gather(json_list(*columns))).where(*where).scalar_subquery()


def decoders(columns: Sequence[sa.ColumnElement[Any]]) -> tuple[tuple[str, Decode | None], ...]:
    """What makes a value of JSON the value of its column again, by the column's name."""
    return tuple((getattr(column, "key", ""), _decoder(column.type)) for column in columns)


def decoded(value: Any, how: tuple[tuple[str, Decode | None], ...]) -> tuple[dict[str, Any], ...]:
    """Rows, in the order they were made: ids are ordered by time, and `id` comes first."""
    rows = sorted(value or (), key=_first)
    return tuple(
        {
            name: item if decode is None or item is None else decode(item)
            for (name, decode), item in zip(how, row, strict=True)
        }
        for row in rows
    )


def _first(row: Sequence[Any]) -> Any:
    return row[0]


def _decoder(type_: sa.types.TypeEngine[Any]) -> Decode | None:
    if isinstance(type_, UtcDateTime):
        return moment
    if isinstance(type_, sa.Date):
        return date.fromisoformat
    return bool if isinstance(type_, sa.Boolean) else None


def moment(text: str) -> datetime:
    """A stored time, aware UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
