"""Four plans of other bodies, YAML alone: Python knows none of their names, each lives with its own organisation."""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml
from click.testing import CliRunner

from config.settings import SHIPPED_PLANS, Settings
from dev import ROOT
from tests.architecture.test_packages import ROOMS
from tests.databases import Databases
from tests.plans.walking import settled_in, walk
from tests.roads import do
from tests.workflow.plans import SHIPPED, registry
from web.cli import main
from workflow.clock import business_now, local_date
from workflow.identity import load_organisation
from workflow.staffing import gaps
from workflow.worklist import work_item

SAMPLES = {  # and the day on which a walk through it begins
    "so-tu-phap-2026-2030": "2026-03-02",
    "phuong-2026": "2026-01-05",
    "bo-2021-2030": "2025-05-26",
    "tinh-2026-2030": "2026-05-25",
}
LONG = os.environ.get("NEUGUONG_CHAOS") == "long"
OFFERED = {  # names that Python offers a plan on purpose: whom a case is about, what sittings and decisions are asked
    "person", "collective", "nominator", "nominee", "agenda", "present", "put_off", "ballot_no", "on_ballot", "agreed",
    "against", "tally", "verdict", "outcome", "tied", "chair_for", "conflicts", "attendance", "proxy", "proxy_file",
    "opinion", "recommended", "form", "award", "reward", "ground", "ground_proof", "final", "decision_number",
    "decided_on", "decision_file", "hold_ground", "hold_document", "revoke_ground", "old_unit", "new_unit", "moved_on",
    "prize_money", "review_targets",
}  # fmt: skip
ONLY_BY_A_TIE = {("hoi_nghi", "chu_tri_chon"), ("hop_hoi_dong", "phieu_chu_tich")}
"""Equal votes at the last place: a walk seldom throws them; tests/states/councils decides them."""
SCAFFOLD = "config/new_plan/"  # writes plans: its words are a new plan's own


def read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506 - BaseLoader makes text only


def names_of(folder: Path) -> set[str]:
    """What a plan calls its own: levels, kinds, roles, processes, states, fields, dates, quotas, votes, papers."""
    plan = read(folder / "plan.yaml")
    tables = (
        "kinds",
        "phases",
        "values",
        "roles",
        "fields",
        "cadences",
        "bases",
        "documents",
        "votes",
        "quotas",
        "criteria",
    )
    found = {
        plan["plan"],
        plan["agency"],
        *plan["units"]["types"],
        *(name for level in plan["levels"] for name in level),
    }
    found |= {name for table in tables for name in plan.get(table, {})}
    for path in (folder / "processes").glob("*.yaml"):
        process = read(path)
        found |= {process["process"], *process["fields"], *process["states"]}
    return found


