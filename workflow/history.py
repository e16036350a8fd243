"""A case's history: events chained by hash, never changed; what is personal stands beside, under a key of its own."""

from __future__ import annotations

import hashlib
import hmac
import json
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from workflow.case import case
from workflow.db import Id, UtcDateTime, agency_id, metadata, new_key, where
from workflow.journal import journal
from workflow.message import Message
from workflow.streams import rows

event = sa.Table(
    "event",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("case_id", nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("body", sa.JSON, nullable=False),  # the chained part: ids, codes, numbers; schema 1
    sa.Column("previous", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    Id("actor_id"),
    sa.UniqueConstraint("case_id", "seq"),
    sa.ForeignKeyConstraint(["agency_id", "case_id"], ["case_.agency_id", "case_.id"]),
    sa.Index("ix_event_actor", "agency_id", "actor_id", "at", **where("actor_id IS NOT NULL")),  # what I did today
    sa.Index("ix_event_by_itself", "agency_id", "at", **where("actor_id IS NULL AND kind = 'action'")),  # few
)

event_detail = sa.Table(
    "event_detail",
    metadata,
    Id("event_id", primary_key=True),
    agency_id(),
    Id("case_id", nullable=False),
    sa.Column("key", sa.String(64)),  # NULL once erased; the chain stays green
    sa.Column("inputs", sa.JSON),
    sa.Index("ix_event_detail_case", "case_id"),
)

SCHEMA = 1
GENESIS = "0" * 64


@dataclass(frozen=True)
class EventDraft:
    """An event before it has its place in the chain; `inputs` are personal and stand beside it."""

    kind: str
    at: datetime
    body: dict[str, Any]
    actor_id: str | None
    inputs: Mapping[str, Any]


@dataclass(frozen=True)
class Break:
    """Where a history does not add up."""

    case_id: str
    code: str
    seq: int
    reason: Message


def canonical(value: object) -> bytes:
    """The bytes that are hashed: sorted keys, no spaces, NFC letters as they are."""
    return unicodedata.normalize("NFC", _encode(value)).encode()


_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def input_digest(key: str, inputs: Mapping[str, Any]) -> str:
    """HMAC of what was submitted: the chain proves it while the key lives and forgets it when the key is erased."""
    return hmac.digest(bytes.fromhex(key), canonical(inputs), "sha256").hex()


def link_hash(previous: str, body: Mapping[str, Any]) -> str:
    """An event's hash over the one before it and its own body."""
    return hashlib.sha256(previous.encode() + b"\x1f" + canonical(body)).hexdigest()


def chained(
    drafts: Sequence[EventDraft], *, case_id: str, agency: str, seq: int, head: str, new_id: Callable[[], str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], str]:
    """Rows for `event` and `event_detail` that continue a chain, and its new head."""
    events, details = [], []
    for number, draft in enumerate(drafts, start=seq + 1):
        key = new_key() if draft.inputs else None
        row_id = new_id()
        body = {
            "schema": SCHEMA,
            "id": row_id,
            "case": case_id,
            "seq": number,
            "at": draft.at.isoformat(timespec="microseconds"),
            "kind": draft.kind,
            **draft.body,
            "input_digest": input_digest(key, draft.inputs) if key else None,
            "seal": None,
        }
        hashed = link_hash(head, body)
        events.append(
            {"id": row_id, "agency_id": agency, "case_id": case_id, "seq": number, "at": draft.at, "kind": draft.kind,
             "body": body, "previous": head, "hash": hashed, "actor_id": draft.actor_id}
        )  # fmt: skip
        if key:
            details.append(
                {
                    "event_id": row_id,
                    "agency_id": agency,
                    "case_id": case_id,
                    "key": key,
                    "inputs": dict(draft.inputs),
                }
            )
        head = hashed
    return events, details, head


def verify(connection: sa.Connection, agency: str | None = None) -> list[Break]:
    """Where the histories of an agency (of all when None) do not add up; empty when they do."""
    return list(breaks(connection, agency))


def breaks(connection: sa.Connection, agency: str | None = None) -> Iterator[Break]:
    """Recompute every chain of an agency (of all when None): edits, removals, insertions and lost tails are found.

    Streams: two cursors in step, one over the cases, one over their events.
    """
    of_agency = (lambda column: column == agency) if agency else (lambda _column: sa.true())
    heads = rows(connection, _HEADS.where(of_agency(case.c.agency_id)))
    stored = groupby(rows(connection, _EVENTS.where(of_agency(event.c.agency_id))), key=attrgetter("case_id"))
    case_id, events = next(stored, _NO_MORE)
    for head in heads:
        while case_id is not None and case_id < head.id:
            yield Break(case_id, "", next(events).seq, Message("history.broken.no_case"))
            case_id, events = next(stored, _NO_MORE)
        mine = case_id == head.id
        yield from _verify_case(head, events if mine else iter(()))
        if mine:
            case_id, events = next(stored, _NO_MORE)
    while case_id is not None:
        yield Break(case_id, "", next(events).seq, Message("history.broken.no_case"))
        case_id, events = next(stored, _NO_MORE)
    yield from _strays(connection, of_agency(event_detail.c.agency_id))
    yield from _unrecorded(connection, of_agency(event_detail.c.agency_id))


_NO_MORE: tuple[Any, Iterator[Any]] = (None, iter(()))
_DETAIL = (
    event_detail.c.event_id.label("detail_of"), event_detail.c.agency_id.label("detail_agency"),
    event_detail.c.case_id.label("detail_case"), event_detail.c.key, event_detail.c.inputs,
)  # fmt: skip
_HEADS = sa.select(case.c.id, case.c.agency_id, case.c.code, case.c.chain_seq, case.c.chain_head).order_by(case.c.id)
_EVENTS = (
    sa.select(event, *_DETAIL)
    .outerjoin(event_detail, event_detail.c.event_id == event.c.id)
    .order_by(event.c.case_id, event.c.seq)
)


def _strays(connection: sa.Connection, of_agency: sa.ColumnElement[bool]) -> Iterator[Break]:
    known = sa.exists().where(event.c.id == event_detail.c.event_id)
    for row in rows(connection, sa.select(event_detail.c.case_id).where(of_agency, ~known)):
        yield Break(row.case_id, "", 0, Message("history.broken.no_event"))


def _unrecorded(connection: sa.Connection, of_agency: sa.ColumnElement[bool]) -> Iterator[Break]:
    """The database writes down every erasure; one that is not written down was made behind its back."""
    noted = sa.exists().where(journal.c.noun == event_detail.name, journal.c.row_id == event_detail.c.event_id)
    gone = (
        sa.select(event.c.case_id, event.c.seq)
        .join(event_detail, event_detail.c.event_id == event.c.id)
        .where(of_agency, event_detail.c.key.is_(None), ~noted)
    )
    for row in rows(connection, gone):
        yield Break(row.case_id, "", row.seq, Message("history.broken.unrecorded"))


def _verify_case(head: Any, events: Iterator[Any]) -> Iterator[Break]:
    """The first fault of a case; what follows a fault cannot be judged."""
    number, previous = 0, GENESIS
    for number, row in enumerate(events, start=1):
        found = _fault(row, number, previous, head)
        if found:
            yield Break(head.id, head.code, number, found)
            return
        previous = row.hash
    if number != head.chain_seq or previous != head.chain_head:
        yield Break(head.id, head.code, number, Message("history.broken.end"))


def _fault(row: Any, number: int, previous: str, head: Any) -> Message | None:
    body = row.body
    if row.seq != number:
        return Message("history.broken.event_missing")
    if row.previous != previous or link_hash(previous, body) != row.hash:
        return Message("history.broken.event_changed")
    chained_as = [body.get(name) for name in ("case", "seq", "kind", "at", "actor")]
    if chained_as != [head.id, row.seq, row.kind, row.at.isoformat(timespec="microseconds"), row.actor_id]:
        return Message("history.broken.columns")
    if body.get("id", row.id) != row.id or row.agency_id != head.agency_id:
        return Message("history.broken.columns")
    return _detail_fault(row, head)


def _detail_fault(row: Any, head: Any) -> Message | None:
    """Erasing empties key and values alike and leaves the row: anything else was done by hand."""
    digest = row.body.get("input_digest")
    if digest is None:
        return None if row.detail_of is None else Message("history.broken.inputs_added")
    if row.detail_of is None:
        return Message("history.broken.inputs_missing")
    if (row.detail_agency, row.detail_case) != (head.agency_id, head.id):
        return Message("history.broken.inputs_moved")
    erased = row.key is None and row.inputs is None
    if not erased and (not row.key or input_digest(row.key, row.inputs or {}) != digest):
        return Message("history.broken.inputs_changed")
    return None


def erase_inputs(connection: sa.Connection, *, case_ids: Sequence[str]) -> int:
    """Forget what was submitted in these cases: keys and values go, the chains stay whole. Number of events."""
    done = connection.execute(
        sa.update(event_detail).where(event_detail.c.case_id.in_(case_ids)).values(key=None, inputs=None)
    )
    return done.rowcount
