"""What a quota says before a decision: whether there is a place left, and whether a minimum is met."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from states.quotas.limits import period_of
from states.quotas.model import quota_place
from states.quotas.standing import Line, Whom, covers, lines, period_title, source_of, table
from workflow.definition import Plan, Quota
from workflow.identity import Asked, Authority, Matter, load_organisation, may
from workflow.message import Message
from workflow.quotas import GUARD, MET
from workflow.registry import Among, Context, Registry

FACTS = "quotas"
OWED = "quotas_owed"


@dataclass(frozen=True)
class Standing:
    """One quota for one case: its lines (none: it is not counted), whether it has a place, whether one may go over."""

    lines: tuple[Line, ...]
    has_place: bool
    may_override: bool

    @property
    def full(self) -> Line | None:
        """The line that leaves no place, if one does."""
        return None if self.has_place else next((line for line in self.lines if line.left == 0), None)


def standings(connection: sa.Connection, context: Context) -> dict[str, Standing]:
    """Every quota of the case's process, as it stands for this case today."""
    plan = context.plan
    quotas = [] if plan is None else [q for q in plan.quotas.values() if q.of == context.process]
    if plan is None or not quotas:
        return {}
    org = load_organisation(connection, context.agency_id, context.today)
    whom = Whom(context.unit_id, context.subject.kind)
    matter = Matter(context.subject.id, context.unit_id, context.subject.parties)
    mine = _places(connection, context, plan)

    def overrides(quota: Quota) -> bool:
        asked = Asked((quota.override or "",), context.unit_id)
        return bool(quota.override and context.actor_id) and isinstance(
            may(org, plan, matter, context.actor_id or "", asked), Authority
        )

    counted = [quota for quota in quotas if covers(quota, org, whom)]
    found = lines(connection, plan, org, counted, context.unit_id, context.today)
    return {
        quota.name: Standing(
            tuple(line for line in found if line.quota.name == quota.name),
            (quota.name, period_of(plan, quota, context.today)) in mine,
            overrides(quota),
        )
        for quota in quotas
    }


def _places(connection: sa.Connection, context: Context, plan: Plan) -> set[tuple[str, str]]:
    c = quota_place.c
    found = sa.select(c.quota, c.period).where(
        c.agency_id == context.agency_id, c.case_id == context.case_id, c.plan == plan.plan, c.freed_at.is_(None)
    )
    return {(row.quota, row.period) for row in connection.execute(found)}


def owing(connection: sa.Connection, context: Context) -> dict[str, list[Line]]:
    """Every quota with a minimum → the places that still owe some today; of a unit's own case only that unit."""
    plan = context.plan
    if plan is None:
        return {}
    org = load_organisation(connection, context.agency_id, context.today)
    found = {}
    for quota in plan.quotas.values():
        rows = table(connection, plan, org, quota, period_of(plan, quota, context.today))
        mine = [one for one in rows if context.unit_id is None or one.scope in ("", context.unit_id)]
        found[quota.name] = [one for one in mine if one.owed]
    return found


def within_quota(context: Context, name: str | None) -> Message | None:
    """A place is left in the quota; or who may go over it says why."""
    standing: Standing | None = context.facts[FACTS].get(name or "")
    line = standing.full if standing else None
    if standing is None or line is None:
        return None
    if standing.may_override and line.quota.reason and context.inputs.get(line.quota.reason):
        return None
    return full(context.plan, line, may_override=standing.may_override)


def full(plan: Plan | None, line: Line, *, may_override: bool = False) -> Message:
    """Why there is no place, what it rests on, and what helps."""
    assert plan is not None
    role = plan.roles.get(line.quota.override or "")
    way = Message("quota.way.give_back")
    if role is not None:
        way = Message("quota.way.say_why" if may_override else "quota.way.ask", {"role": role.title})
    return Message("guard.quota_full", {**told(plan, line), "way": way})


def told(plan: Plan, line: Line) -> dict[str, object]:
    """What every sentence about a line says."""
    return {
        "quota": line.quota.title, "where": line.where, "taken": line.taken, "most": line.most, "least": line.least,
        "left": line.left, "owed": line.owed, "period": period_title(plan, line.quota, line.period),
        "source": source_of(plan, line.quota),
    }  # fmt: skip


def quota_met(context: Context, name: str | None) -> Message | None:
    """The minimum is reached: here, or in every unit where the case is the whole agency's."""
    lacking: list[Line] = context.facts[OWED].get(name or "", [])
    if not lacking or context.plan is None:
        return None
    where = [Message("quota.owes", {"where": one.where, "owed": one.owed}) for one in lacking]
    return Message("guard.quota_met", {**told(context.plan, lacking[0]), "lacking": where})


def register(registry: Registry) -> None:
    """Under the names a plan's quotas bring with them."""
    registry.loader(FACTS)(standings)
    registry.loader(OWED)(owing)
    known = Among(lambda plan: plan.quotas, "unknown_quota")
    registry.guard(GUARD, facts=[FACTS], among=known)(within_quota)
    registry.guard(MET, facts=[OWED], among=known)(quota_met)
