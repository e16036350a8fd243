"""The days of a period named by its key, the period before it, and all of its kind that a plan has."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

from workflow.cadences import is_school_year, period_key, phase_key, phase_of_key
from workflow.definition import Plan

_DAY = timedelta(days=1)
_WEEK = re.compile(r"(\d{4})-W(\d\d)", re.ASCII)
_MONTHS_OF = {"H": 6, "Q": 3}


def kind_of(key: str) -> str:
    """Which `every` a key is of: year, half_year, quarter, month, week, day, school_year, phase."""
    if phase_of_key(key):
        return "phase"
    if is_school_year(key):
        return "school_year"
    _, _, rest = key.partition("-")
    if not rest:
        return "year"
    return {"H": "half_year", "Q": "quarter", "W": "week"}.get(rest[0], "day" if "-" in rest else "month")


def days_of(key: str, plan: Plan) -> tuple[date, date]:
    """Its first and last day. Raises ValueError for a key that names no period."""
    kind = kind_of(key)
    if kind == "phase":
        phase = plan.phases.get(phase_of_key(key))
        if phase is None:
            raise ValueError(f"{key!r} is no phase of the plan")
        return phase.start, phase.end
    if kind == "school_year":
        month, day = plan.school_year
        year = int(key[:4])
        return date(year, month, day), date(year + 1, month, day) - _DAY
    if kind == "day":
        return date.fromisoformat(key), date.fromisoformat(key)
    if found := _WEEK.fullmatch(key):
        first = date.fromisocalendar(int(found[1]), int(found[2]), 1)
        return first, first + 6 * _DAY
    return _months_of(key, kind)


def _months_of(key: str, kind: str) -> tuple[date, date]:
    year, _, rest = key.partition("-")
    months = 12 if kind == "year" else _MONTHS_OF.get(rest[0], 1)
    number = 1 if kind == "year" else int(rest.lstrip("HQ"))
    last = number * months
    return date(int(year), last - months + 1, 1), date(int(year), last, monthrange(int(year), last)[1])


def before(key: str, plan: Plan) -> str | None:
    """The period before, of the same kind; None for the first phase."""
    kind, first = kind_of(key), days_of(key, plan)[0]
    if kind == "phase":
        ended = sorted((one for one in plan.phases.values() if one.end < first), key=lambda one: one.end)
        return phase_key(ended[-1].name, ended[-1].start) if ended else None
    return period_key(kind, first - _DAY, school_year=plan.school_year)


def up_to(key: str, plan: Plan) -> list[str]:
    """Every period of its kind from the plan's first day to this one, the oldest first."""
    found = [key]
    while (earlier := before(found[0], plan)) is not None and days_of(earlier, plan)[1] >= plan.start:
        found.insert(0, earlier)
    return found


def named(key: str, plan: Plan) -> tuple[str, dict[str, str]]:
    """How people call it: the key of a phrase and what stands in it."""
    kind, year = kind_of(key), key[:4]
    _, _, rest = key.partition("-")
    match kind:
        case "phase":
            return "period.phase", {"title": plan.phases[phase_of_key(key)].title}
        case "half_year":
            return f"period.half_{rest[1]}", {"year": year}
        case "quarter":
            return "period.quarter", {"year": year, "number": ("I", "II", "III", "IV")[int(rest[1]) - 1]}
        case "month" | "week":
            return f"period.{kind}", {"year": year, "number": rest.lstrip("W0")}
        case "day":
            return "period.day", {"day": date.fromisoformat(key).strftime("%d/%m/%Y")}
    return f"period.{kind}", {"year": key}
