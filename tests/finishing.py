"""Leads every running case to an end by its own moves, whoever made it: a golden database, a restored one."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from tests.cast import Cast
from tests.roads import ENDORSED, ROADS, Step, do
from workflow.case import case
from workflow.message import Refused

ENDS = {"not_taken_up", "withdrawn", "closed", "struck_off", "refused", "no_ground", "dropped"}
MOST_ROUNDS = 8
WITH_CHILD = "recognized_province"
GIVEN = {"director_decision": {"reward": "certificate"}}
OTHERS = {
    "nominee": {
        "completion": Step("completion", "head", "resubmit"),
        "recognized_unit": Step("recognized_unit", "office", "close"),
        "recognized_department": Step("recognized_department", "office", "close"),
        "recognized_province": Step("recognized_province", "office", "close"),
    },
    "benefit": {
        "to_be_given": Step("to_be_given", "office", "settle"),
        "approval": Step("approval", "director", "approve"),
        "paying": Step("paying", "office", "done"),
    },
    "issuing": {"to_issue": Step("to_issue", "clerk", "issue")},
    "publicity": {"planning": Step("planning", "press", "skip")},
    "living_topic": {"running": Step("running", "press", "conclude")},
    "annual_review": {
        "collecting": Step("collecting", "office", "go_on"),
        "consolidating": Step("consolidating", "office", "submit"),
        "approval": Step("approval", "director", "approve"),
        "sending": Step("sending", "clerk", "send"),
        "filing": Step("filing", "office", "file"),
    },
}


def keep_papers_back(cast: Cast) -> None:
    """Nothing is left to be issued: else it holds whom it is about."""
    for one in cast.cases("issuing"):
        if one.ended_at is None:
            do(cast, "clerk", one.id, "keep_back", reason="Không phát hành nữa.")
    cast.settle()


def forward(process: str, state: str) -> Step | None:
    """The move that leads on from there; None where only another case's word does."""
    on = {step.start: step for target, step in ROADS.get(process, {}).items() if target not in ENDS}
    return {**on, **OTHERS.get(process, {})}.get(state)


def finish(cast: Cast, rest: Callable[[], object], *, most: int = 20) -> int:
    """Until no case runs; `rest` lets come what follows by itself. How many moves people made.

    A nominee that went `most` moves on is no longer followed.
    """
    moves = 0
    for _ in range(MOST_ROUNDS):
        running = _running(cast)
        if not running:
            return moves
        awaited = {one.parent_id for one in running if one.process == "merit_request"}
        moves += sum(_lead_on(cast, one.id, most) for one in running if one.id not in awaited)
        rest()
    raise AssertionError(f"still running: {[(one.code, one.state, one.holds) for one in _running(cast)]}")


def _running(cast: Cast) -> list[sa.Row]:
    with cast.app.database.read() as connection:
        return list(connection.execute(sa.select(case).where(case.c.ended_at.is_(None)).order_by(case.c.code)))


def _lead_on(cast: Cast, case_id: str, most: int) -> int:
    """As far as it goes without a word from another case."""
    moves = 0
    while (row := cast.row(case_id)).ended_at is None:
        if row.is_held:
            do(cast, "office", case_id, "clear" if row.holds == ["complaint"] else "close")
        elif moves == most and row.process == "nominee" and row.state != WITH_CHILD:
            do(cast, "office", case_id, "close")
        elif (step := forward(row.process, row.state)) is not None:
            if moves and step.start == WITH_CHILD:
                break  # its child begins first, and is heard
            _take(cast, case_id, step)
        else:
            break
        moves += 1
    return moves


def _take(cast: Cast, case_id: str, step: Step) -> None:
    for name, action in step.before:
        try:
            do(cast, name, case_id, action)
        except Refused:
            assert (name, action) in ENDORSED  # they did so before
    do(cast, step.who, case_id, step.action, **GIVEN.get(step.start, {}))
