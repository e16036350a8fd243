"""The proofs on their own: what they accept, what they refuse, and that the path shown is one that can be walked."""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflow.plans import SECOND, registry, second, shipped
from workflow.defects import DefinitionError
from workflow.definition import Action, Branch, Definition, State, Term
from workflow.loading import load_plan
from workflow.paths import Move, circle, moves, ways_from_start
from workflow.soundness import prove, prove_together

STATES = ("a", "b", "c", "d", "z")


def life(edges: list[tuple[str, str]], *, automatic: bool = False) -> Definition:
    """A process from `a` with these edges; `z` is its end."""
    when = (Term(kind="overdue", text="overdue"),) if automatic else ()
    states = {
        name: State(
            name=name,
            title=name,
            end=name == "z",
            owner=() if name == "z" else ("office",),
            due=None if name == "z" else "5 days",
            escalate=() if name == "z" else shipped().plan.escalate,
            actions={
                f"to_{target}": Action(name=f"to_{target}", title="x", to=(Branch(to=target),), when=when)
                for source, target in edges
                if source == name != "z"
            },
        )
        for name in STATES
    }
    begin = Action(name="begin", title="x", by=("office",), to=(Branch(to="a"),))
    return Definition(
        process="life", title="x", subject=("person",), code="x", fields={}, start={"begin": begin}, states=states
    )


def defects(definition: Definition) -> dict[str, list]:
    found: dict[str, list] = {}
    for one in prove(definition, shipped().plan, {"life": definition}):
        found.setdefault(one.key, []).append(one)
    return found


def reached(start: str, edges: set[tuple[str, str]]) -> set[str]:
    """Reachability by repeated widening: another way to compute what the proof computes."""
    known = {start}
    while more := {target for source, target in edges if source in known and source != "z"} - known:
        known |= more
    return known


EDGES = st.lists(st.tuples(st.sampled_from(STATES[:-1]), st.sampled_from(STATES)), unique=True, max_size=12)


@given(EDGES)
def test_unreachable_and_trapped_states_are_exactly_those_a_second_reckoning_finds(edges):
    found = defects(life(edges))
    known = reached("a", set(edges))
    unreachable = {one.at[1] for one in found.get("unreachable", [])}
    trapped = {one.at[1] for one in found.get("no_way_out", [])}
    assert unreachable == set(STATES) - known
    assert trapped == {name for name in known if "z" not in reached(name, set(edges))}


@given(EDGES)
def test_the_path_to_a_trapped_state_can_be_walked(edges):
    for one in defects(life(edges)).get("no_way_out", []):
        assert one.path[:2] == ("begin", "a")
        walked = list(zip(one.path[1::2], one.path[3::2], strict=False))
        assert set(walked) <= set(edges)
        assert one.path[-1] == one.at[1]


@given(EDGES)
def test_a_circle_of_automatic_actions_is_found_when_there_is_one_and_can_be_walked(edges):
    found = defects(life(edges, automatic=True)).get("automatic_circle", [])
    steps = {(source, target) for source, target in edges if source != "z"}
    in_circle = any(source in reached(target, steps) for source, target in steps)
    assert bool(found) == in_circle
    for one in found:
        around = one.path[::2]
        assert around[0] == around[-1]
        assert set(pairwise(around)) <= set(edges)


def test_the_plans_are_sound():
    for loaded in (shipped(), second()):
        assert prove_together(loaded.definitions) == []
        for definition in loaded.definitions.values():
            assert prove(definition, loaded.plan, loaded.definitions) == []


def test_every_way_in_the_shipped_plan_begins_at_a_start_and_ends_at_its_state():
    nominee = shipped().definitions["nominee"]
    ways = ways_from_start(moves(nominee))
    assert set(nominee.states) <= set(ways)
    assert ways["council_review"][:2] == ("brought_in", "recognized_unit")
    assert all(way[-1] == state for state, way in ways.items() if state)


def test_recognised_is_a_place_to_stay_but_a_dead_end_is_not():
    nominee = second().definitions["nominee"]
    stay = nominee.states["honoured_agency"]
    quiet = stay.model_copy(update={"actions": {}})
    states = {**nominee.states, stay.name: quiet}
    assert prove(nominee.model_copy(update={"states": states}), second().plan, second().definitions) == []
    lost = {**states, stay.name: quiet.model_copy(update={"level": None})}
    found = prove(nominee.model_copy(update={"states": lost}), second().plan, second().definitions)
    assert [(one.key, one.at) for one in found if one.key == "no_way_out"] == [("no_way_out", ("states", stay.name))]


def test_last_level_comes_back_to_every_level():
    nominee = shipped().definitions["nominee"]
    back = {
        (m.source, m.target) for m in moves(nominee) if m.back and m.source == "council_review" and m.origin == "own"
    }
    assert back == {
        ("council_review", target)
        for target in ("cultivating", "recognized_unit", "recognized_department", "recognized_province")
    }


def test_no_circle_where_ways_only_join():
    joined = [
        Move("a", "x", "b", "own"),
        Move("a", "y", "c", "own"),
        Move("b", "x", "d", "own"),
        Move("c", "x", "d", "own"),
    ]
    assert circle(joined) == ()
    assert circle([*joined, Move("d", "back", "b", "own")]) == ("b", "x", "d", "back", "b")


def test_a_long_process_is_proved_without_deep_recursion():
    steps = [Move(str(number), "on", str(number + 1), "own", automatic=True) for number in range(5000)]
    assert circle(steps) == ()
    assert circle([*steps, Move("5000", "back", "0", "own")])[-1] == "0"


@pytest.mark.parametrize(("drops", "is_circle"), [("drops: level, ", False), ("", True)], ids=["drops", "keeps"])
def test_what_takes_a_level_away_by_itself_goes_down_and_not_round(tmp_path: Path, drops: str, is_circle: bool):
    folder = tmp_path / "two-levels"
    shutil.copytree(SECOND, folder)
    path = folder / "processes" / "nominee.yaml"
    before = "when: unit_report is withdraw, to: finished}"
    to = "to: [last level if level is not none, finished]"
    after = f"when: unit_report is withdraw, {drops}{to}, do: revoke_recognition}}"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")
    try:
        load_plan(folder, registry=registry())
        told = set()
    except DefinitionError as error:
        told = {one.key for one in error.defects}
    assert ("automatic_circle" in told, told - {"automatic_circle"}) == (is_circle, set())
