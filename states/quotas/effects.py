"""A place is taken and given back in the decision's own transaction: of two that want the last one, one gets it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from states.quotas.guards import full
from states.quotas.limits import period_of
from states.quotas.model import quota_counter, quota_place
from states.quotas.standing import Key, Whom, covers, line, load_counts, scopes_of
from workflow.db import insert_ignoring, uuid7
from workflow.definition import Plan, Quota
from workflow.identity import load_organisation
from workflow.message import Refused
from workflow.quotas import EFFECT
from workflow.registry import Context, Registry

RECOGNISED = "recognized"


def keep_places(context: Context, connection: sa.Connection) -> None:
    """After a move: back goes what the case has left behind, and what it has just come past is counted."""
    plan = context.plan
    assert plan is not None
    mine = [quota for quota in plan.quotas.values() if quota.of == context.process]
    give_back(context, connection, [q.name for q in mine if _comes_back(q, context)])
    for quota in mine:
        if context.taken in quota.at:
            _take(context, connection, plan, quota)


def _comes_back(quota: Quota, context: Context) -> bool:
    if context.taken in quota.at:
        return False
    stands = context.left == RECOGNISED or quota.level in context.levels
    return context.state in quota.before or (context.state in quota.ends and not stands)


def give_back(context: Context, connection: sa.Connection, quotas: Sequence[str]) -> None:
    """The case's places in these quotas are free again."""
    c = quota_place.c
    freed = connection.execute(
        sa.update(quota_place)
        .where(
            c.agency_id == context.agency_id, c.case_id == context.case_id, c.quota.in_(quotas), c.freed_at.is_(None)
        )
        .values(freed_at=context.now, freed_seq=context.event_seq)
        .returning(c.plan, c.quota, c.period, c.scopes)
    ).all()  # fmt: skip
    for row in sorted(freed, key=lambda row: (row.quota, row.period)):
        for scope in sorted(row.scopes):
            _count(connection, context.agency_id, row.plan, (row.quota, row.period, scope), -1)


def _take(context: Context, connection: sa.Connection, plan: Plan, quota: Quota) -> None:
    """One place, unless the case has it already or is not counted. Raises Refused when there is none."""
    org = load_organisation(connection, context.agency_id, context.today)
    if not covers(quota, org, Whom(context.unit_id, context.subject.kind)):
        return
    period, scopes = period_of(plan, quota, context.today), scopes_of(quota, org, context.unit_id)
    over = quota.override is not None and bool(context.inputs.get(quota.reason or ""))
    place = {
        "id": uuid7(), "agency_id": context.agency_id, "plan": plan.plan, "quota": quota.name, "period": period,
        "scopes": list(scopes), "case_id": context.case_id, "event_seq": context.event_seq, "taken_at": context.now,
    }  # fmt: skip
    added = insert_ignoring(connection, quota_place).values(place).returning(quota_place.c.id)
    if connection.scalar(added) is None:
        return
    wanted = [(quota, period, scope) for scope in scopes]
    begin_counters(connection, org.agency_id, plan, [(quota.name, period, scope) for scope in scopes])
    counts = load_counts(connection, plan, org, wanted, lock=True)
    full_up = [one for one in (line(plan, org, *each, counts) for each in wanted) if one.left == 0]
    if full_up and not over:
        raise Refused(full(plan, full_up[0]))
    if full_up:
        connection.execute(sa.update(quota_place).where(quota_place.c.id == place["id"]).values(is_over=True))
    for scope in sorted(scopes):
        _count(connection, context.agency_id, plan.plan, (quota.name, period, scope), 1)


def begin_counters(connection: sa.Connection, agency_id: str, plan: Plan, keys: Iterable[Key]) -> None:
    """A counter is there before it is locked: of two that begin it at once the second waits for the first."""
    for quota, period, scope in sorted(keys):
        row: dict[str, Any] = {
            "agency_id": agency_id, "plan": plan.plan, "quota": quota, "period": period, "scope": scope, "taken": 0,
        }  # fmt: skip
        connection.execute(insert_ignoring(connection, quota_counter).values(row))


def _count(connection: sa.Connection, agency_id: str, plan: str, key: Key, change: int) -> None:
    c = quota_counter.c
    connection.execute(
        sa.update(quota_counter)
        .where(c.agency_id == agency_id, c.plan == plan, sa.tuple_(c.quota, c.period, c.scope) == key)
        .values(taken=c.taken + change)
    )


def register(registry: Registry) -> None:
    """Under the name a plan's quotas bring with them."""
    registry.effect(EFFECT, follows=True)(keep_places)
