"""A unit that is merged brings its places along: what it has taken this period, and what was allotted to it."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from states.quotas.effects import begin_counters
from states.quotas.limits import period_of
from states.quotas.model import quota_counter, quota_place
from workflow.definition import Plan, Quota


def inherit(connection: sa.Connection, agency_id: str, plan: Plan, units: tuple[str, str], day: date) -> int:
    """From `units[0]` to `units[1]`, in the periods that hold `day`; earlier ones stay as they were. How many quotas.

    Run twice it changes nothing more: nothing is left with the old unit.
    """
    return sum(_inherit(connection, agency_id, plan, quota, units, day) for quota in plan.quotas.values())


def _inherit(
    connection: sa.Connection, agency_id: str, plan: Plan, quota: Quota, units: tuple[str, str], day: date
) -> bool:
    old, new = units
    period, c = period_of(plan, quota, day), quota_counter.c
    here = sa.and_(c.agency_id == agency_id, c.plan == plan.plan, c.quota == quota.name, c.period == period)
    begin_counters(connection, agency_id, plan, [(quota.name, period, unit) for unit in units])
    found = sa.select(c.scope, c.taken, c.places).where(here, c.scope.in_(units)).order_by(c.scope).with_for_update()
    stood = {row.scope: row for row in connection.execute(found)}
    if not stood[old].taken and stood[old].places is None:
        return False
    allotted = [row.places for row in stood.values() if row.places is not None]
    values = {"taken": stood[old].taken + stood[new].taken, "places": sum(allotted) if allotted else None}
    connection.execute(sa.update(quota_counter).where(here, c.scope == new).values(**values))
    connection.execute(sa.update(quota_counter).where(here, c.scope == old).values(taken=0, places=None))
    _move_places(connection, agency_id, (plan.plan, quota.name, period), units)
    return True


def _move_places(
    connection: sa.Connection, agency_id: str, of: tuple[str, str, str], units: tuple[str, str]
) -> None:  # fmt: skip
    """What the old unit's cases hold is counted in the new one: there they give it back."""
    p = quota_place.c
    live = sa.select(p.id, p.scopes).where(
        p.agency_id == agency_id, sa.tuple_(p.plan, p.quota, p.period) == of, p.freed_at.is_(None)
    )
    for row in connection.execute(live).all():
        if units[0] in row.scopes:
            scopes = [units[1] if scope == units[0] else scope for scope in row.scopes]
            connection.execute(sa.update(quota_place).where(p.id == row.id).values(scopes=scopes))
