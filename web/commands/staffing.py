"""A plan against the people the database knows: where nobody could act, today and on every day until the plan ends.

Warnings; they block nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from config.wiring import Application
from states.office.missing import unmet
from web.commands.folders import has_database
from web.commands.shell import Shell
from workflow.clock import business_now, local_date
from workflow.definition import Definition, Plan
from workflow.identity import load_organisation
from workflow.organisation import agency
from workflow.staffing import Gap
from workflow.staffing_ahead import Ahead, ahead


class Unknown(Exception):
    """There is nothing to hold the plan against; `key` is the sentence that says why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True)
class Proof:
    """Who is missing today, and who will be until the plan ends."""

    today: list[Gap]
    later: list[Ahead]


def prove(shell: Shell, plan: Plan, definitions: Iterable[Definition]) -> Proof:
    """Staffing from today on. Raises Unknown without a database, or without this agency in it; creates neither."""
    if not has_database(shell):
        raise Unknown("check.no_database")
    try:
        found = _proof(shell.wired, plan, list(definitions))
    except DBAPIError as error:
        raise Unknown("check.no_database") from error
    finally:
        shell.wired.dispose()
    if found is None:
        raise Unknown("check.no_organisation")
    return found


def _proof(application: Application, plan: Plan, definitions: list[Definition]) -> Proof | None:
    with application.database.read() as connection:
        agency_id = connection.scalar(sa.select(agency.c.id).where(agency.c.code == plan.agency))
        if agency_id is None:
            return None
        today = local_date(business_now(connection))
        org = load_organisation(connection, agency_id, today)
        return Proof(unmet(org, plan, definitions), ahead(connection, agency_id, plan, definitions, today, plan.end))


def gap_line(shell: Shell, gap: Gap, titles: Mapping[str, str]) -> str:
    """One gap as a line for the person at the terminal; `titles`: what the processes are called."""
    if not gap.process:
        return shell.text("staffing.lack", reason=gap.reason)
    return shell.text(
        "staffing.gap", process=titles[gap.process], place=gap.place, unit=gap.unit or "-", reason=gap.reason
    )


def later_lines(shell: Shell, one: Ahead, titles: Mapping[str, str]) -> Iterator[str]:
    """Days to come on which nobody could act, as a person can follow it: when, where, who was there, why nobody is."""
    days = {"first": one.first, "last": one.last}
    key = "staffing.from_to" if one.last else "staffing.from"
    yield shell.text(key, **days, gap=gap_line(shell, one.gap, titles))
    for told in (*one.ended, *one.gap.against):
        yield f"    {shell.render(told)}"
    if one.others:
        yield f"    {shell.text('staffing.others', count=one.others)}"


def later_json(shell: Shell, one: Ahead) -> dict[str, object]:
    """The same for scripts."""
    said = [shell.render(told) for told in (*one.ended, *one.gap.against)]
    return {
        "first": one.first, "last": one.last, "process": one.gap.process, "place": one.gap.place,
        "unit": one.gap.unit, "text": shell.render(one.gap.reason), "because": said, "others": one.others,
    }  # fmt: skip
