"""What a decision leaves with the subject: a recognition, its end, an award, another unit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from states.documents.order import DECIDED_ON
from states.subjects.model import award, recognition, subject, unit_stay
from states.subjects.submitted import day, decision
from workflow.case import case
from workflow.clock import local_date
from workflow.db import insert_ignoring, uuid7
from workflow.message import Invalid, Message, Refused
from workflow.organisation import person
from workflow.organisation_changes import change_person
from workflow.registry import Context, Registry


def record_recognition(context: Context, connection: sa.Connection) -> None:
    """The subject is recognised at the level of the state being entered."""
    if context.entered_level in (None, "none"):
        raise Refused(Message("effect.no_level"))
    _in_time(context, connection)
    _recognise(context, connection, str(context.entered_level))


def record_brought_in(context: Context, connection: sa.Connection) -> None:
    """A recognition from before this system: marked, with the decision that made it."""
    _recognise(context, connection, str(context.inputs["held_level"]), brought_in=True)


def _recognise(context: Context, connection: sa.Connection, level: str, *, brought_in: bool = False) -> None:
    row = {**_owned(context), "level": level, "brought_in": brought_in, **decision(context)}
    if connection.scalar(insert_ignoring(connection, recognition, recognition.c.id), row) is None:
        raise Refused(Message("guard.level_held", {"name": context.subject.label}))


def revoke_recognition(context: Context, connection: sa.Connection) -> None:
    """The recognition at the present level ends, with its ground and decision (Luật 06/2022 Đ.93(2))."""
    _in_time(context, connection)
    said = decision(context)
    connection.execute(
        sa.update(recognition)
        .where(
            recognition.c.agency_id == context.agency_id,
            recognition.c.subject_id == context.subject.id,
            recognition.c.level == context.level,
            recognition.c.revoked_at.is_(None),
        )
        .values(
            revoked_at=context.now,
            revoked_on=said["decided_on"],
            revoke_decision=said["decision_number"],
            revoke_ground=str(context.inputs.get("revoke_ground") or ""),
        )
    )


def record_reward(context: Context, connection: sa.Connection) -> None:
    """The form of reward chosen beside a recognition, if one was: a record of its own."""
    if context.inputs.get("reward"):
        add_award(connection, context, form=str(context.inputs["reward"]))


def add_award(connection: sa.Connection, context: Context, *, form: str) -> None:
    """An award of the case's subject; the same event twice is one."""
    connection.execute(insert_ignoring(connection, award).values(**_owned(context), form=form, **decision(context)))


def move_unit(context: Context, connection: sa.Connection) -> None:
    """The subject belongs to another unit from a day on; the time in the old one is kept.

    The case's own unit is the engine's: it follows the same field.
    """
    new_unit, first_day = context.inputs["new_unit"], day(context.inputs["moved_on"]) or context.today
    mine = (subject.c.agency_id == context.agency_id) & (subject.c.id == context.subject.id)
    staff = connection.scalar(sa.select(subject.c.person_id).where(mine))
    connection.execute(sa.update(subject).where(mine).values(unit_id=new_unit))
    if staff:
        _move_person(connection, context.agency_id, staff, new_unit)
    stays = (unit_stay.c.agency_id == context.agency_id) & (unit_stay.c.subject_id == context.subject.id)
    connection.execute(
        sa.update(unit_stay).where(stays, unit_stay.c.ends_on.is_(None)).values(ends_on=first_day - timedelta(days=1))
    )
    connection.execute(
        sa.insert(unit_stay).values(
            id=uuid7(),
            agency_id=context.agency_id,
            subject_id=context.subject.id,
            unit_id=new_unit,
            starts_on=first_day,
        )
    )


def _move_person(connection: sa.Connection, agency_id: str, person_id: str, unit_id: str) -> None:
    works_in = connection.scalar(sa.select(person.c.unit_id).where(person.c.id == person_id))
    if works_in != unit_id:
        change_person(connection, agency_id, person_id, {"unit_id": unit_id})


def _in_time(context: Context, connection: sa.Connection) -> None:
    """What a case was about to decide was not decided before it began: a day that says so is a slip of the hand."""
    said = day(context.inputs.get(DECIDED_ON))
    began = connection.scalar(sa.select(case.c.started_at).where(case.c.id == context.case_id)) if said else None
    if said and began and said < (first := local_date(began)):
        raise Invalid({DECIDED_ON: Message("effect.decided_before", {"first": first})})


def _owned(context: Context) -> Mapping[str, Any]:
    return {
        "id": uuid7(),
        "agency_id": context.agency_id,
        "subject_id": context.subject.id,
        "case_id": context.case_id,
        "event_seq": context.event_seq,
        "recorded_at": context.now,
    }


def register(registry: Registry) -> None:
    """Under the names YAML uses."""
    registry.effect("record_recognition")(record_recognition)
    registry.effect("record_brought_in")(record_brought_in)
    registry.effect("revoke_recognition")(revoke_recognition)
    registry.effect("record_reward")(record_reward)
    registry.effect("move_unit", moves_to="new_unit", leaves="old_unit")(move_unit)
