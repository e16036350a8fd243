"""What was told, what waits and what failed: the data of the outbox page and of a case's timeline."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from states.notices.log import DESK, PAGE, PART
from workflow.outbox import FAILED, NOTICE, delivery, outbox, waits


@dataclass(frozen=True)
class KeptLetter:
    """A letter kept to be read; `desk` names the role it is to be handed to, `text` is empty once erased."""

    id: str
    at: datetime
    to: str
    address: str
    desk: str
    subject: str
    text: str
    case_id: str | None
    person_id: str | None
    erased: bool


@dataclass(frozen=True)
class Pending:
    """A notice not yet told: still held, waiting for another try, or given up."""

    id: str
    case_id: str | None
    recipient: str
    template: str
    status: str
    attempts: int
    not_before: datetime
    retry_at: datetime | None
    error: str


def outbox_page(connection: sa.Connection, agency_id: str, after: str = "", limit: int = 50) -> list[KeptLetter]:
    """Kept letters, newest first; `after` is the id of the last one already seen."""
    heads = sa.select(delivery).where(delivery.c.agency_id == agency_id, delivery.c.kind.in_([PAGE, DESK]))
    if after:
        heads = heads.where(delivery.c.id < after)
    rows = connection.execute(heads.order_by(delivery.c.id.desc()).limit(limit)).all()
    parts = _parts(connection, agency_id, [row.topic for row in rows])
    return [_letter(row, parts[row.topic]) for row in rows]


def one_letter(connection: sa.Connection, agency_id: str, letter_id: str) -> KeptLetter | None:
    """One kept letter, whole."""
    mine = sa.and_(delivery.c.agency_id == agency_id, delivery.c.id == letter_id)
    row = connection.execute(sa.select(delivery).where(mine, delivery.c.kind.in_([PAGE, DESK]))).one_or_none()
    return None if row is None else _letter(row, _parts(connection, agency_id, [row.topic])[row.topic])


def pending(connection: sa.Connection, agency_id: str, *, limit: int = 50) -> list[Pending]:
    """Notices not yet told, the failed first; each failed one may be retried by its id."""
    waiting = sa.select(outbox).where(
        outbox.c.agency_id == agency_id, outbox.c.kind == NOTICE, waits(outbox) | (outbox.c.status == FAILED)
    )
    failed_first = sa.case((outbox.c.status == "failed", 0), else_=1)
    rows = connection.execute(waiting.order_by(failed_first, outbox.c.created_at.desc()).limit(limit))
    return [
        Pending(
            row.id, row.case_id, row.recipient, row.payload.get("template", ""), row.status, row.attempts,
            row.not_before, row.retry_at, row.last_error,
        )
        for row in rows
    ]  # fmt: skip


def of_case(connection: sa.Connection, agency_id: str, case_id: str) -> Sequence[sa.RowMapping]:
    """The delivery log of a case, oldest first: who was told what when, and what was dropped and why."""
    about = sa.and_(delivery.c.agency_id == agency_id, delivery.c.case_id == case_id)
    return connection.execute(sa.select(delivery).where(about).order_by(delivery.c.id)).mappings().all()


def _parts(connection: sa.Connection, agency_id: str, topics: Sequence[str]) -> dict[str, list[str]]:
    chosen = sa.select(delivery.c.topic, delivery.c.detail).where(
        delivery.c.agency_id == agency_id, delivery.c.kind == PART, delivery.c.topic.in_(topics)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for topic, detail in connection.execute(chosen.order_by(delivery.c.id)):
        found[topic].append(detail.get("text", "[…]"))
    return found


def _letter(row: sa.Row[tuple[object, ...]], parts: list[str]) -> KeptLetter:
    detail = row.detail
    to = detail.get("to", {})
    whole = [detail.get("text") or detail.get("before", ""), *parts, detail.get("after", "")]
    return KeptLetter(
        row.id, row.at, to.get("name", ""), to.get("address", ""), to.get("desk", ""), detail.get("subject", ""),
        "\n\n".join(part for part in whole if part), row.case_id, row.person_id, bool(detail.get("erased")),
    )  # fmt: skip
