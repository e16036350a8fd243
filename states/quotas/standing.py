"""How a quota stands: bounds, what is taken, what is left, for one case or for every unit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from states.quotas.limits import bounds_of, counted, owed, period_of, places_left, spread
from states.quotas.model import quota_counter
from workflow.definition import Plan, Quota
from workflow.grammar import PEOPLE
from workflow.identity import Organisation
from workflow.message import Message

WHOLE = ""
"""The scope of the whole agency."""

Key = tuple[str, str, str]  # quota, period, scope
Counts = Mapping[Key, tuple[int, int | None]]  # taken, allotted


@dataclass(frozen=True)
class Line:
    """One place's quota in one period."""

    quota: Quota
    period: str
    scope: str
    where: str | Message
    least: int | None
    most: int | None
    taken: int

    @property
    def left(self) -> int | None:
        """Places that may still be taken; None without a maximum."""
        return places_left(self.most, self.taken)

    @property
    def owed(self) -> int:
        """Places still wanted of the minimum."""
        return owed(self.least, self.taken)


@dataclass(frozen=True)
class Whom:
    """What a quota must know of a case: where it belongs and what it is about."""

    unit_id: str | None
    kind: str


def covers(quota: Quota, org: Organisation, whom: Whom) -> bool:
    """Whether a case of this unit and kind counts in the quota at all."""
    type_ = org.units[whom.unit_id]["type"] if whom.unit_id and whom.unit_id in org.units else ""
    return (not quota.kinds or whom.kind in quota.kinds) and (not quota.units or type_ in quota.units)


def scopes_of(quota: Quota, org: Organisation, unit_id: str | None) -> tuple[str, ...]:
    """The counters a case of this unit is counted in; of a split quota its unit's and the whole."""
    if quota.split:
        return tuple(dict.fromkeys((unit_id or WHOLE, WHOLE)))
    if quota.each == "unit":
        return (unit_id or WHOLE,)
    if quota.each == "unit_type":
        return (str(org.units[unit_id]["type"]) if unit_id and unit_id in org.units else WHOLE,)
    return (WHOLE,)


def lines(
    connection: sa.Connection, plan: Plan, org: Organisation, quotas: Iterable[Quota], unit_id: str | None, day: date
) -> list[Line]:
    """How each quota stands for a case of one unit on a day; of a split quota two lines."""
    wanted = [(q, period_of(plan, q, day), scope) for q in quotas for scope in scopes_of(q, org, unit_id)]
    counts = load_counts(connection, plan, org, wanted)
    return [line(plan, org, *one, counts) for one in wanted]


def table(connection: sa.Connection, plan: Plan, org: Organisation, quota: Quota, period: str) -> list[Line]:
    """How a quota stands for every place it counts in; the whole comes first where places are split."""
    wanted = [(quota, period, scope) for scope in places(plan, org, quota)]
    counts = load_counts(connection, plan, org, wanted)
    return [line(plan, org, *one, counts) for one in wanted]


def places(plan: Plan, org: Organisation, quota: Quota) -> tuple[str, ...]:
    """Every scope of a quota: units that are there and of its types, the types, or the agency."""
    units = living(plan, org, quota)
    if quota.split:
        return (WHOLE, *units)
    if quota.each == "unit":
        return tuple(units)
    if quota.each == "unit_type":
        return tuple(dict.fromkeys(str(org.units[unit]["type"]) for unit in units))
    return (WHOLE,)


def living(plan: Plan, org: Organisation, quota: Quota) -> list[str]:
    """The units a quota is for, in the agency's order."""
    types = quota.units or plan.unit_types
    return [
        unit_id for unit_id, row in org.units.items()
        if (not types or row["type"] in types) and (row["ends_on"] is None or row["ends_on"] >= org.today)
    ]  # fmt: skip


