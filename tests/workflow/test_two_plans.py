"""Two plans of one agency at once: what begins lives under the plan whose period it is, dates start under their own."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from config.installation import install
from tests.cast import SEED, Cast
from workflow.catalogue import cadence_run, plan_version

CHANGES = (
    ("plan: so-tttt-2022-2025", "plan: so-tttt-2026-2030"),
    ("period: 2023-04-03..2025-12-31", "period: 2026-01-01..2030-12-31"),
    ("within: 2023-04-03..2024-12-31", "within: 2026-01-01..2029-12-31"),
    ("within: 2025-01-01..2025-12-31", "within: 2030-01-01..2030-12-31"),
    ("at: 1/12/2025,", "at: 1/12/2030,"),
)


def next_plan(cast: Cast, folder: Path) -> None:
    """The plan of the next five years is loaded while this one still runs."""
    plan = folder / "so-tttt-2026-2030"
    shutil.copytree(SEED, plan)
    text = (plan / "plan.yaml").read_text("utf-8")
    for old, new in CHANGES:
        assert old in text, old
        text = text.replace(old, new, 1)
    (plan / "plan.yaml").write_text(text, "utf-8")
    install(cast.app, plan, by="tests", name="Sở Thông tin và Truyền thông")


def plan_of(cast: Cast, case_id: str) -> str:
    with cast.app.database.read() as connection:
        return str(
            connection.scalar(sa.select(plan_version.c.code).where(plan_version.c.id == cast.row(case_id).plan_id))
        )


def reviews(cast: Cast) -> list[Any]:
    return [(row.code, plan_of(cast, row.id)) for row in cast.cases("annual_review")]


def test_a_case_begins_under_the_plan_whose_period_it_is(cast: Cast, tmp_path: Path) -> None:
    cast.at("2025-11-10")
    next_plan(cast, tmp_path)
    old = cast.nominate()
    assert plan_of(cast, old) == "so-tttt-2022-2025"
    cast.at("2025-12-01")
    cast.run_due()
    assert reviews(cast) == [("SK-2025", "so-tttt-2022-2025")]
    parts = cast.cases("unit_report")
    assert {plan_of(cast, row.id) for row in parts} == {"so-tttt-2022-2025"}
    cast.at("2026-01-05")
    new = cast.nominate(by="outsider", who="head2")
    assert (plan_of(cast, new), plan_of(cast, old)) == ("so-tttt-2026-2030", "so-tttt-2022-2025")
    cast.at("2026-12-01")
    cast.run_due()
    assert cast.app.engine.start_due_cadences() == 0
    assert reviews(cast) == [("SK-2025", "so-tttt-2022-2025"), ("SK-2026", "so-tttt-2026-2030")]
    with cast.app.database.read() as connection:
        runs = connection.execute(
            sa.select(cadence_run.c.period)
            .where(cadence_run.c.process == "annual_review")
            .order_by(cadence_run.c.period)
        )
        assert list(runs.scalars()) == ["2025", "2026"]


def test_before_and_after_every_period_the_latest_plan_counts(sqlite_cast: Cast, tmp_path: Path) -> None:
    sqlite_cast.at("2025-11-10")
    next_plan(sqlite_cast, tmp_path)
    sqlite_cast.at("2031-03-03")
    assert plan_of(sqlite_cast, sqlite_cast.nominate()) == "so-tttt-2026-2030"
