"""Who may be nominated becomes a subject once: a member of the staff, one of our units, or somebody else."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from states.subjects.model import subject, unit_stay
from workflow.clock import business_now
from workflow.db import IdSource, insert_ignoring, uuid7, word
from workflow.folding import fold, tidy
from workflow.message import NotFound
from workflow.organisation import person, unit

PERSON, COLLECTIVE = "person", "collective"


def enrol_person(
    connection: sa.Connection, agency_id: str, person_id: str, *, kind: str = PERSON, new_id: IdSource = uuid7
) -> str:
    """The subject of a member of the staff, made when it is the first time."""
    known = _of(connection, agency_id, subject.c.person_id, person_id)
    if known:
        return known
    row = connection.execute(
        sa.select(person).where(person.c.agency_id == agency_id, person.c.id == person_id, person.c.erased_at.is_(None))
    ).first()
    if row is None:
        raise NotFound("person")
    subject_id = new_id()
    fresh = (
        insert_ignoring(connection, subject)
        .values(
            id=subject_id,
            agency_id=agency_id,
            kind=kind,
            name=row.name,
            folded=row.folded,
            person_id=person_id,
            unit_id=row.unit_id,
            born_on=row.born_on,
            gender=row.gender,
            created_at=business_now(connection),
        )
        .returning(subject.c.id)
    )
    if connection.scalar(fresh) is None:
        return _of(connection, agency_id, subject.c.person_id, person_id) or ""
    if row.unit_id:
        connection.execute(
            sa.insert(unit_stay).values(
                id=new_id(),
                agency_id=agency_id,
                subject_id=subject_id,
                unit_id=row.unit_id,
                starts_on=row.starts_on,
            )
        )
    return subject_id


def enrol_unit(
    connection: sa.Connection,
    agency_id: str,
    unit_id: str,
    *,
    kind: str = COLLECTIVE,
    new_id: IdSource = uuid7,
) -> str:
    """The subject of one of our units as a whole."""
    known = _of(connection, agency_id, subject.c.whole_unit_id, unit_id)
    if known:
        return known
    row = connection.execute(sa.select(unit).where(unit.c.agency_id == agency_id, unit.c.id == unit_id)).first()
    if row is None:
        raise NotFound("unit")
    connection.execute(
        insert_ignoring(connection, subject).values(
            id=new_id(),
            agency_id=agency_id,
            kind=kind,
            name=row.name,
            folded=row.folded,
            whole_unit_id=unit_id,
            unit_id=unit_id,
            created_at=business_now(connection),
        )
    )
    return _of(connection, agency_id, subject.c.whole_unit_id, unit_id) or ""


def enrol_other(
    connection: sa.Connection,
    agency_id: str,
    *,
    kind: str,
    name: str,
    unit_id: str | None = None,
    born_on: date | None = None,
    note: str = "",
    new_id: IdSource = uuid7,
) -> str:
    """Somebody without a place in the organisation: a group inside a unit, a person from outside.

    Found again by kind, name, unit and birthday, so that the same one does not stand twice.
    """
    who = {"agency": agency_id, "of": kind, "folds": fold(name), "at": unit_id, "born": born_on}
    known: str | None = connection.scalar(_KNOWN, who)
    if known:
        return known
    subject_id = new_id()
    row = {
        "id": subject_id, "agency_id": agency_id, "kind": kind, "name": tidy(name), "folded": fold(name),
        "unit_id": unit_id, "born_on": born_on, "note": tidy(note), "created_at": business_now(connection),
    }  # fmt: skip
    connection.execute(_NEW, row)
    return subject_id


_ELSEWHERE = sa.func.coalesce(subject.c.person_id, word("")) == word("")
"""Nobody on the staff. Not `IS NULL`: for that SQLite would take the index of the staff, through all who are none."""
_KNOWN = sa.select(subject.c.id).where(
    subject.c.agency_id == sa.bindparam("agency"), subject.c.kind == sa.bindparam("of"),
    subject.c.folded == sa.bindparam("folds"), subject.c.unit_id.is_not_distinct_from(sa.bindparam("at")),
    subject.c.born_on.is_not_distinct_from(sa.bindparam("born")), _ELSEWHERE,
)  # fmt: skip
_NEW = sa.insert(subject)


def _of(connection: sa.Connection, agency_id: str, column: sa.Column[str], value: str) -> str | None:
    found: str | None = connection.scalar(
        sa.select(subject.c.id).where(subject.c.agency_id == agency_id, column == value)
    )
    return found
