"""Thousands of running cases wherever a case can be: whole copies of such that the engine brought there, chains too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from tests.cast import Cast
from workflow.case import ask, case, case_field, case_party, link
from workflow.db import uuid7
from workflow.history import GENESIS, event, event_detail, link_hash
from workflow.timers import timer
from workflow.worklist import candidate, work_item

OF_CASES = (case_party, case_field, ask, link, work_item, candidate, timer)
POINTING = {"item_id": work_item, "ask_id": ask}
BATCH = 200


def copy(cast: Cast, case_id: str, number: int) -> None:
    """So many copies of a case with everything of it, each about another subject, each with a chain that holds."""
    with cast.app.database.read() as connection:
        stored = connection.execute(sa.select(case).where(case.c.id == case_id)).mappings().one()
        rows = {table: _rows(connection, table, case_id) for table in OF_CASES}
        events = _rows(connection, event, case_id)
        details = {row["event_id"]: row for row in _rows(connection, event_detail, case_id)}
    for begin in range(0, number, BATCH):
        batches: dict[sa.Table, list[dict[str, Any]]] = {table: [] for table in (case, *OF_CASES, event, event_detail)}
        for n in range(begin, min(begin + BATCH, number)):
            _one(batches, dict(stored), rows, sorted(events, key=lambda one: one["seq"]), details, n)
        with cast.app.database.write() as connection:
            for table, found in batches.items():
                if found:
                    connection.execute(sa.insert(table), found)


def _rows(connection: sa.Connection, table: sa.Table, case_id: str) -> list[dict[str, Any]]:
    found = connection.execute(sa.select(table).where(table.c.case_id == case_id)).mappings()
    return [dict(row) for row in found]


def _one(
    batches: dict[sa.Table, list[dict[str, Any]]], stored: dict[str, Any], rows: dict[sa.Table, list[dict[str, Any]]],
    events: Iterable[dict[str, Any]], details: dict[str, dict[str, Any]], n: int,
) -> None:  # fmt: skip
    case_id, head = uuid7(), GENESIS
    ids = {row["id"]: uuid7() for found in rows.values() for row in found if "id" in row}
    for row in events:
        event_id = uuid7()
        body = {**row["body"], "id": event_id, "case": case_id}
        hashed = link_hash(head, body)
        batches[event].append(
            {**row, "id": event_id, "case_id": case_id, "body": body, "previous": head, "hash": hashed}
        )
        if row["id"] in details:
            batches[event_detail].append({**details[row["id"]], "event_id": event_id, "case_id": case_id})
        head = hashed
    own = {"id": case_id, "code": f"{stored['code']}-{n}", "subject_id": uuid7(), "chain_head": head}
    batches[case].append({**stored, **own})
    for table, found in rows.items():
        for row in found:
            pointing = {name: ids.get(row[name], row[name]) for name in POINTING if name in row}
            new = {"id": ids[row["id"]]} if "id" in row else {}
            batches[table].append({**row, **new, **pointing, "case_id": case_id})
