"""Hundreds of thousands of cases that wait: copies of one that the engine wrote, spread over units, people and days.

History is not copied: nothing here reads that of a case it does not open.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from tests.cast import Cast
from workflow.case import case, case_party
from workflow.db import UtcDateTime
from workflow.organisation_changes import add_person, add_unit, grant_role
from workflow.timers import timer
from workflow.worklist import candidate, work_item

UNITS = 200
OF_THE_OFFICE = 50  # one in so many waits for an office of the whole agency: the longest inbox
MOMENTS = 5000

_numbers = sa.Table("bench_number", sa.MetaData(), sa.Column("n", sa.Integer, primary_key=True))
_moments = sa.Table(
    "bench_moment", sa.MetaData(), sa.Column("k", sa.Integer, primary_key=True), sa.Column("at", UtcDateTime)
)
_units = sa.Table(
    "bench_unit", sa.MetaData(), sa.Column("k", sa.Integer, primary_key=True), sa.Column("unit_id", sa.String(36))
)


def fill(cast: Cast, number: int) -> str:
    """So many open items, each of a case of its own with its timers; the case they are copies of."""
    cast.at("2025-03-03")
    first = cast.nominate()
    cast.settle()
    units = peopled(cast)
    with cast.app.database.write() as connection:
        for table in (_numbers, _moments, _units):
            table.create(connection)
        soon = cast.now() + timedelta(days=1)
        moments = [{"k": k, "at": soon + timedelta(minutes=17 * k)} for k in range(MOMENTS)]
        connection.execute(sa.insert(_moments), moments)
        connection.execute(sa.insert(_units), [{"k": k, "unit_id": one} for k, one in enumerate(units)])
        _count(connection, number)
    for step in (_cases, _parties, _items, _candidates, _timers):
        with _unlimited(cast) as connection:
            step(connection, first)
            connection.exec_driver_sql("ANALYZE")  # or each foreign key is looked up by reading the table whole
    return first


def _unlimited(cast: Cast) -> Any:
    """A write unit without the limit on a statement's time."""
    unit = cast.app.database.write()

    class Unit:
        def __enter__(self) -> sa.Connection:
            connection = unit.__enter__()
            if not cast.app.database.is_sqlite:
                connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            return connection

        def __exit__(self, *failure: Any) -> Any:
            return unit.__exit__(*failure)

    return Unit()


def peopled(cast: Cast) -> list[str]:
    """Units with a head each, whose inboxes the items go to."""
    made, new_id, begin = [], cast.app.database.new_id, date(2020, 1, 1)
    with cast.app.database.write() as connection:
        for n in range(UNITS):
            unit_id = add_unit(
                connection, cast.agency_id, code=f"b{n}", name=f"Phòng {n}", starts_on=begin, type="phong"
            )
            head = add_person(
                connection, cast.agency_id, code=f"h{n}", name=f"Nguyễn Thị {n}", starts_on=begin, unit_id=unit_id,
                new_id=new_id,
            )  # fmt: skip
            grant_role(connection, cast.agency_id, person_id=head, role="unit_head", starts_on=begin, unit_id=unit_id)
            cast.people[f"h{n}"], cast.units[f"b{n}"] = head, unit_id
            made.append(unit_id)
    return made


def colleagues(cast: Cast, number: int) -> list[str]:
    """So many more people of one unit, each of whom may endorse each of its cases once."""
    names = [f"e{n}" for n in range(number)]
    with cast.app.database.write() as connection:
        for name in names:
            cast.people[name] = add_person(
                connection, cast.agency_id, code=name, name=f"Trần Văn {name}", starts_on=date(2020, 1, 1),
                unit_id=cast.units["cntt"],
            )  # fmt: skip
    return names


def endorse(cast: Cast, who: str, case_id: str) -> None:
    """One decision: a colleague's endorsement, with its form, event, fields and effect."""
    cast.act(who, case_id, "endorse", endorsement="Đồng chí rất xứng đáng được biểu dương.")


