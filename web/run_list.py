"""Runs as pages show them: words for what a row keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import g

from states.imports import long
from web.application import application
from workflow import runs
from workflow.identity import Organisation
from workflow.message import Message


@dataclass(frozen=True)
class Reason:
    """Why a run failed; `row` 0: not because of one row."""

    what: Message
    row: int
    column: str
    heading: str


@dataclass(frozen=True)
class Shown:
    """A run; `percent` is None while nobody knows how much there is to do."""

    id: str
    kind: str
    about: str
    status: str
    done: int
    total: int
    result: Mapping[str, Any]
    reasons: Sequence[Reason]
    wanted: Mapping[str, Any]
    file_id: str | None
    asked_by: str
    asked_at: datetime
    not_before: datetime
    ended_at: datetime | None
    is_stopping: bool

    @property
    def is_open(self) -> bool:
        """Whether anything of it is still to come."""
        return self.ended_at is None

    @property
    def percent(self) -> int | None:
        """How much of it is done, in percent."""
        return min(100, self.done * 100 // self.total) if self.total else None

    @property
    def rows(self) -> Sequence[Mapping[str, Any]]:
        """The lines of a list that would add or change something, where it was tried."""
        return self.result.get("rows", ())  # type: ignore[no-any-return]

    @property
    def found(self) -> Sequence[tuple[str, int, Message]]:
        """Where histories left their processes: case, number of the event, what is wrong with it."""
        return [(one["code"], one["seq"], runs.unpacked(one)) for one in self.result.get("found", ())]

    @property
    def to_write(self) -> int:
        """How many lines of a list that was tried are ready to be written; 0 where there is nothing to write."""
        tried = self.kind == long.KIND and self.status == "done" and self.wanted["dry_run"]
        return int(self.result["added"]) + int(self.result["changed"]) if tried else 0

    @property
    def counts(self) -> Sequence[tuple[str, int]]:
        """The numbers it ended with, by name."""
        return [(name, value) for name, value in self.result.items() if isinstance(value, int)]


def shown(row: sa.RowMapping, org: Organisation) -> Shown:
    """A row of the table."""
    names = ("id", "kind", "about", "status", "done", "total", "result", "wanted", "file_id", "asked_at",
             "not_before", "ended_at")  # fmt: skip
    reasons = [
        Reason(runs.unpacked(one), one.get("row", 0), one.get("column", ""), one.get("heading", ""))
        for one in row["reasons"]
    ]
    return Shown(
        **{name: row[name] for name in names}, reasons=reasons, asked_by=org.name(row["asked_by"]),
        is_stopping=row["stop_at"] is not None,
    )  # fmt: skip


def unseen_runs() -> list[Shown]:
    """What came of this person's long work since they last looked; for the inbox."""
    with application().database.glance() as connection:
        return [shown(row, g.org) for row in runs.unseen(connection, g.agency_id, g.person.id)]
