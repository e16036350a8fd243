"""A decision on SQLite: fixed statements in the one writer's transaction, the guards read again first."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from workflow.case import case, case_field, case_party
from workflow.clock import wall_now
from workflow.db import UtcDateTime, word
from workflow.fixed import first, fixed
from workflow.organisation import person
from workflow.outbox import NEW, outbox, waits
from workflow.records import CHANGING, INSERTED, UPDATED, Encode, Guarded, Records, document, moment
from workflow.timers import ARMED, timer, waiting
from workflow.worklist import work_item


@dataclass(frozen=True)
class Writing:
    """A fixed statement for rows of a table."""

    text: str
    order: tuple[str, ...]
    encoded: tuple[tuple[int, Encode], ...]  # places of values that are not plain, and what makes them so

    def run(self, connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> Any:
        """Execute it for one row, whose first answer it gives, or for many."""
        values = [self._plain(row) for row in rows]
        if len(values) == 1:
            return first(connection, self.text, values[0])
        return connection.exec_driver_sql(self.text, values)

    def _plain(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        values = list(map(row.get, self.order))
        for place, how in self.encoded:
            values[place] = how(values[place])
        return tuple(values)


def write(connection: sa.Connection, records: Records, guard: Guarded) -> bool:
    """The whole of it; False, and nothing written, when something moved since it was read."""
    if not _stands(connection, records, guard):
        return False
    if records.case is not None:
        _update(case).run(connection, [{**records.case, "this": records.case_id}])
    if records.dropped:
        _dropped().run(connection, [{"this": records.case_id, "relation": one} for one in records.dropped])
    for table in UPDATED:
        if table in records.updated:
            _update(table).run(connection, [{**row, "this": row["id"]} for row in records.updated[table]])
    _make_room(connection, records)
    for table in INSERTED:
        if table in records.inserted:
            _insert(table).run(connection, records.inserted[table])
    return True


def write_many(connection: sa.Connection, changes: Sequence[tuple[Records, Guarded]]) -> set[str]:
    """Of many cases those that still stand, each whole; which."""
    return {records.case_id for records, guard in changes if write(connection, records, guard)}


def _stands(connection: sa.Connection, records: Records, guard: Guarded) -> bool:
    timers = [row["id"] for row in records.updated.get(timer, ())]
    asked = _Asked(
        bool(guard.people), records.case is not None, guard.item is not None, guard.timer_id is not None, bool(timers)
    )
    if not any(vars(asked).values()):
        return True
    values: dict[str, Any] = {"this": records.case_id}
    values["version"], values["seq"] = records.stored
    values["people"], values["count"] = json.dumps(list(guard.people.items())), len(guard.people)
    values["item_id"], values["item_version"], values["item_status"] = guard.item or (None, None, None)
    values["timer_id"], values["timers"], values["timers_count"] = guard.timer_id, json.dumps(timers), len(timers)
    return bool(_question(asked).run(connection, [values])[0])


@dataclass(frozen=True)
class _Asked:
    people: bool
    case: bool
    item: bool
    timer: bool
    timers: bool


@lru_cache
def _question(asked: _Asked) -> Writing:
    """Whether everything stands as it was read, in one row."""
    terms: list[sa.ColumnElement[bool]] = []
    if asked.people:
        said = sa.func.json_each(_bind("people")).table_valued("value")
        held = (person.c.id == _at(said, 0), person.c.authority_version == _at(said, 1))
        count = sa.select(sa.func.count()).select_from(person, said).where(*held).scalar_subquery()
        terms.append(count == _bind("count"))
    if asked.case:
        same = (case.c.id == _bind("this"), case.c.version == _bind("version"), case.c.chain_seq == _bind("seq"))
        terms.append(sa.exists().where(*same))
    if asked.item:
        terms.append(sa.exists().where(*(work_item.c[name] == _bind(f"item_{name}") for name in _ITEM)))
    if asked.timer:
        terms.append(sa.exists().where(timer.c.id == _bind("timer_id"), timer.c.status == ARMED))
    if asked.timers:
        terms.append(_timers_wait())
    return _fixed(sa.select(sa.and_(*terms)))


def _timers_wait() -> sa.ColumnElement[bool]:
    """One that waits no more has fired since it was read, and may have opened an ask that the draft never saw."""
    said = sa.func.json_each(_bind("timers")).table_valued("value")
    found = sa.select(sa.func.count()).select_from(timer, said).where(timer.c.id == said.c.value, waiting())
    return found.scalar_subquery() == _bind("timers_count")


_ITEM = ("id", "version", "status")


def _at(rows: Any, place: int) -> sa.ColumnElement[Any]:
    return sa.func.json_extract(rows.c.value, word(f"$[{place}]"))


def _bind(name: str) -> sa.BindParameter[Any]:
    return sa.bindparam(name, type_=sa.types.NULLTYPE)


def _fixed(statement: Any, table: sa.Table | None = None) -> Writing:
    found = fixed(statement, "sqlite")
    encoders = ((place, _encoder(table, name)) for place, name in enumerate(found.order))
    return Writing(found.text, found.order, tuple((place, how) for place, how in encoders if how is not None))


def _encoder(table: sa.Table | None, name: str) -> Encode | None:
    type_ = table.c[name].type if table is not None and name in table.c else None
    if isinstance(type_, sa.JSON):
        return document
    return moment if isinstance(type_, UtcDateTime) else None


@lru_cache
def _update(table: sa.Table) -> Writing:
    changes = {name: _bind(name) for name in CHANGING[table]}
    return _fixed(sa.update(table).where(table.c.id == _bind("this")).values(changes), table)


@lru_cache
def _insert(table: sa.Table) -> Writing:
    new = sqlite.insert(table).values({column.key: _bind(column.key) for column in table.c})
    if table is case_field:
        changed = {name: new.excluded[name] for name in ("value", "visit", "set_at", "set_by")}
        new = new.on_conflict_do_update(index_elements=[case_field.c.case_id, case_field.c.name], set_=changed)
    elif table is outbox:
        new = new.on_conflict_do_nothing()
    return _fixed(new, table)


@lru_cache
def _dropped() -> Writing:
    return _fixed(
        sa.delete(case_party).where(case_party.c.case_id == _bind("this"), case_party.c.relation == _bind("relation"))
    )


def _make_room(connection: sa.Connection, records: Records) -> None:
    messages = records.inserted.get(outbox)
    if messages:
        named = [[row[name] for name in _SUBJECT] for row in messages]
        values = {"this": records.case_id, "now": moment(records.now), "wall": moment(wall_now())}
        _replaced().run(connection, [{**values, "fresh": json.dumps(named)}])


_SUBJECT = ("agency_id", "recipient", "topic", "dedupe_key")


@lru_cache
def _replaced() -> Writing:
    """A new message withdraws what is still held back of the same case, recipient and topic."""
    fresh = sa.func.json_each(_bind("fresh")).table_valued("value", name="fresh_one")
    known = sa.func.json_each(_bind("fresh")).table_valued("value", name="known_one")
    same = [outbox.c[name] == _at(fresh, place) for place, name in enumerate(_SUBJECT[:3])]
    held = [
        waits(outbox), outbox.c.status == NEW, outbox.c.case_id == _bind("this"),
        outbox.c.not_before > _bind("now"), outbox.c.topic != word(""),
        sa.exists().select_from(fresh).where(*same), outbox.c.dedupe_key.not_in(sa.select(_at(known, 3))),
    ]  # fmt: skip
    withdrawn = {"status": word("withdrawn"), "done_at": _bind("wall")}
    return _fixed(sa.update(outbox).where(*held).values(withdrawn))
