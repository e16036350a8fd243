"""Plans lived through once for every test that looks at them: what the report said, and the same from the history."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from config.foresight.scratch import live, prepare
from config.settings import SHIPPED_PLANS
from config.wiring import Application
from states.registration import register
from tests.config.foresight.days_off import DaysOff
from tests.config.foresight.recount import HANOI, Recount
from tests.config.foresight.retelling import MEASURED, Retelling
from tests.config.foresight.witness import Witness
from tests.servers import temporary_folder
from workflow import history, stalls
from workflow.loading import LoadedPlan, load_plan
from workflow.registry import Registry
from workflow.simulation.order import Order, Wanted
from workflow.simulation.report import Report
from workflow.simulation.scenario import EVERYONE, Habit, Scenario
from workflow.verification import verify_seals

SEED, SAMPLE = "so-tttt-2022-2025", "bo-2021-2030"
TET = {SEED: (date(2025, 1, 2), date(2025, 3, 21)), SAMPLE: (date(2026, 1, 5), date(2026, 4, 10))}
UNWILLING = Habit(refuses=20, returns=20, forgets=15, hands_on=5)
SCENARIO = Scenario(people={EVERYONE: UNWILLING}, interrupted=20, rests=(2, 20), moves_on=90)


@dataclass
class Lived:
    """What came of one plan, and what a test looked at before the scratch database was gone."""

    report: Report
    retelling: Retelling
    faults: list[object]
    facts: dict[str, int]
    asked: Any = None

    @property
    def said(self) -> dict[str, Any]:
        """The report as JSON, without what was measured."""
        found = json.loads(json.dumps(self.report.to_json()))
        return {name: value for name, value in found.items() if name not in MEASURED}


@cache
def plan_of(name: str) -> LoadedPlan:
    """One of the plans that are shipped."""
    registry = Registry()
    register(registry)
    return load_plan(SHIPPED_PLANS / name, registry=registry)


def order_of(name: str, scenario: Scenario = SCENARIO, nominees: int = 24, seed: int = 11) -> Order:
    """A quarter of a plan with Tết in it."""
    first, last = TET[name]
    return Order(Wanted(first, last, nominees=nominees, seed=seed), scenario, plan_of(name), SHIPPED_PLANS / name)


@cache
def lived(name: str) -> Lived:
    """A plan lived through in this process."""
    return live_through(order_of(name))


def live_through(order: Order, ask: Callable[[Recount], Any] = lambda recount: None) -> Lived:
    """Any order; told again before its database is gone, and what else a test asks of it."""
    wanted, witness, seen = order.wanted, Witness(), dict[str, Any]()
    end = datetime.combine(wanted.last + timedelta(days=1), datetime.min.time(), UTC) - HANOI
    asked = {"first": wanted.first.isoformat(), "last": wanted.last.isoformat(), "seed": wanted.seed,
             "nominees": wanted.nominees}  # fmt: skip

    def look(application: Application) -> None:
        off = DaysOff()
        with application.database.read() as connection:
            recount = Recount(connection, order.loaded.plan.model_dump(mode="json"), off.names)
            seen["retelling"] = Retelling(recount, witness, off, asked, end)
            seals = verify_seals(connection, [])
            seen["faults"] = [*history.verify(connection), *seals.faults]
            assert not seals.unsealed
            seen["facts"], seen["asked"] = recount.facts(), ask(recount)
        seen["faults"] += stalls.stalls(application.engine)

    with temporary_folder("ng-foresight-", quick=True) as place, witness.watching():
        prepare(place, order)
        seen["report"] = live(Path(place), wanted, order.scenario, look=look)
    return Lived(**seen)
