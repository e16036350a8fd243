"""How many cases run, and how many under a version of the plan before the one in force: these keep its numbers."""

from __future__ import annotations

import sqlalchemy as sa

from workflow.case import case


def running_under(connection: sa.Connection, agency_id: str) -> int:
    """Every case that has not ended: a number changed from now on reaches none of them by itself."""
    return connection.scalar(_running(agency_id)) or 0


def running_elsewhere(connection: sa.Connection, agency_id: str, living_plan_id: str) -> int:
    """Those that began under another version than the one in force."""
    return connection.scalar(_running(agency_id).where(case.c.plan_id != living_plan_id)) or 0


def _running(agency_id: str) -> sa.Select[int]:
    return sa.select(sa.func.count()).where(case.c.agency_id == agency_id, case.c.ended_at.is_(None))