def _count(connection: sa.Connection, number: int) -> None:
    if connection.dialect.name == "sqlite":
        series = "WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < ?) SELECT n FROM s"
        connection.exec_driver_sql(f"INSERT INTO bench_number {series}", (number - 1,))
    else:
        connection.exec_driver_sql(f"INSERT INTO bench_number SELECT generate_series(0, {number - 1})")


_N = _numbers.c.n


def ident(letter: str, n: Any = _N) -> sa.ColumnElement[str]:
    """The id of the n-th copy's row of a kind, 36 letters long."""
    return sa.literal(f"{letter}0000000-0000-7000-8000-") + sa.func.substr(
        sa.cast(sa.literal(1000000000000) + n, sa.String), 2
    )


_DUE = _moments.c.at
_UNIT = _units.c.unit_id


def _copy(connection: sa.Connection, table: sa.Table, row: Mapping[str, Any], **own: sa.ColumnElement[Any]) -> None:
    """One row for each number, what is not its own taken from the row the engine wrote."""
    values = {column.name: own.get(column.name, sa.literal(row[column.name], column.type)) for column in table.c}
    values = {name: sa.null() if row[name] is None and name not in own else value for name, value in values.items()}
    spread = sa.join(_numbers, _moments, _moments.c.k == (_N // UNITS * 7919 + _N) % MOMENTS).join(
        _units, _units.c.k == _N % UNITS
    )
    chosen = sa.select(*values.values()).select_from(spread)
    connection.execute(sa.insert(table).from_select(list(values), chosen))


def _row(connection: sa.Connection, table: sa.Table, *where: sa.ColumnElement[bool]) -> dict[str, Any]:
    found = connection.execute(sa.select(table).where(*where)).mappings().first()
    assert found is not None
    return dict(found)


def _cases(connection: sa.Connection, first: str) -> None:
    row = _row(connection, case, case.c.id == first)
    own = {"id": ident("c"), "code": sa.literal("BM-") + sa.cast(_N, sa.String), "unit_id": _UNIT}
    _copy(connection, case, row, **own, subject_id=ident("s"))


def _parties(connection: sa.Connection, first: str) -> None:
    row = _row(connection, case_party, case_party.c.case_id == first, case_party.c.relation == "subject")
    _copy(connection, case_party, row, case_id=ident("c"), person_id=ident("s"))


def _items(connection: sa.Connection, first: str) -> None:
    row = _row(connection, work_item, work_item.c.case_id == first)
    _copy(connection, work_item, row, id=ident("a"), case_id=ident("c"), due_at=_DUE, sort_due_at=_DUE)


def _candidates(connection: sa.Connection, first: str) -> None:
    row = _row(connection, candidate, candidate.c.case_id == first)
    of_office = (_N // UNITS + _N) % OF_THE_OFFICE == 0
    own = {
        "role": sa.case((of_office, "office"), else_=row["role"]),
        "unit_id": sa.case((of_office, sa.null()), else_=_UNIT),
    }
    _copy(connection, candidate, row, id=ident("b"), item_id=ident("a"), case_id=ident("c"), sort_due_at=_DUE, **own)


def _timers(connection: sa.Connection, first: str) -> None:
    """One reminder each, months ahead."""
    row = _row(connection, timer, timer.c.case_id == first, timer.c.kind == "remind", timer.c.status == "armed")
    _copy(connection, timer, row, id=ident("e"), case_id=ident("c"), item_id=ident("a"), due_at=_DUE)


def make_due(cast: Cast, numbers: range, *, kind: str = "remind", seconds: int = 0, ahead: int = 0) -> None:
    """The timers of these copies come due: now, or spread over so many seconds that begin `ahead` from now."""
    now = cast.now() + timedelta(seconds=ahead)
    detail = {"remind": {"offset": 3}, "escalate": {"step": 0, "repeat": 0}}[kind]
    n = [{"key": one, "at": now + timedelta(seconds=seconds * i / len(numbers) - 1)} for i, one in enumerate(numbers)]
    with _unlimited(cast) as connection:
        mine = sa.update(timer).where(timer.c.id == ident("e", sa.bindparam("key", type_=sa.BigInteger)))
        connection.execute(
            mine.values(due_at=sa.bindparam("at", type_=UtcDateTime), kind=kind, detail=detail, status="armed"), n
        )
