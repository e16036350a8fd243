"""Texts that were put to people: how many have read each, and who has not."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from states.subjects.submitted import day
from workflow.case import ask, case
from workflow.case_fields import cases_with

PROCESS = "dissemination"
ANSWERED = "answered"


@dataclass(frozen=True)
class Text:
    """One text: asked of how many, read by how many."""

    code: str
    about: str
    read_by: date | None
    ended: bool
    asked: int
    done: int


def texts(connection: sa.Connection, agency_id: str, visible: sa.ColumnElement[bool]) -> list[Text]:
    """Those that who looks may see, newest first."""
    rows = cases_with(connection, [case.c.agency_id == agency_id, case.c.process == PROCESS, visible], ["read_by"])
    counted = _counted(connection, [row["id"] for row in rows])
    return [_text(row, counted[row["id"]]) for row in rows]


def proof(connection: sa.Connection, case_id: str) -> list[tuple[str, str, Any]]:
    """(name, state of the answer, when) of everybody who was asked, by name: the list that proves it."""
    query = sa.select(ask.c.element_label, ask.c.status, ask.c.answered_at).where(ask.c.case_id == case_id)
    return [(row[0], row[1], row[2]) for row in connection.execute(query.order_by(ask.c.element_label, ask.c.id))]


def _counted(connection: sa.Connection, ids: list[str]) -> Mapping[str, Counter[str]]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    query = sa.select(ask.c.case_id, ask.c.status, sa.func.count()).where(ask.c.case_id.in_(ids))
    for case_id, status, number in connection.execute(query.group_by(ask.c.case_id, ask.c.status)):
        found[case_id]["asked"] += number
        found[case_id]["read"] += number if status == ANSWERED else 0
    return found


def _text(row: Mapping[str, Any], counted: Counter[str]) -> Text:
    read_by = day(row["fields"].get("read_by"))
    return Text(row["code"], row["label"], read_by, row["ended_at"] is not None, counted["asked"], counted["read"])
