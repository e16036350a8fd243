"""What a person must repair: an effect that failed for good, a case that cannot move."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from workflow.clock import wall_now
from workflow.db import Id, IdSource, UtcDateTime, agency_id, insert_ignoring, metadata, uuid7
from workflow.message import Message

incident = sa.Table(
    "incident",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("case_id"),
    Id("message_id"),
    Id("timer_id"),
    sa.Column("kind", sa.String(32), nullable=False),  # delivery | no_owner | timer | cadence | unheard …
    sa.Column("reason", sa.JSON, nullable=False),  # {key, params} of a Message
    sa.Column("status", sa.String(16), nullable=False),  # open | repaired
    sa.Column("dedupe_key", sa.String(200), nullable=False),
    sa.Column("opened_at", UtcDateTime, nullable=False),
    sa.Column("repaired_at", UtcDateTime),
    Id("repaired_by"),
    sa.UniqueConstraint("agency_id", "dedupe_key"),
    sa.Index("ix_incident_status", "agency_id", "status"),
)


@dataclass(frozen=True)
class Trouble:
    """An incident not yet written; the same `dedupe_key` again is the same incident."""

    agency_id: str
    kind: str
    reason: Message  # its parameters are plain JSON values
    dedupe_key: str
    case_id: str | None = None
    message_id: str | None = None
    timer_id: str | None = None


def open_incident(connection: sa.Connection, trouble: Trouble, *, new_id: IdSource = uuid7) -> bool:
    """Make it known once: False when it is already open. A repaired one that comes back is opened again."""
    row = vars(trouble) | {
        "reason": {"key": trouble.reason.key, "params": dict(trouble.reason.params)},
        "status": "open",
        "opened_at": wall_now(),
    }
    new = insert_ignoring(connection, incident).values(id=new_id(), **row).returning(incident.c.id)
    if connection.execute(new).first():
        return True
    same = _same(trouble.agency_id, trouble.dedupe_key)
    again = sa.update(incident).where(same, incident.c.status != "open")
    return connection.execute(again.values(**row, repaired_at=None, repaired_by=None)).rowcount == 1


def settle(connection: sa.Connection, agency: str, dedupe_key: str, by: str | None = None) -> bool:
    """It has gone away, by itself or by someone's hand; False when it was not open."""
    return _repair(connection, _same(agency, dedupe_key), by)


def repair(connection: sa.Connection, agency: str, incident_id: str, by: str | None) -> bool:
    """A person says it is repaired; False when it was not open."""
    return _repair(connection, sa.and_(incident.c.agency_id == agency, incident.c.id == incident_id), by)


def listed(
    connection: sa.Connection, agency: str, *, status: str = "open", after: str = "", limit: int = 50
) -> list[sa.RowMapping]:
    """Incidents of an agency, newest first; `after` is the id of the last one already seen."""
    rows = sa.select(incident).where(incident.c.agency_id == agency, incident.c.status == status)
    if after:
        rows = rows.where(incident.c.id < after)
    return list(connection.execute(rows.order_by(incident.c.id.desc()).limit(limit)).mappings())


def reason(row: sa.RowMapping) -> Message:
    """Why, as a message to render."""
    return Message(row["reason"]["key"], row["reason"]["params"])


def _same(agency: str, dedupe_key: str) -> sa.ColumnElement[bool]:
    return sa.and_(incident.c.agency_id == agency, incident.c.dedupe_key == dedupe_key)


def _repair(connection: sa.Connection, which: sa.ColumnElement[bool], by: str | None) -> bool:
    statement = sa.update(incident).where(which, incident.c.status == "open")
    repaired = statement.values(status="repaired", repaired_at=wall_now(), repaired_by=by)
    return connection.execute(repaired).rowcount == 1
