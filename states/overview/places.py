"""Where the cases of a process stand now, state by state, over those the one who looks may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from states.overview.figures import Scope
from workflow.case import case


def standing(connection: sa.Connection, scope: Scope) -> Mapping[str, Mapping[str, int]]:
    """process → state → how many stand there; ended ones in the state they ended in."""
    query = sa.select(case.c.process, case.c.state, sa.func.count()).where(*scope.cases)
    found: dict[str, dict[str, int]] = {}
    for process, state, count in connection.execute(query.group_by(case.c.process, case.c.state)):
        found.setdefault(process, {})[state] = count
    return found


def running(connection: sa.Connection, scope: Scope) -> Mapping[str, int]:
    """process → how many have not ended."""
    query = sa.select(case.c.process, sa.func.count()).where(*scope.cases, case.c.ended_at.is_(None))
    return dict(connection.execute(query.group_by(case.c.process)).all())


def in_state(connection: sa.Connection, scope: Scope, process: str, state: str, most: int) -> Sequence[Any]:
    """The cases that stand in a state, those that came there first before the others."""
    query = (
        sa.select(case.c.code, case.c.label, case.c.unit_id, case.c.entered_at, case.c.is_held)
        .where(*scope.cases, case.c.process == process, case.c.state == state)
        .order_by(case.c.entered_at, case.c.id)
        .limit(most)
    )
    return list(connection.execute(query))
