"""A change of rules whose hands are killed half way: each case goes there and back once, and none is left between."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cast import prepare_seed_cast
from tests.databases import Databases
from tests.faults import moves, storm

CASES = 160


@pytest.mark.fault
def test_each_case_moves_once_and_back_once(
    databases: Databases, redis_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with databases.fresh(prepare_seed_cast) as url, storm.scene(url, tmp_path, redis_url) as stage:
        result = moves.run(stage, CASES)
    with capsys.disabled():
        print(f"\nmoves: {result}")
    assert result.wrong == []
    assert result.cases >= CASES  # the calendar began some, too
    assert len(result.kills) == 7
    assert all(0 < count < CASES for count in result.kills)
    assert result.moved == result.cases + result.kills[-1]
    assert result.back == result.moved
