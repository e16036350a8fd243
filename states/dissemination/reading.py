"""Who has read a text, by unit and by name: the proof that it was made known (Kế hoạch II.2, IV.2)."""

from __future__ import annotations

from collections import Counter
from typing import Any

import sqlalchemy as sa

from states.dissemination.board import ANSWERED
from workflow.case import ask
from workflow.message import Message
from workflow.organisation import person, unit
from workflow.registry import Context, Registry


def reading_list(connection: sa.Connection, context: Context) -> list[dict[str, Any]]:
    """How many were asked and have answered: for each unit, and in all."""
    asked, done = Counter[str](), Counter[str]()
    rows = connection.execute(
        sa.select(ask.c.element_label, ask.c.status, unit.c.name)
        .outerjoin(person, sa.literal("person:") + person.c.id == ask.c.element)
        .outerjoin(unit, unit.c.id == person.c.unit_id)
        .where(ask.c.agency_id == context.agency_id, ask.c.case_id == context.case_id)
    )
    for label, status, unit_name in rows:
        asked[unit_name or label] += 1
        done[unit_name or label] += status == ANSWERED
    lines = [row for name in sorted(asked) for row in _rows(name, asked[name], done[name])]
    return [*lines, _row("reading.all", asked.total()), _row("reading.all_done", done.total())]


def _rows(name: str, asked: int, done: int) -> list[dict[str, Any]]:
    return [_row("reading.asked", asked, unit=name), _row("reading.done", done, unit=name)]


def _row(key: str, value: int, **params: str) -> dict[str, Any]:
    return {"key": key, "params": params, "value": value}


def readers_named(context: Context, _arg: str | None) -> Message | None:
    """A text put to named readers names some."""
    missing = context.fields.get("audience") == "named" and not context.fields.get("readers")
    return Message("guard.readers_named", {}) if missing else None


def register(registry: Registry) -> None:
    """Under the names YAML uses."""
    registry.form("reading_list")(reading_list)
    registry.guard("readers_named", cite="Kế hoạch IV.2", fields=("audience", "readers"))(readers_named)
