"""Numbers of papers: one series per issuer and year, given in the decision's transaction, none twice, none missing.

The counter's row is locked until the transaction ends, so that a number of one that fails goes to the next: what is not
in the register was never given. Whoever does not use a number says so; it stays, void, with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from states.documents.model import number_counter, number_entry
from workflow.clock import business_now, local_date, wall_now
from workflow.db import insert_ignoring, uuid7
from workflow.message import Message, Refused
from workflow.outbox import delivery

LONGEST_REASON = 500
MOST = 99_999  # of a year
BEFORE = "before"
"""The line of a register that says what had been given on paper; its number is the last of those."""
TWO_DIGITS = 10


def give(
    connection: sa.Connection, agency_id: str, series: str, on: date, *, symbol: str, title: str, case_id: str | None
) -> tuple[str, int]:
    """The next number of the series in the year of that day: its entry's id, and it."""
    number = _next(connection, agency_id, series, on.year)
    entry = {
        "id": uuid7(), "agency_id": agency_id, "series": series, "year": on.year, "number": number, "symbol": symbol,
        "title": title, "case_id": case_id, "status": "given", "given_on": on,
    }  # fmt: skip
    connection.execute(_GIVEN, entry)
    return str(entry["id"]), number


_GIVEN = sa.insert(number_entry)


def void(connection: sa.Connection, agency_id: str, entry_id: str, reason: str, by: str) -> None:
    """The number is not used: it is never given again. Refused without a reason, or when it is void already."""
    if not reason.strip():
        raise Refused(Message("document.void_reason"))
    mine = (number_entry.c.agency_id == agency_id) & (number_entry.c.id == entry_id)
    voided = sa.update(number_entry).where(mine, number_entry.c.status == "given")
    values = {"status": "void", "reason": reason.strip()[:LONGEST_REASON], "voided_by": by, "voided_at": wall_now()}
    if connection.execute(voided.values(values)).rowcount != 1:
        raise Refused(Message("document.void_already"))


@dataclass(frozen=True)
class Before:
    """What a paper register had come to, who says so and why."""

    last: int
    reason: str
    by: str | None


def start_after(connection: sa.Connection, agency_id: str, series: str, year: int, before: Before) -> None:
    """The paper register reached `last` before this system: the next one is given here.

    It may be corrected until the first number is given; each word on it stays in the sealed log, the last one in the
    register. Raises Refused without a reason, for a number that cannot be, or once one was given.
    """
    if not before.reason.strip():
        raise Refused(Message("document.before_reason"))
    if not 0 < before.last <= MOST:
        raise Refused(Message("document.before_number", {"most": MOST}))
    _row(connection, agency_id, series, year)
    here = _in_series(number_entry, agency_id, series, year)
    given = sa.exists().where(*here, number_entry.c.status != BEFORE)
    moved = sa.update(number_counter).where(*_in_series(number_counter, agency_id, series, year), ~given)
    if connection.execute(moved.values(last=before.last)).rowcount != 1:
        raise Refused(Message("document.series_begun", {"series": series, "year": year}))
    now, reason = business_now(connection), before.reason.strip()[:LONGEST_REASON]
    connection.execute(sa.delete(number_entry).where(*here))
    entry = {
        "id": uuid7(), "agency_id": agency_id, "series": series, "year": year, "number": before.last, "status": BEFORE,
        "reason": reason, "voided_by": before.by, "voided_at": wall_now(), "given_on": local_date(now),
    }  # fmt: skip
    connection.execute(sa.insert(number_entry).values(entry))
    said = {"series": series, "year": year, "last": before.last, "reason": reason, "by": before.by}
    line = {"id": uuid7(), "agency_id": agency_id, "kind": "register_begun", "topic": f"{series}:{year}", "at": now}
    connection.execute(sa.insert(delivery).values(**line, person_id=before.by, detail=said))


def written(number: int | None, symbol: str) -> str:
    """`Số: 05/QĐ-STTTT`; without a number the room for it is left."""
    said = "     " if number is None else f"{number:02d}" if number < TWO_DIGITS else f"{number}"
    return f"Số: {said}/{symbol}"


def in_golden_book(number: int) -> str:
    """A certificate's number, which is nothing but that."""
    return f"{number:02d}"


def listed(
    connection: sa.Connection, agency_id: str, series: str, year: int, *, below: int | None = None, limit: int = MOST
) -> list[sa.RowMapping]:
    """A year's numbers, the last first: at most so many, those `below` one."""
    rows = sa.select(number_entry).where(*_in_series(number_entry, agency_id, series, year)).limit(limit)
    rows = rows if below is None else rows.where(number_entry.c.number < below)
    return list(connection.execute(rows.order_by(number_entry.c.number.desc())).mappings())


def series_of(connection: sa.Connection, agency_id: str) -> list[tuple[str, int, int]]:
    """(series, year, last number) of an agency, the newest year first."""
    table = number_counter
    rows = sa.select(table.c.series, table.c.year, table.c.last).where(table.c.agency_id == agency_id)
    return [tuple(row) for row in connection.execute(rows.order_by(table.c.year.desc(), table.c.series))]


def _next(connection: sa.Connection, agency_id: str, series: str, year: int) -> int:
    _row(connection, agency_id, series, year)
    return int(connection.execute(_NEXT, {"agency": agency_id, "of": series, "in": year}).scalar_one())


_NEXT = (
    sa.update(number_counter)
    .where(
        number_counter.c.agency_id == sa.bindparam("agency"), number_counter.c.series == sa.bindparam("of"),
        number_counter.c.year == sa.bindparam("in"),
    )
    .values(last=number_counter.c.last + 1)
    .returning(number_counter.c.last)
)  # fmt: skip


def _row(connection: sa.Connection, agency_id: str, series: str, year: int) -> None:
    values = {"agency_id": agency_id, "series": series, "year": year, "last": 0}
    connection.execute(insert_ignoring(connection, number_counter), values)


def _in_series(table: sa.Table, agency_id: str, series: str, year: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (table.c.agency_id == agency_id, table.c.series == series, table.c.year == year)
