"""What the public board shows: living consents of people whose recognition is in force, of boards that are open.

A revoked recognition, a consent taken back, an erased name and a board that is shut are simply not found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from states.honours.model import honour, honour_board
from states.subjects.model import recognition, subject
from workflow.case import case
from workflow.clock import ZONE, business_now, local_date
from workflow.db import insert_ignoring
from workflow.definition import Plan
from workflow.files import file
from workflow.folding import fold
from workflow.organisation import agency, unit

SETTING = "honours_board"
"""The plan's value that gives the agency a board: {merit: FIELD, field: FIELD, new_for: DAYS}."""

NEW_FOR, PAGE, IN_FEED = 60, 24, 30


@dataclass(frozen=True)
class Board:
    """An agency whose board may be looked at."""

    agency_id: str
    code: str
    name: str


@dataclass(frozen=True)
class Level:
    """One recognition in force."""

    level: str
    decided_on: date


@dataclass(frozen=True)
class Shown:
    """One exemplar as the public sees it; the highest level first. Nothing else leaves this room."""

    address: str
    name: str
    unit: str
    sentence: str
    story: str
    field: str
    photo: str  # sha256 of its bytes, or ""
    levels: tuple[Level, ...]
    shown_at: datetime
    is_new: bool


@dataclass(frozen=True)
class Wanted:
    """What a page is narrowed to; 0 and '' say nothing. `place` is where the page begins."""

    year: int = 0
    level: str = ""
    unit: str = ""
    field: str = ""
    place: int = 0
    name: str = ""  # part of a name, with diacritics or without


@dataclass(frozen=True)
class Facets:
    """What there is to choose among: years (newest first), levels, (code, name) of units, fields."""

    years: tuple[int, ...]
    levels: tuple[str, ...]
    units: tuple[tuple[str, str], ...]
    fields: tuple[str, ...]


def has_board(plan: Plan | None) -> Mapping[str, Any] | None:
    """What the plan says of its board; None: it has none."""
    said = plan.values.get(SETTING) if plan else None
    return said if isinstance(said, dict) else None


def is_open(connection: sa.Connection, agency_id: str) -> bool:
    """The office's switch; a board nobody has touched is open."""
    said = connection.scalar(sa.select(honour_board.c.is_open).where(honour_board.c.agency_id == agency_id))
    return said is not False


def switch(connection: sa.Connection, agency_id: str, person_id: str, opened: bool) -> None:
    """Open or shut the board, at once."""
    said = {"is_open": opened, "changed_by": person_id, "changed_at": business_now(connection)}
    connection.execute(insert_ignoring(connection, honour_board).values(agency_id=agency_id, **said))
    connection.execute(sa.update(honour_board).where(honour_board.c.agency_id == agency_id).values(said))


def boards(connection: sa.Connection, code: str = "") -> list[Board]:
    """Agencies, or the one of a code, whose switch does not say no, by name. Whether the plan has a board, the caller
    asks."""
    shut = sa.select(honour_board.c.agency_id).where(~honour_board.c.is_open)
    rows = connection.execute(
        sa.select(agency.c.id, agency.c.code, agency.c.name)
        .where(agency.c.id.not_in(shut), *([agency.c.code == code] if code else []))
        .order_by(agency.c.name)
    )
    return [Board(*row) for row in rows]


def page(connection: sa.Connection, agency_id: str, plan: Plan, wanted: Wanted) -> tuple[list[Shown], bool]:
    """One page, the latest decision first, and whether there are more."""
    latest = sa.func.max(recognition.c.decided_on)
    found = (
        living_honours(agency_id, honour.c.id).where(*_narrowed(wanted)).group_by(honour.c.id)
        .order_by(latest.desc(), honour.c.id.desc()).limit(PAGE + 1).offset(wanted.place)
    )  # fmt: skip
    ids = list(connection.scalars(found))
    shown = {row.address: row for row in _shown(connection, agency_id, plan, honour.c.id.in_(ids[:PAGE]))}
    order = connection.execute(sa.select(honour.c.id, honour.c.address).where(honour.c.id.in_(ids[:PAGE])))
    places = {row.id: row.address for row in order}
    return [shown[places[one]] for one in ids[:PAGE]], len(ids) > PAGE


def one(connection: sa.Connection, agency_id: str, plan: Plan, address: str) -> Shown | None:
    """The exemplar of an address, as long as it is shown."""
    return next(iter(_shown(connection, agency_id, plan, honour.c.address == address)), None)


def newest(connection: sa.Connection, agency_id: str, plan: Plan) -> list[Shown]:
    """Those shown last, for the feed; a case on hold announces nobody."""
    latest = (
        living_honours(agency_id, honour.c.id, honour.c.recorded_at).where(~case.c.is_held).distinct()
        .order_by(honour.c.recorded_at.desc(), honour.c.id.desc()).limit(IN_FEED)
    )  # fmt: skip
    ids = [row.id for row in connection.execute(latest)]
    found = _shown(connection, agency_id, plan, honour.c.id.in_(ids))
    return sorted(found, key=lambda row: (row.shown_at, row.address), reverse=True)