def load_counts(
    connection: sa.Connection, plan: Plan, org: Organisation, wanted: Iterable[tuple[Quota, str, str]], *,
    lock: bool = False,
) -> dict[Key, tuple[int, int | None]]:  # fmt: skip
    """What is taken and allotted, the quotas that shares are of among them; locked in one order, if asked."""
    keys = sorted({key for one in wanted for key in _keys(plan, *one)})
    if not keys:
        return {}
    c = quota_counter.c
    found = (
        sa.select(c.quota, c.period, c.scope, c.taken, c.places)
        .where(c.agency_id == org.agency_id, c.plan == plan.plan, sa.tuple_(c.quota, c.period, c.scope).in_(keys))
        .order_by(c.quota, c.period, c.scope)
    )
    rows = connection.execute(found.with_for_update() if lock else found)
    return {(row.quota, row.period, row.scope): (row.taken, row.places) for row in rows}


def _keys(plan: Plan, quota: Quota, period: str, scope: str) -> Iterator[Key]:
    yield quota.name, period, scope
    base = plan.quotas.get(quota.share.of) if quota.share else None
    if base is not None:
        yield base.name, period, scope


def line(plan: Plan, org: Organisation, quota: Quota, period: str, scope: str, counts: Counts) -> Line:
    """One line out of what was counted."""
    taken, allotted = counts.get((quota.name, period, scope), (0, None))
    least, most = bounds_of(quota, org.units.get(scope), _base(quota, org, period, scope, counts))
    if quota.split and scope != WHOLE:
        least, most = None, first_split(plan, org, quota).get(scope, 0) if allotted is None else allotted
    return Line(quota, period, scope, name_of(org, quota, scope), least, most, taken)


def first_split(plan: Plan, org: Organisation, quota: Quota) -> dict[str, int]:
    """The places of each unit before the office changed any: by people, or alike; by hand they begin with none."""
    units, total = living(plan, org, quota), _total(quota, org)
    if quota.split == "by_hand" or total is None:
        return dict.fromkeys(units, 0)
    return spread(total, {unit: 1 if quota.split == "equal" else people_in(org, quota, unit) for unit in units})


def _total(quota: Quota, org: Organisation) -> int | None:
    if quota.share is not None and quota.share.of != PEOPLE:
        return counted(quota, None)[1]
    return bounds_of(quota, None, people_in(org, quota, WHOLE))[1]


def _base(quota: Quota, org: Organisation, period: str, scope: str, counts: Counts) -> int:
    if quota.share is None:
        return 0
    if quota.share.of != PEOPLE:
        return counts.get((quota.share.of, period, scope), (0, None))[0]
    return people_in(org, quota, scope)


def people_in(org: Organisation, quota: Quota, scope: str) -> int:
    """Who works there on the organisation's day: in a unit, in all units of a type, in the agency."""
    if scope in org.units:
        return sum(one.active and one.unit_id == scope for one in org.people.values())
    types = {scope} if scope else set(quota.units)
    units = {unit_id for unit_id, row in org.units.items() if not types or row["type"] in types}
    return sum(one.active and (one.unit_id in units or not types) for one in org.people.values())


def name_of(org: Organisation, quota: Quota, scope: str) -> str | Message:
    """What a scope is called."""
    if scope in org.units:
        return str(org.units[scope]["name"])
    if scope:
        return Message("quota.type", {"type": scope})
    return Message("quota.no_unit" if quota.each == "unit" else "quota.whole")


def period_title(plan: Plan, quota: Quota, period: str) -> Message | str:
    """What a period is called: năm 2025, quý 3/2025…"""
    if quota.period == "phase" and period in plan.phases:
        return plan.phases[period].title
    if quota.period in ("phase", "plan"):
        return Message("quota.period.plan")
    if quota.period == "school_year":
        return Message("period.school_year", {"year": period})
    year, _, part = period.partition("-")
    if quota.period == "half_year":
        return Message("quota.period.first_half" if part == "H1" else "quota.period.second_half", {"year": year})
    return Message(f"quota.period.{quota.period}", {"year": year, "part": part.lstrip("Q0")})


def source_of(plan: Plan, quota: Quota) -> str:
    """What asks for it: the clause the quota cites, else the plan."""
    return quota.cite or plan.number or plan.title
