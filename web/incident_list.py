"""Incidents as the page lists them: with the case they stop and the person who repaired them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from states.webhooks.queue import KIND, is_aside
from web.case_names import names
from workflow.incidents import incident, reason
from workflow.message import Message


@dataclass(frozen=True)
class Stopped:
    """One incident; `case_code` is empty when it stops no case, `can_retry` when a message waits to be sent again."""

    id: str
    kind: str
    reason: Message
    opened_at: datetime
    repaired_at: datetime | None
    repaired_by: str | None
    case_code: str
    label: str
    can_retry: bool


def described(connection: sa.Connection, agency_id: str, rows: Sequence[sa.RowMapping]) -> list[Stopped]:
    """The incidents with their cases' codes: one query for all."""
    cases = names(connection, agency_id, [row["case_id"] for row in rows])
    return [_stopped(row, cases.get(row["case_id"], ("", ""))) for row in rows]


def open_one(connection: sa.Connection, agency_id: str, incident_id: str) -> sa.RowMapping | None:
    """An incident of this agency that is still open."""
    query = sa.select(incident).where(
        incident.c.agency_id == agency_id, incident.c.id == incident_id, incident.c.status == "open"
    )
    return connection.execute(query).mappings().first()


def can_retry(row: sa.RowMapping) -> bool:
    """Whether there is something to be sent again."""
    return row["message_id"] is not None or (row["kind"] == KIND and is_aside(row["dedupe_key"]))


def _stopped(row: sa.RowMapping, its_case: tuple[str, str]) -> Stopped:
    return Stopped(
        row["id"], row["kind"], reason(row), row["opened_at"], row["repaired_at"], row["repaired_by"], *its_case,
        can_retry(row),
    )  # fmt: skip
