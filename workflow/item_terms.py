"""What the definition says of an open item's time: its deadline, its reminders, whom lateness reaches, more time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workflow.arming import EXTENSION, STEP
from workflow.asking import TAKEN_OVER
from workflow.definition import Ask, Escalation, Extension, Held, State, Value
from workflow.draft import Draft

ANSWERED_IN = "2 working_days"
"""How soon a request for more time is to be answered: the deadline it is about runs on."""


@dataclass(frozen=True)
class Terms:
    """The rule of a deadline and what follows from it. `extension` None: the usual terms."""

    rule: Value | tuple[Value, ...] | None
    remind: tuple[int, ...] = ()
    escalate: tuple[Escalation, ...] = ()
    extension: Extension | None = None


def ask_definition(draft: Draft, row: Mapping[str, Any]) -> Ask:
    """What an ask row stands for in the definition."""
    definition = draft.facts.life.definition
    asks = (definition.held.asks if definition.held else {}) if row["visit"] == 0 else draft.state.asks
    return asks[row["name"]]


def terms_of(draft: Draft, item: Mapping[str, Any]) -> Terms:
    """The terms of an open item of the state, of an ask, of a hold; a request for more time has its own."""
    if item["kind"] == EXTENSION:
        return Terms(ANSWERED_IN, (0,))
    if item["kind"] == STEP:
        return Terms(None)
    row = draft.asks.get(item["ask_id"])
    if row is not None:
        ask = ask_definition(draft, row)
        passed_on = row["number"] >= TAKEN_OVER  # whom a missed turn reached is reminded, and lateness ends there
        return Terms(ask.due, ask.remind, () if passed_on else ask.escalate, ask.extension)
    held = draft.facts.life.definition.held
    place: State | Held = held if item["kind"] == "held" and held else draft.state
    return Terms(place.due, place.remind, place.escalate, place.extension)
