"""Writes a draft in one transaction, guarded: what was read must still stand, or nothing is written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from workflow import files, writing_postgres, writing_sqlite
from workflow.case import ask, case_field, case_party, counter, link
from workflow.db import insert_ignoring
from workflow.draft import Draft
from workflow.history import chained, event, event_detail
from workflow.incidents import Trouble, open_incident
from workflow.outbox import NOTICE, delivery, outbox
from workflow.outbox import Draft as Message
from workflow.outbox import row as message_row
from workflow.records import Guarded, Records
from workflow.timers import timer
from workflow.worklist import candidate, work_item


class Moved(Exception):
    """A guard failed: the case, the item or somebody's authority moved between reading and writing."""


def guarded(draft: Draft, *, item: Mapping[str, Any] | None = None, timer_id: str | None = None) -> Guarded:
    """What a draft rests on: whose rights, and the item it answers or the timer that caused it."""
    by = draft.by
    people = {by.person_id, by.on_behalf_of, *(by.authority.chain if by.authority else ())}
    known = draft.facts.org.people
    rights = {p: known[p].authority_version for p in people if p is not None and p in known}
    return Guarded(rights, (item["id"], item["version"], item["status"]) if item else None, timer_id)


def is_one_statement(draft: Draft) -> bool:
    """Whether nothing beside the engine's own rows is written for it, so that no transaction need be held open."""
    return not (draft.effects or draft.incidents or draft.uploads or draft.facts.followed)


def write(connection: sa.Connection, draft: Draft, guard: Guarded, records: Records) -> None:
    """All that was recorded of a draft and what follows from it, or Moved (and the transaction is rolled back)."""
    on = writing_sqlite if connection.dialect.name == "sqlite" else writing_postgres
    if not on.write(connection, records, guard):
        raise Moved
    for entry, context in draft.effects:
        entry.call(context, connection)
    for kind, key, reason in draft.incidents:
        trouble = Trouble(draft.case["agency_id"], kind, reason, key, case_id=draft.case["id"])
        open_incident(connection, trouble, new_id=draft.new_id)
    files.claim(connection, draft.uploads, draft.case["id"])
    if draft.facts.followed and draft.registry.follower is not None:
        draft.registry.follower.follow(connection, draft.case["agency_id"], draft.case["id"])


def write_many(connection: sa.Connection, changes: Sequence[tuple[Records, Guarded]]) -> set[str]:
    """Cases that timers move, in one transaction: each whole, or left alone if it moved meanwhile; which were written.

    Only what is one statement alone may come, and drops no party.
    """
    if connection.dialect.name == "sqlite":
        return writing_sqlite.write_many(connection, changes)
    return writing_postgres.write_many(connection, changes)


# --- what is written ----------------------------------------------------------------------------------


def recorded(draft: Draft, guard: Guarded) -> Records:
    """The rows of a draft; its case gets its new version and place in its chain."""
    stored, row = draft.facts.case, draft.case
    events, details, head = chained(
        draft.events, case_id=row["id"], agency=row["agency_id"], seq=stored["chain_seq"], head=stored["chain_head"],
        new_id=draft.new_id,
    )  # fmt: skip
    row["chain_seq"], row["chain_head"] = stored["chain_seq"] + len(events), head
    row["version"] = stored["version"] + 1 if draft.dossier_moved or not stored["version"] else stored["version"]
    row["is_held"] = bool(row["holds"])
    row["top_level"] = row["levels"][-1] if row["levels"] else ""
    records = Records(row["id"], draft.facts.now, (stored["version"], stored["chain_seq"]))
    records.move(row, stored)
    records.insert(event, events)
    records.insert(event_detail, details)
    _record_dossier(records, draft)
    _record_rows(records, draft, guard.timer_id)
    records.insert(outbox, _messages(draft))
    records.insert(delivery, [_owned(draft, one) for one in draft.deliveries])
    return records


def _owned(draft: Draft, row: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": draft.new_id(), "agency_id": draft.case["agency_id"], "case_id": draft.case["id"], **row}


def _record_dossier(records: Records, draft: Draft) -> None:
    """Fields that were set, and the people whom the case is about or who brought it."""
    of_case = {"agency_id": draft.case["agency_id"], "case_id": draft.case["id"]}
    written = {"visit": draft.case["visit"], "set_at": draft.facts.now, "set_by": draft.by.person_id}
    records.insert(
        case_field, [{**of_case, "name": name, "value": value, **written} for name, value in draft.fields_set.items()]
    )
    records.dropped = tuple(draft.parties_dropped)
    kept = {p for p in draft.facts.parties if p.relation not in draft.parties_dropped}
    added = [p for p in dict.fromkeys(draft.parties_added) if p not in kept]
    records.insert(case_party, [{**of_case, "person_id": p.person_id, "relation": p.relation} for p in added])


def _record_rows(records: Records, draft: Draft, timer_id: str | None) -> None:
    """Asks, links, items, candidates, timers: the one that fires among them, with what became of it."""
    if timer_id is not None and draft.timers.get(timer_id) is not None:
        draft.timers.update(timer_id, status=draft.timer_outcome, done_at=draft.facts.now)
    for table, rows in (
        (ask, draft.asks), (link, draft.links), (work_item, draft.items), (candidate, draft.candidates),
        (timer, draft.timers),
    ):  # fmt: skip
        records.insert(table, rows.inserted.values())
        records.update(table, rows.changed())


def _messages(draft: Draft) -> list[dict[str, Any]]:
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
    return [message_row(one, draft.new_id()) for one in rows]


def next_number(connection: sa.Connection, agency_id: str, name: str) -> int:
    """The next number of a register: gapless while its transaction commits, never given twice."""
    row = {"agency_id": agency_id, "name": name, "value": 0}
    connection.execute(insert_ignoring(connection, counter), row)
    number: int = connection.execute(_NEXT, {"agency": agency_id, "of": name}).scalar_one()
    return number


_NEXT = (
    sa.update(counter)
    .where(counter.c.agency_id == sa.bindparam("agency"), counter.c.name == sa.bindparam("of"))
    .values(value=counter.c.value + 1)
    .returning(counter.c.value)
)
