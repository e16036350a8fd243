"""Whom a case is about, in the words of the engine: a subject, one of our units, or the whole agency."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from states.subjects.model import subject
from workflow.db import word
from workflow.folding import fold
from workflow.gathering import gathered, json_list
from workflow.organisation import agency, person, unit
from workflow.registry import Party, SubjectFacts, SubjectPort

Column = sa.ColumnElement[Any]


def column(agency_id: Column, type_: Column, subject_id: Column) -> Column:
    """Name, unit and people of a case's subject, as one JSON array; NULL when this agency has no such one."""
    return sa.case(
        (type_ == word("subject"), _subject(agency_id, subject_id)),
        (type_ == word("unit"), _unit(agency_id, subject_id)),
        (type_ == word("agency"), _agency(agency_id, subject_id)),
    )


def _subject(agency_id: Column, subject_id: Column) -> Column:
    """A person on our staff is the subject; of a unit as a whole everyone who works there is."""
    works_in = sa.select(person.c.unit_id).where(
        person.c.agency_id == subject.c.agency_id, person.c.id == subject.c.person_id
    )
    members = gathered(
        person.c.id, person.c.agency_id == subject.c.agency_id, person.c.unit_id == subject.c.whole_unit_id,
        person.c.ends_on.is_(None),
    )  # fmt: skip
    unit_id = sa.case((subject.c.person_id.is_not(None), works_in.scalar_subquery()), else_=subject.c.unit_id)
    row = [subject.c.id, subject.c.kind, subject.c.name, subject.c.folded, unit_id, subject.c.person_id]
    found = sa.select(json_list(word("subject"), *row, sa.type_coerce(members, sa.JSON)))
    return found.where(subject.c.agency_id == agency_id, subject.c.id == subject_id).scalar_subquery()


def _unit(agency_id: Column, unit_id: Column) -> Column:
    row = [unit.c.id, word("unit"), unit.c.name, unit.c.folded, unit.c.id]
    found = sa.select(json_list(word("unit"), *row))
    return found.where(unit.c.agency_id == agency_id, unit.c.id == unit_id).scalar_subquery()


def _agency(agency_id: Column, subject_id: Column) -> Column:
    found = sa.select(json_list(word("agency"), agency.c.id, word("agency"), agency.c.name))
    return found.where(agency.c.id == agency_id, agency.c.id == subject_id).scalar_subquery()


def read(value: Any) -> SubjectFacts | None:
    """The facts of what `column` gave."""
    if value is None:
        return None
    type_, id_, kind, name, *more = value
    if type_ == "agency":
        return SubjectFacts(type_, id_, kind, name, fold(name), None)
    folded, unit_id, *people = more
    return SubjectFacts(type_, id_, kind, name, folded, unit_id, _parties(*people))


def _parties(person_id: str | None = None, members: Any = None) -> tuple[Party, ...]:
    if person_id:
        return (Party(person_id, "subject"),)
    return tuple(Party(member, "member") for member in sorted(members or ()))


SUBJECTS = SubjectPort(column, read)
