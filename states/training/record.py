"""Who learnt what, and who of those that the plan names still lacks it (Kế hoạch II.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from states.training.model import training
from workflow.definition import Plan
from workflow.identity import Matter, Organisation, holders

FAILED = "failed"
NEEDED, LASTS = "training_needed", "training_lasts"
"""Of plan.yaml's `values:`: topic → roles; years a course counts."""


@dataclass(frozen=True)
class Lack:
    """One person without a skill that one of their roles needs; `last` when they last learnt it, if ever."""

    person_id: str
    topic: str
    roles: tuple[str, ...]
    last: date | None


def of_person(connection: sa.Connection, agency_id: str, person_id: str) -> Sequence[Mapping[str, Any]]:
    """Courses on one person's record, the latest first."""
    mine = (training.c.agency_id == agency_id) & (training.c.person_id == person_id)
    query = sa.select(training).where(mine).order_by(training.c.held_on.desc(), training.c.id)
    return [dict(row) for row in connection.execute(query).mappings()]


def lacking(connection: sa.Connection, org: Organisation, plan: Plan) -> list[Lack]:
    """Whoever holds a role that needs a skill and has not learnt it within the plan's years, by topic and name.

    `values.training_needed`: topic → roles; `values.training_lasts`: years a course counts.
    """
    since = org.today.replace(year=org.today.year - _years(plan), day=1)
    learnt = _learnt(connection, org.agency_id)
    found = []
    for topic, roles in (plan.values.get(NEEDED) or {}).items():
        needed = _who(org, plan, [roles] if isinstance(roles, str) else roles)
        for person_id, held in needed.items():
            last = learnt.get((person_id, topic))
            if last is None or last < since:
                found.append(Lack(person_id, topic, tuple(held), last))
    return found


def _years(plan: Plan) -> int:
    return int(str(plan.values.get(LASTS) or 2))


def _learnt(connection: sa.Connection, agency_id: str) -> dict[tuple[str, str], date]:
    passed = (training.c.agency_id == agency_id) & (training.c.result != FAILED)
    rows = sa.select(training.c.person_id, training.c.topic, sa.func.max(training.c.held_on)).where(passed)
    return {(row[0], row[1]): row[2] for row in connection.execute(rows.group_by(*rows.selected_columns[:2]))}


def _who(org: Organisation, plan: Plan, roles: Sequence[str]) -> dict[str, list[str]]:
    """person → the titles of the roles for which they need it."""
    found: dict[str, list[str]] = {}
    for role in (plan.roles[name] for name in roles if name in plan.roles):
        units = org.units if role.of == "unit" else (None,)
        for unit_id in units:
            for person_id in holders(org, role, Matter("", unit_id, ()), unit_id):
                if org.people[person_id].active and role.title not in found.setdefault(person_id, []):
                    found[person_id].append(role.title)
    return found
