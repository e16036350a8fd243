"""Writes a draft in one transaction, guarded: what was read must still stand, or nothing is written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from workflow.case import ask, case, case_field, case_party, counter, link
from workflow.db import insert_ignoring
from workflow.draft import Draft, Rows
from workflow.history import chained, event, event_detail
from workflow.incidents import Trouble, open_incident
from workflow.organisation import person
from workflow.outbox import NOTICE, delivery, enqueue
from workflow.outbox import Draft as Message
from workflow.timers import timer
from workflow.worklist import candidate, work_item


class Moved(Exception):
    """A guard failed: the case, the item or somebody's authority moved between reading and writing."""


class Guard:
    """What must still stand: people first, then the case, then the item or timer; always in this order."""

    def __init__(self, draft: Draft, *, item: Mapping[str, Any] | None = None, timer_id: str | None = None) -> None:
        self.item = item
        self.timer_id = timer_id
        by = draft.by
        people = {by.person_id, by.on_behalf_of, *(by.authority.chain if by.authority else ())}
        known = draft.facts.org.people
        self.people = {p: known[p].authority_version for p in people if p is not None and p in known}


def write(connection: sa.Connection, draft: Draft, guard: Guard) -> None:
    """The whole draft, or Moved (and the caller's transaction is rolled back)."""
    check_people(connection, guard.people)
    _write_case(connection, draft)
    _guard_item(connection, draft, guard)
    for entry, context in draft.effects:
        entry.call(context, connection)
    write_rows(connection, draft, firing=guard.timer_id)


def check_people(connection: sa.Connection, expected: Mapping[str, int]) -> None:
    """Whose rights this rests on must hold them still; locked for sharing until commit."""
    if not expected:
        return
    stored = connection.execute(
        sa.select(person.c.id, person.c.authority_version)
        .where(person.c.id.in_(expected))
        .order_by(person.c.id)
        .with_for_update(read=True)
    )
    if {row.id: row.authority_version for row in stored} != dict(expected):
        raise Moved


def _guard_item(connection: sa.Connection, draft: Draft, guard: Guard) -> None:
    if guard.timer_id is not None:
        fired = connection.execute(
            sa.update(timer)
            .where(timer.c.id == guard.timer_id, timer.c.status == "armed")
            .values(status=draft.timer_outcome, done_at=draft.facts.now)
        )
        if fired.rowcount != 1:
            raise Moved
    if guard.item is not None:
        row = guard.item
        same = connection.execute(
            sa.update(work_item)
            .where(
                work_item.c.id == row["id"],
                work_item.c.version == row["version"],
                work_item.c.status == row["status"],
            )
            .values(version=row["version"])
        )
        if same.rowcount != 1:
            raise Moved


def _write_case(connection: sa.Connection, draft: Draft) -> None:
    stored, row = draft.facts.case, draft.case
    events, details, head = chained(
        draft.events, case_id=row["id"], agency=row["agency_id"], seq=stored["chain_seq"], head=stored["chain_head"],
        new_id=draft.new_id,
    )  # fmt: skip
    row["chain_seq"], row["chain_head"] = stored["chain_seq"] + len(events), head
    row["version"] = stored["version"] + (1 if draft.dossier_moved else 0)
    row["is_held"] = bool(row["holds"])
    row["top_level"] = row["levels"][-1] if row["levels"] else ""
    changed = {name: value for name, value in row.items() if value != stored[name]}
    if changed:
        guarded = connection.execute(
            sa.update(case)
            .where(
                case.c.id == row["id"],
                case.c.version == stored["version"],
                case.c.chain_seq == stored["chain_seq"],
            )
            .values(**changed)
        )
        if guarded.rowcount != 1:
            raise Moved
    insert_all(connection, event, events)
    insert_all(connection, event_detail, details)


def insert_case(connection: sa.Connection, draft: Draft) -> None:
    """A new case's row and first events, before what hangs on them."""
    row = draft.case
    events, details, head = chained(
        draft.events,
        case_id=row["id"],
        agency=row["agency_id"],
        seq=0,
        head=row["chain_head"],
        new_id=draft.new_id,
    )
    row.update(
        chain_seq=len(events), chain_head=head, version=1, is_held=bool(row["holds"]),
        top_level=row["levels"][-1] if row["levels"] else "",
    )  # fmt: skip
    connection.execute(sa.insert(case).values(**row))
    insert_all(connection, event, events)
    insert_all(connection, event_detail, details)


