"""What every edit by hand shares: one line of a list, checked by the code of the lists; nothing overwritten unseen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from states.imports.table import Column, Line, Sorting, line_of
from workflow.form_text import Unreadable, clean_line
from workflow.message import Conflict, Invalid, Message

Texts = Mapping[str, str]


@dataclass(frozen=True)
class Edit:
    """Who edits, on what ground, and what they saw when they began (None: whatever stands)."""

    by: str
    ground: str = ""
    seen: Texts | None = None


class Stale(Conflict):
    """Somebody else changed it meanwhile: `now` is what stands there, `changed` the names of what differs."""

    def __init__(self, seen: Texts, now: Texts) -> None:
        super().__init__(Message("office.stale"))
        self.now, self.seen = dict(now), dict(seen)
        self.changed = tuple(name for name in now if name in seen and seen[name] != now[name])


def refuse_stale(edit: Edit, now: Texts) -> None:
    """Raises Stale where what was seen is not what stands there."""
    if edit.seen is not None and any(edit.seen.get(name, now[name]) != now[name] for name in now):
        raise Stale(edit.seen, now)


def one_line(columns: Sequence[Column], cells: Texts) -> tuple[Line, Sorting]:
    """A form as the one line of a list; complaints carry the names of its fields."""
    sorting = Sorting([replace(column, heading=column.name) for column in columns])
    read: dict[str, str] = {}
    for name, raw in cells.items():
        try:
            read[name] = clean_line(raw)
        except Unreadable:
            sorting.complain(Line(1, {}), name, "not_a_text", value="…")
    return line_of(1, read, {}, sorting), sorting


def refuse_wrong(sorting: Sorting) -> None:
    """Raises Invalid with what is wrong, by field; what is wrong with the line itself stands under ''."""
    wrong: dict[str, Message] = {}
    for problem in sorting.problems:
        wrong.setdefault(problem.heading, problem.what)
    if wrong:
        raise Invalid(wrong)


@contextmanager
def once(connection: sa.Connection, code: str) -> Iterator[None]:
    """Two who add the same code in the same moment: the second is told, as if the first had been there before."""
    try:
        with connection.begin_nested():
            yield
    except IntegrityError:
        raise Invalid({"code": Message("office.code_taken_now", {"code": code})}) from None


def needs_ground(edit: Edit) -> None:
    """Raises Invalid where an edit that must rest on something says nothing."""
    if not edit.ground.strip():
        raise Invalid({"ground": Message("office.no_ground")})


def changed(before: Texts, after: Texts) -> dict[str, tuple[str, str]]:
    """name → (before, after) of what differs."""
    return {name: (before.get(name, ""), text) for name, text in after.items() if before.get(name, "") != text}


def text(value: Any) -> str:
    """A stored value as one would type it."""
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return "" if value is None else str(value)


def locked(connection: sa.Connection, table: sa.Table, agency_id: str, row_id: str) -> sa.RowMapping | None:
    """A row of this agency that nobody else changes before this transaction ends."""
    mine = sa.select(table).where(table.c.agency_id == agency_id, table.c.id == row_id)
    return connection.execute(mine.with_for_update()).mappings().first()
