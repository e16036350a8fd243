"""Asks: others must answer while a case is here. A single step, or a child case each; on a rhythm, never two open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from workflow.arming import (
    arm_rhythm,
    cancel_timers,
    close_item,
    due_of,
    open_item,
    tell_roles,
    units_taking_part,
)
from workflow.conditions import holds
from workflow.definition import Ask, Escalation
from workflow.draft import By, Draft
from workflow.grammar import field_given
from workflow.identity import Asked, eligible
from workflow.message import Message

AGREES = "agrees"
"""What silence says where the plan lets it speak, and the value of an answer that it stands for."""

TAKEN_OVER = 10_000
"""Added to an ask's number each time it passes to another inbox unanswered."""


def begin(draft: Draft, asks: Iterable[Ask], *, visit: int) -> None:
    """Entering a state, or a hold: open what is asked at once, start the rhythms."""
    for ask in asks:
        if not holds(draft, ask.conditions):
            continue
        if ask.every is not None:
            arm_rhythm(draft, ask, ask.name, 1, draft.facts.now, visit=visit)
            continue
        for element, label, asked in _elements(draft, ask):
            open_ask(
                draft,
                ask,
                number=_next_number(draft, ask, element),
                element=element,
                label=label,
                asked=asked,
                visit=visit,
            )


def _elements(draft: Draft, ask: Ask) -> Iterable[tuple[str, str, Asked]]:
    roles = (ask.of,) if ask.of else ()
    org, plan = draft.facts.org, draft.plan
    if ask.each == "unit":
        for unit_id, name in units_taking_part(draft, ask.units):
            yield f"unit:{unit_id}", name, Asked(roles, unit_id)
    elif ask.each in plan.roles:
        for person_id in eligible(org, plan, draft.matter(), ask.each, draft.case["unit_id"]):
            yield f"person:{person_id}", org.name(person_id), Asked((), None, {person_id: None})
    elif ask.each:
        for person_id in draft.fields.get(ask.each) or []:
            yield f"person:{person_id}", org.name(person_id), Asked((), None, {person_id: None})
    else:
        yield "", "", Asked(roles, asked_unit(draft, ask))


def asked_unit(draft: Draft, ask: Ask) -> str | None:
    """Whose unit an ask looks at: a unit field's, or the case's own."""
    if ask.of_unit:
        value = draft.fields.get(ask.of_unit)
        return draft.facts.org.unit_now(value) if isinstance(value, str) else None
    own: str | None = draft.case["unit_id"]
    return own


def asked_of(draft: Draft, ask: Ask, row: Mapping[str, Any]) -> Asked:
    """Whose answer a stored ask wants."""
    kind, _, ident = row["element"].partition(":")
    unit_id = draft.facts.org.unit_now(ident) if kind == "unit" else asked_unit(draft, ask)
    if kind == "person" and row["number"] < TAKEN_OVER:
        return Asked((), None, {ident: None})
    role = role_asked(ask, row["number"])
    return Asked((role,) if role else (), unit_id)


def role_asked(ask: Ask, number: int) -> str:
    """Which role this turn of an ask is put to: its own, or the one whose inbox it passed to; "" for none."""
    taken_over = number // TAKEN_OVER
    if not taken_over:
        return ask.of or ""
    step = _reached(ask, _first_reach(ask) + taken_over - 1)
    return step.role if step else ""


def _next_number(draft: Draft, ask: Ask, element: str) -> int:
    return 1 + max((row["number"] for row in draft.asks.all(name=ask.name, element=element)), default=0)


