"""Every bench can at least begin: a name that moved elsewhere would show only when somebody wants a figure."""

from __future__ import annotations

import importlib

import pytest

from tests.bench.__main__ import BENCHES, main


@pytest.mark.parametrize("name", BENCHES)
def test_a_bench_begins(name: str) -> None:
    assert callable(importlib.import_module(BENCHES[name]).main)


def test_no_bench_of_that_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["speed"]) == 2
    assert "decisions, foresight, inbox, load, overview, " in capsys.readouterr().out
