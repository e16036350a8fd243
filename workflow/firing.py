"""What a timer does when its moment comes: remind, miss, escalate, ask again. Once each, late rather than never."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from workflow import asking, moves, witness
from workflow.arming import OF_HOLDS, arm, offer, tell_person, tell_roles
from workflow.clock import business_now
from workflow.commands import Changing
from workflow.conditions import refusals
from workflow.deadlines import escalation_time, parse_duration
from workflow.definition import Action, Escalation
from workflow.draft import SYSTEM, Draft
from workflow.due import Due
from workflow.forms import REASON, applies, is_computed
from workflow.identity import Asked, who
from workflow.message import Message
from workflow.permission import ask_definition, asked_of_item
from workflow.reminding import note_late, remind
from workflow.sweeping import later_reminder
from workflow.timers import timer


def fire(engine: Changing, timer_id: str) -> bool:
    """Fire one timer; False when it was fired, dropped or cancelled already, or its moment is still to come."""
    with engine.database.read() as connection:
        now = business_now(connection)
        ripe = (timer.c.status == "armed") & (timer.c.due_at <= now)
        row = connection.execute(sa.select(timer).where(timer.c.id == timer_id, ripe)).mappings().first()
    if row is None:
        return False
    with witness.about(case_id=row["case_id"]):
        fired = engine.change(row["case_id"], SYSTEM, lambda draft: ring(draft, timer_id), timer_id=timer_id)
    if fired:
        witness.told("timer", (now - row["due_at"]).total_seconds(), kind=row["kind"])
    else:
        witness.told("repeat", kind="timer")
    return fired


def ring(draft: Draft, timer_id: str) -> bool:
    """Let a timer do its work in a draft; False when it is no longer due there."""
    row = draft.timers.get(timer_id)
    if row is None or row["status"] != "armed" or row["due_at"] > draft.facts.now:
        return False
    _KINDS[row["kind"]](draft, row)
    return True


def _remind(draft: Draft, row: Mapping[str, Any]) -> None:
    """One that could not fire is tried again late: a later one may have gone by then."""
    remind(draft, row, later=later_reminder(draft.connection, row, draft.facts.now))


def _due(draft: Draft, row: Mapping[str, Any]) -> None:
    """A deadline passed: an ask whose silence agrees is done, one whose misses
    are counted is missed; anything else stays open, late, and escalates."""
    item = note_late(draft, row)
    asked = draft.asks.get(item["ask_id"]) if item is not None else None
    if asked is not None and asked["status"] == "open":
        ask = ask_definition(draft, asked)
        if asking.silence_speaks(ask):
            asking.silent(draft, ask, asked)
        elif asking.may_be_missed(ask):
            asking.missed(draft, ask, asked)


def _escalate(draft: Draft, row: Mapping[str, Any]) -> None:
    item = draft.items.get(row["item_id"])
    if item is None or item["status"] != "open":
        draft.timer_outcome = "dropped"
        return
    step = _steps(draft, item)[row["detail"]["step"]]
    if step.every is not None:
        _again(draft, item, row, step)
    if step.mode == "act" and step.action:
        _act(draft, item, step.action, row["id"])
        return
    asked = Asked((step.role,), asked_of_item(draft, item).unit_id)
    if step.mode == "add_owner":
        draft.note("escalated", refs=[item["id"]], to_role=step.role, by=SYSTEM)
        if not offer(draft, dict(item), asked, why="added", template="escalation", timer_id=row["id"]):
            _unheard(draft, step, row["id"])
        return
    _tell_late(draft, item, step, asked, row["id"])


def _act(draft: Draft, item: Mapping[str, Any], name: str, timer_id: str) -> None:
    """Lateness takes an action, under the rules a person would be under: its guards, and what it needs.

    Nobody fills in a form here, so what is needed must be known already. Refused, nothing moves: an incident says so
    (why is read on the case, by whoever may: a reason may tell about a person), and the further steps come in turn.
    """
    held = _of_hold(draft, item)
    action = _actions(draft, held)[name]
    if not _lacks(draft, action) and not refusals(draft, action.conditions, {}, SYSTEM):
        moves.take(draft, action, inputs={}, by=SYSTEM, held=held)
        return
    reason = Message("incident.late_refused", {"action": action.title or name})
    draft.incidents.append(("late_refused", f"late_refused:{timer_id}", reason))


def _lacks(draft: Draft, action: Action) -> bool:
    """Whether the action's form needs what the case does not hold."""
    fields = (draft.facts.life.definition.fields[name] for name in action.needs if name != REASON.name)
    asked = [one.name for one in fields if not is_computed(one) and applies(one.conditions, draft.fields)]
    return any(draft.fields.get(name) in (None, "", [], {}) for name in asked)