@cache
def said_in_python() -> frozenset[str]:
    """Every text in the product's Python, but in what writes new plans, and but Word templates with their tags."""
    files = sorted(file for room in ROOMS for file in (ROOT / room).rglob("*.py"))
    trees = [ast.parse(one.read_text(encoding="utf-8")) for one in files if SCAFFOLD not in str(one)]
    texts = {node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return (
        frozenset(text for text in texts if isinstance(text, str)) - {*registry().tags, *registry().templates} - OFFERED
    )


@pytest.mark.parametrize("name", SAMPLES)
def test_python_knows_no_name_of_a_sample_plan(name: str) -> None:
    found = names_of(SHIPPED_PLANS / name)
    assert len(found) > 60
    words = {one for one in found if "_" in one or "-" in one}  # a bare syllable (so, xa) is a word of the language
    assert words & said_in_python() == set(), "a name of theirs stands in Python"


def test_the_search_would_find_one() -> None:
    assert {"nominee", "publicity"} <= names_of(SHIPPED)
    assert "publicity" in said_in_python(), "a process whose name Python does know"


def test_the_four_share_no_state_and_no_process() -> None:
    seen: dict[str, str] = {}
    for name in SAMPLES:
        for path in (SHIPPED_PLANS / name / "processes").glob("*.yaml"):
            for state in read(path)["states"]:
                assert seen.setdefault(state, name) == name, f"{state} of {name} and {seen[state]}"


@pytest.fixture
def fresh(sqlite_databases: Databases) -> Iterator[Any]:
    """Settings of a new database each time it is asked; that both kinds decide alike is said elsewhere."""
    with ExitStack() as stack:
        yield lambda: Settings(database_url=stack.enter_context(sqlite_databases.fresh()), strict_texts=True)


@pytest.mark.parametrize("name", SAMPLES)
def test_its_people_can_carry_it_out(name: str, fresh: Any) -> None:
    cast, loaded = settled_in(SHIPPED_PLANS / name, fresh(), SAMPLES[name])
    try:
        with cast.app.database.read() as connection:
            org = load_organisation(connection, cast.agency_id, local_date(business_now(connection)))
        assert [str(one) for one in gaps(org, loaded.plan, loaded.definitions.values())] == []
    finally:
        cast.app.dispose()


@pytest.mark.parametrize("name", SAMPLES)
def test_it_lives(name: str, fresh: Any) -> None:
    """A while of its life, nothing left to repair; in the long form until a case stood in every state there is."""
    seeds, most = (range(1, 13), 80) if LONG else ((1,), 2)
    found = walk(SHIPPED_PLANS / name, fresh, SAMPLES[name], seeds=tuple(seeds), most=most)
    assert found.troubles == []
    assert found.missing() <= ONLY_BY_A_TIE if LONG else len(found.stood) > 4


@pytest.mark.parametrize("name", SAMPLES if LONG else ["phuong-2026"])
def test_foresight_finds_nothing_that_stands_still(name: str, tmp_path: Path) -> None:
    """A year of it (in the short form a season) as `simulate` lives it: nothing blocked, refused or to be repaired."""
    days = ["--from", "2026-01-01", "--to", "2026-12-31" if LONG else "2026-02-10", "--nominees", "20" if LONG else "4"]
    result = CliRunner().invoke(
        main, ["simulate", str(SHIPPED_PLANS / name), *days, "--json"], env={"NEUGUONG_VAR": str(tmp_path)}
    )
    assert result.exit_code == 0, result.output
    (report,) = json.loads(result.stdout)["reports"]
    assert (report["blocked"], report["refused"], report["troubles"]) == ([], {}, {})
    assert report["acts"] > 5


def test_two_branches_of_the_ministry_keep_two_years(fresh: Any) -> None:
    """Schools report by the end of June of their school year, departments by the middle of December."""
    cast, _ = settled_in(SHIPPED_PLANS / "bo-2021-2030", fresh(), "2025-05-30")
    try:
        cast.at("2025-06-02")
        cast.run_due()
        reports = [one for one in cast.cases("bao_cao_don_vi") if one.period == "2024-2025"]
        assert len(reports) == 3, "the three schools and nobody else"
        assert {day_of(cast, one.id) for one in reports} == {date(2025, 6, 30)}
        cast.at("2025-11-21")
        cast.run_due()
        reports = [one for one in cast.cases("bao_cao_don_vi") if one.period == "2025"]
        assert len(reports) == 4, "the four departments"
        assert {day_of(cast, one.id) for one in reports} == {date(2025, 12, 15)}
        reviews = {one.period: day_of(cast, one.id) for one in cast.cases("so_ket_bo")}
        assert (reviews["2024-2025"], reviews["2025"]) == (date(2025, 6, 30), date(2025, 12, 15))
        assert [one.period for one in cast.cases("tong_ket_giai_doan")] == ["2021.gd_2021"], "180 days before its end"
        assert cast.cases("dai_hoi") == [], "the day of the congress is not known yet"
    finally:
        cast.app.dispose()


def test_reports_hear_of_their_review_by_the_name_of_what_was_asked(fresh: Any) -> None:
    """The ask is called otherwise than the process it begins; both names reach the children."""
    cast, _ = settled_in(SHIPPED_PLANS / "so-tu-phap-2026-2030", fresh(), "2026-09-14")
    try:
        cast.at("2026-09-16")
        cast.run_due()
        (review,) = cast.cases("tong_ket_nam")
        for who, action in (("TP05", "con_thieu"), ("TP05", "trinh"), ("TP01", "ky")):
            do(cast, who, review.id, action)
        cast.settle()
        assert [one.state for one in cast.cases("bao_cao_phong")] == ["khong_bao_cao"] * 5
    finally:
        cast.app.dispose()


def test_agencies_of_the_province_have_the_days_of_their_kind(fresh: Any) -> None:
    """Education before 10 July, all others before 10 December: the day before counts (86/2025 Đ.6)."""
    cast, _ = settled_in(SHIPPED_PLANS / "tinh-2026-2030", fresh(), "2026-10-30")
    try:
        cast.at("2026-11-02")
        cast.run_due()
        reports = cast.cases("bao_cao_co_quan")
        assert len(reports) == 17, "20 agencies without the three of education"
        assert {day_of(cast, one.id) for one in reports} == {date(2026, 12, 9)}
    finally:
        cast.app.dispose()


def day_of(cast: Any, case_id: str) -> date:
    with cast.app.database.read() as connection:
        due = connection.scalar(
            sa.select(work_item.c.due).where(
                work_item.c.case_id == case_id, work_item.c.kind == "state", work_item.c.status == "open"
            )
        )
    return date.fromisoformat(due["due_on"])
