"""Who keeps an agency's house is said by its plan, whatever it calls that role."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.settings import SHIPPED_PLANS
from dev import ROOT
from states import registration
from web.capability import BEFORE_A_PLAN, office_role
from workflow.loading import load_plan
from workflow.registry import Registry


@pytest.mark.parametrize(
    ("folder", "role"),
    [
        (SHIPPED_PLANS / "so-tttt-2022-2025", "office"),
        (ROOT / "tests" / "plans" / "two-levels", "secretariat"),
    ],
)
def test_the_office_is_whom_lateness_reaches_first(folder: Path, role: str) -> None:
    registry = Registry()
    registration.register(registry)
    assert office_role(load_plan(folder, registry=registry).plan) == role


def test_before_a_plan_there_is_an_office_all_the_same() -> None:
    assert office_role(None) == BEFORE_A_PLAN
