"""Taking a decision back within the seconds in which nothing of it has left the case yet.

What stood before is kept beside the decision, only while it may be asked for. Whatever an effect did, whatever opened
questions to others, a vote, papers and people of the case: such a decision is final, and no undo is offered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from workflow.arming import cancel_timers, close_item
from workflow.case import case, case_field
from workflow.db import UtcDateTime
from workflow.draft import HOLD_SECONDS, Draft
from workflow.facts import CaseFacts, Row
from workflow.message import Conflict, Message, Refused
from workflow.outbox import outbox, withdraw
from workflow.records import CHANGING, Records, moment
from workflow.registry import Registry
from workflow.starting import refuse_second
from workflow.timers import WAITING, timer
from workflow.undo_step import undo_step
from workflow.worklist import candidate, work_item

_KEPT = tuple(name for name in CHANGING[case] if name not in ("version", "chain_seq", "chain_head"))


def is_final(draft: Draft) -> bool:
    """Whether a decision cannot be taken back."""
    facts = draft.facts
    vote = facts.life.definition.states.get(facts.case["state"])
    return bool(
        not facts.case["version"] or draft.effects or draft.incidents or draft.uploads
        or draft.parties_added or draft.parties_dropped or draft.asks.inserted or draft.asks.updated
        or draft.links.inserted or draft.links.updated or facts.followed or (vote and vote.vote)
    )  # fmt: skip


def remember(draft: Draft, records: Records) -> None:
    """Keep what stood before a person's decision beside it, unless it is final or the case stays where it is."""
    if is_final(draft) or draft.case["visit"] == draft.facts.case["visit"]:
        return
    facts = draft.facts
    old = {row["id"]: row for row in (*facts.items, *facts.candidates, *facts.timers)}
    moved = [name for name in _KEPT if draft.case[name] != facts.case[name]]
    stopped = {one: changed for one, changed in draft.timers.updated.items() if old[one]["status"] in WAITING}
    before = {
        "case": _kept(case, facts.case, moved),
        "items": [_kept(work_item, old[one], changed) for one, changed in draft.items.updated.items()],
        "candidates": [_kept(candidate, old[one], changed) for one, changed in draft.candidates.updated.items()],
        "timers": [_kept(timer, old[one], changed) for one, changed in stopped.items()],
        "fields": {name: facts.fields[name] for name in draft.fields_set if name in facts.fields},
        "new_fields": [name for name in draft.fields_set if name not in facts.fields],
        "letters": [row["id"] for row in records.inserted.get(outbox, ())],
    }
    kept = {
        "agency_id": facts.case["agency_id"], "case_id": facts.case["id"], "event_seq": draft.case["chain_seq"],
        "person_id": draft.by.person_id, "title": _title(draft), "until": facts.now + timedelta(seconds=HOLD_SECONDS),
        "before": before,
    }  # fmt: skip
    records.insert(undo_step, [kept])


def _kept(table: sa.Table, row: Row, names: Iterable[str]) -> dict[str, Any]:
    """Of a row what the decision changes, as plain values, times as their text: `_read` makes them what they were."""
    times = _times(table)
    return {"id": row["id"], **{name: moment(row[name]) if name in times else row[name] for name in names}}


@lru_cache
def _times(table: sa.Table) -> frozenset[str]:
    return frozenset(column.key for column in table.c if isinstance(column.type, UtcDateTime))


def _title(draft: Draft) -> str:
    named = next((one.body["action"] for one in draft.events if one.body["action"]), "")
    found = draft.facts.life.definition.actions_in(draft.facts.case["state"]).get(named)
    return found.title if found else named


def open_to(connection: sa.Connection, agency: str, person_id: str, now: datetime) -> Sequence[sa.RowMapping]:
    """What this person may still take back, the newest first, with code and label of its case."""
    return connection.execute(_OPEN, {"agency": agency, "person": person_id, "now": now}).mappings().all()


_OPEN = (
    sa.select(
        undo_step.c.case_id, undo_step.c.event_seq, undo_step.c.title, undo_step.c.until, case.c.code, case.c.label
    )
    .join(case, case.c.id == undo_step.c.case_id)
    .where(
        undo_step.c.agency_id == sa.bindparam("agency"), undo_step.c.person_id == sa.bindparam("person"),
        undo_step.c.until > sa.bindparam("now"), case.c.chain_seq == undo_step.c.event_seq,
    )
    .order_by(undo_step.c.until.desc())
    .limit(5)
)  # fmt: skip


