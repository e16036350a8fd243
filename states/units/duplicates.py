"""People who stand twice: the same name without regard to diacritics, and the same birthday or unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from states.subjects.model import recognition, subject
from workflow.case import case, case_party
from workflow.organisation import account, person, unit


@dataclass(frozen=True)
class Twin:
    """One of several who may be the same person, with what tells them apart and what hangs on each."""

    person_id: str
    code: str
    name: str
    unit: str
    born_on: date | None
    login: str
    cases: int
    recognitions: int


@dataclass(frozen=True)
class Suspicion:
    """People of one name. `is_sure`: also born on one day in one unit; else one of the two is alike or unknown."""

    is_sure: bool
    twins: tuple[Twin, ...]


def suspicions(connection: sa.Connection, agency_id: str, today: date) -> list[Suspicion]:
    """Everybody who works here and may stand twice, the surest first."""
    by_name: dict[str, list[sa.RowMapping]] = defaultdict(list)
    for row in connection.execute(_living(agency_id, today)).mappings():
        by_name[row["folded"]].append(row)
    found = [group for rows in by_name.values() if len(rows) > 1 for group in _alike(rows)]
    ids = [row["id"] for _, rows in found for row in rows]
    cases, held = _cases(connection, agency_id, ids), _recognitions(connection, agency_id, ids)
    told = [Suspicion(sure, tuple(_twin(row, cases, held) for row in rows)) for sure, rows in found]
    return sorted(told, key=lambda one: (not one.is_sure, one.twins[0].name))


def _living(agency_id: str, today: date) -> sa.Select[tuple[object, ...]]:
    columns = (person.c.id, person.c.code, person.c.name, person.c.folded, person.c.unit_id, person.c.born_on)
    return (
        sa.select(*columns, unit.c.name.label("unit"), account.c.login)
        .outerjoin(unit, unit.c.id == person.c.unit_id)
        .outerjoin(account, account.c.id == person.c.account_id)
        .where(
            person.c.agency_id == agency_id, person.c.erased_at.is_(None),
            sa.or_(person.c.ends_on.is_(None), person.c.ends_on >= today),
        )
        .order_by(person.c.folded, person.c.code)
    )  # fmt: skip


def _alike(rows: Sequence[sa.RowMapping]) -> Iterator[tuple[bool, list[sa.RowMapping]]]:
    """Those of one name who may be one: who were born on different known days are two people."""
    left = list(rows)
    while left:
        first = left.pop(0)
        same = [row for row in left if _may_be(first, row)]
        left = [row for row in left if row not in same]
        if same:
            yield all(_surely(first, row) for row in same), [first, *same]


def _may_be(one: sa.RowMapping, other: sa.RowMapping) -> bool:
    days = {one["born_on"], other["born_on"]}
    if None not in days:
        return len(days) == 1
    return bool(one["unit_id"] == other["unit_id"])


def _surely(one: sa.RowMapping, other: sa.RowMapping) -> bool:
    return bool(one["born_on"] and one["born_on"] == other["born_on"] and one["unit_id"] == other["unit_id"])


def _cases(connection: sa.Connection, agency_id: str, ids: Sequence[str]) -> dict[str, int]:
    count = sa.select(case_party.c.person_id, sa.func.count(sa.distinct(case_party.c.case_id))).where(
        case_party.c.agency_id == agency_id, case_party.c.person_id.in_(ids)
    )
    joined = count.join(case, case.c.id == case_party.c.case_id).group_by(case_party.c.person_id)
    return {row[0]: row[1] for row in connection.execute(joined)}


def _recognitions(connection: sa.Connection, agency_id: str, ids: Sequence[str]) -> dict[str, int]:
    count = sa.select(subject.c.person_id, sa.func.count()).join(recognition, recognition.c.subject_id == subject.c.id)
    mine = count.where(subject.c.agency_id == agency_id, subject.c.person_id.in_(ids)).group_by(subject.c.person_id)
    return {row[0]: row[1] for row in connection.execute(mine)}


def _twin(row: sa.RowMapping, cases: dict[str, int], held: dict[str, int]) -> Twin:
    one = row["id"]
    return Twin(
        one, row["code"], row["name"], row["unit"] or "", row["born_on"], row["login"] or "", cases.get(one, 0),
        held.get(one, 0),
    )  # fmt: skip
