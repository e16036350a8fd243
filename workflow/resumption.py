"""After a restore: what would go out, group by group, and the decision that takes the fence away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from workflow import fence
from workflow.case import case, counter
from workflow.clock import business_now
from workflow.db import uuid7
from workflow.fence import Fence
from workflow.message import Message, Refused
from workflow.outbox import INSIDE, NOTICE, delivery, end_leases, outbox, take_back, waits
from workflow.timers import ARMED, timer
from workflow.worklist import work_item

SEND, DROP = "send", "drop"
SINCE = "since"
UNSEEN = 1000  # versions nobody can have seen: far more than one case can have moved since its last backup


@dataclass(frozen=True)
class Group:
    """Messages of one kind. `sent_perhaps`: a hand held them when the backup was taken."""

    name: str  # a notice's template, another message's kind, or SINCE: what came up after the restore
    messages: int
    recipients: int
    sent_perhaps: int
    needs_decision: bool  # of before the cut: the old installation may have sent it by now


@dataclass(frozen=True)
class Waiting:
    """Everything the fence holds back."""

    groups: tuple[Group, ...]
    overdue: int  # timers that act or remind at once when the fence goes


def waiting(connection: sa.Connection, standing: Fence) -> Waiting:
    """What goes out, and what moves by itself, when this fence is taken away."""
    rows = connection.execute(sa.select(outbox).where(*_held(standing)).order_by(outbox.c.created_at)).all()
    named: dict[str, list[sa.Row[tuple[object, ...]]]] = {}
    for row in rows:
        named.setdefault(_group(row, standing), []).append(row)
    groups = sorted(
        (
            Group(
                name, len(several), len({row.recipient for row in several}),
                sum(row.status == "leased" for row in several), name != SINCE,
            )
            for name, several in named.items()
        ),
        key=lambda group: (not group.needs_decision, -group.messages, group.name),
    )  # fmt: skip
    ripe = sa.select(sa.func.count()).where(
        timer.c.agency_id == standing.agency_id, timer.c.status == ARMED, timer.c.due_at <= business_now(connection)
    )
    return Waiting(tuple(groups), connection.execute(ripe).scalar_one())


def undecided(held: Waiting, choices: Mapping[str, str]) -> list[str]:
    """Names of the groups that need a decision and have none."""
    return [one.name for one in held.groups if one.needs_decision and choices.get(one.name) not in (SEND, DROP)]


def resume(connection: sa.Connection, standing: Fence, choices: Mapping[str, str], by: str | None) -> int:
    """Send or drop each group as chosen and take the fence away; how many messages were dropped.

    Raises Refused, and changes nothing, for a group without a choice, an unknown choice, a fence already gone.
    """
    held = waiting(connection, standing)
    if open_ones := undecided(held, choices):
        raise Refused(Message("fence.undecided", {"groups": [Message(f"fence.group.{name}") for name in open_ones]}))
    decided = {group.name: choices[group.name] for group in held.groups if group.needs_decision}
    dropped = _drop(connection, standing, [name for name, choice in decided.items() if choice == DROP])
    if not fence.lower(connection, standing.id, by=by, decided=decided):
        raise Refused(Message("fence.gone"))
    return dropped


def move_on(connection: sa.Connection, *, codes: int) -> None:
    """What the lost hours may have used must not be used again, in the transaction that brings the rows back.

    Codes may stand on papers already: the next ones begin `codes` later. A form opened before may name a version
    that the case would come to a second time, elsewhere: it must be stale. What hands held they hold no more.
    """
    connection.execute(sa.update(counter).values(value=counter.c.value + codes))
    connection.execute(sa.update(case).values(version=case.c.version + UNSEEN))
    connection.execute(sa.update(work_item).values(version=work_item.c.version + UNSEEN))
    end_leases(connection)


def _held(standing: Fence) -> tuple[sa.ColumnElement[bool], ...]:
    mine = outbox.c.agency_id == standing.agency_id
    return mine, outbox.c.kind.not_in(INSIDE), waits(outbox)


def _group(row: sa.Row[tuple[object, ...]], standing: Fence) -> str:
    if row.created_at > standing.raised_at:
        return SINCE
    return str(row.payload.get("template") or row.kind) if row.kind == NOTICE else str(row.kind)


def _drop(connection: sa.Connection, standing: Fence, names: Sequence[str]) -> int:
    """Withdrawn, with a line in the delivery log that says why nobody was told."""
    rows = connection.execute(sa.select(outbox).where(*_held(standing))).all()
    gone = [row for row in rows if _group(row, standing) in names]
    if not gone:
        return 0
    now = business_now(connection)
    take_back(connection, [row.id for row in gone])
    connection.execute(
        sa.insert(delivery),
        [
            {"id": uuid7(), "agency_id": row.agency_id, "case_id": row.case_id, "kind": "dropped", "at": now,
             "item_id": row.payload.get("item_id"), "person_id": row.payload.get("person_id"), "topic": row.topic,
             "detail": {"reason": "restored", "template": row.payload.get("template"), "message_id": row.id}}
            for row in gone
        ],
    )  # fmt: skip
    return len(gone)
