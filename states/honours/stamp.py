"""What an answer of the board stands on, read in three small statements: while it is the same, so is the answer.

A consent's row never changes but by being taken down, so its id stands for its words; everything else that is shown
(names, units, levels, holds, the plans with their titles, the day) stands here itself, as
`tests/states/honours` proves.
"""

from __future__ import annotations

import sqlalchemy as sa

from states.honours.board import living_honours, unit_of_subject
from states.honours.model import honour, honour_board
from states.subjects.model import recognition, subject
from workflow.case import case
from workflow.catalogue import plan_version
from workflow.clock import business_now, local_date
from workflow.organisation import agency, unit

ROWS = (
    honour.c.id, honour.c.photo_id, subject.c.name, subject.c.whole_unit_id, unit.c.code, unit.c.name, case.c.is_held,
    recognition.c.id, recognition.c.level, recognition.c.decided_on,
)  # fmt: skip


def stamp(connection: sa.Connection, code: str, address: str = "") -> str:
    """The text that changes with anything an agency's board shows, or (`address`) one exemplar; '' for no
    open board."""
    found = connection.execute(_AGENCY, {"code": code}).all()
    if not found:
        return ""
    rows = living_honours(found[0].id, *ROWS).outerjoin(unit, unit_of_subject()).order_by(honour.c.id, recognition.c.id)
    if address:
        rows = rows.where(honour.c.address == address)
    shown = [tuple(row) for row in connection.execute(rows)]
    return repr((local_date(business_now(connection)), [tuple(row) for row in found], shown))


_AGENCY = (
    sa.select(agency.c.id, agency.c.name, plan_version.c.id.label("plan_id"))
    .join(plan_version, sa.and_(plan_version.c.agency_id == agency.c.id, plan_version.c.is_living))
    .outerjoin(honour_board, honour_board.c.agency_id == agency.c.id)
    .where(agency.c.code == sa.bindparam("code"), sa.func.coalesce(honour_board.c.is_open, sa.true()))
    .order_by(plan_version.c.id)
)
