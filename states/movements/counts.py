"""A movement in numbers: who registered in which unit, and how they ended."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from typing import Any

import sqlalchemy as sa

from states.movements.facts import JOINS
from workflow.case import case, case_field
from workflow.catalogue import definition_version
from workflow.organisation import unit
from workflow.registry import Context, Registry

RESULT = "result"
"""The field in which a unit says how each of its registrations ended; what it may say is the plan's."""
TAKEN_BACK = ""


def movement_results(connection: sa.Connection, context: Context) -> list[dict[str, Any]]:
    """For each unit, in the agency's order: how many registered, took it back, and had each of the plan's results.

    While the units' reports are not approved a registration is still open; its unit's answer is counted.
    """
    answers = _said(connection, context.agency_id, context.case_id)
    said = {one: result for answer in answers for one, result in answer.items()}
    titles = results(connection, context.case_id) if answers else {}
    counted = _counted(connection, context.agency_id, context.case_id, said)
    names = sa.select(unit.c.id, unit.c.name).where(unit.c.agency_id == context.agency_id)
    found = []
    for unit_id, name in connection.execute(names.order_by(unit.c.position, unit.c.name)):
        if unit_id in counted:
            found.append(_row("entered", counted[unit_id].total(), unit=name))
            found += [_row("result", counted[unit_id][one], unit=name, result=titles[one]) for one in titles]
            found.append(_row("taken_back", counted[unit_id][TAKEN_BACK], unit=name))
    return found


def _counted(
    connection: sa.Connection, agency_id: str, movement_id: str, said: dict[str, str]
) -> dict[str, Counter[str | None]]:
    joins = sa.cast(case_field.c.value, sa.Text)
    rows = connection.execute(
        sa.select(case.c.id, case.c.unit_id, case.c.ended_at)
        .join(case_field, sa.and_(case_field.c.case_id == case.c.id, case_field.c.name == JOINS))
        .where(case.c.agency_id == agency_id, joins.contains(f'"{movement_id}"', autoescape=True))
    )
    found: dict[str, Counter[str | None]] = defaultdict(Counter)
    for row in rows:
        found[row.unit_id][said.get(row.id, None if row.ended_at is None else TAKEN_BACK)] += 1
    return found


def results(connection: sa.Connection, case_id: str) -> dict[str, str]:
    """What a unit may say of a registration under the plan a case lives by, in the plan's words."""
    stored = sa.select(definition_version.c.canonical).join(case, case.c.plan_id == definition_version.c.plan_id)
    for canonical in connection.scalars(stored.where(case.c.id == case_id).order_by(definition_version.c.process)):
        said = json.loads(canonical)["fields"].get(RESULT)
        if said is not None and said["says"]:
            return dict(said["choices"])
    return {}


def _said(connection: sa.Connection, agency_id: str, movement_id: str) -> list[dict[str, str]]:
    """What each unit that has answered says: registration → result, approved or not."""
    answers = (
        sa.select(case_field.c.value)
        .join(case, case.c.id == case_field.c.case_id)
        .where(case.c.agency_id == agency_id, case.c.parent_id == movement_id, case_field.c.name == RESULT)
    )
    return [answer or {} for answer in connection.scalars(answers)]


def _row(what: str, value: int, **params: str) -> dict[str, Any]:
    return {"key": f"movement.{what}", "params": params, "value": value}


def register(registry: Registry) -> None:
    """Under the name YAML uses."""
    registry.form("movement_results")(movement_results)
