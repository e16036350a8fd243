"""Every state of the nominee and of the merit request can be reached by real moves, held ones too."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.roads import ROADS, case_at
from tests.workflow.plans import shipped

PLACES = [(process, state) for process in ROADS for state in shipped().definitions[process].states]


@pytest.mark.parametrize("process,state", [p for p in PLACES if p != ("merit_request", "cancelled")])
def test_case_at(cast: Cast, process: str, state: str):
    case_id = case_at(cast, state, process=process)
    assert cast.row(case_id).stage == shipped().definitions[process].states[state].stage
    cast.settle()
