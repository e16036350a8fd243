"""What the interface says of systems that are told: never a secret, nor what another system answered at length."""

from __future__ import annotations

from datetime import datetime

from web.api.shapes import Told


class Webhook(Told):
    """One that is told; `failing_since` is empty while it takes what it is told."""

    id: str
    name: str
    address: str
    kinds: list[str]
    status: str
    waiting: int
    aside: int
    failing_since: datetime | None


class Webhooks(Told):
    """All of an agency."""

    webhooks: list[Webhook]


class Telling(Told):
    """One notice: `id` is the header webhook-id, `last_status` 0 where nothing was answered."""

    id: str
    number: int
    kind: str
    status: str
    attempts: int
    created_at: datetime
    tried_at: datetime | None
    last_status: int
    last_words: str
    last_ms: int
    body: str


class Tellings(Told):
    """A page, the latest first; `next` goes into `after`."""

    tellings: list[Telling]
    next: str


class SentAgain(Told):
    """How many wait anew."""

    count: int
