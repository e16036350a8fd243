"""A course that was held leaves a line on the record of everyone who attended."""

from __future__ import annotations

import sqlalchemy as sa

from states.subjects.submitted import day
from states.training.model import training
from workflow.db import insert_ignoring, uuid7
from workflow.registry import Context, Registry


def record_training(context: Context, connection: sa.Connection) -> None:
    """One line a person, once: the same course is not written twice."""
    results = context.fields.get("assessed") or {}
    for person_id in context.fields.get("attended") or []:
        connection.execute(
            insert_ignoring(connection, training).values(
                id=uuid7(),
                agency_id=context.agency_id,
                person_id=person_id,
                case_id=context.case_id,
                course=str(context.fields.get("course") or "")[:300],
                topic=str(context.fields.get("topics") or ""),
                held_on=day(context.fields.get("held_on")) or context.today,
                result=str(results.get(person_id) or "unmarked"),
                recorded_at=context.now,
            )
        )


def register(registry: Registry) -> None:
    """Under the name YAML uses."""
    registry.effect("record_training")(record_training)
