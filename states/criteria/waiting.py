"""Which cases wait for a person's scores: those in a state with criteria that they are asked for and have not given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from states.criteria.model import score_sheet
from states.criteria.rounds import Place, asked_of, parties_of
from states.subjects.visibility import visible
from workflow.case import case, case_field
from workflow.catalogue import Catalogue
from workflow.criteria import set_for
from workflow.definition import Plan
from workflow.identity import Authority, Organisation, may

MOST = 200
"""How many are looked through: a page, not a report."""


def waiting(connection: sa.Connection, catalogue: Catalogue, org: Organisation, person_id: str) -> list[dict[str, Any]]:
    """The open cases this person is to score and has not, the longest waiting first."""
    found = catalogue.living_plan(connection, org.agency_id)
    if found is None or not found[1].criteria:
        return []
    rows = _rows(connection, org, person_id, found[1])
    return [row for row in rows if _asked(connection, catalogue, org, person_id, row)]


def _rows(connection: sa.Connection, org: Organisation, person_id: str, plan: Plan) -> Sequence[dict[str, Any]]:
    places = sorted({(one.of, state) for one in plan.criteria.values() for state in one.states})
    mine = sa.select(score_sheet.c.id).where(
        score_sheet.c.agency_id == case.c.agency_id, score_sheet.c.case_id == case.c.id,
        score_sheet.c.visit == case.c.visit, score_sheet.c.scorer_id == person_id,
    )  # fmt: skip
    open_ones = (
        sa.select(case)
        .where(
            visible(org, person_id), case.c.ended_at.is_(None), case.c.is_held.is_(sa.false()), ~mine.exists(),
            sa.tuple_(case.c.process, case.c.state).in_(places),
        )
        .order_by(case.c.entered_at, case.c.id)
        .limit(MOST)
    )  # fmt: skip
    return [dict(row) for row in connection.execute(open_ones).mappings()]


def _asked(
    connection: sa.Connection, catalogue: Catalogue, org: Organisation, person_id: str, row: Mapping[str, Any]
) -> bool:
    plan = catalogue.life(connection, row["definition_id"]).plan
    names = {term.name for one in plan.criteria.values() for term in one.conditions}
    fields = _fields(connection, row, sorted(names))
    criteria = set_for(plan, row["process"], row["state"], row["subject_kind"], fields)
    if criteria is None:
        return False
    place = Place(row, plan, org, fields, parties_of(connection, row))
    found = may(org, plan, place.matter, person_id, asked_of(criteria, place))
    return isinstance(found, Authority) and found.on_behalf_of is None


def _fields(connection: sa.Connection, row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    if not names:
        return {}
    c = case_field.c
    found = sa.select(c.name, c.value).where(c.agency_id == row["agency_id"], c.case_id == row["id"], c.name.in_(names))
    return {one.name: one.value for one in connection.execute(found)}
