"""The office splits a quota among the units: a dated version each time, never more than there is, never below use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from states.quotas.effects import begin_counters
from states.quotas.model import quota_counter, quota_split
from states.quotas.standing import WHOLE, load_counts, name_of, table
from workflow.clock import business_now, local_date
from workflow.db import insert_ignoring
from workflow.definition import Plan, Quota
from workflow.identity import Organisation, load_organisation
from workflow.message import Conflict, Invalid, Message


@dataclass(frozen=True)
class Split:
    """So many places for each unit in one period, on what ground, set by whom."""

    quota: Quota
    period: str
    places: Mapping[str, int]
    reason: str
    set_by: str


def version_of(connection: sa.Connection, plan: Plan, agency_id: str, quota: str, period: str) -> int:
    """How often the split of a period was set."""
    c = quota_split.c
    found = sa.select(sa.func.max(c.version)).where(
        c.agency_id == agency_id, c.plan == plan.plan, c.quota == quota, c.period == period
    )
    return connection.scalar(found) or 0


def set_split(connection: sa.Connection, plan: Plan, agency_id: str, split: Split, *, version: int | None) -> None:
    """Give each unit its places; a unit left out keeps what it has. `version`: the one seen (None: whatever stands).

    Raises Invalid by unit, Conflict when somebody has set another since.
    """
    now = business_now(connection)
    quota, org = split.quota, load_organisation(connection, agency_id, local_date(now))
    seen = version_of(connection, plan, agency_id, quota.name, split.period) if version is None else version
    _refuse_too_many(connection, plan, agency_id, split, local_date(now))
    row = {
        "agency_id": agency_id, "plan": plan.plan, "quota": quota.name, "period": split.period, "version": seen + 1,
        "places": dict(split.places), "reason": split.reason[:300], "set_by": split.set_by, "set_at": now,
    }  # fmt: skip
    added = insert_ignoring(connection, quota_split).values(row).returning(quota_split.c.version)
    last = (
        None if connection.scalar(added) is None else version_of(connection, plan, agency_id, quota.name, split.period)
    )
    if last != seen + 1:
        raise Conflict(Message("quota.split_stale"))
    _refuse_used(connection, plan, org, split)
    c = quota_counter.c
    for unit, places in split.places.items():
        here = (c.agency_id == agency_id) & (c.plan == plan.plan) & (c.quota == quota.name) & (c.scope == unit)
        connection.execute(sa.update(quota_counter).where(here, c.period == split.period).values(places=places))


def _refuse_used(connection: sa.Connection, plan: Plan, org: Organisation, split: Split) -> None:
    """Locks every unit's counter; nobody is left with fewer places than are taken."""
    quota, units = split.quota, sorted(split.places)
    begin_counters(connection, org.agency_id, plan, [(quota.name, split.period, unit) for unit in units])
    counts = load_counts(connection, plan, org, [(quota, split.period, unit) for unit in units], lock=True)
    wrong = {}
    for unit in units:
        taken, places = counts[(quota.name, split.period, unit)][0], split.places[unit]
        if places < taken:
            told = {"where": name_of(org, quota, unit), "taken": taken, "places": places}
            wrong[unit] = Message("quota.split_taken", told)
    if wrong:
        raise Invalid(wrong)


def _refuse_too_many(connection: sa.Connection, plan: Plan, agency_id: str, split: Split, day: date) -> None:
    org = load_organisation(connection, agency_id, day)
    whole = next(one for one in table(connection, plan, org, split.quota, split.period) if one.scope == WHOLE)
    total = sum(split.places.values())
    if whole.most is not None and total > whole.most:
        told = {"sum": total, "most": whole.most, "over": total - whole.most}
        raise Invalid({"sum": Message("quota.split_sum", told)})