def open_ask(draft: Draft, ask: Ask, *, number: int, element: str, label: str, asked: Asked, visit: int) -> None:
    """One ask: a work item of its own, or a child case by outbox."""
    row = draft.asks.insert(
        agency_id=draft.case["agency_id"], case_id=draft.case["id"], visit=visit, name=ask.name, number=number,
        element=element, element_label=label, status="open", child_id=None, child_state="", says="", answer=None,
        opened_at=draft.facts.now, answered_at=None, answered_by=None,
    )  # fmt: skip
    if ask.process:
        start_child(draft, ask.process, ask.given, ask_id=row["id"], element=element, label=label)
        return
    open_item(
        draft, kind="ask", title=title_of(ask, label), asked=asked,
        due=due_of(draft, ask.due, draft.facts.now), remind=ask.remind, escalate=ask.escalate, ask_id=row["id"],
    )  # fmt: skip
    if ask.of and draft.plan.roles[ask.of].notices == "desk":
        tell_roles(draft, (ask.of,), "asked", action=ask.name, asked=row["id"])


def title_of(ask: Ask, label: str) -> str:
    """What an ask's item is called: with whom or what it is put to, where it is put to several."""
    return f"{ask.title} – {label}" if label else ask.title


def start_child(
    draft: Draft,
    process: str,
    given: Mapping[str, Any],
    *,
    ask_id: str | None = None,
    element: str = "",
    label: str = "",
) -> None:
    """A child case, begun by an outbox message that makes it once."""
    key = f"child:{draft.case['id']}:{ask_id or draft.seq}:{process}"
    payload = {
        "process": process, "parent_id": draft.case["id"], "ask_id": ask_id, "element": element, "label": label,
        "subject_type": draft.case["subject_type"], "subject_id": draft.case["subject_id"],
        "period": draft.case["period"], "year": draft.case["year"], "key": key,
        "given": {name: draft.fields.get(field) if (field := field_given(str(value))) else value
                  for name, value in given.items()},
    }  # fmt: skip
    draft.send("start", f"process:{process}:{element}", key, payload)


def begun_with(key: str) -> int:
    """The number of its parent's event that a child began with, by its start key; 0: an ask's answer, or no child."""
    kind, _, rest = key.partition(":")
    number = rest.split(":")[1] if kind == "child" else ""
    return int(number) if number.isdecimal() else 0


def turn(draft: Draft, ask: Ask, detail: Mapping[str, Any]) -> None:
    """A rhythm's turn has come: open the next one, unless the last still waits; then arm the turn after it."""
    visit, number = detail["visit"], detail["number"]
    began = datetime.fromisoformat(detail["began"])
    arm_rhythm(draft, ask, ask.name, number + 1, began, visit=visit)
    waiting = {row["element"] for row in draft.asks.all(name=ask.name, visit=visit, status="open")}
    for element, label, asked in _elements(draft, ask):
        if element not in waiting:
            open_ask(draft, ask, number=number, element=element, label=label, asked=asked, visit=visit)


def may_be_missed(ask: Ask) -> bool:
    """Whether one that runs out is given up and counted; all others stay open, late."""
    return ask.every is not None and any(step.missed is not None for step in ask.escalate)


def missed(draft: Draft, ask: Ask, row: Mapping[str, Any]) -> None:
    """An ask of a rhythm ran out unanswered: it is noted, and after so many in a row it reaches another inbox."""
    draft.asks.update(row["id"], status="missed")
    here: dict[str, Any] = {"from": draft.case["state"], "to": draft.case["state"]}
    draft.note("missed", refs=[row["id"]], action=ask.name, by=By("deadline"), **here)
    for item in draft.items.all(ask_id=row["id"]):
        close_item(draft, item, "missed")
    in_a_row = _missed_in_a_row(draft, ask, row)
    step = _reached(ask, in_a_row)
    if step is None:
        return
    again = {"number": row["number"] + TAKEN_OVER, "status": "open", "opened_at": draft.facts.now}
    opened = draft.asks.insert(**{k: v for k, v in row.items() if k not in ("id", *again)}, **again)
    here |= {"refs": [opened["id"]], "to_role": step.role, "missed": in_a_row}
    draft.note("escalated", action=ask.name, by=By("deadline"), **here)
    open_item(
        draft, kind="ask", title=ask.title, asked=asked_of(draft, ask, opened),
        due=due_of(draft, ask.due, draft.facts.now), remind=ask.remind, ask_id=opened["id"], template="missed",
        missed=in_a_row,
    )  # fmt: skip


