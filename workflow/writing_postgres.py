"""A decision on PostgreSQL: one guarded statement writes all of it or nothing, in one round trip."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from workflow.case import case, case_field, case_party
from workflow.clock import wall_now
from workflow.idempotency import KEPT, idempotency
from workflow.organisation import person
from workflow.outbox import outbox
from workflow.records import CHANGING, INSERTED, UPDATED, WAITING, Guarded, Records, word
from workflow.timers import timer
from workflow.worklist import work_item

CASE_ID = sa.bindparam("the_case_id", type_=sa.String)  # no parameter is named as a column is: it would be set


@dataclass(frozen=True)
class Shape:
    """Which parts a statement has: few shapes occur, each is built and planned once."""

    people: bool
    case: bool  # the case changes, guarded by what was read of it
    item: bool
    timer: bool
    dropped: bool
    inserted: frozenset[sa.Table]
    updated: frozenset[sa.Table]


def write(connection: sa.Connection, records: Records, guard: Guarded) -> bool:
    """The whole of it; False, and nothing written, when something moved since it was read."""
    shape = Shape(
        bool(guard.people), records.case is not None, guard.item is not None, guard.timer_id is not None,
        bool(records.dropped), frozenset(records.inserted), frozenset(records.updated),
    )  # fmt: skip
    return bool(connection.scalar(statement(shape), _values(records, guard)))


def _values(records: Records, guard: Guarded) -> dict[str, Any]:
    values: dict[str, Any] = {"the_case_id": records.case_id, **_expected(records, guard)}
    for table, rows in records.inserted.items():
        values[f"new_{table.name}"] = json.dumps(rows, ensure_ascii=False)
    for table, rows in records.updated.items():
        values[f"set_{table.name}"] = json.dumps(rows, ensure_ascii=False)
    if records.case is not None:
        values[f"set_{case.name}"] = json.dumps([records.case], ensure_ascii=False)
    if records.dropped:
        values["the_dropped"] = list(records.dropped)
    if outbox in records.inserted:
        values |= {"the_now": records.now, "the_wall": wall_now()}
    if idempotency in records.inserted:
        values["the_forgotten"] = wall_now() - KEPT
    return values


def _expected(records: Records, guard: Guarded) -> dict[str, Any]:
    """What must still stand."""
    people = [{"id": person_id, "authority_version": at} for person_id, at in guard.people.items()]
    expected: dict[str, Any] = {"the_people": json.dumps(people), "the_people_count": len(people)} if people else {}
    if records.case is not None:
        expected["the_version"], expected["the_seq"] = records.stored
    if guard.item is not None:
        expected["the_item_id"], expected["the_item_version"], expected["the_item_status"] = guard.item
    if guard.timer_id is not None:
        expected["the_timer_id"] = guard.timer_id
    if timer in records.updated:
        expected["the_timers"] = len(records.updated[timer])
    return expected


# --- the statement ------------------------------------------------------------------------------------


@lru_cache(maxsize=512)
def statement(shape: Shape) -> sa.Select[Any]:
    """1 when everything stood and was written, else 0. People are locked before the case, the case before its rows."""
    stands = _guard(shape)
    here = sa.exists().select_from(stands)
    parts = [_update(case, here)] if shape.case else []
    gone: dict[sa.Table, sa.CTE] = {}
    if shape.dropped:
        gone[case_party] = _parties_dropped(here)
    if outbox in shape.inserted:
        gone[outbox] = _replaced(here)
    if idempotency in shape.inserted:
        gone[idempotency] = _forgotten(here)
    gone |= {table: _update(table, here) for table in UPDATED if table in shape.updated}
    parts += gone.values()
    parts += [_insert(table, here, gone.get(table)) for table in INSERTED if table in shape.inserted]
    return sa.select(sa.func.count()).select_from(stands).add_cte(*parts)


def _guard(shape: Shape) -> sa.CTE:
    where: list[sa.ColumnElement[bool]] = []
    if shape.people:
        where.append(_people())
    stands = sa.select(sa.literal_column("1").label("one")).where(*where).cte("stands")
    if shape.case:
        read = [case.c.version == sa.bindparam("the_version"), case.c.chain_seq == sa.bindparam("the_seq")]
        stands = sa.select(case.c.id).where(case.c.id == CASE_ID, *read, *where).with_for_update().cte("case_stands")
    if shape.timer:
        armed = [timer.c.id == sa.bindparam("the_timer_id"), timer.c.status == word("armed")]
        stands = _also(timer, armed, stands, "timer_stands")
    if shape.item:
        named = ("id", "version", "status")
        same = [work_item.c[name] == sa.bindparam(f"the_item_{name}") for name in named]
        stands = _also(work_item, same, stands, "item_stands")
    return _timers_wait(stands) if timer in shape.updated else stands


def _also(table: sa.Table, same: Iterable[sa.ColumnElement[bool]], before: sa.CTE, name: str) -> sa.CTE:
    return sa.select(table.c.id).where(*same, sa.exists().select_from(before)).with_for_update().cte(name)


def _timers_wait(before: sa.CTE) -> sa.CTE:
    """One that waits no more has fired since it was read, and may have opened an ask that the draft never saw."""
    said = _rows("set_timer", [timer.c.id])
    waiting = timer.c.status.in_([word(one) for one in WAITING])
    same = (timer.c.id == said.c.id, timer.c.case_id == CASE_ID, waiting, sa.exists().select_from(before))
    found = sa.select(timer.c.id).where(*same).order_by(timer.c.id).with_for_update(of=timer).cte("timers_wait")
    count = sa.select(sa.func.count()).select_from(found).scalar_subquery()
    all_wait = count == sa.bindparam("the_timers", type_=sa.Integer)
    return sa.select(sa.literal_column("1").label("one")).where(all_wait).cte("all_stands")


def _people() -> sa.ColumnElement[bool]:
    """Whose rights this rests on hold them still; locked for sharing until commit."""
    said = _rows("the_people", [person.c.id, person.c.authority_version])
    same = (person.c.id == said.c.id, person.c.authority_version == said.c.authority_version)
    stand = sa.select(person.c.id).where(*same).order_by(person.c.id).with_for_update(read=True, of=person)
    count = sa.select(sa.func.count()).select_from(stand.cte("people_stand")).scalar_subquery()
    return count == sa.bindparam("the_people_count", type_=sa.Integer)


def _rows(name: str, columns: Iterable[sa.Column[Any]]) -> Any:
    """Rows of a parameter: one text of JSON, whatever their number, so that one plan serves all."""
    typed = [sa.column(one.key, sa.Text() if isinstance(one.type, sa.JSON) else one.type) for one in columns]
    text = sa.cast(sa.bindparam(name, type_=sa.Text), sa.JSON)
    return sa.func.json_to_recordset(text).table_valued(*typed).render_derived(name=f"{name}_rows", with_types=True)


def _value(rows: Any, column: sa.Column[Any]) -> Any:
    value = rows.c[column.key]
    return sa.cast(value, sa.JSON) if isinstance(column.type, sa.JSON) else value


def _update(table: sa.Table, here: sa.ColumnElement[bool]) -> sa.CTE:
    columns = [table.c[name] for name in CHANGING[table]]
    rows = _rows(f"set_{table.name}", [table.c.id, *columns])
    of_case = table.c.id if table is case else table.c.case_id
    which = [table.c.id == rows.c.id, of_case == CASE_ID, here]
    change = sa.update(table).where(*which).values({column: _value(rows, column) for column in columns})
    return change.returning(table.c.id).cte(f"{table.name}_set")


def _insert(table: sa.Table, here: sa.ColumnElement[bool], after: sa.CTE | None) -> sa.CTE:
    """`after`: what makes room for the new rows must have been done."""
    columns = list(table.c)
    rows = _rows(f"new_{table.name}", columns)
    source = sa.select(*(_value(rows, column) for column in columns)).where(here)
    if after is not None:
        source = source.where(sa.select(sa.func.count()).select_from(after).scalar_subquery() >= sa.literal_column("0"))
    new = postgresql.insert(table).from_select(columns, source, include_defaults=False)
    if table is case_field:
        changed = {name: new.excluded[name] for name in ("value", "visit", "set_at", "set_by")}
        new = new.on_conflict_do_update(index_elements=[case_field.c.case_id, case_field.c.name], set_=changed)
    elif table is outbox:
        new = new.on_conflict_do_nothing()
    return new.cte(f"{table.name}_new")


def _parties_dropped(here: sa.ColumnElement[bool]) -> sa.CTE:
    named = case_party.c.relation == sa.any_(sa.bindparam("the_dropped", type_=postgresql.ARRAY(sa.String)))
    gone = sa.delete(case_party).where(case_party.c.case_id == CASE_ID, named, here)
    return gone.returning(case_party.c.person_id).cte("parties_gone")


def _replaced(here: sa.ColumnElement[bool]) -> sa.CTE:
    """A new message withdraws what is still held back of the same case, recipient and topic."""
    keys = [outbox.c[name] for name in ("agency_id", "recipient", "topic", "dedupe_key")]
    rows = _rows(f"new_{outbox.name}", keys).alias("fresh")
    known = _rows(f"new_{outbox.name}", keys).alias("known")
    now = sa.bindparam("the_now", type_=outbox.c.not_before.type)
    held = [
        outbox.c.status == word("new"), outbox.c.case_id == CASE_ID, outbox.c.not_before > now,
        outbox.c.agency_id == rows.c.agency_id, outbox.c.recipient == rows.c.recipient,
        outbox.c.topic == rows.c.topic, outbox.c.topic != word(""),
        outbox.c.dedupe_key.not_in(sa.select(known.c.dedupe_key)),
    ]  # fmt: skip
    done = sa.bindparam("the_wall", type_=outbox.c.done_at.type)
    change = sa.update(outbox).where(*held, here).values(status=word("withdrawn"), done_at=done)
    return change.returning(outbox.c.id).cte("held_gone")


def _forgotten(here: sa.ColumnElement[bool]) -> sa.CTE:
    """A key remembered long enough may be used again."""
    rows = _rows(f"new_{idempotency.name}", [idempotency.c.agency_id, idempotency.c.person_id, idempotency.c.key])
    same = [idempotency.c[name] == rows.c[name] for name in ("agency_id", "person_id", "key")]
    old = idempotency.c.at < sa.bindparam("the_forgotten", type_=idempotency.c.at.type)
    return sa.delete(idempotency).where(*same, old, here).returning(idempotency.c.key).cte("keys_gone")
