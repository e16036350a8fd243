"""What earlier awards used up, and the titles held: read for guards, one query each."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from states.merit_requests.model import achievement_use, initiative_use
from states.subjects.model import award
from workflow.case import case
from workflow.files import file
from workflow.folding import fold
from workflow.registry import Context, Registry


def used_proofs(connection: sa.Connection, context: Context) -> list[dict[str, Any]]:
    """Which of the proofs now offered (the same bytes) an award of this subject already rests on."""
    offered = context.fields.get("ground_proof") or []
    return _rows(connection, _USED_PROOFS, context, offered=list(offered)) if offered else []


def used_initiatives(connection: sa.Connection, context: Context) -> list[dict[str, Any]]:
    """Which of the initiatives now named were used before, and in which case."""
    named = [fold(str(title))[:300] for title in context.fields.get("initiatives") or []]
    return _rows(connection, _USED_INITIATIVES, context, named=named) if named else []


def awards(connection: sa.Connection, context: Context) -> list[dict[str, Any]]:
    """Everything this subject was awarded, the oldest first."""
    return _rows(connection, _AWARDS, context)


def _rows(
    connection: sa.Connection, statement: sa.Select[Any], context: Context, **more: Any
) -> list[dict[str, Any]]:  # fmt: skip
    which = {"agency": context.agency_id, "subject": context.subject.id, "case": context.case_id, **more}
    return [dict(row) for row in connection.execute(statement, which).mappings()]


# Built once: to build them takes longer than to run them.

_USED_PROOFS = (
    sa.select(file.c.name, case.c.code)
    .join(
        achievement_use,
        sa.and_(achievement_use.c.agency_id == file.c.agency_id, achievement_use.c.digest == file.c.digest),
    )
    .join(case, sa.and_(case.c.agency_id == file.c.agency_id, case.c.id == achievement_use.c.case_id))
    .where(
        file.c.agency_id == sa.bindparam("agency"),
        file.c.id.in_(sa.bindparam("offered", expanding=True)),
        achievement_use.c.subject_id == sa.bindparam("subject"),
        achievement_use.c.case_id != sa.bindparam("case"),
    )
    .order_by(file.c.name)
)
_USED_INITIATIVES = (
    sa.select(initiative_use.c.title, case.c.code)
    .join(case, sa.and_(case.c.agency_id == initiative_use.c.agency_id, case.c.id == initiative_use.c.case_id))
    .where(
        initiative_use.c.agency_id == sa.bindparam("agency"),
        initiative_use.c.subject_id == sa.bindparam("subject"),
        initiative_use.c.folded.in_(sa.bindparam("named", expanding=True)),
        initiative_use.c.case_id != sa.bindparam("case"),
    )
    .order_by(initiative_use.c.title)
)
_AWARDS = (
    sa.select(award.c.form, award.c.decided_on, award.c.decision_number)
    .where(award.c.agency_id == sa.bindparam("agency"), award.c.subject_id == sa.bindparam("subject"))
    .order_by(award.c.decided_on)
)


def register(registry: Registry) -> None:
    """Under the names guards ask for."""
    registry.loader("used_proofs")(used_proofs)
    registry.loader("used_initiatives")(used_initiatives)
    registry.loader("awards")(awards)