def silence_speaks(ask: Ask) -> bool:
    """Whether no answer by the deadline is one: no objection."""
    return ask.silence == AGREES


def silence_rule(ask: Ask) -> Message | None:
    """What silence means, with its source, for whoever is asked and whoever decides; None where it means nothing."""
    return Message("silence.agrees", {"cite": ask.cite}) if silence_speaks(ask) else None


def silent(draft: Draft, ask: Ask, row: Mapping[str, Any]) -> None:
    """The deadline passed without a word, and the plan says what that means: done, and written as silence."""
    draft.asks.update(row["id"], status="silent", says=AGREES if ask.says else "", answered_at=draft.facts.now)
    here: dict[str, Any] = {"from": draft.case["state"], "to": draft.case["state"]}
    draft.note("silent", refs=[row["id"]], action=ask.name, by=By("deadline"), **here)
    for item in draft.items.all(ask_id=row["id"]):
        close_item(draft, item, "silent")


def _first_reach(ask: Ask) -> int:
    return min((step.missed for step in ask.escalate if step.missed is not None), default=0)


def _reached(ask: Ask, in_a_row: int) -> Escalation | None:
    """Whose inbox so many missed in a row reach: the step that asks for most of them."""
    steps = [(step.missed, step) for step in ask.escalate if step.missed is not None and step.missed <= in_a_row]
    return max(steps, key=lambda pair: pair[0])[1] if steps else None


def _missed_in_a_row(draft: Draft, ask: Ask, row: Mapping[str, Any]) -> int:
    count = 0
    turns = draft.asks.all(name=ask.name, visit=row["visit"], element=row["element"])
    ended = [one for one in turns if one["status"] in ("missed", "answered", "nil")]
    for one in sorted(ended, key=lambda one: one["opened_at"], reverse=True):
        if one["status"] != "missed":
            break
        count += 1
    return count


def answered(draft: Draft, ask: Ask, row: Mapping[str, Any], values: Mapping[str, Any], *, nil: bool) -> None:
    """A single step is answered (or said to be nil): recorded, its item closed; what it means is for conditions."""
    item = next(iter(draft.items.all(ask_id=row["id"])), None)
    says = "nil" if nil else str(values.get(ask.says, "")) if ask.says else ""
    draft.asks.update(
        row["id"], status="nil" if nil else "answered", says=says, answer=dict(values), answered_at=draft.facts.now,
        answered_by=draft.by.person_id,
    )  # fmt: skip
    seq = draft.note(
        "answered", inputs=values, action=ask.name, refs=[row["id"]], nil=nil,
        **{"from": draft.case["state"], "to": draft.case["state"]},
    )  # fmt: skip
    if not nil and not row["element"]:
        draft.fields.update(values)
        draft.fields_set.update(values)
    for name in ask.do:
        draft.effects.append((draft.registry.effects[name], draft.context(values, event_seq=seq)))
    if item is not None:
        close_item(draft, item, "answered", person_id=draft.by.person_id)


def close_asks(draft: Draft, *, visit: int, how: str) -> None:
    """Single steps close with the state or the hold; children live on."""
    for row in draft.asks.all(visit=visit, status="open"):
        if row["child_id"] is None:
            draft.asks.update(row["id"], status="closed")
            for item in draft.items.all(ask_id=row["id"]):
                close_item(draft, item, how)
    for row in draft.timers.all(kind="rhythm"):
        if row["detail"]["visit"] == visit:
            cancel_timers(draft, id=row["id"])


def posted(ask: Ask) -> Message:
    """Why nobody cuts short the days in which everybody may comment."""
    return Message("ask.posted", {"title": ask.title})


def unanswered(ask: Ask) -> Message:
    """Why an ask cannot be answered now."""
    return Message("ask.not_open", {"title": ask.title})
