"""What a decision writes, as rows of plain values: the same for PostgreSQL's one statement and SQLite's fixed ones."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from workflow.case import ask, case, case_field, case_party, link
from workflow.history import event, event_detail
from workflow.idempotency import idempotency
from workflow.outbox import delivery, outbox
from workflow.timers import timer
from workflow.undo_step import undo_step
from workflow.worklist import candidate, work_item

Row = Mapping[str, Any]
Encode = Callable[[Any], Any]

CHANGING: Mapping[sa.Table, tuple[str, ...]] = {
    case: (
        "state", "stage", "levels", "top_level", "holds", "is_held", "takers", "visit", "entered_at", "version",
        "chain_seq", "chain_head", "unit_id", "ended_at", "label", "folded",
    ),
    ask: ("status", "child_id", "child_state", "says", "answer", "answered_at", "answered_by"),
    link: ("answer", "ended", "answered_at", "taken_at"),
    work_item: (
        "status", "version", "due", "due_at", "sort_due_at", "claimed_by", "claimed_at", "closed_at", "closed_by",
        "closed_how",
    ),
    candidate: ("is_open", "why", "sort_due_at"),
    timer: ("status", "detail", "due_at", "done_at"),
}  # fmt: skip
"""The columns a decision may change in rows that are there; all others stay as they were made."""

INSERTED = (
    case, event, event_detail, case_field, case_party, ask, link, work_item, candidate, timer, delivery, outbox,
    idempotency, undo_step,
)  # fmt: skip
"""The tables a decision adds rows to, a row before those that point to it."""

UPDATED = (ask, link, work_item, candidate, timer)


@dataclass(frozen=True)
class Guarded:
    """What must still stand when it is written, as plain values."""

    people: Mapping[str, int]  # whose rights it rests on → their authority_version
    item: tuple[str, int, str] | None = None  # id, version, status
    timer_id: str | None = None  # still armed


@dataclass
class Records:
    """Rows to insert and to update by table. The case's own is inserted when new, else updated, else left alone."""

    case_id: str
    now: datetime
    stored: tuple[int, int]  # the case's version and chain_seq as read
    case: Row | None = None  # its changing columns
    inserted: dict[sa.Table, list[dict[str, Any]]] = field(default_factory=dict)
    updated: dict[sa.Table, list[dict[str, Any]]] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()  # relations whose parties go

    def move(self, row: Row, stored: Row) -> None:
        """The case's own row: a new one whole, else what may change of it, if anything did."""
        if not stored["version"]:
            self.insert(case, [row])
            return
        changed = {name for name, value in row.items() if value != stored[name]}
        if not changed <= set(CHANGING[case]):
            raise KeyError(f"a decision never changes {sorted(changed - set(CHANGING[case]))}")
        if changed:
            self.case = _to_change(case, row)

    def insert(self, table: sa.Table, rows: Iterable[Row]) -> None:
        """Rows of a table, if there are any."""
        whole = [complete(table, row) for row in rows]
        if whole:
            self.inserted.setdefault(table, []).extend(whole)

    def update(self, table: sa.Table, rows: Iterable[Row]) -> None:
        """Rows whose changing columns shall stand as they say; the others are left out, nobody writes them."""
        found = [_to_change(table, row) for row in rows]
        if found:
            self.updated[table] = found


def _to_change(table: sa.Table, row: Row) -> dict[str, Any]:
    return {name: row[name] for name in ("id", *CHANGING[table])}


def complete(table: sa.Table, row: Row) -> dict[str, Any]:
    """A row with what it leaves out as the table would have it, without what is nothing there.

    Raises KeyError for a column nobody knows.
    """
    unknown = row.keys() - _names(table)
    if unknown:
        raise KeyError(f"{table.name} has no {sorted(unknown)}")
    return {**_blank(table), **row}


@lru_cache
def _names(table: sa.Table) -> frozenset[str]:
    return frozenset(table.c.keys())


@lru_cache
def _blank(table: sa.Table) -> dict[str, Any]:
    return {column.key: found for column in table.c if (found := _default(column)) is not None}


def document(value: Any) -> str:
    """A JSON value as its text, times in it as `moment` writes them."""
    return _encode(value)


@lru_cache(maxsize=256)  # of a decision's fifty times most are its own moment
def moment(value: datetime | None) -> str | None:
    """A time as plain value: UTC without its zone, as `UtcDateTime` keeps it on both databases."""
    if value is None:
        return None
    return value.astimezone(UTC).isoformat(" ", "microseconds").removesuffix("+00:00")


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=moment).encode
"""Made once: a decision writes a dozen documents with some forty times in them."""


def _default(column: sa.Column[Any]) -> Any:
    if isinstance(column.type, sa.JSON):
        return None
    found = column.server_default
    if not isinstance(found, sa.DefaultClause):
        return None
    if isinstance(column.type, sa.Boolean):
        return isinstance(found.arg, sa.sql.elements.True_)
    return int(str(found.arg)) if isinstance(column.type, sa.Integer) else str(found.arg)
