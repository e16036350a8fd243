"""The short form of `python3 dev.py chaos`: kills, pauses, a wiped broker, bad mail; nothing acknowledged is lost."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.cast import prepare_seed_cast
from tests.databases import Databases
from tests.faults import storm
from tests.faults.plan import SHORT, plan

SEED = int(os.environ.get("CHAOS_SEED") or random.randrange(10_000))
KILLS, GAP, GOAL = 70, 0.28, 120  # ten each of two webs, two workers, their children, two clocks


@pytest.mark.fault
def test_nothing_is_lost_and_nothing_is_done_twice(
    databases: Databases, redis_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    with databases.fresh(prepare_seed_cast) as url, storm.scene(url, tmp_path, redis_url) as stage:
        result = storm.run(stage, SEED, plan(SEED, KILLS, SHORT, gap=GAP, others=2), GOAL)
    with capsys.disabled():
        print(storm.shown(result))
    assert result.wrong == []
    assert result.kills == KILLS
