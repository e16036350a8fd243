"""Whether a condition holds on a draft: the closed language of `when`, `if` and branches, nothing evaluated."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from workflow.condition_words import unmet
from workflow.deadline_days import shift
from workflow.deadlines import parse_duration
from workflow.definition import Condition, Term
from workflow.draft import By, Draft
from workflow.message import Message
from workflow.registry import Registry

DONE = frozenset({"answered", "nil", "silent"})


def holds(draft: Draft, condition: Condition, inputs: Mapping[str, Any] | None = None, by: By | None = None) -> bool:
    """Every term holds."""
    return all(refusal(draft, term, inputs, by) is None for term in condition)


def refusals(draft: Draft, condition: Condition, inputs: Mapping[str, Any] | None, by: By | None) -> list[Message]:
    """What speaks against, all of it: `transitions` alone would stop at the first."""
    found = [refusal(draft, term, inputs, by) for term in condition]
    return [message for message in found if message is not None]


@dataclass(frozen=True)
class Tried:
    """One term as it was asked: its refusal, if any, and the fields it looked at. One that `waits` looks at what the
    form asks for, so it is decided when the form is in."""

    term: Term
    refusal: Message | None
    seen: frozenset[str]
    waits: bool


def tried(draft: Draft, condition: Condition, by: By | None, asked: Collection[str]) -> tuple[Tried, ...]:
    """Every term asked before the form is in."""
    found = []
    for term in condition:
        seen: set[str] = {term.name} if term.kind == "is" else set()
        message = (
            draft.ask_guard(term.name, term.arg, None, by, seen)
            if term.kind == "guard"
            else refusal(draft, term, None, by)
        )
        found.append(Tried(term, message, frozenset(seen), not seen.isdisjoint(asked)))
    return tuple(found)


def against(terms: Collection[Tried]) -> list[Message]:
    """What speaks against already: whatever looks at a field the form asks for waits for it."""
    return [one.refusal for one in terms if one.refusal is not None and not one.waits]


def refusals_yet(draft: Draft, condition: Condition, by: By | None, asked: Collection[str]) -> list[Message]:
    """The same of a condition at once."""
    return against(tried(draft, condition, by, asked))


def public(registry: Registry, condition: Condition) -> Condition:
    """The terms whose refusal anybody who sees the case may read."""
    private = {name for name, entry in registry.guards.items() if entry.private}
    return tuple(term for term in condition if term.kind != "guard" or term.name not in private)


def refusal(draft: Draft, term: Term, inputs: Mapping[str, Any] | None, by: By | None) -> Message | None:
    """Why a term does not hold, or None."""
    if term.kind == "guard":
        return draft.ask_guard(term.name, term.arg, inputs, by)
    if _TESTS[term.kind](draft, term, inputs or {}):
        return None
    at = true_at(draft, term) if term.kind == "after" and not draft.held else None
    return unmet(draft.facts.life.definition, draft.plan, term, at)


def value_of(draft: Draft, name: str, inputs: Mapping[str, Any]) -> set[str]:
    """What a name in `F is V` stands for now, as a set of words."""
    if name == "held":
        return set(draft.case["holds"])
    if name == "level":
        return {draft.last_level()}
    if name == "phase":
        today = draft.facts.today
        return {p.name for p in draft.plan.phases.values() if p.start <= today <= p.end}
    if name in draft.facts.life.definition.fields:
        return _words(inputs.get(name, draft.fields.get(name)))
    if name == "kind":
        return {draft.facts.subject.kind, draft.facts.subject.type}
    if name == "unit_type":
        unit = draft.facts.org.units.get(draft.case["unit_id"] or "")
        return {str(unit["type"])} if unit else set()
    return {row["answer"] for row in draft.links.all(process=name) if row["answer"] and row["taken_at"] is None}


def _words(value: Any) -> set[str]:
    if value is None:
        return set()
    if isinstance(value, bool):
        return {"yes", "true"} if value else {"no", "false"}
    if isinstance(value, list):
        return {str(v) for v in value}
    return {str(value)}


def _is(draft: Draft, term: Term, inputs: Mapping[str, Any]) -> bool:
    return bool(value_of(draft, term.name, inputs) & set(term.values)) != term.negated


def _answers(draft: Draft, term: Term) -> list[bool]:
    rows = [
        row for row in draft.asks.all(name=term.name)
        if row["status"] != "closed" and row["visit"] in (0, draft.case["visit"])
    ]  # fmt: skip
    if term.values:
        return [bool({row["child_state"], row["says"]} & set(term.values)) for row in rows]
    return [row["status"] in DONE for row in rows]


def _all(draft: Draft, term: Term, _inputs: Mapping[str, Any]) -> bool:
    return all(_answers(draft, term))


def _some(draft: Draft, term: Term, _inputs: Mapping[str, Any]) -> bool:
    return sum(_answers(draft, term)) >= (term.count or 1)


def _overdue(draft: Draft, _term: Term, _inputs: Mapping[str, Any]) -> bool:
    return any(
        item["due_at"] is not None and item["due_at"] <= draft.facts.now
        for item in draft.items.all(kind="state", status="open")
    )


def _after(draft: Draft, term: Term, _inputs: Mapping[str, Any]) -> bool:
    return true_at(draft, term) <= draft.facts.now


def true_at(draft: Draft, term: Term) -> datetime:
    """When a condition of time becomes true, as its timer waits for it: a hold in between has moved the moment on.

    While the case is on hold it does not come; without a timer (it has fired) it is counted from the entry.
    """
    waits = [one for one in draft.timers.all(kind="after") if one["detail"].get("term") == term.text]
    waits = [one for one in waits if one["status"] in ("armed", "paused")]
    if any(one["status"] == "paused" for one in waits):
        return datetime.max.replace(tzinfo=UTC)
    counted: datetime = draft.case["entered_at"]
    return min((one["due_at"] for one in waits), default=None) or true_from(draft, term, counted)


def true_from(draft: Draft, term: Term, start: datetime) -> datetime:
    """When a condition of time becomes true without a hold: the end of the last day, of the plan's period
    (`period ended`) or of those counted from `start` (`after DURATION`)."""
    calendar = draft.facts.calendar
    if term.kind == "period_ended":
        return calendar.end_of_day(draft.plan.end)
    duration = parse_duration(term.arg or "")
    if duration.unit == "hour":
        return start + timedelta(hours=duration.amount)
    return calendar.end_of_day(shift(calendar.local_date(start), duration, calendar))


def _parent_ended(draft: Draft, _term: Term, _inputs: Mapping[str, Any]) -> bool:
    return any(row["ended"] and row["taken_at"] is None for row in draft.links.all(relation="parent"))


def _period_ended(draft: Draft, _term: Term, _inputs: Mapping[str, Any]) -> bool:
    return draft.facts.today > draft.plan.end


_TESTS = {
    "is": _is,
    "all": _all,
    "some": _some,
    "overdue": _overdue,
    "after": _after,
    "parent_ended": _parent_ended,
    "period_ended": _period_ended,
}
