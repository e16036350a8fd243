"""What must be true before a step in a nominee's life."""

from __future__ import annotations

from datetime import date
from typing import Any

from states.subjects.submitted import day
from workflow.message import Message
from workflow.registry import Context, Registry

PAPERS_OF_A_HOLD = frozenset({"hold_ground", "hold_document", "clearance", "note", "reason"})
"""What a hold and its release leave in the case: a written clearance changes nothing the council saw."""

MONTHS_THAT_COUNT = 6
MERIT_REQUEST = "merit_request"
"""The kind of request that one subject has one of at a time, unless the plan gives the guard another."""


def not_a_duplicate(context: Context, _arg: str | None) -> Message | None:
    """One life per subject: a second nomination belongs as proof or endorsement to the first."""
    others = [row for row in context.facts["open_cases"] if row["process"] == context.process]
    if not others:
        return None
    return Message("guard.not_a_duplicate", {"name": context.subject.label})  # not which: who asks may not see it


def no_change_since_council(context: Context, _arg: str | None) -> Message | None:
    """The Director decides on what the council saw (Kế hoạch I.2: khách quan, minh bạch)."""
    changed = [row["title"] for row in context.facts["fields_changed_here"] if row["name"] not in PAPERS_OF_A_HOLD]
    return Message("guard.no_change_since_council", {"fields": changed}) if changed else None


def six_months_in_old_unit(context: Context, _arg: str | None) -> Message | None:
    """Half a year elsewhere calls for that unit's opinion; an unknown beginning counts as long enough."""
    elsewhere = [row for row in context.facts["unit_stays"] if row["unit_id"] != context.fields.get("new_unit")]
    if not elsewhere:
        return None
    moved_on = day(context.fields.get("moved_on")) or context.today
    if _months_between(elsewhere[-1]["starts_on"], moved_on) >= MONTHS_THAT_COUNT:
        return None
    return Message("guard.six_months_in_old_unit", {"months": MONTHS_THAT_COUNT, "since": elsewhere[-1]["starts_on"]})


def another_unit(context: Context, _arg: str | None) -> Message | None:
    """A move leads somewhere else: into the unit one is in it would hold the case for nothing."""
    if context.unit_id is None or context.fields.get("new_unit") != context.unit_id:
        return None
    return Message("guard.another_unit", {"name": context.subject.label})


def by_another(context: Context, name: str | None) -> Message | None:
    """A field names somebody else than whom the case is about: nobody is their own mentor."""
    own = {party.person_id for party in context.subject.parties if party.relation == "subject"}
    if context.inputs.get(name or "") not in own:  # said now: who was named before must be replaceable
        return None
    return Message("guard.by_another", {"name": context.subject.label})


def still_ahead(context: Context, column: str | None) -> Message | None:
    """What is not done yet is due today or later; `column`: TABLE.COLUMN of a form, its `done` says what is done."""
    table, _, name = (column or "").partition(".")
    rows = context.inputs.get(table) or ()
    days = [day(row.get(name)) for row in rows if row.get("done") is not True]
    past = [one for one in days if one is not None and one < context.today]
    return Message("guard.still_ahead", {"days": past, "today": context.today}) if past else None


def _months_between(first: date, last: date) -> int:
    whole = (last.year - first.year) * 12 + last.month - first.month
    return whole if last.day >= first.day else whole - 1


def no_open_merit_request(context: Context, process: str | None) -> Message | None:
    """One request at a time for one subject; `process` names another kind of request."""
    wanted = process or MERIT_REQUEST
    rows: list[dict[str, Any]] = context.facts["open_cases"]
    mine = [row for row in rows if row["process"] == wanted and row["subject_id"] == context.subject.id]
    return Message("guard.no_open_merit_request", {"code": mine[0]["code"]}) if mine else None


def register(registry: Registry) -> None:
    """Under the names YAML uses."""
    registry.guard("not_a_duplicate", facts=["open_cases"], cite="Kế hoạch II.1")(not_a_duplicate)
    registry.guard("no_change_since_council", facts=["fields_changed_here"], cite="Kế hoạch I.2")(
        no_change_since_council
    )
    registry.guard("six_months_in_old_unit", facts=["unit_stays"], cite="TANDTC Đ.29", fields=("new_unit", "moved_on"))(
        six_months_in_old_unit
    )
    registry.guard("another_unit", fields=("new_unit",))(another_unit)
    registry.guard("by_another", cite="Kế hoạch II.1", fields=lambda name: (name or "",))(by_another)
    registry.guard("still_ahead", cite="Kế hoạch II.1", fields=lambda column: (column or "",))(still_ahead)
    registry.guard("no_open_merit_request", facts=["open_cases"], cite="Luật 06/2022 Đ.5", process=MERIT_REQUEST)(
        no_open_merit_request
    )
