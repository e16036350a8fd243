"""What the plan's dates start by themselves: the period makes it once, whatever crashed or slept on the day."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from workflow.calendar import Calendar
from workflow.catalogue import cadence_run, calendar_of, plan_version
from workflow.clock import business_now
from workflow.commands import Changing
from workflow.db import insert_ignoring
from workflow.deadlines import periods_between
from workflow.definition import Cadence, Plan
from workflow.fence import fenced
from workflow.incidents import Trouble, open_incident, settle
from workflow.message import Message
from workflow.starting import Beginning

_log = logging.getLogger(__name__)


def start_due(engine: Changing) -> int:
    """Start every period of every cadence of every living plan that is due and was not started; how many.

    None of a fenced agency: it begins late, when the fence is gone.
    """
    started = 0
    with engine.database.read() as connection:
        held = fenced(connection)
        owed = [one for one in _owed(engine, connection) if one[0] not in held]
    for agency_id, plan_id, cadence, period in owed:
        try:
            started += _start(engine, agency_id, plan_id, cadence, period)
        except DBAPIError:
            raise  # the database is away or busy: no fault of this cadence
        except Exception as failure:  # one that cannot start must not keep the others from starting
            _log.exception("cadence %s of %s cannot start", cadence.name, period)
            _report(engine, agency_id, cadence, period, failure)
    return started


def _owed(engine: Changing, connection: sa.Connection) -> Iterator[tuple[str, str, Cadence, str]]:
    """(agency, plan, cadence, period) of what should have begun: asked for all agencies together, every few seconds."""
    now = business_now(connection)
    done = {(run.agency_id, run.process, run.period) for run in connection.execute(sa.select(cadence_run))}
    for row in connection.execute(_PLANS).all():
        calendar = engine.catalogue.calendar(connection, row.calendar)
        for cadence in engine.catalogue.plan(connection, row.id).cadences.values():
            for key in _periods(engine.catalogue.plan(connection, row.id), cadence, row.in_force, now, calendar):
                if (row.agency_id, cadence.start, key) not in done:
                    yield row.agency_id, row.id, cadence, key


_same_code = plan_version.alias("same_code")
_PLANS = (
    sa.select(
        plan_version.c.id,
        plan_version.c.agency_id,
        sa.func.min(_same_code.c.loaded_at).label("in_force"),
        calendar_of(plan_version.c.agency_id).label("calendar"),
    )
    .join(
        _same_code,
        sa.and_(_same_code.c.agency_id == plan_version.c.agency_id, _same_code.c.code == plan_version.c.code),
    )
    .where(plan_version.c.is_living)
    .group_by(plan_version.c.id, plan_version.c.agency_id)
    .order_by(plan_version.c.agency_id, plan_version.c.id)
)


def _periods(plan: Plan, cadence: Cadence, in_force: datetime, now: datetime, calendar: Calendar) -> Iterable[str]:
    periods = periods_between(
        cadence.every,
        cadence.at,
        after=in_force,
        until=now,
        within=plan.within(cadence),
        calendar=calendar,
        school_year=plan.school_year,
        phase=cadence.phase or "",
    )
    return [period.key for period in periods]


def _start(engine: Changing, agency_id: str, plan_id: str, cadence: Cadence, period: str) -> int:
    def claim(connection: sa.Connection) -> bool:
        """The ledger's row and the case stand in one transaction: two clocks, one review."""
        won = connection.execute(
            insert_ignoring(connection, cadence_run)
            .values(
                agency_id=agency_id,
                process=cadence.start,
                period=period,
                case_id="",
                at=business_now(connection),
            )
            .returning(cadence_run.c.period)
        ).first()
        return won is not None

    receipt = engine.begin(
        Beginning(
            agency_id=agency_id, process=cadence.start, started_by="cadence", subject_type="agency",
            subject_id=agency_id, given=cadence.given, start_key=f"cadence:{cadence.start}:{period}", period=period,
            plan_id=plan_id,
        ),
        finish=claim,
    )  # fmt: skip
    if receipt is None:
        return 0
    with engine.database.write() as connection:
        settle(connection, agency_id, _trouble_key(cadence, period))
        connection.execute(
            sa.update(cadence_run)
            .where(
                cadence_run.c.agency_id == agency_id, cadence_run.c.process == cadence.start,
                cadence_run.c.period == period,
            )
            .values(case_id=receipt.case_id)
        )  # fmt: skip
    return 1


def _report(engine: Changing, agency_id: str, cadence: Cadence, period: str, failure: Exception) -> None:
    error = (str(failure) or type(failure).__name__)[:500]
    with engine.database.write() as connection:
        life = engine.catalogue.living(connection, agency_id, cadence.start)
        title = life.definition.title if life else cadence.start
        reason = Message("incident.cadence", {"process": title, "period": period, "error": error})
        open_incident(connection, Trouble(agency_id, "cadence", reason, _trouble_key(cadence, period)))


def _trouble_key(cadence: Cadence, period: str) -> str:
    return f"cadence:{cadence.name}:{period}"
