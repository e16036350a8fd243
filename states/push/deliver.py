"""The outbox's kind `push`: one call to one device, at least once; a server keeps the last for a device that is off.

It says how many and where to look, no name, no code: what it is about is behind the sign-in, and in the letter. So one
that cannot be brought is let go, and noted: the letter was sent all the same.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from states.push.model import push_device
from states.push.reach import Reach, Unreachable
from states.push.sealed_push import Signer, seal
from workflow.clock import business_now
from workflow.db import Database, uuid7
from workflow.message import Message
from workflow.organisation import account, person
from workflow.outbox import Claim, Draft, Finish, LeaseLost, delivery, enqueue

PUSH = "push"
TOPIC = "viec"
TRIES = 3
GONE = (404, 410)  # the browser takes none any more
TAKEN = (200, 201, 202)

Render = Callable[[Message, str], str]
_log = logging.getLogger(__name__)


def announce(connection: sa.Connection, agency_id: str, person_id: str, cause: str, count: int) -> int:
    """Have every device of a person told that so many things wait, once for a cause; how many devices."""
    theirs = (
        sa.select(push_device.c.id)
        .join(person, person.c.account_id == push_device.c.account_id)
        .where(person.c.agency_id == agency_id, person.c.id == person_id)
    )
    now = business_now(connection)
    drafts = [draft_of(agency_id, person_id, one, f"{cause}:{one}", count, now) for one in connection.scalars(theirs)]
    return len(enqueue(connection, drafts))


def draft_of(agency_id: str, person_id: str, device_id: str, cause: str, count: int, now: datetime) -> Draft:
    """One push to one device, not yet written."""
    told = {"device_id": device_id, "count": count}
    return Draft(agency_id, PUSH, f"person:{person_id}", told, f"{PUSH}:{cause}", now)


class Pushes:
    """Callable as an outbox handler. Without a signer the installation pushes nothing: what waits is let go."""

    def __init__(self, database: Database, signer: Signer | None, reach: Reach, render: Render, language: str) -> None:
        self._database, self._signer, self.reach = database, signer, reach
        self._render, self._language = render, language

    @property
    def public_key(self) -> str:
        """What a browser must know to be called; empty where nobody is."""
        return self._signer.public_key if self._signer else ""

    def __call__(self, claimed: Claim, finish: Finish) -> None:
        """Bring it. Raises what a later try may mend."""
        with self._database.read() as connection:
            row = connection.execute(_DEVICE.where(push_device.c.id == claimed.payload["device_id"])).one_or_none()
        became, status = ("push_dropped", 0)
        if row is not None and self._signer is not None:
            became, status = self._brought(self._signer, row, claimed)
        with self._database.write() as connection:
            if not finish(connection):
                raise LeaseLost
            if status in GONE:
                connection.execute(sa.delete(push_device).where(push_device.c.id == claimed.payload["device_id"]))
            _note(connection, claimed, became, status)

    def _brought(self, signer: Signer, row: Any, claimed: Claim) -> tuple[str, int]:
        body = seal(self._words(row.language or self._language, claimed), row.public_key, row.secret)
        try:
            status = self.reach.post(row.endpoint, body, signer.headers(row.endpoint, TOPIC))
        except Unreachable as failure:
            if claimed.attempts < TRIES:
                raise
            _log.warning("a push could not be brought: %s", failure)
            return "push_lost", 0
        if status in TAKEN:
            return "pushed", status
        if status not in GONE and claimed.attempts < TRIES:
            raise Unreachable(f"the server answered {status}")
        return "push_lost", status

    def _words(self, language: str, claimed: Claim) -> dict[str, str]:
        count = int(claimed.payload["count"])
        body = Message("push.waiting", {"count": count}) if count else Message("push.trial")
        return {
            "title": self._render(Message("product.name"), language), "body": self._render(body, language),
            "url": "/viec",
        }  # fmt: skip


_DEVICE = sa.select(
    push_device.c.endpoint, push_device.c.public_key, push_device.c.secret, account.c.language
).join(account, account.c.id == push_device.c.account_id)  # fmt: skip


def _note(connection: sa.Connection, claimed: Claim, kind: str, status: int) -> None:
    line = {
        "id": uuid7(), "agency_id": claimed.agency_id, "person_id": claimed.recipient.partition(":")[2], "kind": kind,
        "topic": claimed.id, "detail": {"message_id": claimed.id, "status": status}, "at": business_now(connection),
    }  # fmt: skip
    connection.execute(sa.insert(delivery).values(line))
