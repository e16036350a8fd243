"""Whom a case is about, in the words of the engine: a subject, one of our units, or the whole agency."""

from __future__ import annotations

import sqlalchemy as sa

from states.subjects.model import subject
from workflow.folding import fold
from workflow.organisation import agency, person, unit
from workflow.registry import Party, SubjectFacts


def facts(connection: sa.Connection, agency_id: str, type_: str, subject_id: str) -> SubjectFacts | None:
    """Name, unit and people of a case's subject; None when this agency has no such one."""
    find = {"subject": _subject, "unit": _unit, "agency": _agency}.get(type_)
    return find(connection, agency_id, subject_id) if find else None


def _subject(connection: sa.Connection, agency_id: str, subject_id: str) -> SubjectFacts | None:
    row = connection.execute(
        sa.select(subject, person.c.unit_id.label("works_in"))
        .outerjoin(person, sa.and_(person.c.agency_id == agency_id, person.c.id == subject.c.person_id))
        .where(subject.c.agency_id == agency_id, subject.c.id == subject_id)
    ).first()
    if row is None:
        return None
    parties: tuple[Party, ...] = ()
    if row.person_id:
        parties = (Party(row.person_id, "subject"),)
    elif row.whole_unit_id:
        parties = _members(connection, agency_id, row.whole_unit_id)
    unit_id = row.works_in if row.person_id else row.unit_id
    return SubjectFacts("subject", row.id, row.kind, row.name, row.folded, unit_id, parties)


def _members(connection: sa.Connection, agency_id: str, unit_id: str) -> tuple[Party, ...]:
    inside = sa.select(person.c.id).where(
        person.c.agency_id == agency_id, person.c.unit_id == unit_id, person.c.ends_on.is_(None)
    )
    return tuple(Party(person_id, "member") for person_id in connection.scalars(inside.order_by(person.c.id)))


def _unit(connection: sa.Connection, agency_id: str, unit_id: str) -> SubjectFacts | None:
    row = connection.execute(sa.select(unit).where(unit.c.agency_id == agency_id, unit.c.id == unit_id)).first()
    return None if row is None else SubjectFacts("unit", row.id, "unit", row.name, row.folded, row.id)


def _agency(connection: sa.Connection, agency_id: str, subject_id: str) -> SubjectFacts | None:
    if subject_id != agency_id:
        return None
    row = connection.execute(sa.select(agency).where(agency.c.id == agency_id)).first()
    return None if row is None else SubjectFacts("agency", row.id, "agency", row.name, fold(row.name), None)