def _of_hold(draft: Draft, item: Mapping[str, Any]) -> bool:
    asked = draft.asks.get(item["ask_id"])
    return bool(item["kind"] in OF_HOLDS if asked is None else asked["visit"] == 0)


def _actions(draft: Draft, held: bool) -> Mapping[str, Action]:
    """What lateness may do: of a hold its own actions, else those of the state."""
    definition = draft.facts.life.definition
    if held:
        return definition.held.actions if definition.held else {}
    return definition.actions_in(draft.case["state"])


def _tell_late(draft: Draft, item: Mapping[str, Any], step: Escalation, asked: Asked, timer_id: str) -> None:
    people = who(draft.facts.org, draft.plan, draft.matter(), asked)
    if not people and draft.plan.roles[step.role].notices == "desk":
        tell_roles(draft, asked.roles, "escalation", timer_id=timer_id)
    elif not people:
        _unheard(draft, step, timer_id)
    for person_id, behalf in people.items():
        tell_person(draft, person_id, "escalation", item=dict(item), on_behalf_of=behalf, timer_id=timer_id)


def _unheard(draft: Draft, step: Escalation, timer_id: str) -> None:
    """Lateness that finds nobody is an incident: everyone of the role has left, or may not look at this case."""
    reason = Message("incident.unheard", {"roles": [draft.plan.roles[step.role].title]})
    draft.incidents.append(("unheard", f"unheard:{timer_id}", reason))


def _steps(draft: Draft, item: Mapping[str, Any]) -> tuple[Escalation, ...]:
    asked = draft.asks.get(item["ask_id"])
    if asked is not None:
        return ask_definition(draft, asked).escalate
    hold = draft.facts.life.definition.held
    return hold.escalate if item["kind"] == "held" and hold else draft.state.escalate


def _again(draft: Draft, item: Mapping[str, Any], row: Mapping[str, Any], step: Escalation) -> None:
    """The next of its turns that is still to come: after a long silence one word of lateness, not ten."""
    repeat, at = row["detail"]["repeat"], draft.facts.now
    while at <= draft.facts.now:
        repeat += 1
        at = escalation_time(
            Due.from_json(item["due"]), parse_duration(step.after or ""), calendar=draft.facts.calendar,
            every=parse_duration(step.every or ""), repeat=repeat, hour=draft.plan.remind_hour,
        )  # fmt: skip
    detail = {"step": row["detail"]["step"], "repeat": repeat}
    arm(draft, "escalate", at, item=dict(item), name=step.role, detail=detail)


def _rhythm(draft: Draft, row: Mapping[str, Any]) -> None:
    definition = draft.facts.life.definition
    held = row["detail"]["visit"] == 0
    asks = (definition.held.asks if definition.held else {}) if held else draft.state.asks
    asking.turn(draft, asks[row["name"]], row["detail"])


def _after(draft: Draft, row: Mapping[str, Any]) -> None:
    """Nothing itself: the conditions that waited for this moment are tried next."""


_KINDS = {"remind": _remind, "due": _due, "escalate": _escalate, "rhythm": _rhythm, "after": _after}