def write_rows(connection: sa.Connection, draft: Draft, *, firing: str | None = None) -> None:
    """Everything beside the case row: fields, parties, asks, links, items, timers, messages, incidents."""
    _write_fields(connection, draft)
    _write_parties(connection, draft)
    for table, rows in (
        (ask, draft.asks),
        (link, draft.links),
        (work_item, draft.items),
        (candidate, draft.candidates),
    ):
        _write_table(connection, table, rows)
    _write_timers(connection, draft.timers, firing)
    _write_letters(connection, draft)
    insert_all(connection, delivery, [_owned(draft, row) for row in draft.deliveries])
    for kind, key, reason in draft.incidents:
        trouble = Trouble(draft.case["agency_id"], kind, reason, key, case_id=draft.case["id"])
        open_incident(connection, trouble, new_id=draft.new_id)


def _owned(draft: Draft, row: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": draft.new_id(), "agency_id": draft.case["agency_id"], "case_id": draft.case["id"], **row}


def insert_all(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """One statement for any number of rows; none for none."""
    if rows:
        connection.execute(sa.insert(table), [dict(row) for row in rows])


def _write_table(connection: sa.Connection, table: sa.Table, rows: Rows) -> None:
    for row_id, values in rows.updated.items():  # before the new: what closes makes room for what opens
        connection.execute(sa.update(table).where(table.c.id == row_id).values(**values))
    insert_all(connection, table, list(rows.inserted.values()))


def _write_timers(connection: sa.Connection, rows: Rows, firing: str | None) -> None:
    """One that waits no more has fired since it was read, and may have opened an ask that this draft never saw."""
    for timer_id, values in rows.updated.items():
        waiting = sa.update(timer).where(timer.c.id == timer_id, timer.c.status.in_(["armed", "paused"]))
        if connection.execute(waiting.values(**values)).rowcount != 1 and timer_id != firing:
            raise Moved
    insert_all(connection, timer, list(rows.inserted.values()))


def _write_fields(connection: sa.Connection, draft: Draft) -> None:
    if not draft.fields_set:
        return
    case_id = draft.case["id"]
    connection.execute(
        sa.delete(case_field).where(case_field.c.case_id == case_id, case_field.c.name.in_(draft.fields_set))
    )
    insert_all(
        connection, case_field,
        [
            {"agency_id": draft.case["agency_id"], "case_id": case_id, "name": name, "value": value,
             "visit": draft.case["visit"], "set_at": draft.facts.now, "set_by": draft.by.person_id}
            for name, value in draft.fields_set.items()
        ],
    )  # fmt: skip


def _write_parties(connection: sa.Connection, draft: Draft) -> None:
    case_id = draft.case["id"]
    if draft.parties_dropped:
        connection.execute(
            sa.delete(case_party).where(
                case_party.c.case_id == case_id, case_party.c.relation.in_(draft.parties_dropped)
            )
        )
    kept = {p for p in draft.facts.parties if p.relation not in draft.parties_dropped}
    insert_all(
        connection, case_party,
        [
            {"agency_id": draft.case["agency_id"], "case_id": case_id, "person_id": p.person_id, "relation": p.relation}
            for p in dict.fromkeys(draft.parties_added) if p not in kept
        ],
    )  # fmt: skip


def _write_letters(connection: sa.Connection, draft: Draft) -> None:
    rows = []
    asked = {letter.recipient for _, letter in draft.letters if letter.payload.get("template") == "decision"}
    for seq, letter in draft.letters:
        item = draft.items.get(letter.payload.get("item_id"))
        if letter.kind == NOTICE and item is not None and item["status"] != "open":
            continue
        if letter.payload.get("template") == "told" and letter.recipient in asked:
            continue  # who is asked to decide needs no second letter that tells of it
        key = f"{seq}:{letter.kind}:{letter.recipient}:{letter.topic}"
        rows.append(
            Message(
                agency_id=draft.case["agency_id"], case_id=draft.case["id"], kind=letter.kind,
                recipient=letter.recipient, topic=letter.topic[:120], payload=letter.payload,
                not_before=draft.not_before(letter),
                dedupe_key=f"{draft.case['id']}:{hashlib.sha256(key.encode()).hexdigest()}",
            )
        )  # fmt: skip
    enqueue(connection, rows, new_id=draft.new_id)


def next_number(connection: sa.Connection, agency_id: str, name: str) -> int:
    """The next number of a register: gapless while its transaction commits, never given twice."""
    connection.execute(insert_ignoring(connection, counter).values(agency_id=agency_id, name=name, value=0))
    number: int = connection.execute(
        sa.update(counter)
        .where(counter.c.agency_id == agency_id, counter.c.name == name)
        .values(value=counter.c.value + 1)
        .returning(counter.c.value)
    ).scalar_one()
    return number
