"""Another system hears of everything, whatever happens to it and to those who tell it. Its long form is part of
`python3 dev.py chaos`."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import pytest

from tests.cast import prepare_seed_cast
from tests.databases import Databases
from tests.faults import storm, tellings
from tests.receiver import Got
from workflow.db import uuid7

SEED = int(os.environ.get("CHAOS_SEED") or random.randrange(10_000))
KILLS = 6
CASE = uuid7()


@pytest.mark.fault
def test_every_event_is_told_in_order_under_one_id(
    databases: Databases, redis_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with databases.fresh(prepare_seed_cast) as url, storm.scene(url, tmp_path, redis_url) as stage:
        result = tellings.run(stage, tmp_path, SEED, KILLS)
    with capsys.disabled():
        print(f"\ntellings, seed {SEED}: {result}")
    assert result.wrong == []
    assert result.events > KILLS
    assert result.kills.total() >= KILLS
    assert result.in_hand


def got(seq: int, number: int, ident: str, answer: int = 204, more: str = "") -> Got:
    body = json.dumps({"data": {"case_id": CASE, "seq": seq, "number": number, "more": more}}).encode()
    return Got("/", {"webhook-id": ident, "webhook-timestamp": "0", "webhook-signature": ""}, body, answer)


@pytest.mark.parametrize("came, found", [
    ([got(1, 1, "a"), got(2, 2, "b", 500)], "never told"),
    ([got(1, 1, "a"), got(2, 2, "b"), got(3, 3, "c")], "told, and never was"),
    ([got(1, 1, "a"), got(1, 1, "c"), got(2, 2, "b")], "one event under several ids"),
    ([got(1, 1, "a"), got(1, 1, "a", more="x"), got(2, 2, "b")], "one id with several texts"),
    ([got(2, 2, "b"), got(1, 1, "a")], "out of order"),
    ([got(1, 1, "a"), got(2, 3, "b")], "numbers are missing"),
])  # fmt: skip
def test_a_broken_promise_is_found(came: list[Got], found: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tellings, "_is_signed", lambda *_: True)
    wrong = tellings.wrong_with(came, {(CASE, 1, ""), (CASE, 2, "")}, "")
    assert any(one.startswith(found) for one in wrong), wrong
    again = [got(1, 1, "a", 500), got(1, 1, "a"), got(2, 2, "b", 0), got(1, 1, "a"), got(2, 2, "b")]
    assert tellings.wrong_with(again, {(CASE, 1, ""), (CASE, 2, "")}, "") == []


def test_whoever_else_signed_is_found() -> None:
    assert tellings.wrong_with([got(1, 1, "a")], {(CASE, 1, "")}, "whsec_AAAA") == ["not signed by us: a"]
