"""Due timers of many cases fired together: read with one statement, decided each for itself, written in one go.

Each leaves what it would leave fired alone. What needs more than the engine's own rows, cannot fire, or moved
or is held by other hands is left to be fired alone: nothing of one case holds up or undoes another's.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa

from workflow import firing, moves, witness
from workflow.clock import business_now
from workflow.commands import Changing
from workflow.draft import SYSTEM
from workflow.facts import CaseFacts, load_cases
from workflow.records import Guarded, Records
from workflow.timers import ARMED, timer
from workflow.writing import guarded, is_one_statement, recorded, write_many

AT_ONCE = 50
"""Cases in one transaction: who decides one of them waits for the others' rows at most."""

_log = logging.getLogger(__name__)
_Turns = dict[str, list[Mapping[Any, Any]]]


def fire_together(engine: Changing, timer_ids: Sequence[str]) -> set[str]:
    """Fire those that are due, a case's in the order given and none before one of its own that is left; which fired."""
    fired: set[str] = set()
    turns = _turns(engine, timer_ids)
    while turns:
        now = dict(islice(turns.items(), AT_ONCE))
        done = _volley(engine, {case_id: rows[0] for case_id, rows in now.items()})
        fired |= {now[case_id][0]["id"] for case_id in done}
        next_turns = {case_id: rows[1:] for case_id, rows in now.items() if case_id in done and len(rows) > 1}
        turns = {case_id: rows for case_id, rows in turns.items() if case_id not in now} | next_turns
    return fired


def _turns(engine: Changing, timer_ids: Sequence[str]) -> _Turns:
    with engine.database.read() as connection:
        which = {"ids": list(timer_ids), "now": business_now(connection)}
        found = {row["id"]: row for row in connection.execute(_RIPE, which).mappings()}
    turns: _Turns = {}
    for row in (found[one] for one in timer_ids if one in found):
        turns.setdefault(row["case_id"], []).append(row)
    return turns


_RIPE = sa.select(timer.c.id, timer.c.case_id, timer.c.kind, timer.c.due_at).where(
    timer.c.id.in_(sa.bindparam("ids", expanding=True)), timer.c.status == ARMED, timer.c.due_at <= sa.bindparam("now")
)


def _volley(engine: Changing, timers: Mapping[str, Mapping[Any, Any]]) -> set[str]:
    """One timer a case; the cases whose timer fired."""
    with engine.database.glance() as connection:
        loaded = load_cases(connection, engine, timers)
        changes = [
            one for facts in loaded for one in _decided(engine, connection, facts, timers[facts.case["id"]]["id"])
        ]
    if not changes:
        return set()
    try:
        with engine.database.write(once=True) as connection:
            done = write_many(connection, [(records, guard) for _, records, guard in changes])
    except sa.exc.DBAPIError as failure:
        _log.warning("%s timers are fired alone, as together they cannot: %r", len(changes), failure.orig)
        return set()
    for facts, records, _ in changes:
        if records.case_id in done:
            row = timers[records.case_id]
            witness.told("timer", (facts.now - row["due_at"]).total_seconds(), kind=row["kind"])
    return done


def _decided(
    engine: Changing, connection: sa.Connection, facts: CaseFacts, timer_id: str
) -> Iterator[tuple[CaseFacts, Records, Guarded]]:
    """What a timer comes to, unless it must be fired alone."""
    try:
        draft = engine.draft_for(connection, facts, SYSTEM)
        if firing.ring(draft, timer_id):
            moves.settle(draft)
            guard = guarded(draft, timer_id=timer_id)
            if is_one_statement(draft) and not draft.parties_dropped:
                yield facts, recorded(draft, guard), guard
    except sa.exc.OperationalError:
        raise  # the database is away or busy: no fault of this timer
    except Exception:
        _log.warning("timer %s is fired alone, as it cannot be beside others", timer_id, exc_info=True)
