"""Proofs about plan.yaml itself: stand-ins that end somewhere, dates that come, codes that stay apart."""

from __future__ import annotations

from collections.abc import Iterator

from workflow.cadences import days_between, parse_point
from workflow.defects import Defect, defect
from workflow.definition import Plan


def prove_plan(plan: Plan) -> Iterator[Defect]:
    """Every defect of the plan's own tables. Names must be right."""
    yield from _stand_ins(plan)
    for name, phase in plan.phases.items():
        if phase.end < plan.start or phase.start > plan.end:
            yield defect("phase_outside", ("phases", name), name=name, first=plan.start, last=plan.end)
    for name, cadence in plan.cadences.items():
        first, last = plan.within(cadence)
        is_set = not parse_point(cadence.every, cadence.at).unknown
        if is_set and next(days_between(cadence.every, cadence.at, (first, last)), None) is None:
            yield defect("never_comes", ("cadences", name, "at"), name=name, day=cadence.at, first=first, last=last)


def _stand_ins(plan: Plan) -> Iterator[Defect]:
    """Roles whose `else` leads back to themselves; a circle is told once, at the first of its roles."""
    told: set[str] = set()
    for start in plan.roles:
        way = [start]
        while (after := plan.roles[way[-1]].otherwise) and after not in way:
            way.append(after)
        if after == start and start not in told:
            told.update(way)
            yield defect("else_circle", ("roles", start, "else"), [*way, start])
