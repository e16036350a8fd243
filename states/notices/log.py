"""What became of each notice, in the delivery log; a letter's words stand only where erasure can reach them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from states.notices.letter import Dropped, Letter
from workflow import seal
from workflow.clock import business_now
from workflow.db import uuid7
from workflow.outbox import Claim, delivery

PAGE, PART, DESK, SENT, DROPPED = "outbox_page", "outbox_part", "desk", "sent", "dropped"


def dropped(connection: sa.Connection, claimed: Claim, why: Dropped) -> None:
    """Not sent, and why."""
    told = claimed.payload
    detail = {"reason": why.reason, "template": told.get("template"), "message_id": claimed.id}
    _write(connection, [_row(claimed, DROPPED, detail, item_id=told.get("item_id"))])


def sent(connection: sa.Connection, head: Claim, letter: Letter, claims: Iterable[Claim]) -> None:
    """Taken by the mail server: which notices, in which message; no words."""
    rows = []
    for claimed in claims:
        told = claimed.payload
        detail = {"template": told.get("template"), "message_id": head.id, "digest": len(letter.parts) > 1}
        rows.append(_row(claimed, SENT, detail, item_id=told.get("item_id"), topic=head.id))
    _write(connection, rows)


def kept(connection: sa.Connection, head: Claim, letter: Letter, *, why: str) -> None:
    """Not mailed but kept to be read. A digest's sections are rows of their cases, so that each can be erased."""
    kind = DESK if letter.recipient.desk else PAGE
    to = {"name": letter.recipient.name, "address": letter.recipient.address, "desk": letter.recipient.desk}
    whole = {"to": to, "subject": letter.subject, "language": letter.recipient.language, "why": why}
    if letter.thread:
        section = letter.parts[0][0]
        row = _row(head, kind, {**whole, "text": letter.text}, item_id=section.item_id, topic=head.id)
        _write(connection, [row])
        return
    rows = [
        _row(head, kind, {**whole, "before": letter.before, "after": letter.after}, topic=head.id) | {"case_id": None}
    ]
    for section, text in letter.parts:
        part = _row(head, PART, {"text": text}, item_id=section.item_id, topic=head.id)
        rows.append(part | {"case_id": section.case_id})
    _write(connection, rows)


def erase(connection: sa.Connection, agency_id: str, case_ids: Iterable[str]) -> int:
    """Take the words of all kept letters about these cases away; how many rows that were."""
    about = sa.and_(delivery.c.agency_id == agency_id, delivery.c.case_id.in_(list(case_ids)))
    with_words = delivery.c.kind.in_([PAGE, PART, DESK])
    erased = sa.update(delivery).where(about, with_words).values(detail={"erased": True})
    number = connection.execute(erased).rowcount
    seal.forget(connection, sa.and_(about, with_words))
    return number


def _row(
    claimed: Claim, kind: str, detail: Mapping[str, Any], *, item_id: str | None = None, topic: str = ""
) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "agency_id": claimed.agency_id,
        "case_id": claimed.case_id,
        "item_id": item_id,
        "person_id": claimed.payload.get("person_id"),
        "kind": kind,
        "topic": topic or claimed.topic,
        "detail": dict(detail),
    }


def _write(connection: sa.Connection, rows: list[dict[str, Any]]) -> None:
    now = business_now(connection)
    connection.execute(sa.insert(delivery), [row | {"at": now} for row in rows])
