"""Secret ballots inside a simulated agency: cast, ended, opened and in the minutes, by the code that serves people."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from config.settings import SHIPPED_PLANS
from states.registration import register
from tests.config.foresight.living import SEED, Lived, live_through
from tests.config.foresight.recount import Recount
from tests.servers import temporary_folder
from workflow.loading import load_plan
from workflow.registry import Registry
from workflow.simulation.apart import live_apart
from workflow.simulation.order import Order, Wanted
from workflow.simulation.scenario import EVERYONE, Habit, Scenario

QUICK = {"days": {0: 60, 1: 40}, "forgets": 0, "refuses": 3, "returns": 3, "hands_on": 0}
WANTED = Wanted(date(2025, 2, 10), date(2025, 4, 11), nominees=14, seed=5)


def _scenario(**of_chair: Any) -> Scenario:
    return Scenario(
        people={EVERYONE: Habit(**QUICK), "council_chair": Habit(**(QUICK | of_chair))},
        arrivals={"sitting.convene": 5}, others=0, away=0, interrupted=0, rests=(1, 3), moves_on=100,
        values={"sitting.form": "meeting"},
    )  # fmt: skip


def _order(place: Path, sealed: str, scenario: Scenario) -> Order:
    """The seed's plan, in which a meeting has no other way to vote than the system's box."""
    folder = place / sealed
    shutil.copytree(SHIPPED_PLANS / SEED, folder)
    plan, sitting = folder / "plan.yaml", folder / "processes" / "sitting.yaml"
    _replace(plan, "sealed: offered", f"sealed: {sealed}")
    text = sitting.read_text("utf-8")
    begin, end = text.index("      call_vote: {"), text.index("      adjourn:")
    sitting.write_text(text[:begin] + text[end:], "utf-8")
    _replace(folder / "en.yaml", "      call_vote:", "      # call_vote:")
    registry = Registry()
    register(registry)
    return Order(WANTED, scenario, load_plan(folder, registry=registry), folder)


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def _boxes(recount: Recount) -> list[dict[str, Any]]:
    """Each box with who might vote, who has, how many tellers it has and what its sitting's history says of it."""
    told: dict[str, list[dict[str, Any]]] = {}
    for row in recount.rows("SELECT body FROM event ORDER BY case_id, seq"):
        body = json.loads(row.body)
        told.setdefault(body["case"], []).append(body)
    found = []
    for row in recount.rows("SELECT id, case_id, status, papers, counts FROM ballot_box ORDER BY id"):
        of_box = {
            name: recount.rows(f"SELECT member_id FROM {table} WHERE box_id = '{row.id}'")
            for name, table in (("electors", "ballot_elector"), ("voted", "ballot_voted"))
        }
        tellers = recount.rows(f"SELECT person_id FROM ballot_teller WHERE box_id = '{row.id}'")
        found.append({
            "status": row.status, "papers": json.loads(row.papers), "counts": json.loads(row.counts or "{}"),
            **{name: {one.member_id for one in rows} for name, rows in of_box.items()},
            "tellers": {one.person_id for one in tellers}, "events": told[row.case_id], "id": row.id,
        })  # fmt: skip
    return found


@pytest.fixture(scope="module", params=["never", "always"])
def lived(request: pytest.FixtureRequest) -> Any:
    with temporary_folder("ng-voting-", quick=True) as place:
        order = _order(Path(place), str(request.param), _scenario())
        yield request.param, order, live_through(order, _boxes)


def _of_box(box: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [one for one in box["events"] if one["kind"] == kind and box["id"] in one["refs"]]


def test_every_box_is_voted_in_ended_and_written_into_minutes(lived: tuple[str, Order, Lived]) -> None:
    _, _, one = lived
    assert one.report.troubles == {}
    assert one.asked
    for box in one.asked:
        (closed,) = _of_box(box, "box_closed")
        assert set(closed["voted"]) == box["voted"] <= box["electors"]
        assert len(set(closed["locked_by"])) == 2
        assert closed["counts"] == box["counts"]
        for paper, counts in box["counts"].items():
            assert sum(counts.values()) <= closed["eligible"][paper] <= len(box["electors"])
        ways = [event["action"] for event in box["events"] if event["kind"] == "action"]
        if "sign" in ways:
            assert box["status"] == "certified"
            assert ways.index("count_box") < ways.index("write") < ways.index("sign")
    assert any(box["status"] == "certified" for box in one.asked)
    marks = sum((Counter(counts) for box in one.asked for counts in box["counts"].values()), Counter[str]())
    assert marks["agreed"] > marks["against"]


def test_tellers_open_what_is_sealed(lived: tuple[str, Order, Lived]) -> None:
    sealed, _, one = lived
    for box in one.asked:
        if sealed == "never":
            assert not box["tellers"]
            continue
        assert len(box["tellers"]) > 1
        for kind in ("box_key", "box_shared"):
            assert {event["teller"] for event in _of_box(box, kind)} == box["tellers"]
        assert set(_of_box(box, "box_closed")[0]["opened_by"]) == box["tellers"]
        kinds = [event["kind"] for event in box["events"] if box["id"] in event["refs"]]
        order = ["box_key", "box_sealed", "box_shared", "box_closed"]
        assert sorted(kinds, key=order.index) == kinds


def test_the_report_agrees_with_such_a_history_too(lived: tuple[str, Order, Lived]) -> None:
    _, _, one = lived
    assert one.said == one.retelling.told
    assert one.faults == []


def test_what_lies_in_a_box_is_the_seeds(lived: tuple[str, Order, Lived]) -> None:
    """Slips have ids and an order of chance, over which the history has a root: that chance must come again."""
    _, order, one = lived
    (again,) = live_apart([order], "config.foresight.child")
    assert again.audit_head == one.report.audit_head


def test_a_box_that_its_chair_does_not_end_is_given_up() -> None:
    with temporary_folder("ng-voting-", quick=True) as place:
        order = _order(Path(place), "never", _scenario(forgets=100, never=0))
        found = live_through(order, _boxes)
    ways = {event["action"] for box in found.asked for event in box["events"] if event["kind"] == "action"}
    assert {"call_ballot"} < ways & {"call_ballot", "to_paper", "call_again"}
    assert "count_box" not in ways
    assert not any(box["voted"] for box in found.asked if box["status"] == "void")
    assert found.said == found.retelling.told