def find(
    connection: sa.Connection, registry: Registry, facts: CaseFacts, person_id: str, seq: int
) -> Row:  # fmt: skip
    """The step to take back. Raises Conflict when somebody acted since, Refused when it is too late or not theirs, or
    when the case would be open again beside a new one."""
    row = (
        connection.execute(
            sa.select(undo_step).where(undo_step.c.case_id == facts.case["id"], undo_step.c.event_seq == seq)
        )
        .mappings()
        .first()
    )
    if row is None or row["person_id"] != person_id or row["until"] <= facts.now:
        raise Refused(Message("undo.late", {"seconds": HOLD_SECONDS}))
    if facts.case["chain_seq"] != seq:
        raise Conflict(Message("undo.moved"))
    if facts.case["one_open"] and "ended_at" in row["before"]["case"]:
        refuse_second(connection, registry, facts.org, person_id, facts.case, "undo")
    return dict(row)


def with_closed(connection: sa.Connection, facts: CaseFacts, step: Row) -> CaseFacts:
    """The case with the rows that the decision closed: those that wait are all a decision reads else."""

    def missing(table: sa.Table, name: str, there: tuple[Row, ...]) -> tuple[Row, ...]:
        wanted = {row["id"] for row in step["before"][name]} - {row["id"] for row in there}
        found = connection.execute(sa.select(table).where(table.c.id.in_(wanted))).mappings()
        return (*there, *(dict(row) for row in found))

    return replace(
        facts,
        items=missing(work_item, "items", facts.items),
        candidates=missing(candidate, "candidates", facts.candidates),
        timers=missing(timer, "timers", facts.timers),
    )


def undo(draft: Draft, step: Row) -> None:
    """Everything of the case as it stood, as an event of its own; what the decision opened is closed."""
    before, now_in = step["before"], draft.case["state"]
    known = {row["id"] for row in before["items"]}
    for item in draft.items.all():
        if item["id"] not in known and item["status"] != "closed" and item["visit"] == draft.case["visit"]:
            close_item(draft, item, "undone")
    cancel_timers(draft, visit=draft.case["visit"])
    draft.case.update(_read(case, before["case"]))
    for row in before["items"]:
        version = draft.items.get(row["id"])["version"] + 1  # type: ignore[index]
        draft.items.update(row["id"], **{**_changing(work_item, row), "version": version})
    for row in before["candidates"]:
        draft.candidates.update(row["id"], **_changing(candidate, row))
    for row in before["timers"]:  # anew: one that was stopped is never changed again
        was = {**draft.timers.get(row["id"]), **_read(timer, row)}  # type: ignore[dict-item]
        draft.timers.insert(**{name: value for name, value in was.items() if name != "id"})
    draft.fields_set.update(before["fields"])
    draft.dossier_moved = True
    draft.note("undone", refs=[str(step["event_seq"])], **{"from": now_in, "to": draft.case["state"]})


def take_back(connection: sa.Connection, step: Row) -> None:
    """What was to leave does not, what the decision's form brought goes. Raises Refused when any letter has left."""
    letters = step["before"]["letters"]
    if letters and withdraw(connection, letters) != len(letters):
        raise Refused(Message("undo.late", {"seconds": HOLD_SECONDS}))
    new = case_field.c.case_id == step["case_id"], case_field.c.name.in_(step["before"]["new_fields"])
    connection.execute(sa.delete(case_field).where(*new))
    connection.execute(
        sa.delete(undo_step).where(undo_step.c.case_id == step["case_id"], undo_step.c.event_seq == step["event_seq"])
    )


def forget(connection: sa.Connection, now: datetime) -> int:
    """Drop what can no longer be asked for; how many."""
    return connection.execute(sa.delete(undo_step).where(undo_step.c.until < now)).rowcount


def _changing(table: sa.Table, row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in _read(table, row).items() if name in CHANGING[table]}


def _read(table: sa.Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """Values as the table has them: times were kept as their text."""
    times = _times(table)
    return {
        name: datetime.fromisoformat(value).replace(tzinfo=UTC) if name in times and value is not None else value
        for name, value in row.items()
    }
