"""The register of complaints: recorded with the hold they put on a case, concluded with its release."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa

from states.complaints.model import CLEARED, OPEN, UPHELD, complaint
from states.subjects.submitted import day
from workflow.clock import business_now, local_date
from workflow.db import uuid7
from workflow.definition import Action, Definition
from workflow.message import Message
from workflow.registry import Context, Registry

KIND, GROUND, RECEIVED_ON = "complaint_kind", "hold_ground", "complaint_on"
RECORD = "record_complaint"


def record(
    connection: sa.Connection, *, agency_id: str, case_id: str, kind: str, ground: str, received_on: date | None,
    by: str | None,
) -> str:  # fmt: skip
    """A new line with the next number of the year; its id. Two at one moment: the second is told to try again."""
    now = business_now(connection)
    received = received_on or local_date(now)
    year = local_date(now).year
    last = sa.select(sa.func.max(complaint.c.number)).where(
        complaint.c.agency_id == agency_id, complaint.c.year == year
    )
    row = {
        "id": uuid7(), "agency_id": agency_id, "case_id": case_id, "year": year,
        "number": (connection.scalar(last) or 0) + 1, "kind": kind, "ground": ground, "received_on": received,
        "status": OPEN, "recorded_at": now, "recorded_by": by,
    }  # fmt: skip
    connection.execute(sa.insert(complaint).values(row))
    return str(row["id"])


def record_complaint(context: Context, connection: sa.Connection) -> None:
    """A hold that a complaint brings is a line of the register; one without a kind is some other hold."""
    given = context.inputs
    if given.get(KIND):
        record(
            connection, agency_id=context.agency_id, case_id=context.case_id, kind=str(given[KIND]),
            ground=str(given.get(GROUND) or ""), received_on=day(given.get(RECEIVED_ON)), by=context.actor_id,
        )  # fmt: skip


def clear_complaints(context: Context, connection: sa.Connection) -> None:
    """The written conclusion that releases a ground concludes every complaint it stood for."""
    _conclude(connection, context, CLEARED, complaint.c.ground == str(context.inputs.get(GROUND) or ""))


def uphold_complaints(context: Context, connection: sa.Connection) -> None:
    """A conclusion of a violation concludes all of the case."""
    _conclude(connection, context, UPHELD)


def _conclude(connection: sa.Connection, context: Context, status: str, *which: sa.ColumnElement[bool]) -> None:
    mine = sa.and_(complaint.c.agency_id == context.agency_id, complaint.c.case_id == context.case_id)
    concluded = sa.update(complaint).where(mine, complaint.c.status == OPEN, *which)
    values = {"status": status, "concluded_at": context.now, "concluded_by": context.actor_id}
    connection.execute(concluded.values(values))


def open_complaints(connection: sa.Connection, context: Context) -> list[dict[str, Any]]:
    """The open complaints of this case: their grounds, kinds and days, never whose."""
    columns = (complaint.c.ground, complaint.c.kind, complaint.c.received_on)
    mine = sa.and_(complaint.c.agency_id == context.agency_id, complaint.c.case_id == context.case_id)
    rows = connection.execute(sa.select(*columns).where(mine, complaint.c.status == OPEN).order_by(complaint.c.id))
    return [dict(row) for row in rows.mappings()]


def no_open_complaint(context: Context, _arg: str | None) -> Message | None:
    """Nothing is decided while a complaint is being looked into (NĐ 152/2025 Đ.4(3)); it counts beside the hold too."""
    rows = context.facts["open_complaints"]
    return Message("guard.no_open_complaint", {"count": len(rows)}) if rows else None


def recording(definition: Definition, state: str) -> Iterable[tuple[str, Action]]:
    """The actions by which a complaint is recorded where a case stands, those of a hold last: named by their effect."""
    held: Mapping[str, Action] = definition.held.actions if definition.held else {}
    yield from ((name, one) for name, one in definition.actions_in(state).items() if RECORD in one.do)
    yield from ((f"held:{name}", one) for name, one in held.items() if RECORD in one.do)


def register(registry: Registry) -> None:
    """Under the names YAML uses."""
    registry.loader("open_complaints")(open_complaints)
    registry.guard("no_open_complaint", facts=["open_complaints"], cite="NĐ 152/2025 Đ.4(3)")(no_open_complaint)
    registry.effect(RECORD)(record_complaint)
    registry.effect("clear_complaints")(clear_complaints)
    registry.effect("uphold_complaints")(uphold_complaints)
