"""From the outbox to the receivers: each message becomes a telling for whoever wants its kind, then it is brought.

At least once outside: a telling keeps its id whatever happens between the answer and our own commit, so that a receiver
drops what it knows. What is sent is the stored text word for word; only the time and the signature are of the try.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from states.documents.model import document, document_version
from states.reaching import Answer, Door, Unfit, Unreachable
from states.sealed import Envelope, KeyLost
from states.webhooks import queue, signing
from states.webhooks.model import ENDED, PAPER, TRIAL, WAITING, is_listened, telling, webhook
from states.webhooks.queue import Hold, Lost
from workflow import witness
from workflow.announcing import KIND, RECIPIENT
from workflow.case import case
from workflow.clock import business_now, wall_now
from workflow.db import Database, uuid7, word
from workflow.organisation import agency
from workflow.outbox import Claim, Draft, Finish, LeaseLost, enqueue

TAKEN = range(200, 300)
IN_ONE_GO = 12.0  # seconds of one receiver's queue before others have their turn

_log = logging.getLogger(__name__)


def announce(
    connection: sa.Connection, agency_id: str, kind: str, cause: str, data: Mapping[str, Any], *, case_id: str | None
) -> None:
    """Have it told, in the transaction of what happened, once for a cause; where nobody listens, nothing is written."""
    if not connection.scalar(sa.select(is_listened(sa.literal(agency_id)))):
        return
    now = business_now(connection)
    said = {"kinds": [kind], "at": now.isoformat(), "data": dict(data)}
    enqueue(connection, [Draft(agency_id, KIND, RECIPIENT, said, f"{KIND}:{kind}:{cause}", now, case_id=case_id)])


class Announcements:
    """The outbox's kind `announce`, callable as its handler: a telling for every receiver, exactly once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __call__(self, claimed: Claim, finish: Finish) -> None:
        """All of it in the transaction that ends the message."""
        with self._database.write() as connection:
            if not finish(connection):
                raise LeaseLost
            code = _code(connection, claimed.agency_id)
            mine = webhook.c.agency_id == claimed.agency_id, webhook.c.status != word(ENDED)
            for row in connection.execute(sa.select(webhook).where(*mine).order_by(webhook.c.id)).mappings().all():
                kinds = [one for one in claimed.payload["kinds"] if one in row["kinds"]]
                if kinds:
                    write_down(connection, row, claimed, {**claimed.payload, "kinds": kinds, "agency": code})


def write_down(connection: sa.Connection, row: Mapping[Any, Any], claimed: Claim, said: Mapping[str, Any]) -> int:
    """One receiver's telling with the next number of that receiver; the number."""
    its = webhook.c.id == row["id"]
    counted = sa.update(webhook).where(its).values(last_number=webhook.c.last_number + 1)
    number = int(connection.execute(counted.returning(webhook.c.last_number)).scalar_one())
    kind = said["kinds"][0]
    body = {
        "type": kind, "timestamp": said["at"],
        "data": {"number": number, "agency": said["agency"], "also": list(said["kinds"][1:]), **said["data"]},
    }  # fmt: skip
    now = wall_now()
    line = {
        "id": uuid7(), "agency_id": row["agency_id"], "webhook_id": row["id"], "number": number,
        "message_id": claimed.id, "case_id": claimed.case_id, "kind": kind, "status": WAITING,
        "body": json.dumps(body, ensure_ascii=False, separators=(",", ":")), "created_at": now,
        "give_up_at": now + queue.KEEPS_TRYING,
    }  # fmt: skip
    connection.execute(sa.insert(telling).values(line))
    return number


