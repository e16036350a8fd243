"""What an application sends to its database, and how the database would go about it."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from workflow.db import Database


@dataclass
class Statements:
    """Those sent while somebody listened, with their parameters."""

    sent: list[tuple[str, Any]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.sent)

    def of(self, *words: str) -> list[tuple[str, Any]]:
        """Those in which all these words occur."""
        return [one for one in self.sent if all(word in one[0] for word in words)]


@contextlib.contextmanager
def sent_to(database: Database) -> Iterator[Statements]:
    """Listen: transaction control apart, an `executemany` counts once."""
    heard = Statements()

    def hear(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            heard.sent.append((statement, parameters))

    sa.event.listen(database.engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", hear)


@dataclass(frozen=True)
class Access:
    """One way to a table's rows; `by` names the index, empty where all rows are read; `sought`: it jumps to them."""

    table: str
    by: str
    sought: bool


def accesses(database: Database, statement: str, parameters: Any) -> list[Access]:
    """How a statement would reach its rows. PostgreSQL is asked for a plan that fits any parameters and told to read a
    small table whole only where no index serves, as it would were the table large."""
    with database.write() as connection:
        if database.is_sqlite:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            return [_sqlite(found) for row in rows if (found := _SQLITE.match(row.detail))]
        for name in ("enable_seqscan", "enable_bitmapscan"):
            connection.exec_driver_sql(f"SET LOCAL {name} = off")
        connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_generic_plan")
        plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
        return list(_postgres((plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"]))


_SQLITE = re.compile(
    r"(?P<how>SCAN|SEARCH) (?P<table>\w+)(?: AS \w+)?(?: USING (?:COVERING )?(?:INDEX (?P<index>\w+))?)?"
)


def _sqlite(found: re.Match[str]) -> Access:
    by = found["index"] or ("rowid" if found["how"] == "SEARCH" else "")
    return Access(found["table"], by, found["how"] == "SEARCH")


def _postgres(node: dict[str, Any]) -> Iterator[Access]:
    if "Relation Name" in node and "Scan" in node["Node Type"]:
        yield Access(node["Relation Name"], node.get("Index Name", ""), "Index Cond" in node)
    for below in node.get("Plans", ()):
        yield from _postgres(below)
