"""Facts about a subject that guards read: each loaded with one query, in the snapshot of the decision.

The statements are built once: to build one takes longer than to run it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from states.subjects.model import recognition, subject, unit_stay
from states.subjects.records import dossier_record, records_of
from workflow.case import case
from workflow.organisation import person, unit
from workflow.registry import Context, Registry


@dataclass(frozen=True)
class Genders:
    """Of one person: the gender on file. Of a unit as a whole: its members, women, and those not on file."""

    gender: str = ""
    members: int = 0
    women: int = 0
    unknown: int = 0


@dataclass(frozen=True)
class Standing:
    """Until when the subject is part of the organisation; None: with no end in sight, or never part of it."""

    leaves_on: date | None


def standing(connection: sa.Connection, context: Context) -> Standing:
    """Whether the person still works here, the unit still exists."""
    return Standing(connection.scalar(_STANDING, _who(context)))


def recognitions(connection: sa.Connection, context: Context) -> list[dict[str, Any]]:
    """Recognitions in force, with the code of the case that made each."""
    return _rows(connection, _RECOGNITIONS, _who(context))


def disciplines(connection: sa.Connection, context: Context) -> list[dict[str, Any]]:
    """Every disciplinary measure on record."""
    return _rows(connection, _DISCIPLINES, _who(context))


def records(connection: sa.Connection, context: Context) -> list[dict[str, Any]]:
    """Everything on record in the subject's dossier that counts."""
    return [dict(row) for row in records_of(connection, context.agency_id, context.subject.id)]


def unit_stays(connection: sa.Connection, context: Context) -> list[dict[str, Any]]:
    """Where the subject worked, the latest last."""
    return _rows(connection, _UNIT_STAYS, _who(context))


def open_cases(connection: sa.Connection, context: Context) -> list[dict[str, Any]]:
    """Other open cases about the same one, or a namesake of the same unit (who may be the same one)."""
    me = context.subject
    named = {"folded": me.folded, "unit": me.unit_id, "type": me.type, "case": context.case_id}
    found = _rows(connection, _OPEN_CASES, {**_who(context), **named})
    return sorted(found, key=lambda row: str(row["code"]))


def genders(connection: sa.Connection, context: Context) -> Genders:
    """Who goes first among equals hangs on it (NĐ 152/2025 Đ.4(6))."""
    row = connection.execute(_GENDERS, _who(context)).one()
    return Genders(row[0] or "", *(int(number or 0) for number in row[1:]))


def _who(context: Context) -> dict[str, Any]:
    return {"agency": context.agency_id, "subject": context.subject.id}


def _rows(connection: sa.Connection, statement: sa.Executable, values: dict[str, Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(statement, values).mappings()]


def _of(table: sa.Table, column: sa.Column[str]) -> tuple[sa.ColumnElement[bool], ...]:
    return table.c.agency_id == sa.bindparam("agency"), column == sa.bindparam("subject")


def _genders() -> sa.Select[Any]:
    me, member = person.alias("me"), person.alias("member")
    its_members = sa.and_(
        member.c.agency_id == subject.c.agency_id, member.c.unit_id == subject.c.whole_unit_id,
        member.c.ends_on.is_(None), member.c.erased_at.is_(None),
    )  # fmt: skip
    gender = sa.func.max(sa.func.coalesce(sa.func.nullif(me.c.gender, ""), subject.c.gender))
    counted = [sa.func.sum(sa.case((member.c.gender == word, 1), else_=0)) for word in ("female", "")]
    return (
        sa.select(gender, sa.func.count(member.c.id), *counted)
        .select_from(subject)
        .outerjoin(me, sa.and_(me.c.agency_id == subject.c.agency_id, me.c.id == subject.c.person_id))
        .outerjoin(member, its_members)
        .where(*_of(subject, subject.c.id))
    )


_STANDING = (
    sa.select(sa.func.coalesce(person.c.ends_on, unit.c.ends_on))
    .select_from(subject)
    .outerjoin(person, sa.and_(person.c.agency_id == subject.c.agency_id, person.c.id == subject.c.person_id))
    .outerjoin(unit, sa.and_(unit.c.agency_id == subject.c.agency_id, unit.c.id == subject.c.whole_unit_id))
    .where(*_of(subject, subject.c.id))
)
_RECOGNITIONS = (
    sa.select(recognition, case.c.code)
    .join(case, sa.and_(case.c.agency_id == recognition.c.agency_id, case.c.id == recognition.c.case_id))
    .where(*_of(recognition, recognition.c.subject_id), recognition.c.revoked_at.is_(None))
)
_DISCIPLINES = (
    sa.select(dossier_record)
    .where(*_of(dossier_record, dossier_record.c.subject_id), dossier_record.c.withdrawn_at.is_(None))
    .where(dossier_record.c.kind == "discipline")
    .order_by(dossier_record.c.starts_on)
)
_UNIT_STAYS = (
    sa.select(unit_stay).where(*_of(unit_stay, unit_stay.c.subject_id)).order_by(unit_stay.c.starts_on, unit_stay.c.id)
)
_OPEN = sa.select(case.c.id, case.c.code, case.c.process, case.c.subject_id).where(
    case.c.agency_id == sa.bindparam("agency"), case.c.ended_at.is_(None), case.c.id != sa.bindparam("case")
)
_OPEN_CASES = sa.union(  # each half has an index: not one with "or", nor in order, for which SQLite reads them all
    _OPEN.where(case.c.subject_id == sa.bindparam("subject")),
    _OPEN.where(
        case.c.folded == sa.bindparam("folded"), case.c.unit_id == sa.bindparam("unit"),
        case.c.subject_type == sa.bindparam("type"),
    ),
)  # fmt: skip
_GENDERS = _genders()


def register(registry: Registry) -> None:
    """Under the names guards ask for."""
    registry.loader("standing")(standing)
    registry.loader("recognitions")(recognitions)
    registry.loader("disciplines")(disciplines)
    registry.loader("records")(records)
    registry.loader("unit_stays")(unit_stays)
    registry.loader("open_cases")(open_cases)
    registry.loader("genders")(genders)
