"""A decision on PostgreSQL: one guarded statement writes all of it or nothing, in one round trip.

Its rows come as JSON, one text a table whatever their number, and take the table's own types: so few texts occur, each
is short enough for the driver to know it again, and the server plans it once. Names in it are our tables' alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from workflow.case import case, case_field, case_party
from workflow.clock import wall_now
from workflow.fixed import first
from workflow.outbox import outbox
from workflow.records import CHANGING, INSERTED, UPDATED, Guarded, Records, Row, document, moment
from workflow.timers import WAITING, timer

_Rows = Mapping[sa.Table, Sequence[Row]]


@dataclass(frozen=True)
class Shape:
    """Which parts a statement has."""

    people: bool
    case: bool  # the case changes, guarded by what was read of it
    item: bool
    timer: bool
    dropped: bool
    inserted: frozenset[sa.Table]
    updated: frozenset[sa.Table]
    many: bool = False  # rows of several cases, each of which stands or falls for itself

    def here(self, case_id: str = "r.case_id") -> str:
        """The condition under which a row is written."""
        return f"{case_id} IN (SELECT id FROM ok)" if self.many else "(TABLE ok)"


def write(connection: sa.Connection, records: Records, guard: Guarded) -> bool:
    """The whole of it; False, and nothing written, when something moved since it was read."""
    shape = Shape(
        bool(guard.people), records.case is not None, guard.item is not None, guard.timer_id is not None,
        bool(records.dropped), frozenset(records.inserted), frozenset(records.updated),
    )  # fmt: skip
    return bool(first(connection, statement(shape), _values(records, guard))[0])


def write_many(connection: sa.Connection, changes: Sequence[tuple[Records, Guarded]]) -> set[str]:
    """Of many cases, each moved by its timer alone, those that still stand and nobody holds, each whole; which."""
    of_all = [records for records, _ in changes]
    inserted = {t: rows for t in INSERTED if (rows := [row for one in of_all for row in one.inserted.get(t, ())])}
    updated = {t: rows for t in UPDATED if (rows := [row for one in of_all for row in one.updated.get(t, ())])}
    moved = [one.case for one in of_all if one.case is not None]
    shape = Shape(
        people=False, case=bool(moved), item=False, timer=True, dropped=False, inserted=frozenset(inserted),
        updated=frozenset(updated), many=True,
    )  # fmt: skip
    stands = [
        {"id": one.case_id, "version": one.stored[0], "chain_seq": one.stored[1], "timers": len(one.updated[timer])}
        for one in of_all
    ]
    expected = {
        "stands": document(stands), "case_ids": _array(one.case_id for one in of_all),
        "firing": _array(str(guard.timer_id) for _, guard in changes),
    }  # fmt: skip
    values = {**expected, **_rows_given(inserted, updated, moved, of_all[0].now)}
    return set(connection.exec_driver_sql(statement(shape), values).scalars())


def _values(records: Records, guard: Guarded) -> dict[str, Any]:
    moved = [records.case] if records.case is not None else []
    given = _rows_given(records.inserted, records.updated, moved, records.now)
    if records.dropped:
        given["relations"] = _array(records.dropped)
    return {"case_id": records.case_id, **_expected(records, guard), **given}


def _rows_given(inserted: _Rows, updated: _Rows, moved: Sequence[Row], now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {_new(table): document(rows) for table, rows in inserted.items()}
    for table, rows in (*updated.items(), *(((case, moved),) if moved else ())):
        values[_set(table)], values[_ids(table)] = document(rows), _array(row["id"] for row in rows)
    if messages := inserted.get(outbox):
        values["now"], values["wall"] = moment(now), moment(wall_now())
        values["about"] = _array(f"{row['case_id']} {row['recipient']} {row['topic']}" for row in messages)
        values["keys"] = _array(row["dedupe_key"] for row in messages)
    return values


def _array(texts: Iterable[str]) -> str:
    """Texts as PostgreSQL writes an array: over a list the driver takes longer than over a whole document."""
    quoted = ('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' for text in texts)
    return "{" + ",".join(quoted) + "}"


def _expected(records: Records, guard: Guarded) -> dict[str, Any]:
    """What must still stand."""
    expected: dict[str, Any] = {}
    if guard.people:
        people = _array(f"{person_id} {version}" for person_id, version in guard.people.items())
        expected = {"people": people, "ids": _array(guard.people), "rights": len(guard.people)}
    if records.case is not None:
        expected["version"], expected["seq"] = records.stored
    if guard.item is not None:
        expected["item_id"], expected["item_version"], expected["item_status"] = guard.item
    if guard.timer_id is not None:
        expected["timer_id"] = guard.timer_id
    if timer in records.updated:
        expected["timers"] = len(records.updated[timer])
    return expected


# --- the statement ------------------------------------------------------------------------------------


@lru_cache(maxsize=512)
def statement(shape: Shape) -> str:
    """1 when everything stood and was written, else 0. People are locked before the case, the case before its rows.

    Of many cases: the ids of those that stood and were written.
    """
    parts = [*_guards_of_many()] if shape.many else _guards_of_one(shape)
    gone = dict(_gone(shape))
    parts += gone.values()
    parts += [_insert(table, shape, gone.get(table)) for table in INSERTED if table in shape.inserted]
    told = "SELECT id FROM ok" if shape.many else "SELECT count(*) FROM ok"
    return "WITH " + ",\n".join(f"{name} AS ({text})" for name, text in parts) + f"\n{told}"


def _guards_of_one(shape: Shape) -> list[tuple[str, str]]:
    parts = [*_guards(shape)]
    guards = [name for name, _ in parts if name.endswith("_stands")]
    stands = "(SELECT count(*) FROM people) = %(rights)s" if shape.people else ""
    if guards:
        stands = f"EXISTS (SELECT FROM {guards[-1]})"  # which asks for the one before it, and so on
    if timer in shape.updated:
        parts.append(("timers", _timers(stands)))
        stands = "(SELECT count(*) FROM timers) = %(timers)s"
    return [*parts, ("ok", f"SELECT true WHERE {stands or 'true'}")]


def _guards_of_many() -> Iterator[tuple[str, str]]:
    """What other hands hold is left out: a batch waits for nobody, and nobody for more than this one statement."""
    given = "json_to_recordset(%(stands)s::json) AS e(id text, version int, chain_seq int, timers int)"
    same = "c.id = ANY(%(case_ids)s::text[]) AND c.id = e.id AND c.version = e.version AND c.chain_seq = e.chain_seq"
    free = "FOR UPDATE OF {} SKIP LOCKED"
    yield "cases", f"SELECT c.id, e.timers FROM case_ c, {given} WHERE {same} {free.format('c')}"
    waits = f"t.status IN {WAITING} AND (t.status = 'armed' OR t.id <> ALL(%(firing)s::text[]))"
    own = f"t.id = ANY(%({_ids(timer)})s::text[]) AND t.case_id IN (SELECT id FROM cases) AND {waits}"
    yield "timers", f"SELECT t.case_id FROM timer t WHERE {own} {free.format('t')}"
    whole = "GROUP BY c.id, c.timers HAVING count(*) = c.timers"
    yield "ok", f"SELECT c.id FROM cases c JOIN timers t ON t.case_id = c.id {whole}"


def _guards(shape: Shape) -> Iterator[tuple[str, str]]:
    before = ""
    if shape.people:
        same = "p.id = ANY(%(ids)s::text[]) AND p.id || ' ' || p.authority_version = ANY(%(people)s::text[])"
        yield "people", f"SELECT p.id FROM person p WHERE {same} ORDER BY 1 FOR SHARE OF p"
        before = " AND (SELECT count(*) FROM people) = %(rights)s"
    if shape.case:
        same = "id = %(case_id)s AND version = %(version)s AND chain_seq = %(seq)s"
        yield "case_stands", f"SELECT id FROM case_ WHERE {same}{before} FOR UPDATE"
        before = " AND EXISTS (SELECT FROM case_stands)"
    if shape.timer:
        same = "id = %(timer_id)s AND status = 'armed'"
        yield "timer_stands", f"SELECT id FROM timer WHERE {same}{before} FOR UPDATE"
        before = " AND EXISTS (SELECT FROM timer_stands)"
    if shape.item:
        same = "id = %(item_id)s AND version = %(item_version)s AND status = %(item_status)s"
        yield "item_stands", f"SELECT id FROM work_item WHERE {same}{before} FOR UPDATE"


def _timers(stands: str) -> str:
    """One that waits no more has fired since it was read, and may have opened an ask that the draft never saw."""
    same = f"id = ANY(%({_ids(timer)})s::text[]) AND case_id = %(case_id)s AND status IN {WAITING}"
    where = " AND ".join(filter(None, (same, stands)))
    return f"SELECT id FROM timer WHERE {where} ORDER BY 1 FOR UPDATE"


def _new(table: sa.Table) -> str:
    """What new rows of a table are called: short, as the driver reads a text of more than 4,096 letters every time."""
    return f"n{INSERTED.index(table)}"


def _set(table: sa.Table) -> str:
    """What rows of a table that are to change are called."""
    return f"s{INSERTED.index(table)}"


def _ids(table: sa.Table) -> str:
    """Their ids: by these the rows are looked up, however many the server thinks that a text of JSON may hold."""
    return f"i{INSERTED.index(table)}"


def _rows(parameter: str, table: str, name: str = "r") -> str:
    return f"json_populate_recordset(NULL::{table}, %({parameter})s) {name}"


def _gone(shape: Shape) -> Iterator[tuple[sa.Table, tuple[str, str]]]:
    """What changes or goes, and so makes room for what is new in the same table."""
    if shape.case:
        yield case, _update(case, shape)
    if shape.dropped:
        which = f"case_id = %(case_id)s AND relation = ANY(%(relations)s::text[]) AND {shape.here()}"
        yield case_party, ("gone_parties", f"DELETE FROM case_party WHERE {which} RETURNING 1")
    if outbox in shape.inserted:
        yield outbox, ("gone_held", _replaced(shape))
    for table in UPDATED:
        if table in shape.updated:
            yield table, _update(table, shape)


def _update(table: sa.Table, shape: Shape) -> tuple[str, str]:
    changes = ", ".join(f"{column} = r.{column}" for column in CHANGING[table])
    change = f"UPDATE {table.name} t SET {changes} FROM {_rows(_set(table), table.name)}"
    here = shape.here("t.id" if table is case else "t.case_id")
    return _set(table), f"{change} WHERE t.id = ANY(%({_ids(table)})s::text[]) AND t.id = r.id AND {here} RETURNING 1"


def _insert(table: sa.Table, shape: Shape, after: tuple[str, str] | None) -> tuple[str, str]:
    name, chosen, conflict = table.name, "r.*", ""
    if table is case_field:  # the one document that may be nothing at all and must be there
        names = [column.key for column in table.c]
        chosen = ", ".join("coalesce(r.value, 'null')" if one == "value" else f"r.{one}" for one in names)
        written = ", ".join(f"{one} = excluded.{one}" for one in ("value", "visit", "set_at", "set_by"))
        name, conflict = f"{name} ({', '.join(names)})", f" ON CONFLICT (case_id, name) DO UPDATE SET {written}"
    elif table is outbox:
        conflict = " ON CONFLICT DO NOTHING"
    room = f" AND (SELECT count(*) FROM {after[0]}) >= 0" if after else ""
    source = f"SELECT {chosen} FROM {_rows(_new(table), table.name)} WHERE {shape.here()}{room}"
    return _new(table), f"INSERT INTO {name} {source}{conflict}"


def _replaced(shape: Shape) -> str:
    """A new message withdraws what is still held back of the same case, recipient and topic.

    What they are about is one text, which no index serves: a case has few messages, one person may have thousands.
    """
    mine = "case_id = ANY(%(case_ids)s::text[])" if shape.many else "case_id = %(case_id)s"
    held = f"status = 'new' AND {mine} AND not_before > %(now)s::timestamp AND topic <> ''"
    same = (
        "case_id || ' ' || recipient || ' ' || topic = ANY(%(about)s::text[]) AND dedupe_key <> ALL(%(keys)s::text[])"
    )
    change = "UPDATE outbox_message SET status = 'withdrawn', done_at = %(wall)s::timestamp"
    return f"{change} WHERE {held} AND {same} AND {shape.here('case_id')} RETURNING 1"
