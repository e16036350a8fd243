"""The codes people know cases by: how a plan writes them, and whether two cases could come to bear one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from workflow.cadences import days_between, parse_point, period_key, phase_key
from workflow.defect_kinds import because
from workflow.defects import Defect, defect, nearest
from workflow.definition import Cadence, Definition, Plan
from workflow.message import Message

LONGEST_CODE = 40  # letters that a case's code may have in the database
SHORT_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII)  # it stands in addresses as it is
PLACEHOLDERS = ("{year}", "{period}", "{n}")

_PLACEHOLDER = re.compile(r"\{[^{}]*\}")


def written_code(pattern: str, *, year: int, period: str, number: int | None) -> str:
    """A case's code; `number` is needed where the pattern counts."""
    known = {"{year}": f"{year}", "{period}": period, "{n}": "" if number is None else f"{number:04d}"}
    return _PLACEHOLDER.sub(lambda found: known.get(found[0], found[0]), pattern)


def counts(pattern: str) -> bool:
    """Whether its codes are numbered."""
    return "{n}" in pattern


def check_code(definition: Definition) -> Iterator[Defect]:
    """Whether `code:` can be written at all: known placeholders, letters an address can hold, not too long."""
    pattern, at = definition.code, ("code",)
    unknown = [one for one in _PLACEHOLDER.findall(pattern) if one not in PLACEHOLDERS]
    for name in dict.fromkeys(unknown):
        yield defect("unknown_placeholder", at, name=name, **nearest(name, PLACEHOLDERS))
    if unknown:
        return
    widest = written_code(pattern, year=2025, period="2025-12-31", number=999_999)
    if not SHORT_CODE.fullmatch(widest):
        yield defect("bad_code", at, name=pattern)
    elif len(widest) > LONGEST_CODE:
        yield defect("long_code", at, name=pattern, most=LONGEST_CODE, letters=len(widest))


def prove_codes(plan: Plan, definitions: Mapping[str, Definition]) -> Iterator[Defect]:
    """Codes that two cases would share; each defect's address begins with its process."""
    first: dict[str, str] = {}
    for name, definition in definitions.items():
        pattern, at = definition.code, (name, "code")
        if pattern in first:
            yield defect("code_of_two", at, name=pattern, process=first[pattern])
        first.setdefault(pattern, name)
        if counts(pattern):
            if "{year}" not in pattern and ("{period}" not in pattern or _several(definition)):
                yield defect("code_without_year", at, name=pattern)
        elif why := _several(definition) or _alike(plan, definition):
            yield defect("code_shared", at, name=pattern, why=why)


def _several(definition: Definition) -> Message | None:
    """Who else than the plan's dates starts cases: as many as they like, and in no period of their own."""
    for action in definition.start.values():
        for by in action.by:
            if by != "cadence":
                return because("starts_several", name=by, action=action.name)
    return None


def _alike(plan: Plan, definition: Definition) -> Message | None:
    """Two periods whose cases would bear one code."""
    seen: dict[str, str] = {}
    for key in _periods(plan, definition.process):
        code = written_code(definition.code, year=int(key[:4]), period=key, number=None)
        if code in seen:
            return because("periods_alike", first=seen[code], second=key, code=code)
        seen[code] = key
    return None


def _periods(plan: Plan, process: str) -> list[str]:
    """Every period a cadence of the plan starts this process for, each once: that is what makes a case one."""
    keys = [
        _key(plan, cadence, day)
        for cadence in plan.cadences.values()
        if cadence.start == process
        for day in days_between(cadence.every, cadence.at, plan.within(cadence))
    ]
    return list(dict.fromkeys(keys))


def _key(plan: Plan, cadence: Cadence, day: date) -> str:
    every = parse_point(cadence.every, cadence.at).every
    if every == "phase":
        return phase_key(cadence.phase or "", plan.within(cadence)[0])
    return period_key(every, day, school_year=plan.school_year)
