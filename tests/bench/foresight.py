"""A year of 2,000 nominees in 12 units, simulated twice side by side; then every plan there is, a short while each.

`python3 dev.py bench foresight [NOMINEES] [SEED]`. Two processes: what two processors do. The same seed must have the
same audit head, and in no plan may the engine fail at anything; a case that leads nowhere is told, not an error.
"""

from __future__ import annotations

import time
from datetime import date, timedelta
from pathlib import Path

from config.settings import SHIPPED_PLANS
from dev import ROOT
from states.registration import register
from workflow.loading import LoadedPlan, load_plan
from workflow.plan_folder import PLAN_FILE
from workflow.registry import Registry
from workflow.simulation.apart import live_apart
from workflow.simulation.order import Order, Wanted
from workflow.simulation.report import Report
from workflow.simulation.scenario import Scenario

CHILD = "config.foresight.child"
SEED_PLAN = SHIPPED_PLANS / "so-tttt-2022-2025"
YEAR = (date(2025, 1, 1), date(2025, 12, 31))
UNITS, PEOPLE = 12, 110
SHORT, FEW = timedelta(days=120), 10


def main(*words: str) -> None:
    """Ends with code 1 when two runs of one seed differ, or the engine failed at anything."""
    nominees, seed = (int(word) for word in (*words, "2000", "7")[:2]) if len(words) != 1 else (int(words[0]), 7)
    wrong = _twice(Wanted(*YEAR, people=PEOPLE, units=UNITS, nominees=nominees, seed=seed))
    for folder in _folders():
        wrong += _short(folder, seed)
    if wrong:
        raise SystemExit("\n".join(wrong))


def _twice(wanted: Wanted) -> list[str]:
    order = Order(wanted, Scenario(), _loaded(SEED_PLAN), SEED_PLAN)
    began = time.perf_counter()
    first, second = live_apart([order, order], CHILD)
    print(f"{wanted.nominees} nominees, {UNITS} units, {YEAR[0]} to {YEAR[1]}: {_told(first)}", flush=True)
    print(f"  the second: {_told(second)}; both side by side {time.perf_counter() - began:.0f} s", flush=True)
    print(f"  audit head {first.audit_head}", flush=True)
    same = first.audit_head == second.audit_head
    return _troubles(first) + ([] if same else ["two runs of one seed have two heads"])


def _short(folder: Path, seed: int) -> list[str]:
    loaded = _loaded(folder)
    begins = max(loaded.plan.start, date(loaded.plan.end.year, 1, 1))
    wanted = Wanted(begins, min(begins + SHORT, loaded.plan.end), nominees=FEW, seed=seed)
    (report,) = live_apart([Order(wanted, Scenario(), loaded, folder)], CHILD)
    print(f"{folder.name}: {_told(report)}, {len(report.blocked)} lead nowhere", flush=True)
    return [f"{folder.name}: {one}" for one in _troubles(report)]


def _told(report: Report) -> str:
    return (
        f"{report.acts} acts, {report.events} events, {report.seconds:.0f} s, {report.cpu_seconds:.0f} s of processor"
    )


def _troubles(report: Report) -> list[str]:
    return [f"{text} ({number} times)" for text, number in report.troubles.items()]


def _folders() -> list[Path]:
    return sorted(
        path.parent for home in (SHIPPED_PLANS, ROOT / "tests" / "plans") for path in home.glob(f"*/{PLAN_FILE}")
    )


def _loaded(folder: Path) -> LoadedPlan:
    registry = Registry()
    register(registry)
    return load_plan(folder, registry=registry)
