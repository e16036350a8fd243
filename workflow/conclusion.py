"""What became of a batch of timers, written at once: claimed, told, logged. Only what was still armed counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from workflow.clock import wall_now
from workflow.db import insert_ignoring
from workflow.outbox import delivery, outbox
from workflow.records import document
from workflow.timers import ARMED, timer

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """One timer's end (fired, dropped) and the rows that belong to it: of the outbox, of the delivery log."""

    timer_id: str
    status: str
    messages: tuple[Row, ...] = ()
    deliveries: tuple[Row, ...] = ()


def conclude(connection: sa.Connection, outcomes: Sequence[Outcome], now: datetime) -> set[str]:
    """End those timers that are still armed, with what they tell; the ids of those it ended.

    On PostgreSQL one statement, which leaves out what other hands hold; on SQLite, where the writer is alone, four.
    """
    if connection.dialect.name == "sqlite":
        return _one_by_one(connection, outcomes, now)
    rows = {
        "outcomes": [{"timer_id": one.timer_id, "status": one.status} for one in outcomes],
        "messages": _of(outcomes, "messages"),
        "deliveries": _of(outcomes, "deliveries"),
    }
    texts = {name: document(value) for name, value in rows.items()}
    return set(connection.scalars(_AT_ONCE, {**texts, "now": now, "wall": wall_now()}))


def _of(outcomes: Iterable[Outcome], kind: str) -> list[dict[str, Any]]:
    return [{"timer_id": one.timer_id, **row} for one in outcomes for row in getattr(one, kind)]


# --- PostgreSQL ----------------------------------------------------------------------------------------


def _given(name: str, columns: Sequence[sa.Column[Any]]) -> Any:
    """A JSON parameter as a table with these columns and the timer each row belongs to."""
    typed = [sa.column(column.name, column.type) for column in columns]
    rows = sa.func.json_to_recordset(sa.cast(sa.bindparam(name, type_=sa.Text), sa.JSON))
    return rows.table_valued(sa.column("timer_id", sa.String), *typed).render_derived(name=name, with_types=True)


_MESSAGE = [
    outbox.c[name] for name in
    ("id", "agency_id", "case_id", "kind", "recipient", "topic", "payload", "dedupe_key", "not_before")
]  # fmt: skip
_DELIVERY = list(delivery.c)


def _at_once() -> sa.Select[Any]:
    wanted = _given("outcomes", [timer.c.status])
    free = (  # a decision that ends the same timers goes first: waiting for it could tie both in a knot
        sa.select(timer.c.id, wanted.c.status)
        .join(wanted, wanted.c.timer_id == timer.c.id)
        .where(timer.c.status == ARMED)
        .with_for_update(of=timer, skip_locked=True)
        .cte("free")
    )
    ended = (
        sa.update(timer)
        .where(timer.c.id == free.c.id, timer.c.status == ARMED)
        .values(status=free.c.status, done_at=sa.bindparam("now", type_=timer.c.done_at.type))
        .returning(timer.c.id)
        .cte("ended")
    )
    return sa.select(ended.c.id).add_cte(*(_filled(name, ended) for name in ("messages", "deliveries")))


def _filled(name: str, ended: sa.CTE) -> sa.CTE:
    table, columns = (outbox, _MESSAGE) if name == "messages" else (delivery, _DELIVERY)
    given = _given(name, columns)
    rows = sa.select(*(given.c[column.name] for column in columns)).join(ended, ended.c.id == given.c.timer_id)
    names = [column.name for column in columns]
    if table is outbox:
        rows = rows.add_columns(sa.literal("new"), sa.bindparam("wall", type_=outbox.c.created_at.type))
        names += ["status", "created_at"]
    return sa.dialects.postgresql.insert(table).from_select(names, rows).on_conflict_do_nothing().cte(f"new_{name}")


# --- SQLite --------------------------------------------------------------------------------------------


def _one_by_one(connection: sa.Connection, outcomes: Sequence[Outcome], now: datetime) -> set[str]:
    ended: set[str] = set()
    for status in sorted({one.status for one in outcomes}):
        ids = [one.timer_id for one in outcomes if one.status == status]
        ended.update(connection.scalars(_ENDED, {"of": ids, "outcome": status, "now": now}))
    done = [one for one in outcomes if one.timer_id in ended]
    messages = [{**row, "status": "new", "created_at": wall_now()} for one in done for row in one.messages]
    deliveries = [dict(row) for one in done for row in one.deliveries]
    if messages:
        connection.execute(insert_ignoring(connection, outbox), messages)
    if deliveries:
        connection.execute(_DELIVERIES, deliveries)
    return ended


_ENDED = (
    sa.update(timer)
    .where(timer.c.id.in_(sa.bindparam("of", expanding=True)), timer.c.status == ARMED)
    .values(status=sa.bindparam("outcome"), done_at=sa.bindparam("now", type_=timer.c.done_at.type))
    .returning(timer.c.id)
)
_DELIVERIES = sa.insert(delivery)


_AT_ONCE = _at_once()
