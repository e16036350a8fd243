"""The arithmetic of quotas: exact, and without a database, so that it can be counted by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from workflow.cadences import period_key
from workflow.definition import Bounds, Plan, Quota, Share


def number_of(share: Share, base: int) -> int:
    """The whole number a share of so many is, by the rounding the plan names."""
    exact = Fraction(share.part) * base
    match share.rounding:
        case "up":
            return math.ceil(exact)
        case "down":
            return math.floor(exact)
    return math.floor(exact + Fraction(1, 2))


def counted(quota: Quota, unit: Mapping[str, str] | None) -> Bounds:
    """Least and most by the quota's count, for one unit (None: no unit, or the whole agency)."""
    bounds = quota.bounds
    name = "" if unit is None or not quota.per else str(unit["type" if quota.per == "unit.type" else "code"])
    return bounds.get(name, bounds.get("", (None, None)))


def bounds_of(quota: Quota, unit: Mapping[str, str] | None, base: int) -> Bounds:
    """Least and most of a place whose share is of `base`: the greater minimum, the lesser maximum.

    A maximum is never below the minimum: `10 % of people` of a unit of five is no place, `count: 1..` still one.
    """
    least, most = counted(quota, unit)
    if quota.share is not None:
        number = number_of(quota.share, base)
        if quota.share.how != "at most":
            least = number if least is None else max(least, number)
        if quota.share.how != "at least":
            most = number if most is None else min(most, number)
    if least is not None and most is not None:
        most = max(least, most)
    return least, most


def places_left(most: int | None, taken: int) -> int | None:
    """How many may still be taken; None: as many as one likes. Nothing is left of a quota that was gone over."""
    return None if most is None else max(0, most - taken)


def owed(least: int | None, taken: int) -> int:
    """How many are still wanted of a minimum."""
    return max(0, (least or 0) - taken)


def spread(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """So many places by weight: whole parts, then one each by the largest remainder, the first named first."""
    whole = sum(weights.values())
    if not whole:
        return dict.fromkeys(weights, 0)
    exact = {name: Fraction(total * weight, whole) for name, weight in weights.items()}
    found = {name: math.floor(part) for name, part in exact.items()}
    rest = sorted(exact, key=lambda name: found[name] - exact[name])[: total - sum(found.values())]
    return {name: places + (name in rest) for name, places in found.items()}


def period_of(plan: Plan, quota: Quota, day: date) -> str:
    """The period a day counts in: 2025, 2025-2026, 2025-H1, 2025-Q3, 2025-07, a phase's name; '' is the whole plan."""
    if quota.period == "plan":
        return ""
    if quota.period == "phase":
        return next((p.name for p in plan.phases.values() if p.start <= day <= p.end), "")
    return period_key(quota.period, day, school_year=plan.school_year)
