"""Simulations asked for on the page: with the agency's own people, of one assumption or two side by side, as a run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa

from workflow.catalogue import Catalogue
from workflow.db import Database
from workflow.loading import LoadedPlan
from workflow.organisation import absence, agency, person, role_grant, unit, unit_merge
from workflow.runs import Work
from workflow.simulation.apart import live_apart
from workflow.simulation.order import Order, Rows, Wanted
from workflow.simulation.scenario import scenario_of

KIND = "foresight"
_NOT_TAKEN = {"account_id": None, "email": "", "born_on": None, "gender": "", "erased_at": None}
"""What a simulation need not know of a person."""


class Simulating:
    """The doer of runs of the kind `foresight`; `wanted`: first, last, nominees, seed, and `ways`: one or two of
    {plan, scenario}. What came of them stands in the run's result. `module`: whose `main` is the child's."""

    def __init__(self, database: Database, catalogue: Catalogue, language: str, module: str) -> None:
        self._database, self._catalogue, self._language, self._module = database, catalogue, language, module

    def __call__(self, work: Work) -> None:
        """Reads the agency once and lives in copies of it. Raises Stopped when it is called off."""
        taken = work.taken
        first, last = (date.fromisoformat(taken.wanted[name]) for name in ("first", "last"))
        wanted = Wanted(first, last, nominees=taken.wanted["nominees"], seed=taken.wanted["seed"])
        with self._database.read() as connection:
            there = _there(connection, taken.agency_id)
            orders = [
                Order(
                    wanted, scenario_of(way["scenario"]), self._plan(connection, way["plan"]), there=there,
                    language=self._language,
                )
                for way in taken.wanted["ways"]
            ]  # fmt: skip
        reports = live_apart(orders, self._module, work.at)
        with self._database.write() as connection:
            work.finish(connection, result={"reports": [one.to_json() for one in reports]})

    def _plan(self, connection: sa.Connection, plan_id: str) -> LoadedPlan:
        plan = self._catalogue.plan(connection, plan_id)
        lives = {one.definition.process: one.definition for one in self._catalogue.lives(connection, plan_id)}
        return LoadedPlan(plan, {name: lives[name] for name in plan.processes}, {})


def _there(connection: sa.Connection, agency_id: str) -> Rows:
    """The agency with its units, people, roles and absences, also those to come."""
    found: list[tuple[sa.Table, list[dict[str, Any]]]] = []
    for table in (agency, unit, person, role_grant, absence, unit_merge):
        mine = (table.c.id if table is agency else table.c.agency_id) == agency_id
        rows = connection.execute(sa.select(table).where(mine)).mappings()
        found.append((table, [_kept(table, row) for row in rows]))
    return found


def _kept(table: sa.Table, row: Mapping[Any, Any]) -> dict[str, Any]:
    return {**row, **_NOT_TAKEN} if table is person else dict(row)
