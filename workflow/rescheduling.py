"""Where a deadline that runs already is worked out anew: a day it hangs on moved, more time was granted, the calendar
changed. The old timers go, new ones come, and an event says what it was and what it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import Any

from workflow.arming import arm_deadline, cancel_timers, due_of, set_due
from workflow.calendar import Calendar
from workflow.deadlines import anew, escalation_time, parse_duration, reminder_times, resume
from workflow.definition import Escalation
from workflow.draft import By, Draft
from workflow.due import Due
from workflow.item_terms import terms_of
from workflow.nudging import BY_HAND

Planned = tuple[str, str, datetime]  # kind, name, moment
Known = Callable[[str], Calendar | None]  # calendars by version


def refit(draft: Draft) -> None:
    """A day the deadline hangs on was set or changed: the open item's deadline is worked out again, as an event."""
    for item in draft.items.all(kind="state", status="open"):
        if item["id"] in draft.items.inserted:
            continue
        stored = Due.from_json(item["due"]) if item["due"] else None
        found = due_of(draft, draft.state.due, item["opened_at"])
        due = anew(found, stored, draft.facts.calendar) if found and stored else found
        if due is None or (stored and (stored.due_on == due.due_on or stored.resumed)):
            continue
        reschedule(draft, item, due, start=item["opened_at"])
        draft.note("rescheduled", refs=[item["id"]], due_on=due.due_on.isoformat(), **moved(stored, due))


def reschedule(draft: Draft, item: Mapping[str, Any], due: Due, *, start: datetime) -> None:
    """The one way a running deadline moves: the item sorts anew, what was armed is silent, the new is armed."""
    terms = terms_of(draft, item)
    cancel_timers(draft, item_id=item["id"])
    set_due(draft, dict(item), due)
    arm_deadline(draft, dict(item), due, terms.remind, terms.escalate, start)


def moved(before: Due | None, after: Due) -> dict[str, Any]:
    """What an event says of it: the day it was, the day it is, by which calendar."""
    was: dict[str, Any] = {"due_from": before.due_on.isoformat()} if before else {}
    return {**was, "due_to": after.due_on.isoformat(), "calendar": after.calendar_version}


# --- the calendar changed -----------------------------------------------------------------------------


def by_calendar(draft: Draft, item: Mapping[str, Any], known: Known) -> Due | None:
    """An open item's deadline by the calendar in force, when that, or what goes out before or after it, is not what
    is armed; None where nothing is to move.

    What would be over already stays: a changed calendar makes nobody late after the fact. So does what its own calendar
    (`known` by version) does not give: something else made it, and nobody could say why it moved.
    """
    if item["status"] != "open" or not item["due"]:
        return None
    stored = Due.from_json(item["due"])
    found = _ruled(draft, item, stored, draft.facts.calendar)
    if found is None or found.due_at <= draft.facts.now or not _stands(draft, item, stored, known):
        return None
    due = anew(found, stored, draft.facts.calendar)
    if due.due_on == stored.due_on and _same_timers(draft, item, due):
        return None
    return replace(due, recomputed=(stored.due_on, draft.facts.today)) if due.due_on != stored.due_on else due


def move_by_calendar(draft: Draft, item: Mapping[str, Any], known: Known, *, by: By, decision: str) -> bool:
    """Bring an open item to the calendar in force, with an event; False when it stands by it already."""
    due = by_calendar(draft, item, known)
    if due is None:
        return False
    before = Due.from_json(item["due"])
    reschedule(draft, item, due, start=draft.facts.now)
    here: dict[str, Any] = {"from": draft.case["state"], "to": draft.case["state"]}
    facts: dict[str, Any] = {**moved(before, due), "calendar_before": before.calendar_version, "decision": decision}
    draft.note("recalendared", by=by, refs=[item["id"]], **facts, **here)
    return True


def reminders_moved(draft: Draft, item: Mapping[str, Any], due: Due) -> int:
    """How many of an item's reminders and words of lateness change their moment."""
    return len(set(_armed(draft, item)) ^ set(_planned(draft, item, due))) // 2


def _stands(draft: Draft, item: Mapping[str, Any], stored: Due, known: Known) -> bool:
    """Whether the calendar a deadline names gives that deadline still."""
    before = known(stored.calendar_version)
    found = _ruled(draft, item, stored, before) if before else None
    return found is not None and found.due_on == (stored.granted[0] if stored.granted else stored.due_on)


def _ruled(draft: Draft, item: Mapping[str, Any], stored: Due, calendar: Calendar) -> Due | None:
    """What the rule gives by a calendar; after a hold its end counts, with the working days left then."""
    if stored.resumed is None:
        return due_of(draft, terms_of(draft, item).rule, item["opened_at"], calendar)
    on, left = stored.resumed
    noon = datetime.combine(on, time(12), tzinfo=calendar.zone)
    return resume(replace(stored, extended=(), granted=None), left, noon, calendar)


def _same_timers(draft: Draft, item: Mapping[str, Any], due: Due) -> bool:
    return sorted(_armed(draft, item)) == sorted(_planned(draft, item, due))


def _armed(draft: Draft, item: Mapping[str, Any]) -> list[Planned]:
    """What is still to come of an item's timers, but for a reminder by hand."""
    return [
        (row["kind"], row["name"], row["due_at"])
        for row in draft.timers.all(item_id=item["id"], status="armed")
        if row["due_at"] > draft.facts.now and row["name"] != BY_HAND
    ]


def _planned(draft: Draft, item: Mapping[str, Any], due: Due) -> list[Planned]:
    """What would be armed for a deadline from now on."""
    terms, calendar, hour, now = terms_of(draft, item), draft.facts.calendar, draft.plan.remind_hour, draft.facts.now
    found = [("due", "", due.due_at)]
    for offset, at in reminder_times(due, terms.remind, start=now, calendar=calendar, hour=hour):
        found.append(("remind", str(offset), at))
    return [*found, *_late(due, terms.escalate, draft)]


def _late(due: Due, steps: Sequence[Escalation], draft: Draft) -> list[Planned]:
    return [
        ("escalate", step.role, escalation_time(
            due, parse_duration(step.after), calendar=draft.facts.calendar, hour=draft.plan.remind_hour
        ))
        for step in steps if step.after is not None
    ]  # fmt: skip
