"""Those whom cases are about who may stand twice: the same kind and name, not both of the staff."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from states.subjects.model import subject
from workflow.case import case
from workflow.organisation import twin, unit


@dataclass(frozen=True)
class Suspect:
    """One of several who may be one, with what tells them apart."""

    subject_id: str
    name: str
    unit: str
    born_on: date | None
    is_staff: bool
    cases: int


def suspects(connection: sa.Connection, agency_id: str) -> list[tuple[Suspect, ...]]:
    """Groups of one kind and name; in each the one that is of the staff, or that came first, stands first."""
    by_name: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in connection.execute(_living(agency_id)):
        by_name[row.kind, row.folded].append(row)
    groups = [rows for rows in by_name.values() if len(rows) > 1]
    alike = [[row for row in rows if _may_be(rows[0], row)] for rows in groups]
    return [tuple(map(_suspect, rows)) for rows in alike if len(rows) > 1]


def _living(agency_id: str) -> sa.Select[Any]:
    gone = sa.exists().where(
        twin.c.agency_id == agency_id, twin.c.noun == "subject", twin.c.gone_id == subject.c.id,
        twin.c.parted_at.is_(None),
    )  # fmt: skip
    cases = sa.select(sa.func.count()).where(case.c.agency_id == agency_id, case.c.subject_id == subject.c.id)
    mine = sa.select(subject, unit.c.name.label("unit"), cases.scalar_subquery().label("cases"))
    ours = sa.or_(subject.c.person_id.is_not(None), subject.c.whole_unit_id.is_not(None))
    return (
        mine.outerjoin(unit, unit.c.id == subject.c.unit_id)
        .where(subject.c.agency_id == agency_id, subject.c.erased_at.is_(None), ~gone)
        .order_by(subject.c.folded, sa.case((ours, 0), else_=1), subject.c.created_at, subject.c.id)
    )


def _may_be(first: Any, other: Any) -> bool:
    if first is other:
        return True
    if (other.person_id or other.whole_unit_id) and (first.person_id or first.whole_unit_id):
        return False  # two of the staff are looked for in the directory
    return first.born_on is None or other.born_on is None or bool(first.born_on == other.born_on)


def _suspect(row: Any) -> Suspect:
    inside = bool(row.person_id or row.whole_unit_id)
    return Suspect(row.id, row.name, row.unit or "", row.born_on, inside, row.cases)
