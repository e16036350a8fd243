"""A paper before it is decided on: filled with the case as it stands, marked a draft, without number, kept nowhere."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from states.documents.facts import gather
from states.documents.order import symbol_of
from states.documents.templates import current
from workflow import confinement
from workflow.definition import Action, Document, Field
from workflow.explain import CaseView, Option
from workflow.rulebook import HELD

STILL_TO_COME = 10**9
"""Stands for the number of an event that has not happened: what was decided so far is before it."""


def of_option(view: CaseView, option: Option) -> tuple[Document, ...]:
    """The papers that this decision would have made, in its order."""
    action = _action(view, option)
    names = action.makes if action is not None else ()
    return tuple(view.plan.documents[name] for name in names if name in view.plan.documents)


def of_field(view: CaseView, field: Field) -> Document | None:
    """The paper that a file to hand in is begun with."""
    return view.plan.documents.get(field.draft or "")


def offered(view: CaseView) -> dict[str, Document]:
    """Every draft for who looks: of what they may decide now, and of what they are asked to hand in."""
    found: dict[str, Document] = {}
    for option in view.allowed():
        begun = (of_field(view, field) for field in (*option.needs, *option.takes))
        found |= {one.name: one for one in (*of_option(view, option), *begun) if one is not None}
    return found


def draw(connection: sa.Connection, view: CaseView, made: Document) -> bytes:
    """The draft as a Word file. Raises Confined."""
    agency_id = view.org.agency_id
    row: dict[str, Any] = {
        "case_id": view.case["id"], "event_seq": STILL_TO_COME, "number_id": None, "typed_number": "",
        "symbol": symbol_of(made, agency_id, connection), "dated_on": view.org.today,
    }  # fmt: skip
    values = gather(connection, view, made, row)
    return confinement.run("states.documents.checking:draft", values, current(connection, agency_id, made.template))[1]


def _action(view: CaseView, option: Option) -> Action | None:
    if option.kind != "action":
        return None
    of_hold = view.definition.held.actions if view.definition.held else {}
    known = {
        **view.definition.actions_in(view.case["state"]),
        **{f"{HELD}{name}": one for name, one in of_hold.items()},
    }
    return known.get(option.name)