def facets(connection: sa.Connection, agency_id: str, plan: Plan) -> Facets:
    """Years, levels, units and fields that have somebody."""
    year = sa.extract("year", recognition.c.decided_on)
    rows = connection.execute(
        living_honours(agency_id, year.label("year"), recognition.c.level, unit.c.code, unit.c.name, honour.c.field)
        .outerjoin(unit, unit_of_subject()).distinct()
    ).all()  # fmt: skip
    levels = {row.level for row in rows}
    return Facets(
        tuple(sorted({int(row.year) for row in rows}, reverse=True)),
        tuple(level for level in reversed(plan.levels) if level in levels),
        tuple(sorted({(row.code, row.name) for row in rows if row.code}, key=lambda pair: pair[1])),
        tuple(sorted({row.field for row in rows if row.field})),
    )


def photo_of(connection: sa.Connection, agency_id: str, plan: Plan, address: str) -> str:
    """The digest of a photo that may be shown, or ''."""
    found = one(connection, agency_id, plan, address)
    return found.photo if found else ""


def living_honours(agency_id: str, *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """These columns of who is on the board, a row for each recognition: the one place that says who is."""
    return (
        sa.select(*columns)
        .select_from(honour)
        .join(subject, sa.and_(subject.c.agency_id == honour.c.agency_id, subject.c.id == honour.c.subject_id))
        .join(case, sa.and_(case.c.agency_id == honour.c.agency_id, case.c.id == honour.c.case_id))
        .join(
            recognition,
            sa.and_(recognition.c.agency_id == honour.c.agency_id, recognition.c.case_id == honour.c.case_id,
                    recognition.c.subject_id == honour.c.subject_id),
        )
        .where(
            honour.c.agency_id == agency_id, honour.c.taken_down_at.is_(None), subject.c.erased_at.is_(None),
            recognition.c.revoked_at.is_(None),
        )
    )  # fmt: skip


def unit_of_subject() -> sa.ColumnElement[bool]:
    """Joins the unit somebody is shown with."""
    return sa.and_(unit.c.agency_id == subject.c.agency_id, unit.c.id == subject.c.unit_id)


def _narrowed(wanted: Wanted) -> Iterable[sa.ColumnElement[bool]]:
    if wanted.year:
        yield sa.extract("year", recognition.c.decided_on) == wanted.year
    if wanted.level:
        yield recognition.c.level == wanted.level
    if wanted.unit:
        of_code = sa.select(unit.c.id).where(unit.c.agency_id == honour.c.agency_id, unit.c.code == wanted.unit)
        yield subject.c.unit_id.in_(of_code)
    if wanted.field:
        yield honour.c.field == wanted.field
    if wanted.name:
        yield subject.c.folded.contains(fold(wanted.name), autoescape=True)


def _shown(connection: sa.Connection, agency_id: str, plan: Plan, chosen: sa.ColumnElement[bool]) -> list[Shown]:
    names = {
        "named": subject.c.name,
        "unit_name": unit.c.name,
        "whole": subject.c.whole_unit_id,
        "digest": file.c.digest,
    }
    query = (
        living_honours(agency_id, *honour.c, case.c.is_held, recognition.c.level, recognition.c.decided_on,
                *(column.label(name) for name, column in names.items()))
        .outerjoin(unit, unit_of_subject())
        .outerjoin(file, sa.and_(file.c.agency_id == honour.c.agency_id, file.c.id == honour.c.photo_id))
        .where(chosen)
    )  # fmt: skip
    rows: dict[str, list[Any]] = defaultdict(list)
    for row in connection.execute(query):
        rows[row.id].append(row)
    days = timedelta(days=int((has_board(plan) or {}).get("new_for") or NEW_FOR))
    today = local_date(business_now(connection))  # who is new changes with the day, not within it
    since = datetime.combine(today, time(), ZONE) - days
    return [_of(found, list(plan.levels), since) for found in rows.values()]


def _of(rows: list[Any], order: list[str], since: datetime) -> Shown:
    first = rows[0]
    place = {level: number for number, level in enumerate(order)}
    levels = sorted(rows, key=lambda row: (place.get(row.level, -1), row.decided_on), reverse=True)
    return Shown(
        first.address, first.named, "" if first.whole else first.unit_name or "", first.sentence,
        first.story if first.shows_story else "", first.field, (first.digest or "") if first.shows_photo else "",
        tuple(Level(row.level, row.decided_on) for row in levels), first.recorded_at,
        first.recorded_at >= since and not first.is_held,
    )  # fmt: skip
