"""The clock's sweep of timers that only tell, a batch at a time: read with a fixed number of statements, written
with one. No case is loaded whole and none moves, so a reminder never turns a person's decision into a conflict.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from workflow import reminding, witness
from workflow.calendar import Calendar
from workflow.case import ask, case, case_party
from workflow.clock import business_now, local_date
from workflow.commands import Changing
from workflow.conclusion import Outcome, conclude
from workflow.db import word
from workflow.draft import SYSTEM, Draft
from workflow.facts import CaseFacts, unknown_subject
from workflow.fence import is_fenced
from workflow.identity import Organisation, load_organisation
from workflow.registry import Party, Registry
from workflow.timers import ARMED, timer
from workflow.worklist import candidate, work_item

BATCH = 500

_log = logging.getLogger(__name__)
_Rows = Mapping[str, list[dict[str, Any]]]


def sweep(
    engine: Changing, *, among: Sequence[str] | None = None, seconds: float = 5.0, batch: int = BATCH
) -> set[str]:
    """Fire every due timer that only tells (of `among`, or all there are), oldest first, for so long at most; which.

    Those that need more than telling, or fail, are left as they are for `firing.fire`; so is what other hands hold.
    """
    stop, swept = time.monotonic() + seconds, set[str]()
    after: tuple[datetime, str] | None = None
    while time.monotonic() < stop:
        with engine.database.read() as connection:
            now = business_now(connection)
            rows = _due(connection, now, after, batch, among)
            outcomes = list(_outcomes(engine, connection, rows, now)) if rows else []
        if outcomes:
            with engine.database.write() as connection:
                ended = conclude(connection, outcomes, now)
            _report(rows, ended, now)
            swept |= ended
        if len(rows) < batch:
            break
        after = (rows[-1]["due_at"], rows[-1]["id"])
    return swept


def _report(rows: Sequence[Mapping[str, Any]], ended: set[str], now: datetime) -> None:
    for row in rows:
        if row["id"] in ended:
            witness.told("timer", (now - row["due_at"]).total_seconds(), kind=row["kind"])


# --- reading -------------------------------------------------------------------------------------------


def _due(
    connection: sa.Connection,
    now: datetime,
    after: tuple[datetime, str] | None,
    limit: int,
    among: Sequence[str] | None,
) -> list[dict[str, Any]]:
    """Due timers that may only tell, each with `later`: whether a later reminder of its item is due or went already.

    One that something else of its case was due before waits for that: what it would say may not be true then.
    """
    found = _DUE if among is None else _DUE_AMONG
    if after is not None:
        same = sa.and_(timer.c.due_at == after[0], timer.c.id > after[1])
        found = found.where(timer.c.due_at >= after[0], sa.or_(timer.c.due_at > after[0], same))
    return [dict(row) for row in connection.execute(found, {"now": now, "most": limit, "among": among}).mappings()]


_NOW = sa.bindparam("now", type_=timer.c.due_at.type)
_other = timer.alias("other")
_BEFORE = sa.exists().where(
    _other.c.case_id == timer.c.case_id, _other.c.status == ARMED, _other.c.kind != "remind",
    _other.c.id != timer.c.id, _other.c.due_at <= _NOW,
    sa.or_(_other.c.due_at < timer.c.due_at, sa.and_(_other.c.due_at == timer.c.due_at, _other.c.id < timer.c.id)),
)  # fmt: skip
_LATER = sa.exists().where(
    _other.c.case_id == timer.c.case_id, _other.c.kind == "remind", _other.c.item_id == timer.c.item_id,
    _other.c.due_at > timer.c.due_at,
    _other.c.status.in_([ARMED, word("fired")]), sa.or_(_other.c.status == word("fired"), _other.c.due_at <= _NOW),
)  # fmt: skip
"""Written so that only the case's own are looked at: were the armed a side of their own, all that are due would be, for
each that is read."""
_DUE = (
    sa.select(timer, sa.and_(timer.c.kind == "remind", _LATER).label("later"))
    .where(
        timer.c.status == ARMED,
        timer.c.due_at <= _NOW,
        timer.c.kind.in_(reminding.TELLING),
        ~_BEFORE,
        ~is_fenced(timer.c.agency_id),
    )
    .order_by(timer.c.due_at, timer.c.id)
    .limit(sa.bindparam("most"))
)
_DUE_AMONG = _DUE.where(timer.c.id.in_(sa.bindparam("among", expanding=True)))


def later_reminder(connection: sa.Connection, row: Mapping[str, Any], now: datetime) -> bool:
    """Whether a later reminder of a timer's item is due too, or went already."""
    return bool(connection.scalar(sa.select(_LATER).where(timer.c.id == row["id"]), {"now": now}))


