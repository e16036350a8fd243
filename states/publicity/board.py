"""What is planned, late, out and reported; and who is recognised without anybody having written about it yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from states.publicity.coverage import PROCESS, spoken_of
from states.subjects.model import recognition, subject
from states.subjects.submitted import day
from workflow.case import case
from workflow.case_fields import cases_with

SHOWN = (
    "topic", "channel", "column", "outlet", "writer", "publish_by", "published_on", "link", "reach", "reach_source",
)  # fmt: skip


@dataclass(frozen=True)
class Item:
    """One publication, planned or out. `reach` how many it came to, as `reach_source` says."""

    code: str
    topic: str
    state: str
    ended: bool
    channel: str
    outlet: str
    column: str
    writer: str
    publish_by: date | None
    published_on: date | None
    link: str
    reach: int | None
    reach_source: str
    seen: bool  # whether who looks may open its case
    unit_id: str = ""

    @property
    def on(self) -> date | None:
        """The day it stands on: when it came out, else when it is to."""
        return self.published_on or self.publish_by

    def late_on(self, today: date) -> bool:
        """Past its day and not out."""
        return not self.ended and self.published_on is None and self.publish_by is not None and self.publish_by < today


@dataclass(frozen=True)
class Unpublished:
    """A recognition in force that nothing published speaks of."""

    code: str
    name: str
    level: str
    decided_on: date


def items(connection: sa.Connection, agency_id: str, visible: sa.ColumnElement[bool]) -> list[Item]:
    """What who looks may see: their own work, and everything that is out. Newest first."""
    return found(connection, [case.c.agency_id == agency_id, case.c.process == PROCESS], visible)


def found(
    connection: sa.Connection, where: Sequence[sa.ColumnElement[bool]], visible: sa.ColumnElement[bool]
) -> list[Item]:
    """The same, of those that fulfil all of `where`."""
    seen = set(connection.scalars(sa.select(case.c.id).where(*where, visible)))
    rows = cases_with(connection, where, SHOWN)
    return [_item(row, row["id"] in seen) for row in rows if row["id"] in seen or row["fields"].get("published_on")]


def unpublished(
    connection: sa.Connection, agency_id: str, visible: sa.ColumnElement[bool], levels: Mapping[str, str]
) -> list[Unpublished]:
    """Recognitions above the lowest level whose subject nothing that is out speaks of, the oldest first."""
    spoken = spoken_of(connection, agency_id)
    rows = connection.execute(
        sa.select(case.c.code, subject.c.name, recognition.c.level, recognition.c.decided_on)
        .join(subject, subject.c.id == recognition.c.subject_id)
        .join(case, case.c.id == recognition.c.case_id)
        .where(
            recognition.c.agency_id == agency_id, recognition.c.revoked_at.is_(None), ~recognition.c.brought_in,
            recognition.c.level.in_([*levels][1:]), visible, recognition.c.id.not_in(sa.select(spoken.c.id)),
        )
        .order_by(recognition.c.decided_on, subject.c.folded)
    )  # fmt: skip
    return [Unpublished(*row) for row in rows]


def _item(row: Mapping[str, Any], seen: bool) -> Item:
    said = row["fields"]
    return Item(
        row["code"], said.get("topic") or row["label"], row["state"], row["ended_at"] is not None,
        said.get("channel") or "", said.get("outlet") or "", said.get("column") or "", said.get("writer") or "",
        day(said.get("publish_by")), day(said.get("published_on")), said.get("link") or "", said.get("reach"),
        said.get("reach_source") or "", seen, row["unit_id"] or "",
    )  # fmt: skip
