"""The picture of a process: every outcome drawn, nothing over anything else, nothing outside."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest

from states import registration
from tests.cast import SEED
from web.process_map import BOX, LANE, moves, picture
from workflow.definition import Definition
from workflow.loading import load_plan
from workflow.registry import Registry

WORDS = Registry()
registration.register(WORDS)
FOLDERS = (SEED, Path(__file__).parents[1] / "plans" / "two-levels")
DRAWN = [one for folder in FOLDERS for one in load_plan(folder, registry=WORDS).definitions.values()]
PATH = re.compile(r"M(\d+) (\d+)(?:H(\d+))?V(\d+)(?:H(\d+))?")


@pytest.mark.parametrize("definition", DRAWN, ids=lambda one: one.process)
def test_every_outcome_of_a_state_has_its_line(definition: Definition) -> None:
    drawn = {(line.source, line.target): line for line in picture(definition).lines}
    asked = 0
    for state in definition.states.values():
        for move in moves(state.actions.values()):
            for target in move.targets:
                if target != state.name:
                    asked += 1
                    assert move.action.title in drawn[(state.name, target)].titles
    assert asked or len(definition.states) == 1
    assert {node.state.name for node in picture(definition).nodes} == set(definition.states)


@pytest.mark.parametrize("definition", DRAWN, ids=lambda one: one.process)
def test_no_box_and_no_line_runs_over_another(definition: Definition) -> None:
    drawn = picture(definition)
    boxes = {node.state.name: (node.top, node.top + node.height) for node in drawn.nodes}
    for (_, end), (begin, _) in zip(list(boxes.values()), list(boxes.values())[1:], strict=False):
        assert end < begin
    assert max(end for _, end in boxes.values()) < drawn.height
    upright = []
    for line in drawn.lines:
        found = PATH.fullmatch(line.path)
        assert found, line.path
        x, begin, lane, end, back = (int(one) if one else None for one in found.groups())
        assert boxes[line.source][0] < begin <= boxes[line.source][1]
        assert boxes[line.target][0] <= end < boxes[line.target][1]
        if lane is None:
            assert drawn.left < x < drawn.left + BOX
            continue
        assert back == x, "it ends at the side it began at"
        assert 0 < lane < drawn.width
        assert not drawn.left <= lane <= drawn.left + BOX, "no line through a box"
        upright.append((lane, *sorted((begin, end))))
    for (a, first, last), (b, begin, end) in combinations(upright, 2):
        assert abs(a - b) >= LANE or last < begin or end < first, "two lines in one lane"
