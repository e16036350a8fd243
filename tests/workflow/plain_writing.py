"""The same writing, one plain statement a row: what the fast forms are compared with."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from workflow.case import case, case_field, case_party
from workflow.clock import wall_now
from workflow.db import insert_ignoring
from workflow.organisation import person
from workflow.outbox import outbox
from workflow.records import CHANGING, INSERTED, UPDATED, Guarded, Records
from workflow.timers import timer
from workflow.worklist import work_item


def write(connection: sa.Connection, records: Records, guard: Guarded) -> bool:
    """Row by row, each guard a question of its own."""
    if not _stands(connection, records, guard):
        return False
    if records.case is not None:
        _set(connection, case, records.case)
    for relation in records.dropped:
        of_relation = (case_party.c.case_id == records.case_id) & (case_party.c.relation == relation)
        connection.execute(sa.delete(case_party).where(of_relation))
    for table in UPDATED:
        for row in records.updated.get(table, ()):
            _set(connection, table, row)
    _withdraw(connection, records)
    for table in INSERTED:
        for row in records.inserted.get(table, ()):
            _add(connection, table, row)
    return True


def _stands(connection: sa.Connection, records: Records, guard: Guarded) -> bool:
    def there(table: sa.Table, **values: Any) -> bool:
        return connection.execute(sa.select(table).filter_by(**values)).first() is not None

    version, seq = records.stored
    found = [there(person, id=one, authority_version=at) for one, at in guard.people.items()]
    if records.case is not None:
        found.append(there(case, id=records.case_id, version=version, chain_seq=seq))
    if guard.item is not None:
        found.append(there(work_item, **dict(zip(("id", "version", "status"), guard.item, strict=True))))
    if guard.timer_id is not None:
        found.append(there(timer, id=guard.timer_id, status="armed"))
    found += [there(timer, id=row["id"], status="armed") or there(timer, id=row["id"], status="paused")
              for row in records.updated.get(timer, ())]  # fmt: skip
    return all(found)


def _set(connection: sa.Connection, table: sa.Table, row: dict[str, Any]) -> None:
    change = sa.update(table).where(table.c.id == row["id"])
    connection.execute(change.values({name: row[name] for name in CHANGING[table]}))


def _add(connection: sa.Connection, table: sa.Table, row: dict[str, Any]) -> None:
    if table is case_field:
        same = (case_field.c.case_id == row["case_id"]) & (case_field.c.name == row["name"])
        connection.execute(sa.delete(case_field).where(same))
    new = insert_ignoring(connection, table) if table is outbox else sa.insert(table)
    connection.execute(new.values(**row))


def _withdraw(connection: sa.Connection, records: Records) -> None:
    fresh = records.inserted.get(outbox, [])
    keys = {row["dedupe_key"] for row in fresh}
    of_case = (outbox.c.case_id == records.case_id, outbox.c.status == "new", outbox.c.not_before > records.now)
    for held in connection.execute(sa.select(outbox).where(*of_case)).all():
        replaced = any((row["recipient"], row["topic"]) == (held.recipient, held.topic) for row in fresh)
        if held.topic and replaced and held.dedupe_key not in keys:
            gone = sa.update(outbox).where(outbox.c.id == held.id)
            connection.execute(gone.values(status="withdrawn", done_at=wall_now()))
