"""Cases found by process, place, unit, lateness and a name typed with or without its marks, page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from workflow.case import case
from workflow.folding import fold, tidy
from workflow.worklist import work_item

MOST_WORDS = 8


@dataclass(frozen=True)
class Filter:
    """What a list is narrowed to; empty says nothing. `late`: an open item is past its deadline."""

    process: str = ""
    stage: str = ""
    level: str = ""
    unit: str = ""
    late: bool = False
    search: str = ""
    ended: bool | None = None


@dataclass(frozen=True)
class Found:
    """One page of cases; `after` fetches the next, empty at the end."""

    rows: Sequence[Mapping[str, Any]]
    after: str


def find_cases(
    connection: sa.Connection,
    visible: sa.ColumnElement[bool],
    wanted: Filter,
    *,
    now: datetime,
    after: str = "",
    limit: int = 50,
) -> Found:
    """Newest first; names that match with their marks as typed come before those that match only without.

    Each row carries `due_at`, the nearest deadline of its open items, and `exact`.
    """
    exact = _exact(wanted.search)
    due_at = (
        sa.select(sa.func.min(work_item.c.due_at))
        .where(work_item.c.case_id == case.c.id, work_item.c.status == "open")
        .scalar_subquery()
    )
    query = sa.select(case, due_at.label("due_at"), exact.label("exact")).where(visible, *_narrowed(wanted, now))
    place = _read_place(after)
    if place is not None:
        query = query.where(sa.tuple_(exact, case.c.id) < sa.tuple_(sa.literal(place[0]), sa.literal(place[1])))
    query = query.order_by(sa.desc("exact"), case.c.id.desc()).limit(limit + 1)
    rows = [dict(row) for row in connection.execute(query).mappings()]
    last = rows[limit - 1] if len(rows) > limit else None
    return Found(rows[:limit], f"{last['exact']}.{last['id']}" if last else "")


def find_code(
    connection: sa.Connection, visible: sa.ColumnElement[bool], agency_id: str, code: str
) -> sa.RowMapping | None:
    """The case of a code, when this person may see it."""
    query = sa.select(case).where(case.c.agency_id == agency_id, case.c.code == tidy(code), visible)
    return connection.execute(query).mappings().first()


def _narrowed(wanted: Filter, now: datetime) -> list[sa.ColumnElement[bool]]:
    equal = {
        "process": wanted.process,
        "stage": wanted.stage,
        "unit_id": wanted.unit,
        "top_level": wanted.level,
    }
    found = [case.c[column] == value for column, value in equal.items() if value]
    if wanted.ended is not None:
        found.append(case.c.ended_at.is_not(None) if wanted.ended else case.c.ended_at.is_(None))
    if wanted.late:
        overdue = work_item.c.status.in_(("open",)) & (work_item.c.due_at <= now)
        found.append(sa.exists().where(work_item.c.case_id == case.c.id, overdue))
    for word in fold(wanted.search).split()[:MOST_WORDS]:
        code = sa.func.lower(sa.func.replace(case.c.code, "Đ", "D"))
        found.append(case.c.folded.contains(word, autoescape=True) | code.contains(word, autoescape=True))
    return found


def _exact(search: str) -> sa.ColumnElement[int]:
    """1 where the label holds the words with the marks that were typed."""
    typed = tidy(search)
    if not typed:
        return sa.literal(0)
    spellings = {typed, typed.title(), typed.capitalize()}  # SQLite lowers ASCII letters only
    return sa.case((sa.or_(*(case.c.label.contains(one, autoescape=True) for one in sorted(spellings))), 1), else_=0)


def _read_place(after: str) -> tuple[int, str] | None:
    exact, _, last = after.partition(".")
    return (int(exact), last) if exact in ("0", "1") and last else None
