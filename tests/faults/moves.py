"""Running cases on their way to another version of their plan, and back: the hands that move them are killed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from states.revisions.model import MOVED, revision, revision_case
from tests.bench.copying import copy
from tests.cast import Cast
from tests.faults.monkey import until
from tests.faults.storm import Scene
from tests.new_rules import orphans, people, standing
from tests.roads import case_at
from tests.rule_changes import brought, files, living, proposed, row, step, tried, work
from workflow import runs
from workflow.case import case
from workflow.clock import wall_now
from workflow.history import event, verify
from workflow.message import Refused
from workflow.revision import EVENT

STATES = ("identified", "cultivating", "unit_appraisal", "office_check")
TAKEN = 20  # cases that move before hands die
PATIENCE = 120.0  # seconds


@dataclass
class Verdict:
    """What came out; `wrong` in words, empty is what we promise."""

    cases: int
    kills: list[int]  # how many cases a revision had moved each time
    moved: int
    back: int
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.cases} running cases, {len(self.kills)} kill -9 with {', '.join(map(str, self.kills))} of a "
            f"revision's cases moved: {self.moved} moved there and {self.back} back, each once"
        )


def run(stage: Scene, number: int) -> Verdict:
    """There with two deaths, back with two; there again until it is given up half way, and back from there."""
    cast, monkey = stage.cast, stage.monkey
    base, _ = files(cast)
    filled(cast, number)
    before = {one: standing(cast, one) for one in running(cast)}
    change_id = _agreed(cast)
    monkey.hours = 0.0
    monkey.start("clock1")
    kills = _ended(stage, change_id, 1, "done", deaths=2)
    wrong = _standing(cast, "there", dict.fromkeys(before, living(cast)))
    _ordered(cast, change_id, back=1)
    kills += _ended(stage, change_id, 2, "done", deaths=2)
    wrong += _as_it_was(cast, "back", before, base)
    _ordered(cast, change_id)
    kills += _ended(stage, change_id, 3, "failed", deaths=runs.MOST_ATTEMPTS)
    _ordered(cast, change_id, back=3)
    kills += _ended(stage, change_id, 4, "done", deaths=0)
    wrong += _as_it_was(cast, "back from half way", before, base)
    wrong += _nothing_left(cast, change_id)
    monkey.stop()
    found, moved, back = _counted(cast)
    return Verdict(len(before), kills, moved, back, wrong + found + monkey.died_alone)


def filled(cast: Cast, number: int) -> None:
    """So many running cases, a few by the engine, the others copies of them."""
    for who, state in zip(people(cast, len(STATES)), STATES, strict=True):
        copy(cast, case_at(cast, state, who=who), number // len(STATES) - 1)
    cast.settle()


def running(cast: Cast) -> list[str]:
    """Ids of the cases that run."""
    with cast.app.database.read() as connection:
        return list(connection.scalars(sa.select(case.c.id).where(case.c.ended_at.is_(None)).order_by(case.c.id)))


def _agreed(cast: Cast) -> str:
    change_id = brought(cast)
    work(cast, change_id)
    tried(cast, change_id)
    proposed(cast, change_id)
    step(cast, "agree", change_id, cast.people["director"])
    return change_id


def _ordered(cast: Cast, change_id: str, *, back: int | None = None) -> None:
    """Tried, then ordered: there, or back from where the revision of this number moved cases to."""
    with cast.app.database.read() as connection:
        of = connection.scalar(sa.select(revision.c.id).where(revision.c.number == back))
    tried(cast, change_id, of)
    step(cast, "move", change_id)


def _come_to(cast: Cast, number: int) -> int:
    """How many cases the revision of this number has come to."""
    mine = sa.select(revision.c.id).where(revision.c.number == number).scalar_subquery()
    with cast.app.database.read() as connection:
        return connection.scalar(sa.select(sa.func.count()).where(revision_case.c.revision_id == mine)) or 0


def _status(cast: Cast, change_id: str) -> str:
    with cast.app.database.read() as connection:
        return str(runs.find(connection, cast.agency_id, row(cast, change_id)["run_id"])["status"])


def _ended(stage: Scene, change_id: str, number: int, how: str, *, deaths: int) -> list[int]:
    """A revision in the hands of a worker killed so often on its way; how many cases it had come to each time."""
    worker, cast = stage.monkey.roles["worker1"], stage.cast
    found: list[int] = []
    for _ in range(deaths):
        worker.start()
        quickly(lambda: _come_to(cast, number) >= (found[-1] if found else 0) + TAKEN)
        worker.kill()
        found.append(_come_to(cast, number))
        _freed(cast)
    worker.start()
    until(lambda: _status(cast, change_id) not in runs.OPEN, PATIENCE, "the end of the run")
    worker.kill()
    assert _status(cast, change_id) == how, f"{_status(cast, change_id)}, not {how}: {worker.last_words()}"
    return found


def quickly(condition: Callable[[], bool]) -> None:
    """Wait without losing the moment."""
    stop = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < stop, "the run does not come to its cases"
        time.sleep(0.01)


def _freed(cast: Cast) -> None:
    """As if the lease of the dead were over."""
    with cast.app.database.write() as connection:
        connection.execute(sa.update(runs.run).where(runs.run.c.status == "at_work").values(lease_until=wall_now()))


# --- the account of it ----------------------------------------------------------------------------------


def _standing(cast: Cast, when: str, wanted: Mapping[str, str]) -> list[str]:
    with cast.app.database.read() as connection:
        pinned = dict(connection.execute(sa.select(case.c.id, case.c.plan_id)).all())  # type: ignore[arg-type]
    return [f"{when}: {one} is under {pinned[one]}" for one, plan_id in wanted.items() if pinned[one] != plan_id]


def _as_it_was(cast: Cast, when: str, before: Mapping[str, Any], base: str) -> list[str]:
    other = [f"{when}: {one} does not stand as before" for one in before if standing(cast, one) != before[one]]
    return _standing(cast, when, dict.fromkeys(before, base)) + other


def _nothing_left(cast: Cast, change_id: str) -> list[str]:
    try:
        step(cast, "go_on", change_id, cast.people["office"])
    except Refused:
        return []
    return ["what was taken back goes on"]


def _counted(cast: Cast) -> tuple[list[str], int, int]:
    """What is wrong with events and lines; how many moves there were, there and back."""
    with cast.app.database.read() as connection:
        lines = connection.execute(
            sa.select(revision_case.c.case_id, revision_case.c.outcome, revision.c.number, revision.c.back_of)
            .join(revision, revision.c.id == revision_case.c.revision_id)
        ).all()  # fmt: skip
        events = connection.execute(sa.select(event.c.case_id, event.c.body).where(event.c.kind == EVENT)).all()
        forged = verify(connection)
    told = Counter((row.case_id, row.body["revision"]) for row in events)
    noted = Counter((line.case_id, line.number) for line in lines if line.outcome == MOVED)
    wrong = [
        *(f"moved {count} times: {one}" for one, count in told.items() if count > 1),
        *(f"an event without its line, or a line without: {one}" for one in set(told) ^ set(noted)),
        *(f"stays: {line.case_id}" for line in lines if line.outcome != MOVED),
        *(f"an orphan: {one}" for one in orphans(cast)), *map(str, forged),
    ]  # fmt: skip
    back = sum(line.back_of is not None for line in lines)
    return wrong, len(lines) - back, back