class Webhooks:
    """Brings what waits for receivers, one queue at a time and each telling once it was taken."""

    def __init__(self, database: Database, envelope: Envelope, door: Door) -> None:
        self._database, self._envelope, self.door = database, envelope, door

    def due(self, connection: sa.Connection) -> list[str]:
        """Queues that somebody may take now."""
        return queue.due(connection)

    def bring(self, which: str, *, seconds: float = IN_ONE_GO) -> int:
        """Take one queue and bring of it what goes, oldest first, until one fails or the time is over; how many."""
        stop, done = time.monotonic() + seconds, 0
        held = queue.take(self._database, which)
        if held is None:
            return 0
        try:
            while time.monotonic() < stop and self._one(held):
                done += 1
                held = _well(held)
        except Lost:
            _log.warning("webhook %s: other hands have its queue by now, nothing was written", held.id)
        else:
            with self._database.write() as connection:
                queue.release(connection, held)
        return done

    def _one(self, held: Hold) -> bool:
        """Whether the next one was taken."""
        with self._database.read() as connection:
            row = queue.following(connection, held)
        if row is None:
            return False
        answer = self._asked(held, row)
        taken = answer.status in TAKEN
        with self._database.write() as connection:
            (queue.brought if taken else queue.failed)(connection, held, row, answer)
        with witness.about(message_id=row["message_id"], case_id=row["case_id"]):
            witness.told("webhook", answer.ms / 1000, taken=str(taken).lower())
            _log.info("webhook %s, telling %s: %s %s", held.id, row["number"], answer.status, answer.words[:40])
        return taken

    def _asked(self, held: Hold, row: Mapping[Any, Any]) -> Answer:
        """What is answered; where nothing is, status 0 and the word for why."""
        body, began = row["body"].encode(), time.monotonic()
        try:
            signed = signing.headers(row["id"], int(time.time()), body, self._secrets(held))
            said = {"Content-Type": "application/json", "User-Agent": "neuguong-webhook", **signed}
            return self.door.post(held.address, body, said)
        except Unreachable as failure:
            why = failure.why
        except Unfit as unfit:
            why = unfit.reasons[0].key.removeprefix("reach.")
        except KeyLost:
            why = "key_lost"
        return Answer(0, why, round((time.monotonic() - began) * 1000))

    def _secrets(self, held: Hold) -> Sequence[str]:
        return opened(self._envelope, held.id, held.sealed, held.both_until)


def opened(envelope: Envelope, ident: str, sealed: str, both_until: datetime | None) -> list[str]:
    """The secrets that sign now, the newest first. Raises KeyLost."""
    words = envelope.open(ident, sealed)
    both = both_until is not None and both_until > wall_now()
    return [words["secret"], *([words["former"]] if both and words.get("former") else [])]


def _well(held: Hold) -> Hold:
    return replace(held, failures=0, failing_since=None)


def paper_made(connection: sa.Connection, claimed: Claim, document_id: str) -> None:
    """A paper is there, in this transaction: which, of which case, the how manieth version."""
    versions = sa.select(sa.func.count()).where(document_version.c.document_id == document_id).scalar_subquery()
    code = sa.select(case.c.code).where(case.c.id == document.c.case_id).scalar_subquery()
    row = connection.execute(
        sa.select(document.c.name, code.label("code"), versions.label("version")).where(document.c.id == document_id)
    ).one()
    data = {"case": row.code, "case_id": claimed.case_id, "paper": row.name, "paper_id": document_id,
            "version": row.version}  # fmt: skip
    announce(connection, claimed.agency_id, PAPER, f"{document_id}:{row.version}", data, case_id=claimed.case_id)


def _code(connection: sa.Connection, agency_id: str) -> str:
    return connection.scalar(sa.select(agency.c.code).where(agency.c.id == agency_id)) or ""


def trial(connection: sa.Connection, row: Mapping[Any, Any]) -> int:
    """A telling that says nothing happened, to see whether the other side takes it; its number."""
    now = business_now(connection)
    said = {"kinds": [TRIAL], "at": now.isoformat(), "agency": _code(connection, row["agency_id"]), "data": {}}
    claimed = Claim(
        uuid7(), 0, row["agency_id"], None, KIND, RECIPIENT, "", {}, "", 0, now, now,
    )  # fmt: skip
    return write_down(connection, row, claimed, said)
