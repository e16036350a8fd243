"""A past that was sealed and anchored, and what is found when it is falsified."""

from __future__ import annotations

import random

import sqlalchemy as sa

from tests.cast import Cast
from tests.forgery import KINDS
from tests.roads import case_at
from tests.tampering import unguard
from workflow import history
from workflow.anchors import Anchor, make_due
from workflow.clock import business_now
from workflow.outbox import delivery, outbox
from workflow.seal import Sealer
from workflow.verification import verify_seals


class Undone(Exception):
    """Takes a forgery back."""


def sealed_past(cast: Cast) -> list[Anchor]:
    """Three cases, letters dropped and sent, two anchors; the anchors, as somebody keeps them outside."""
    sealer, kept = Sealer(cast.app.database), []
    for state, who in (("office_check", "candidate"), ("cultivating", "colleague1"), ("identified", "mentor")):
        case_at(cast, state, who=who)
        cast.settle()
        note_deliveries(cast)
        sealer.run()
        if state != "identified":
            kept.append(make_due(cast.app.database, asked=True))
    sealer.run()
    kept.append(make_due(cast.app.database, asked=True))
    assert all(kept)
    return [one for one in kept if one]


def note_deliveries(cast: Cast) -> None:
    """Lines of the delivery log with words in them, one a letter."""
    with cast.app.database.write() as connection:
        now = business_now(connection)
        letters = connection.execute(
            sa.select(outbox).where(outbox.c.kind == "notice").order_by(outbox.c.id).limit(4)
        ).all()
        lines = [
            {
                "id": cast.app.database.new_id(), "agency_id": cast.agency_id, "case_id": row.case_id,
                "kind": "outbox_part", "person_id": row.payload.get("person_id"), "topic": row.id,
                "detail": {"text": f"thư {row.id}"}, "at": now,
            }
            for row in letters
        ]  # fmt: skip
        connection.execute(sa.insert(delivery), lines)


def found(connection: sa.Connection, kept: list[Anchor]) -> list[str]:
    """The keys of everything that does not add up."""
    broken = [one.reason.key for one in history.verify(connection)]
    return broken + [one.reason.key for one in verify_seals(connection, kept).faults]


def missed(cast: Cast, kept: list[Anchor], number: int, seed: int) -> list[tuple[int, str, str]]:
    """Forge that often, each time taken back; what was not found."""
    unfound = []
    for count in range(number):
        kind, what = KINDS[count % len(KINDS)], ""
        try:
            with cast.app.database.write() as connection:
                unguard(connection)
                what = kind(random.Random(seed + count), connection)
                if not found(connection, kept):
                    unfound.append((count, kind.__name__, what))
                raise Undone
        except Undone:
            pass
    return unfound
