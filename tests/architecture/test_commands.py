"""What `dev.py` starts as modules can at least be loaded: a name that moved would show only when it is called."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STARTED = sorted(set(re.findall(r'"-m", "(tests\.\w+)"', (ROOT / "dev.py").read_text())))


@pytest.mark.parametrize("name", STARTED)
def test_what_dev_starts_loads(name: str) -> None:
    module = name if (ROOT / f"{name.replace('.', '/')}.py").exists() else f"{name}.__main__"
    assert callable(importlib.import_module(module).main)


def test_dev_starts_the_long_ones() -> None:
    assert {"tests.bench", "tests.faults", "tests.mutants"} <= set(STARTED)
