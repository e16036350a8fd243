"""Decisions and what follows from them, each prepared so that one call does it, and does it again harmlessly."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from tests.cast import Cast
from tests.faults.failpoints import Work
from tests.roads import case_at, filled
from workflow import outbox
from workflow.timers import timer


def nominate(cast: Cast) -> Work:
    """A case begins."""
    subject, evidence = cast.subject(), cast.upload("nominator")
    inputs = {"life_field": cast.first_choice("nominee", "life_field"), "evidence": [evidence], "merit": "Sáng kiến"}
    return lambda: cast.app.engine.start(
        cast.actor("nominator"), process="nominee", action="nominate", subject_type="subject", subject_id=subject,
        inputs=inputs, key="failpoint-nominate",
    )  # fmt: skip


def acting(state: str, who: str, action: str) -> Callable[[Cast], Work]:
    """A person's decision there."""

    def prepare(cast: Cast) -> Work:
        case_id = case_at(cast, state)
        view = cast.app.engine.view(cast.actor(who), case_id)
        needs = next(option.needs for option in view.options if option.name == action)
        inputs, version = filled(cast, who, needs, view.fields), cast.row(case_id).version
        return lambda: cast.app.engine.act(
            cast.actor(who), case_id=case_id, action=action, inputs=inputs, case_version=version,
            key=f"failpoint-{state}-{action}",
        )  # fmt: skip

    return prepare


def firing(kind: str) -> Callable[[Cast], Work]:
    """A timer of this kind fires."""

    def prepare(cast: Cast) -> Work:
        case_id = cast.nominate()
        with cast.app.database.read() as connection:
            mine = sa.select(timer.c.id, timer.c.due_at).where(timer.c.case_id == case_id, timer.c.kind == kind)
            row = connection.execute(mine.order_by(timer.c.due_at)).first()
        assert row is not None
        cast.at(row.due_at)
        return lambda: cast.app.engine.fire(row.id)

    return prepare


def child(cast: Cast) -> Work:
    """A case starts another: the message's end and the new case are one."""
    case_at(cast, "recognized_province")
    cast.later(seconds=31)
    with cast.app.database.read() as connection:
        waiting = (outbox.outbox.c.kind == "start") & (outbox.outbox.c.status == "new")
        starts = connection.execute(sa.select(outbox.outbox.c.id, outbox.outbox.c.payload).where(waiting))
        ids = [row.id for row in starts if row.payload["process"] == "merit_request"]
    [claimed] = outbox.claim(cast.app.database, ids)

    def finish(connection: sa.Connection) -> bool:
        return outbox.finish(connection, claimed)

    return lambda: cast.app.engine.receive(claimed, finish)


OPERATIONS: dict[str, Callable[[Cast], Work]] = {
    "nominate": nominate,
    "take up": acting("identified", "head", "take_up"),
    "recognize": acting("unit_appraisal", "head", "recognize"),
    "remind": firing("remind"),
    "miss": firing("due"),
    "escalate": firing("escalate"),
    "child": child,
}
