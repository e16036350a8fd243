"""A way in another Python counts as one in this does, and one that breaks ends the measuring."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.bench.interleaved import WARM_UP, Program, measure, ratio
from tests.bench.peers import installed

SPEAKS = "print('ready', flush=True); assert input() == 'go'; print([0.5, 0.25, 0.25])"


def program(code: str) -> Program:
    return Program((sys.executable, "-c", code))


def test_a_program_is_measured_beside_a_call() -> None:
    calls: list[str] = []
    ways = {"here": lambda _number: (lambda: calls.append("call"), lambda: None), "there": program(SPEAKS)}
    found = measure(ways, clients=2, seconds=0.01, rounds=1)
    assert (found["there"].rates, sorted(found["there"].spent)) == ([6.0], [0.25, 0.25, 0.25, 0.25, 0.5, 0.5])
    assert found["there"].done == 2 * (3 + WARM_UP)
    assert found["here"].done > 2 * WARM_UP
    assert ratio(found["here"], found["there"]) == found["here"].rate / 6.0


@pytest.mark.parametrize("code", ["", "print('ready', flush=True); input()"], ids=["at once", "under way"])
def test_a_program_that_ends_early_is_no_figure(code: str) -> None:
    with pytest.raises(RuntimeError, match="ended early"):
        measure({"broken": program(code)}, clients=2, seconds=0.01, rounds=1)


def test_peers_that_are_not_installed_are_not_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert installed.peers(pytest.fail, tmp_path) == {}
    assert capsys.readouterr().out == "peers not run: python3 dev.py bench peers installs them\n"
