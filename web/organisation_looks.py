"""What the pages ask of the organisation before the office changes it: who would be left, who may not do it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import g

from states.office import consequences
from states.office.consequences import Consequences, Look
from web.application import application
from web.plan_texts import living_plan
from workflow.case import case, case_party
from workflow.definition import Definition
from workflow.identity import Grant, Organisation
from workflow.message import Message, Refused


def definitions() -> tuple[Definition, ...]:
    """Every process of the plan in force."""
    if living_plan() is None:
        return ()
    app = application()
    with app.database.read() as connection:
        return tuple(life.definition for life in app.catalogue.lives(connection, g.living_plan_id))


def look(after: Organisation, person_id: str, grants: Collection[Grant]) -> Consequences:
    """What becomes of what a person is asked for, in the organisation as it would be."""
    app = application()
    seen = Look(g.org, after, living_plan(), definitions())
    with app.database.read() as connection:
        return consequences.look(app.engine, connection, seen, person_id, grants)


def refuse_oneself(person_id: str, key: str) -> None:
    """Raises Refused where the office would decide on itself; an administrator may."""
    if person_id == g.person.id and not (g.sign_in and g.sign_in.is_admin):
        raise Refused(Message(key))


def living_units() -> list[Mapping[str, Any]]:
    """Units that have not ended, in the agency's order."""
    return [row for row in g.org.units.values() if row["ends_on"] is None or row["ends_on"] >= g.today]


def stands_in(person_id: str) -> list[str]:
    """Whom this person stands in for today: they would have nobody."""
    return [
        g.org.name(absent)
        for absent, rows in g.org.deputies.items()
        if any(deputy == person_id for deputy, _, _ in rows)
    ]


def named_in(person_id: str) -> Sequence[sa.RowMapping]:
    """Open cases that name a person otherwise than as whom they are about: code, label, relation."""
    query = (
        sa.select(case.c.code, case.c.label, case_party.c.relation)
        .join(case_party, sa.and_(case_party.c.case_id == case.c.id, case_party.c.agency_id == case.c.agency_id))
        .where(case.c.agency_id == g.agency_id, case.c.ended_at.is_(None), case_party.c.person_id == person_id)
    )
    with application().database.read() as connection:
        return connection.execute(query.order_by(case.c.code).limit(100)).mappings().all()
