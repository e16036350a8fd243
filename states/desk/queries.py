"""What lies on the desk: drafts by process, unit, kind and age, the oldest first; one letter with all its wordings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from states.desk.model import IS_DRAFT, IS_OPEN, letter, wording
from workflow.case import case
from workflow.fence import fence

Row = Mapping[Any, Any]

AGES = (1, 3, 7)  # days


@dataclass(frozen=True)
class Filter:
    """What to show; empty is everything. `kind`: template.verb · `role`: whom it is to · `days`: at least so old."""

    process: str = ""
    unit: str = ""
    role: str = ""
    kind: str = ""
    days: int = 0
    done: bool = False


def listed(
    connection: sa.Connection, agency_id: str, wanted: Filter, *, now: datetime, after: str = "", limit: int = 50
) -> Sequence[Row]:
    """Letters with their case's code and label: drafts from the oldest, those done with from the newest.

    `after`: id of the last one already seen.
    """
    table = letter.outerjoin(case, case.c.id == letter.c.case_id)
    found = sa.select(letter, case.c.code, case.c.label, case.c.process.label("case_process")).select_from(table)
    found = found.where(letter.c.agency_id == agency_id, *_narrowed(wanted, now))
    column = letter.c.done_at if wanted.done else letter.c.drafted_at
    if after:
        last = connection.execute(sa.select(column, letter.c.id).where(letter.c.id == after)).first()
        here = sa.tuple_(column, letter.c.id)
        found = found.where(here < tuple(last) if wanted.done else here > tuple(last)) if last else found
    order = (column.desc(), letter.c.id.desc()) if wanted.done else (column, letter.c.id)
    return connection.execute(found.order_by(*order).limit(limit)).mappings().all()


def _narrowed(wanted: Filter, now: datetime) -> list[sa.ColumnElement[bool]]:
    template, _, verb = wanted.kind.partition(".")
    said = {letter.c.process: wanted.process, letter.c.unit_id: wanted.unit, letter.c.role: wanted.role,
            letter.c.template: template, letter.c.verb: verb}  # fmt: skip
    chosen = [column == value for column, value in said.items() if value]
    if wanted.days:
        chosen.append(letter.c.drafted_at <= now - timedelta(days=wanted.days))
    return [~IS_OPEN if wanted.done else IS_OPEN, *chosen]


@dataclass(frozen=True)
class Summary:
    """How full the desk is: drafts that wait, since when, and what there is to filter by."""

    drafts: int = 0
    oldest_at: datetime | None = None
    kinds: tuple[tuple[str, str], ...] = ()  # (template, verb)
    roles: tuple[str, ...] = ()
    processes: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


def summary(connection: sa.Connection, agency_id: str) -> Summary:
    """One statement; groups are few: kinds × roles × units."""
    names = (letter.c.template, letter.c.verb, letter.c.role, letter.c.process, letter.c.unit_id)
    rows = connection.execute(
        sa.select(*names, sa.func.count(), sa.func.min(letter.c.drafted_at))
        .where(letter.c.agency_id == agency_id, IS_DRAFT)
        .group_by(*names)
    ).all()
    if not rows:
        return Summary()
    return Summary(
        drafts=sum(row[5] for row in rows), oldest_at=min(row[6] for row in rows),
        kinds=tuple(sorted({(row[0], row[1]) for row in rows})), roles=tuple(sorted({row[2] for row in rows})),
        processes=tuple(sorted({row[3] for row in rows})), units=tuple(sorted({row[4] for row in rows if row[4]})),
    )  # fmt: skip


def some(connection: sa.Connection, agency_id: str, ids: Sequence[str]) -> Sequence[Row]:
    """Letters by id, with their cases, the oldest first; ids of another agency are left out."""
    table = letter.outerjoin(case, case.c.id == letter.c.case_id)
    mine = sa.select(letter, case.c.code, case.c.label).select_from(table).where(
        letter.c.agency_id == agency_id, letter.c.id.in_(list(ids))
    )  # fmt: skip
    return connection.execute(mine.order_by(letter.c.drafted_at, letter.c.id)).mappings().all()


def wordings(connection: sa.Connection, agency_id: str, letter_id: str) -> Sequence[Row]:
    """Every wording a letter had, the first first."""
    mine = sa.and_(wording.c.agency_id == agency_id, wording.c.letter_id == letter_id)
    return connection.execute(sa.select(wording).where(mine).order_by(wording.c.number)).mappings().all()


def perhaps_sent(connection: sa.Connection, agency_id: str) -> datetime | None:
    """The cut of the last restore: drafts of before may have been sent by the installation that was lost."""
    last = sa.select(fence.c.cut_at).where(fence.c.agency_id == agency_id).order_by(fence.c.cut_at.desc()).limit(1)
    found: datetime | None = connection.scalar(last)
    return found
