"""An award that was granted: recorded once, and what it rests on is used up."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from states.merit_requests.model import achievement_use, initiative_use
from states.subjects.effects import add_award
from states.subjects.model import award
from states.subjects.records import spend_initiatives
from workflow.case import case
from workflow.db import insert_ignoring
from workflow.files import file
from workflow.folding import fold, tidy
from workflow.message import Message, Refused
from workflow.registry import Context, Registry

AWARD_FORM = "provincial_certificate_of_merit"
"""Bằng khen của Chủ tịch UBND tỉnh, unless the plan's field `award_form` says another."""


def record_award(context: Context, connection: sa.Connection) -> None:
    """Record the award; a case that only hears of its child's award marks that one as known instead."""
    if _heard_from_child(context, connection):
        return
    add_award(connection, context, form=str(context.fields.get("award_form") or AWARD_FORM))
    _use_proofs(context, connection)
    _use_initiatives(context, connection)


def _heard_from_child(context: Context, connection: sa.Connection) -> bool:
    children = sa.select(case.c.id).where(case.c.agency_id == context.agency_id, case.c.parent_id == context.case_id)
    told = connection.execute(
        sa.update(award)
        .where(
            award.c.agency_id == context.agency_id,
            award.c.case_id.in_(children),
            award.c.told_case_id.is_(None),
        )
        .values(told_case_id=context.case_id)
    )
    return bool(told.rowcount)


def _use_proofs(context: Context, connection: sa.Connection) -> None:
    proofs = context.fields.get("ground_proof") or []
    digests = connection.scalars(
        sa.select(file.c.digest).where(file.c.agency_id == context.agency_id, file.c.id.in_(proofs)).distinct()
    )
    rows = [{"digest": digest} for digest in digests]
    _use(context, connection, achievement_use, rows, achievement_use.c.digest)


def _use_initiatives(context: Context, connection: sa.Connection) -> None:
    titles = {fold(str(title))[:300]: tidy(str(title))[:300] for title in context.fields.get("initiatives") or []}
    rows = [{"folded": folded, "title": title} for folded, title in titles.items()]
    _use(context, connection, initiative_use, rows, initiative_use.c.folded)
    spent = dict.fromkeys(titles, context.code)
    if spend_initiatives(connection, context.agency_id, context.subject.id, spent):
        raise Refused(Message("effect.already_used"))


def _use(
    context: Context,
    connection: sa.Connection,
    table: sa.Table,
    rows: list[dict[str, Any]],
    key: sa.Column[str],
) -> None:
    """The unique key decides between two awards that would rest on the same thing."""
    owned = {"agency_id": context.agency_id, "subject_id": context.subject.id, "case_id": context.case_id}
    for row in rows:
        connection.execute(insert_ignoring(connection, table).values(**owned, **row))
    taken = sa.select(sa.func.count()).where(
        table.c.agency_id == context.agency_id, table.c.subject_id == context.subject.id,
        table.c.case_id != context.case_id, key.in_([row[key.name] for row in rows]),
    )  # fmt: skip
    if rows and connection.scalar(taken):
        raise Refused(Message("effect.already_used"))


def register(registry: Registry) -> None:
    """Under the name YAML uses."""
    registry.effect("record_award")(record_award)
