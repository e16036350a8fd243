"""The same request sent twice has one effect and one answer, for 72 hours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from workflow import witness
from workflow.clock import wall_now
from workflow.db import Id, UtcDateTime, metadata
from workflow.message import Message, Refused

idempotency = sa.Table(
    "idempotency_key",
    metadata,
    sa.Column("agency_id", sa.String(36), sa.ForeignKey("agency.id"), primary_key=True),
    Id("person_id", primary_key=True),
    sa.Column("key", sa.String(100), primary_key=True),
    sa.Column("request_hash", sa.String(64), nullable=False),
    sa.Column("answer", sa.JSON, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index("ix_idempotency_at", "at"),
)


KEPT = timedelta(hours=72)


def recall(
    connection: sa.Connection, agency_id: str, person_id: str, key: str | None, digest: str
) -> dict[str, Any] | None:
    """The answer given before under this key, or None. Raises Refused when the key stood for another request."""
    if key is None:
        return None
    row = connection.execute(sa.select(idempotency).where(*_mine(agency_id, person_id, key))).first()
    return None if row is None else answered(row.request_hash, row.answer, row.at, digest)


def answered(request_hash: str, answer: Mapping[str, Any], at: datetime, digest: str) -> dict[str, Any] | None:
    """What a stored key says to this request: its answer, nothing once it is forgotten. Raises Refused as `recall`."""
    if at < wall_now() - KEPT:
        return None
    if request_hash != digest:
        raise Refused(Message("error.key_reused"), status="key_reused")
    witness.told("repeat", kind="request")
    return dict(answer)


def remembered(agency_id: str, person_id: str, key: str, digest: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    """The row that keeps an answer."""
    return {
        "agency_id": agency_id, "person_id": person_id, "key": key, "request_hash": digest, "answer": dict(answer),
        "at": wall_now(),
    }  # fmt: skip


def remember(
    connection: sa.Connection,
    agency_id: str,
    person_id: str,
    key: str | None,
    digest: str,
    answer: Mapping[str, Any],
) -> None:
    """Keep the answer in the decision's own transaction."""
    if key is None:
        return
    forget_mine(connection, agency_id, person_id, key)
    connection.execute(sa.insert(idempotency).values(**remembered(agency_id, person_id, key, digest, answer)))


def forget_mine(connection: sa.Connection, agency_id: str, person_id: str, key: str | None) -> None:
    """A key remembered long enough may be used again: it need not wait for the sweep."""
    _forget(connection, *_mine(agency_id, person_id, key))


def forget_old(connection: sa.Connection) -> int:
    """Drop keys older than 72 hours; how many."""
    return _forget(connection)


def _mine(agency_id: str, person_id: str, key: str | None) -> tuple[sa.ColumnElement[bool], ...]:
    return (idempotency.c.agency_id == agency_id, idempotency.c.person_id == person_id, idempotency.c.key == key)


def _forget(connection: sa.Connection, *which: sa.ColumnElement[bool]) -> int:
    return connection.execute(sa.delete(idempotency).where(*which, idempotency.c.at < wall_now() - KEPT)).rowcount
