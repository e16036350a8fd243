"""Small readings that templates of cases ask for: dates in stored values, deadlines' reasons, what an event carried."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from typing import Any

from flask import Flask, g

from states.imports.people import written
from web import directory
from web.dossier import Names, Shown, show
from web.field_views import Choice
from workflow.explain import EventView
from workflow.message import Message

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_UNITS = {"working_days": "unit.working_days", "days": "unit.days", "months": "unit.months", "years": "unit.years"}


def install(app: Flask) -> None:
    """Give templates is_iso_day, due_params, read_event, near, spelt, by_group."""
    app.jinja_env.globals.update(
        is_iso_day=is_iso_day, due_params=due_params, read_event=read_event, near=near, spelt=spelt, by_group=by_group
    )


def is_iso_day(value: Any) -> bool:
    """A stored date, to be shown as dd/MM/yyyy."""
    return isinstance(value, str) and _DAY.fullmatch(value) is not None


def due_params(params: Mapping[str, Any]) -> dict[str, Any]:
    """A deadline's reason with its dates as dates, its unit and its event as words."""
    return {name: _due_param(name, value) for name, value in params.items()}


def _due_param(name: str, value: Any) -> Any:
    if is_iso_day(value):
        return date.fromisoformat(value)
    if name == "unit":
        return Message(_UNITS.get(str(value).rstrip("s") + "s", "unit.days"))
    return value


def read_event(event: EventView, names: Names) -> list[Shown]:
    """What was submitted with an event, read out; answers stand beside what they were given about."""
    values = {**event.lists, **{field.name: value for field, value in event.inputs}}
    found = (show(field, value, names, values) for field, value in event.inputs)
    return [one for one in found if one is not None]


def by_group(choices: Iterable[Choice]) -> list[tuple[str, list[Choice]]]:
    """Neighbouring choices of one group together, in the order given."""
    return [(group, list(several)) for group, several in groupby(choices, key=lambda choice: choice.group)]


def near(words: str) -> tuple[Choice, ...]:
    """Who may be meant by what was typed, by unit; nobody where the words fit too many to choose from."""
    found = directory.near(g.org, words) if words.strip() else []
    if len(found) > directory.MOST_NEAR:
        return ()
    return tuple(Choice(one.id, written(one.name, one.code), directory.unit_name(g.org, one.unit_id)) for one in found)


def spelt(words: str) -> str:
    """The one whom words name, as the field that asks for somebody writes it; empty where they name nobody alone."""
    one = directory.meant(g.org, words)
    return written(one.name, one.code) if one else ""
