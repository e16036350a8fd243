"""The engine against a model that knows nothing of its code: any process, any commands, any faults between them."""

from __future__ import annotations

import os
import random
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.databases import Databases, PostgresDatabases, SqliteDatabases
from tests.model.machine import Machine

LONG = os.environ.get("NEUGUONG_CHAOS") == "long"
SEED = int(os.environ.get("NEUGUONG_CHAOS_SEED") or random.randrange(10_000))
SHORT = {"derandomize": True, "phases": (Phase.generate,)}  # the long form makes what it finds small


def run(databases: Databases, *, examples: int, steps: int, seed: int | None = None, **more: Any) -> None:
    """So many processes, so many commands each; a seed makes another choice of them."""
    chosen = settings(
        max_examples=examples, stateful_step_count=steps, database=None, deadline=None, print_blob=False,
        suppress_health_check=list(HealthCheck), **more,
    )  # fmt: skip
    kind = type("OnDatabase", (Machine,), {"databases": databases})
    run_state_machine_as_test(kind if seed is None else hypothesis.seed(seed)(kind), settings=chosen)


def test_any_commands_leave_what_the_model_says(sqlite_databases: SqliteDatabases) -> None:
    run(sqlite_databases, examples=20, steps=25, **SHORT)


def test_any_commands_leave_what_the_model_says_on_postgres(postgres_databases: PostgresDatabases) -> None:
    run(postgres_databases, examples=3, steps=20, **SHORT)


@pytest.mark.fault
@pytest.mark.parametrize("examples,kind", [(400 if LONG else 1, "sqlite"), (40 if LONG else 1, "postgres")])
def test_many_processes_and_commands(
    examples: int, kind: str, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        print(f"\n{examples} processes on {kind}, 50 commands each; NEUGUONG_CHAOS_SEED={SEED} runs the same again")
    run(request.getfixturevalue(f"{kind}_databases"), examples=examples, steps=50, seed=SEED)