@dataclass(frozen=True)
class _Around:
    """What a batch's timers hang on: rows by id, or by what they belong to."""

    cases: _Rows
    parties: _Rows
    items: _Rows
    candidates: _Rows
    asks: _Rows
    orgs: Mapping[str, Organisation]
    calendars: Mapping[str, Calendar]  # by agency


def _around(engine: Changing, connection: sa.Connection, rows: Sequence[Mapping[str, Any]], now: datetime) -> _Around:
    cases, items = {row["case_id"] for row in rows}, {row["item_id"] for row in rows if row["item_id"]}
    asks = {row["ask_id"] for row in rows if row["ask_id"]}
    agencies = sorted({row["agency_id"] for row in rows})
    return _Around(
        cases=_by(connection, case.c.id, cases),
        parties=_by(connection, case_party.c.case_id, cases),
        items=_by(connection, work_item.c.id, items),
        candidates=_by(connection, candidate.c.item_id, items),
        asks=_by(connection, ask.c.id, asks) if asks else {},
        orgs={agency: load_organisation(connection, agency, local_date(now)) for agency in agencies},
        calendars={agency: engine.catalogue.calendar_of(connection, agency) for agency in agencies},
    )


def _by(connection: sa.Connection, column: sa.Column[str], wanted: Collection[str]) -> _Rows:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in connection.execute(_rows_by(column), {"wanted": list(wanted)}).mappings():
        found.setdefault(row[column.name], []).append(dict(row))
    return found


@cache
def _rows_by(column: sa.Column[str]) -> sa.Select[Any]:
    return sa.select(column.table).where(column.in_(sa.bindparam("wanted", expanding=True)))


# --- deciding ------------------------------------------------------------------------------------------


def _outcomes(
    engine: Changing, connection: sa.Connection, rows: Sequence[Mapping[str, Any]], now: datetime
) -> Iterator[Outcome]:
    around = _around(engine, connection, rows, now)
    for row in rows:
        try:
            draft = _draft(engine, connection, row, around, now)
            if reminding.only_tells(draft, row):
                yield _outcome(draft, row)
        except sa.exc.DBAPIError:
            raise  # the database is away or busy: no fault of this timer
        except Exception:
            _log.exception("timer %s cannot be swept; it is fired alone", row["id"])


def _draft(
    engine: Changing, connection: sa.Connection, row: Mapping[str, Any], around: _Around, now: datetime
) -> Draft:
    """A working copy of as much of the case as telling looks at."""
    (stored,) = around.cases[row["case_id"]]
    facts = CaseFacts(
        case=stored,
        life=engine.catalogue.life(connection, stored["definition_id"]),
        fields={},
        asks=tuple(around.asks.get(row["ask_id"], ())),
        links=(),
        items=tuple(around.items.get(row["item_id"], ())),
        candidates=tuple(around.candidates.get(row["item_id"], ())),
        timers=(),
        parties=tuple(Party(one["person_id"], one["relation"]) for one in around.parties.get(row["case_id"], ())),
        org=around.orgs[row["agency_id"]],
        calendar=around.calendars[row["agency_id"]],
        now=now,
        fills={},
        subject=unknown_subject(stored),
    )
    return Draft(facts, _NOTHING, connection, engine.database.new_id, SYSTEM)


_NOTHING = Registry()
"""Telling asks no guard and has no effect."""


def _outcome(draft: Draft, row: Mapping[str, Any]) -> Outcome:
    if row["kind"] == "remind":
        reminding.remind(draft, row, later=row["later"])
    else:
        reminding.note_late(draft, row)
    of_case = {"agency_id": row["agency_id"], "case_id": row["case_id"]}
    messages = tuple(
        {**of_case, "id": draft.new_id(), "kind": letter.kind, "recipient": letter.recipient,
         "topic": letter.topic[:120], "payload": dict(letter.payload), "not_before": draft.facts.now,
         "dedupe_key": f"timer:{row['id']}:{letter.recipient}"}
        for _, letter in draft.letters
    )  # fmt: skip
    deliveries = tuple({"id": draft.new_id(), **of_case, **line} for line in draft.deliveries)
    return Outcome(row["id"], draft.timer_outcome, messages, deliveries)
