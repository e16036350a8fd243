"""The report of a simulated agency: the engine's figures, and those of the domain that stand beside cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from config.wiring import Application
from states.documents.model import document, document_version
from workflow.case import case
from workflow.clock import business_now, local_date
from workflow.history import event
from workflow.identity import load_organisation
from workflow.loading import LoadedPlan
from workflow.message import Message
from workflow.outbox import NOTICE, outbox
from workflow.seal import head
from workflow.simulation import figures
from workflow.simulation.beginning import Beginners
from workflow.simulation.people import MOST_TRIES, People
from workflow.simulation.report import Blocked, Paper, Report
from workflow.worklist import work_item

Render = Callable[[Message], str]


def count(
    application: Application,
    loaded: LoadedPlan,
    lived: tuple[People, Beginners],
    render: Render,
    wanted: Mapping[str, Any],
) -> Report:
    """Everything a report says; `wanted`: first, last, seed, nominees. Seals what was written first."""
    people, beginners = lived
    while application.seal():
        pass
    with application.database.read() as connection:
        now = business_now(connection)
        org = load_organisation(connection, people.agency_id, local_date(now))
        calendar = application.catalogue.calendar(connection)
        loads, days = figures.loads(connection, org)
        return Report(
            plan=loaded.plan.plan, title=loaded.plan.title, **wanted, units=len(beginners.subjects.units),
            people=sum(one.active for one in org.people.values()), acts=people.hands.acts,
            events=_number(connection, event), letters=_letters(connection), audit_head=head(connection).hash,
            steps=figures.steps(connection, loaded.definitions, calendar, now),
            outcomes=figures.outcomes(connection, loaded.definitions), loads=loads, days=days,
            holidays=figures.holidays(connection, loaded.definitions, calendar), papers=_papers(connection, loaded),
            blocked=_blocked(connection, people, render), refused=_refused(beginners, render),
            troubles=dict(people.world.troubles),
        )  # fmt: skip


def _number(connection: sa.Connection, table: sa.Table) -> int:
    return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def _letters(connection: sa.Connection) -> int:
    sent = sa.select(sa.func.count()).where(outbox.c.kind == NOTICE, outbox.c.status == "done")
    return connection.scalar(sent) or 0


def _papers(connection: sa.Connection, loaded: LoadedPlan) -> tuple[Paper, ...]:
    every = sa.select(document.c.name, sa.func.count()).group_by(document.c.name)
    counts: dict[str, int] = {name: number for name, number in connection.execute(every)}  # noqa: C416
    made = sa.select(document.c.name, sa.func.count(sa.distinct(document.c.id))).join(
        document_version, document_version.c.document_id == document.c.id
    )
    written: dict[str, int] = {name: number for name, number in connection.execute(made.group_by(document.c.name))}  # noqa: C416
    return tuple(
        Paper(name, one.title, counts.get(name, 0), written.get(name, 0)) for name, one in loaded.plan.documents.items()
    )


def _blocked(connection: sa.Connection, people: People, render: Render) -> tuple[Blocked, ...]:
    """Only what is open still: many a thing came right at the next look."""
    stuck = {one: what for one, what in people.stuck.items() if what.tries >= MOST_TRIES}
    found = []
    rows = (
        sa.select(work_item.c.id, work_item.c.title, case.c.code, case.c.process)
        .join(case, case.c.id == work_item.c.case_id)
        .where(work_item.c.status == "open", case.c.ended_at.is_(None))
        .order_by(case.c.process, case.c.code, work_item.c.id)
    )
    for row in connection.execute(rows):
        if row.id in stuck:
            reasons = tuple(dict.fromkeys(render(one) for one in stuck[row.id].reasons))
            found.append(Blocked(row.code, row.process, row.title, reasons))
    return tuple(found)


def _refused(beginners: Beginners, render: Render) -> dict[str, int]:
    return {
        f"{process}.{action}: {render(why)}": number
        for (process, action), reasons in sorted(beginners.refused.items())
        for why, number in reasons
    }
