"""A plan against the people the database knows today: where nobody could act. Warnings; they block nothing."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from config.wiring import Application
from web.commands.folders import has_database
from web.commands.shell import Shell
from workflow.clock import business_now, local_date
from workflow.definition import Definition, Plan
from workflow.identity import Organisation, load_organisation
from workflow.organisation import agency
from workflow.staffing import Gap, gaps


class Unknown(Exception):
    """There is nothing to hold the plan against; `key` is the sentence that says why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def find_gaps(shell: Shell, plan: Plan, definitions: Iterable[Definition]) -> list[Gap]:
    """Gaps of today. Raises Unknown without a database, or without this agency in it; creates neither."""
    if not has_database(shell):
        raise Unknown("check.no_database")
    try:
        organisation = _organisation(shell.wired, plan.agency)
    except DBAPIError as error:
        raise Unknown("check.no_database") from error
    finally:
        shell.wired.dispose()
    if organisation is None:
        raise Unknown("check.no_organisation")
    return gaps(organisation, plan, definitions)


def _organisation(application: Application, code: str) -> Organisation | None:
    with application.database.read() as connection:
        agency_id = connection.scalar(sa.select(agency.c.id).where(agency.c.code == code))
        if agency_id is None:
            return None
        return load_organisation(connection, agency_id, local_date(business_now(connection)))


def gap_line(shell: Shell, gap: Gap) -> str:
    """One gap as a line for the person at the terminal."""
    if not gap.process:
        return shell.text("staffing.lack", reason=gap.reason)
    return shell.text("staffing.gap", process=gap.process, place=gap.place, unit=gap.unit or "-", reason=gap.reason)
