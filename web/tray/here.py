"""What every page with a decision shows of the in-tray."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from flask import g, request

from web.application import application
from web.tray import snippets
from web.worklists import last_day
from workflow.explain import ItemView

KEYS = (
    ("j k", "move"), ("a", "approve"), ("t", "return"), ("r", "refuse"), ("h", "postpone"), ("e", "evidence"),
    ("x", "select"), ("z", "undo"), ("Shift+A", "together"), ("/", "search"), ("g i", "inbox"), ("?", "keys"),
    ("Ctrl+Enter", "confirm"),
)  # fmt: skip
"""Every key there is, with its name in the catalogue: the sheet of keys and the profile show these."""


def ready(verb: str) -> Sequence[str]:
    """The agency's ready sentences for the reason of a decision."""
    if "ready" not in g:
        with application().database.glance() as connection:
            found: Mapping[str, Sequence[str]] = snippets.of_agency(connection, g.agency_id)
        g.ready = found
    return g.ready.get(verb, ())


def postpone_day(item: ItemView) -> str:
    """A day to put an item off to, as a form shows it: three days on, never beyond its last; empty when it is due."""
    last = last_day(item.due_at)
    day = g.today + timedelta(days=3)
    day = min(day, last) if last else day
    return f"{day:%d/%m/%Y}" if day > g.today else ""


def from_list() -> str:
    """The filter of the list that a form sent with an error was opened from."""
    return request.form.get("_list", "")[:300]


def from_inbox() -> bool:
    """Whether a form was opened in the inbox: then one goes on there."""
    return "_inbox" in request.form
