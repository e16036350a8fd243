"""A movement in numbers: who registered in which unit, and how they ended."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import sqlalchemy as sa

from states.movements.facts import JOINS
from workflow.case import case, case_field
from workflow.organisation import unit
from workflow.registry import Context, Registry


def movement_results(connection: sa.Connection, context: Context) -> list[dict[str, Any]]:
    """For each unit, in the agency's order: registered, and of these met, excelled, not met, withdrawn.

    While the units' reports are not approved a registration is still open; its unit's answer is counted.
    """
    counted = _counted(connection, context.agency_id, context.case_id)
    names = sa.select(unit.c.id, unit.c.name).where(unit.c.agency_id == context.agency_id)
    found = []
    for unit_id, name in connection.execute(names.order_by(unit.c.position, unit.c.name)):
        if unit_id in counted:
            found += [_row(name, what, counted[unit_id][what]) for what in ("registered", *ENDS) if counted[unit_id]]
    return found


ENDS = ("excelled", "met", "not_met", "withdrawn")


def _counted(connection: sa.Connection, agency_id: str, movement_id: str) -> dict[str, Counter[str]]:
    said = _said(connection, agency_id, movement_id)
    joins = sa.cast(case_field.c.value, sa.Text)
    rows = connection.execute(
        sa.select(case.c.id, case.c.unit_id, case.c.state)
        .join(case_field, sa.and_(case_field.c.case_id == case.c.id, case_field.c.name == JOINS))
        .where(case.c.agency_id == agency_id, joins.contains(f'"{movement_id}"', autoescape=True))
    )
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        found[row.unit_id]["registered"] += 1
        found[row.unit_id][said.get(row.id, row.state)] += 1
    return found


def _said(connection: sa.Connection, agency_id: str, movement_id: str) -> dict[str, str]:
    """registration → the result its unit has given, approved or not."""
    answers = connection.scalars(
        sa.select(case_field.c.value)
        .join(case, case.c.id == case_field.c.case_id)
        .where(case.c.agency_id == agency_id, case.c.parent_id == movement_id, case_field.c.name == "result")
    )
    return {registration: result for answer in answers for registration, result in (answer or {}).items()}


def _row(unit_name: str, what: str, value: int) -> dict[str, Any]:
    return {"key": f"movement.{what}", "params": {"unit": unit_name}, "value": value}


def register(registry: Registry) -> None:
    """Under the name YAML uses."""
    registry.form("movement_results")(movement_results)
