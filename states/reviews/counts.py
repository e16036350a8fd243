"""The numbers of a yearly review, counted from the records: a unit's, and the agency's against last year.

A row is plain JSON: `key` and `params` of a text, `value`, and for the agency `before`, the year before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from states.eligibility.titles import nurturing, plan_levels
from states.endorsements.model import endorsement
from states.subjects.model import award, recognition
from workflow.case import case
from workflow.clock import ZONE
from workflow.organisation import unit
from workflow.registry import Context, Registry

Row = dict[str, Any]


def unit_counts(connection: sa.Connection, context: Context) -> list[Row]:
    """What the unit did in the review's year."""
    return list(_lines(connection, context, context.year, context.unit_id or context.subject.id))


def targets(connection: sa.Connection, context: Context) -> list[Row]:
    """The agency's year beside the one before, then each unit's exemplars of today."""
    before = {_line_key(row): row["value"] for row in _lines(connection, context, context.year - 1, None)}
    rows = [{**row, "before": before.get(_line_key(row), 0)} for row in _lines(connection, context, context.year, None)]
    return [*rows, *_exemplars_by_unit(connection, context)]


def _line_key(row: Row) -> tuple[str, str]:
    return row["key"], str(row["params"])


def _lines(connection: sa.Connection, context: Context, year: int, unit_id: str | None) -> Iterator[Row]:
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    moments = tuple(datetime(day.year, 1, 1, tzinfo=ZONE) for day in (first, after))
    of_unit = (case.c.agency_id == context.agency_id) & (case.c.unit_id == unit_id if unit_id else sa.true())
    ours = sa.select(case.c.id).where(of_unit)
    about = of_unit & (case.c.subject_type == "subject") & case.c.process.in_(nurturing(connection, context))
    within = (case.c.started_at >= moments[0]) & (case.c.started_at < moments[1])
    brought_in = sa.select(recognition.c.case_id).where(recognition.c.brought_in)  # entered mid-life, not nominated
    started = _count(connection, case, about & within & case.c.id.not_in(brought_in))
    yield _row("nominated", started)
    spoken = endorsement.c.case_id.in_(ours) & (endorsement.c.at >= moments[0]) & (endorsement.c.at < moments[1])
    yield _row("endorsed", _count(connection, endorsement, spoken))
    recognised = _per_level(connection, recognition.c.case_id.in_(ours) & _in_year(recognition, first, after))
    for level, title in plan_levels(connection, context).items():
        yield _row("recognised", recognised.get(level, 0), level=title)
    revoked = recognition.c.case_id.in_(ours) & (recognition.c.revoked_on >= first) & (recognition.c.revoked_on < after)
    yield _row("revoked", _count(connection, recognition, revoked))
    yield _row("awarded", _count(connection, award, award.c.case_id.in_(ours) & _in_year(award, first, after)))


def _in_year(table: sa.Table, first: date, after: date) -> sa.ColumnElement[bool]:
    return (table.c.decided_on >= first) & (table.c.decided_on < after)


def _per_level(connection: sa.Connection, where: sa.ColumnElement[bool]) -> Mapping[str, int]:
    counted = sa.select(recognition.c.level, sa.func.count()).where(where, ~recognition.c.brought_in)
    return {row[0]: row[1] for row in connection.execute(counted.group_by(recognition.c.level))}


def _exemplars_by_unit(connection: sa.Connection, context: Context) -> Iterator[Row]:
    followed = (
        sa.select(unit.c.name, sa.func.count(case.c.id))
        .outerjoin(
            case,
            sa.and_(
                case.c.agency_id == unit.c.agency_id,
                case.c.unit_id == unit.c.id,
                case.c.ended_at.is_(None),
                case.c.top_level != "",
            ),
        )
        .where(
            unit.c.agency_id == context.agency_id,
            unit.c.ends_on.is_(None) | (unit.c.ends_on >= context.today),
        )
        .group_by(unit.c.id, unit.c.name, unit.c.position)
        .order_by(unit.c.position, unit.c.name)
    )
    for name, count in connection.execute(followed):
        yield _row("followed", count, unit=name)


def _count(connection: sa.Connection, table: sa.Table, where: sa.ColumnElement[bool]) -> int:
    return connection.scalar(sa.select(sa.func.count()).select_from(table).where(where)) or 0


def _row(name: str, value: int, **params: str) -> Row:
    return {"key": f"review.{name}", "params": params, "value": value}


def register(registry: Registry) -> None:
    """Under the names YAML uses."""
    forms: tuple[tuple[str, Callable[[sa.Connection, Context], list[Row]]], ...] = (
        ("unit_counts", unit_counts),
        ("targets", targets),
    )
    for name, provider in forms:
        registry.form(name)(provider)
