"""Every number of a simulation's report is that of the history it left, by another path, in plans of two kinds."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest

from config.foresight.samples import Samples
from tests.config.foresight.living import SAMPLE, SEED, TET, Lived, live_through, lived, order_of, plan_of
from tests.config.foresight.retelling import MEASURED
from workflow.outbox import Claim, Finish
from workflow.simulation.arrivals import by_people, of_exemplars
from workflow.simulation.order import Order, Wanted
from workflow.simulation.report import Report
from workflow.simulation.scenario import Scenario

NOT_OURS = "khong-co-tep-nay"


@pytest.fixture(scope="module", params=[SEED, SAMPLE])
def one(request: pytest.FixtureRequest) -> Lived:
    return lived(str(request.param))


def _differing(said: dict[str, Any], told: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {
        name: (said.get(name), told.get(name)) for name in said.keys() | told.keys() if said.get(name) != told.get(name)
    }


def test_every_number_is_that_of_the_history(one: Lived) -> None:
    """Also an inventory: what the report has and the history is not asked for stands here as missing."""
    assert _differing(one.said, one.retelling.told) == {}
    assert {field.name for field in fields(Report)} == one.retelling.told.keys() | set(MEASURED)


def test_the_history_has_everything_that_makes_counting_hard(one: Lived) -> None:
    """Refusals, returns, absences and who stands in, lateness that reaches somebody, holds, Tết on the way."""
    facts, told = one.facts, one.retelling.told
    for what in ("refuse", "return", "absences", "deputised", "late", "escalated"):
        assert facts[what] > 2, what
    assert {"state", "ask", "held", "held_step"} <= {step["kind"] for step in told["steps"]}
    assert sum(line["across"] for line in told["holidays"] if "Tết" in line["holiday"]) > 2
    assert sum(line["before"] + line["after"] for line in told["holidays"]) > 1
    assert any(paper["made"] > paper["written"] == 1 for paper in told["papers"])


def test_the_history_is_whole_and_nothing_stands_still_unseen(one: Lived) -> None:
    assert one.faults == []


def test_every_start_that_came_began_or_was_refused(one: Lived) -> None:
    """What the witness saw at the door and what the history tells make up what was asked for."""
    loaded = plan_of(one.said["plan"])
    process = of_exemplars(loaded.definitions)
    start = by_people(loaded.plan, loaded.definitions[process])[0].name
    began = next(line["began"] for line in one.said["outcomes"] if line["process"] == process)
    refused = sum(number for why, number in one.said["refused"].items() if why.startswith(f"{process}.{start}: "))
    assert began + refused == one.retelling.witness.arrived(process, start) == one.said["nominees"]


def _numbers(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where a number or a day stands in a report."""
    if isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _numbers(part, (*path, key))
    elif isinstance(value, int | float):
        yield path


def test_any_number_changed_would_be_seen(one: Lived) -> None:
    said = one.said
    places = list(_numbers(said))
    assert len(places) > 200
    for path in places:
        wrong = copy.deepcopy(said)
        place: Any = wrong
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] += 1
        assert _differing(wrong, one.retelling.told), path


def test_what_leads_nowhere_is_told_as_often_as_it_happened() -> None:
    """A form that nobody can fill in rightly."""
    scenario = Scenario(interrupted=0, rests=(1, 3), moves_on=100, values={"dien_hinh_bo.bao_cao": NOT_OURS})
    found = live_through(order_of(SAMPLE, scenario, nominees=8))
    assert _differing(found.said, found.retelling.told) == {}
    assert len(found.report.blocked) > 2
    assert all(blocked.reasons for blocked in found.report.blocked)


def test_what_is_broken_is_told_as_often_as_it_happened(monkeypatch: pytest.MonkeyPatch) -> None:
    """Papers whose maker fails."""

    def failing(_samples: Samples, _claimed: Claim, _finish: Finish) -> None:
        raise RuntimeError("no ink")

    monkeypatch.setattr(Samples, "__call__", failing)
    found = live_through(order_of(SAMPLE, Scenario(rests=(1, 3), moves_on=100), nominees=8))
    assert _differing(found.said, found.retelling.told) == {}
    ordered = sum(paper.made for paper in found.report.papers)
    assert found.report.troubles == {"no ink": ordered}
    assert ordered > 2


def test_another_seed_agrees_as_well() -> None:
    first, last = TET[SEED]
    order = Order(
        Wanted(first, last, nominees=10, seed=4), Scenario(interrupted=60), plan_of(SEED), order_of(SEED).folder
    )
    found = live_through(order)
    assert _differing(found.said, found.retelling.told) == {}
