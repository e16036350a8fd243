"""Everything a decision on one case rests on, read in one snapshot with a fixed number of queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from workflow.calendar import Calendar
from workflow.case import ask, case, case_field, case_party, link
from workflow.catalogue import Catalogue, Life
from workflow.clock import business_now, local_date
from workflow.definition import Field
from workflow.identity import Matter, Organisation, load_organisation
from workflow.message import NotFound
from workflow.registry import Party
from workflow.timers import timer
from workflow.worklist import candidate, work_item

Row = Mapping[str, Any]


@dataclass(frozen=True)
class CaseFacts:
    """A case and what hangs on it, as stored. Rows are plain mappings."""

    case: Row
    life: Life
    fields: Mapping[str, Any]
    asks: tuple[Row, ...]  # of the present visit, of holds (visit 0) and every one with a child case
    links: tuple[Row, ...]
    items: tuple[Row, ...]  # not closed
    candidates: tuple[Row, ...]  # of those items
    timers: tuple[Row, ...]  # armed or paused
    parties: tuple[Party, ...]
    org: Organisation
    calendar: Calendar
    now: datetime
    fills: Mapping[str, list[str]]  # `cases` fields that a state fills on entering → the case ids

    @property
    def today(self) -> date:
        """The local day."""
        return local_date(self.now)

    def matter(self) -> Matter:
        """The case as permission sees it."""
        return Matter(self.case["subject_id"], self.case["unit_id"], self.parties, self.case["takers"])


# Every decision asks these: built once, because building them takes longer than running them.

_ID: sa.BindParameter[str] = sa.bindparam("case_id")
_CASE = sa.select(case).where(case.c.id == _ID)
_FIELDS = sa.select(case_field.c.name, case_field.c.value).where(case_field.c.case_id == _ID)
_PARTIES = sa.select(case_party.c.person_id, case_party.c.relation).where(case_party.c.case_id == _ID)
_ASKS = (
    sa.select(ask)
    .where(ask.c.case_id == _ID, sa.or_(ask.c.visit.in_([0, sa.bindparam("visit")]), ask.c.child_id.is_not(None)))
    .order_by(ask.c.opened_at, ask.c.id)
)
_LINKS = sa.select(link).where(link.c.case_id == _ID).order_by(link.c.id)
_ITEMS = sa.select(work_item).where(work_item.c.case_id == _ID, work_item.c.status != "closed")
_CANDIDATES = sa.select(candidate).where(
    candidate.c.case_id == _ID, candidate.c.item_id.in_(_ITEMS.with_only_columns(work_item.c.id).scalar_subquery())
)
_TIMERS = sa.select(timer).where(timer.c.case_id == _ID, timer.c.status.in_(["armed", "paused"]))


def load_case(connection: sa.Connection, catalogue: Catalogue, case_id: str, agency_id: str | None) -> CaseFacts:
    """The facts of a case of this agency (None: the engine itself asks). Raises NotFound."""
    row = connection.execute(_CASE, {"case_id": case_id}).mappings().first()
    if row is None or agency_id not in (None, row["agency_id"]):
        raise NotFound("case")
    which, now = {"case_id": case_id, "visit": row["visit"]}, business_now(connection)
    life = catalogue.life(connection, row["definition_id"])
    return CaseFacts(
        case=dict(row),
        life=life,
        fields={field.name: field.value for field in connection.execute(_FIELDS, which)},
        asks=_rows(connection, _ASKS, which),
        links=_rows(connection, _LINKS, which),
        items=_rows(connection, _ITEMS, which),
        candidates=_rows(connection, _CANDIDATES, which),
        timers=_rows(connection, _TIMERS, which),
        parties=tuple(Party(p.person_id, p.relation) for p in connection.execute(_PARTIES, which)),
        org=load_organisation(connection, row["agency_id"], local_date(now)),
        calendar=catalogue.calendar(connection),
        now=now,
        fills=load_fills(connection, life, dict(row)),
    )


def load_fills(connection: sa.Connection, life: Life, row: Mapping[str, Any]) -> dict[str, list[str]]:
    """Which cases each self-filling field of this life would hold now."""
    return {
        field.name: _matching_cases(connection, field, row)
        for field in life.definition.fields.values()
        if field.type == "cases" and field.fill
    }


def _matching_cases(connection: sa.Connection, field: Field, row: Mapping[str, Any]) -> list[str]:
    found = sa.select(case.c.id).where(
        case.c.agency_id == row["agency_id"], case.c.process == field.process, case.c.ended_at.is_(None)
    )
    if field.in_states:
        found = found.where(case.c.state.in_(field.in_states))
    if field.level == "any":
        found = found.where(case.c.top_level != "")
    elif field.level:
        found = found.where(case.c.top_level == field.level)
    if field.unit == "own":
        found = found.where(case.c.unit_id == row["unit_id"])
    return list(connection.scalars(found.order_by(case.c.code)))


def _rows(connection: sa.Connection, chosen: sa.Select[Any], which: Mapping[str, Any]) -> tuple[Row, ...]:
    return tuple(dict(row) for row in connection.execute(chosen, which).mappings())
