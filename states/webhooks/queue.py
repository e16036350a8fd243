"""Each receiver's queue: in one pair of hands at a time, tried again ever more seldom, put aside in the end.

A receiver that is away is asked with one telling only, and all others of it wait; one that refuses a single telling
gets the others meanwhile, but of the same case none that is newer. Nothing here waits for another receiver or for mail.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from states.reaching import Answer
from states.webhooks.model import ACTIVE, ASIDE, DONE, DROPPED, ENDED, PAUSED, WAITING, telling, webhook
from workflow.clock import wall_now
from workflow.db import Database, word
from workflow.fence import is_fenced
from workflow.incidents import Trouble, open_incident, settle
from workflow.message import Message

LEASE = timedelta(seconds=60)
PAUSES = (5.0, 30.0, 120.0, 600.0, 1800.0, 3600.0)  # seconds after the n-th failure; the last for ever
KEEPS_TRYING = timedelta(days=3)
OUTAGE = timedelta(minutes=10)  # of failing alone: once it is back, whatever was tried meanwhile goes at once
TELL_OFFICE = timedelta(hours=6)  # of failing: somebody may ask what is wrong long before anything is put aside
KEPT = timedelta(days=30)
GONE = 410
KIND = "webhook"

_IS_WAITING = telling.c.status == word(WAITING)
_IS_ACTIVE = webhook.c.status == word(ACTIVE)
_WALL = sa.bindparam("wall", type_=telling.c.created_at.type)


@dataclass(frozen=True)
class Hold:
    """A receiver's queue in somebody's hands; `fence` tells those hands from later ones."""

    id: str
    agency_id: str
    name: str
    address: str
    sealed: str
    both_until: datetime | None
    fence: int
    failures: int
    failing_since: datetime | None


class Lost(Exception):
    """Other hands have the queue by now: nothing may be written."""


_older = telling.alias("older")


def _one(found: sa.Select[Any]) -> sa.ColumnElement[Any]:
    """Whether there is one, asked so that PostgreSQL looks for one and does not join all that waits with all of it."""
    return found.limit(sa.literal_column("1")).scalar_subquery()


_MAY_GO = sa.and_(  # never one before an older of its case
    _IS_WAITING,
    sa.or_(telling.c.retry_at.is_(None), telling.c.retry_at <= _WALL),
    _one(
        sa.select(_older.c.id).where(
            _older.c.webhook_id == telling.c.webhook_id, _older.c.case_id == telling.c.case_id,
            _older.c.status == word(WAITING), _older.c.number < telling.c.number,
        )
    ).is_(None),
)  # fmt: skip
_DUE = sa.and_(
    _IS_ACTIVE,
    sa.or_(webhook.c.lease_until.is_(None), webhook.c.lease_until <= _WALL),
    sa.or_(webhook.c.retry_at.is_(None), webhook.c.retry_at <= _WALL),
    ~is_fenced(webhook.c.agency_id),
    _one(sa.select(telling.c.id).where(telling.c.webhook_id == webhook.c.id, _MAY_GO)).is_not(None),
)
_DUE_ONES = sa.select(webhook.c.id, webhook.c.fence).where(_DUE).order_by(webhook.c.tried_at.nulls_first()).limit(100)
_NEXT = (
    sa.select(telling)
    .where(
        telling.c.webhook_id == sa.bindparam("mine"),
        sa.exists().where(webhook.c.id == telling.c.webhook_id, _IS_ACTIVE),  # nobody paused it meanwhile
        _MAY_GO,
    )
    .order_by(telling.c.number)
    .limit(1)
)


def due(connection: sa.Connection) -> list[str]:
    """Queues that somebody may take now, whoever waits longest first; a word means one taking and no later one."""
    return [f"{row.id}:{row.fence}" for row in connection.execute(_DUE_ONES, {"wall": wall_now()})]


def take(database: Database, which: str) -> Hold | None:
    """Take a queue that `due` named; None when other hands were quicker."""
    ident, _, fence = which.partition(":")
    now = wall_now()
    mine = sa.update(webhook).where(webhook.c.id == ident, webhook.c.fence == int(fence), _DUE)
    with database.write() as connection:
        taken = mine.values(fence=webhook.c.fence + 1, lease_until=now + LEASE, tried_at=now).returning(
            *(webhook.c[name] for name in Hold.__dataclass_fields__)
        )
        row = connection.execute(taken, {"wall": now}).mappings().first()
    return None if row is None else Hold(**row)


def following(connection: sa.Connection, held: Hold) -> sa.RowMapping | None:
    """The oldest that may go now: never one before an older of its case."""
    return connection.execute(_NEXT, {"mine": held.id, "wall": wall_now()}).mappings().first()


def release(connection: sa.Connection, held: Hold) -> None:
    """Out of these hands; nothing when it is no longer in them."""
    connection.execute(_mine(held).values(lease_until=None))


def brought(connection: sa.Connection, held: Hold, row: Mapping[Any, Any], answer: Answer) -> None:
    """It was taken: the receiver is there, and what was said of its failing is over. Raises Lost."""
    well = {"failures": 0, "failing_since": None, "retry_at": None, "lease_until": wall_now() + LEASE}
    _write(connection, held, well)
    said = {"status": DONE, "over_at": wall_now(), "last_status": answer.status, "last_ms": answer.ms}
    _note(connection, row, {**said, "last_words": _words(answer.words), "retry_at": None})
    if held.failures:
        settle(connection, held.agency_id, _failing(held.id))
    if held.failing_since is not None and wall_now() - held.failing_since >= OUTAGE:
        back = sa.update(telling).where(telling.c.webhook_id == held.id, _IS_WAITING)
        connection.execute(back.values(retry_at=None))


def failed(connection: sa.Connection, held: Hold, row: Mapping[Any, Any], answer: Answer) -> None:
    """It was not taken, or nobody knows: later again, of its days still; of those over, put aside. Raises Lost."""
    now = wall_now()
    since = held.failing_since or now
    rest = _pause(held.failures)
    values: dict[str, Any] = {
        "failures": held.failures + 1, "failing_since": since, "lease_until": None,
        "retry_at": now + timedelta(seconds=max(rest, answer.pause)),
    }  # fmt: skip
    if answer.status == GONE:
        values |= {"status": PAUSED, "why": "gone"}
    _write(connection, held, values)
    # Longer than its receiver's: the next try is another's, so that one refused telling stops no other.
    again = now + timedelta(seconds=max(_pause(row["attempts"] + 1), answer.pause))
    tried = {"last_status": answer.status, "last_words": _words(answer.words), "last_ms": answer.ms}
    _note(connection, row, {**tried, "retry_at": again})
    _put_aside(connection, held, now)
    if answer.status == GONE:
        _tell(connection, held, _failing(held.id), "incident.webhook_gone", {})
    elif now - since >= TELL_OFFICE:
        hours = round((now - since) / timedelta(hours=1))
        _tell(
            connection, held, _failing(held.id), "incident.webhook_failing", {"hours": hours, "status": answer.status}
        )


def _pause(failures: int) -> float:
    return PAUSES[min(failures, len(PAUSES) - 1)] * random.uniform(0.8, 1.2)


def _put_aside(connection: sa.Connection, held: Hold, now: datetime) -> None:
    over = sa.update(telling).where(telling.c.webhook_id == held.id, _IS_WAITING, telling.c.give_up_at <= now)
    if connection.execute(over.values(status=ASIDE, over_at=now)).rowcount:
        aside = sa.select(sa.func.count()).where(telling.c.webhook_id == held.id, telling.c.status == word(ASIDE))
        counted = {"count": connection.scalar(aside) or 0, "days": KEEPS_TRYING.days}
        key = _aside(held.id)
        settle(connection, held.agency_id, key)  # the number in its words is a new one
        _tell(connection, held, key, "incident.webhook_aside", counted)


def _tell(connection: sa.Connection, held: Hold, key: str, said: str, params: Mapping[str, Any]) -> None:
    reason = Message(said, {"name": held.name, **params})
    open_incident(connection, Trouble(held.agency_id, KIND, reason, key))


def _write(connection: sa.Connection, held: Hold, values: Mapping[str, Any]) -> None:
    if connection.execute(_mine(held).values(**values)).rowcount != 1:
        raise Lost


def _mine(held: Hold) -> sa.Update:
    mine = webhook.c.id == held.id, webhook.c.fence == held.fence, webhook.c.lease_until.is_not(None)
    return sa.update(webhook).where(*mine)


def _note(connection: sa.Connection, row: Mapping[Any, Any], values: Mapping[str, Any]) -> None:
    mine = sa.update(telling).where(telling.c.id == row["id"], _IS_WAITING)
    connection.execute(mine.values(attempts=telling.c.attempts + 1, tried_at=wall_now(), **values))


def _words(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)[:200]


def _failing(ident: str) -> str:
    return f"webhook:{ident}:failing"


def _aside(ident: str) -> str:
    return f"webhook:{ident}:aside"


def is_aside(key: str) -> bool:
    """Whether the incident of this key is about what was put aside."""
    return key == _aside(receiver_of(key))


def receiver_of(key: str) -> str:
    """Whom an incident of ours is about, by its key."""
    return key.split(":")[1]


# --- by hand ------------------------------------------------------------------------------------------


def send_again(connection: sa.Connection, agency: str, ident: str, by: str, *, number: int | None = None) -> int:
    """What was put aside (or the one of that number, whatever became of it) waits anew; how many."""
    mine = sa.and_(telling.c.agency_id == agency, telling.c.webhook_id == ident)
    chosen = telling.c.status == word(ASIDE) if number is None else telling.c.number == number
    many = connection.execute(sa.update(telling).where(mine, chosen).values(_anew())).rowcount
    if many:
        at_once = {"retry_at": None, "failures": 0, "failing_since": None}
        connection.execute(
            sa.update(webhook).where(webhook.c.id == ident, webhook.c.agency_id == agency).values(at_once)
        )
        left = sa.exists().where(telling.c.webhook_id == ident, telling.c.status == word(ASIDE))
        if not connection.scalar(sa.select(left)):
            settle(connection, agency, _aside(ident), by)
        settle(connection, agency, _failing(ident), by)
    return many


def prolong(connection: sa.Connection, ident: str) -> None:
    """What waited while nobody tried has all its days before it."""
    mine = telling.c.webhook_id == ident, _IS_WAITING
    connection.execute(sa.update(telling).where(*mine).values(retry_at=None, give_up_at=wall_now() + KEEPS_TRYING))


def drop_waiting(connection: sa.Connection, agency: str, ident: str) -> None:
    """Nobody is told of it any more, and nobody need repair anything."""
    open_ones = telling.c.status.in_([WAITING, ASIDE])
    gone = sa.update(telling).where(telling.c.agency_id == agency, telling.c.webhook_id == ident, open_ones)
    connection.execute(gone.values(status=DROPPED, over_at=wall_now()))
    for key in (_failing(ident), _aside(ident)):
        settle(connection, agency, key)


def forget_old(connection: sa.Connection) -> int:
    """What was over `KEPT` ago is in no log any more; how many lines."""
    before = wall_now() - KEPT
    gone = connection.execute(sa.delete(telling).where(telling.c.over_at < before)).rowcount
    left = sa.exists().where(telling.c.webhook_id == webhook.c.id)
    old = webhook.c.status == ENDED, webhook.c.tried_at.is_(None) | (webhook.c.tried_at < before), ~left
    connection.execute(sa.delete(webhook).where(*old))
    return gone


def _anew() -> dict[str, Any]:
    fresh = {"status": WAITING, "attempts": 0, "retry_at": None, "over_at": None}
    return {**fresh, "give_up_at": wall_now() + KEEPS_TRYING}


def log(
    connection: sa.Connection, agency: str, ident: str, *, before: int = 0, limit: int = 50
) -> Sequence[sa.RowMapping]:
    """A receiver's tellings, the latest first; `before`: the number of the last line of the page before."""
    rows = sa.select(telling).where(telling.c.agency_id == agency, telling.c.webhook_id == ident)
    if before:
        rows = rows.where(telling.c.number < before)
    return connection.execute(rows.order_by(telling.c.number.desc()).limit(limit)).mappings().all()


@dataclass(frozen=True)
class Standing:
    """How a receiver's queue stands: how many wait (since when the oldest), how many were put aside."""

    waiting: int
    oldest: datetime | None
    aside: int


def standing(connection: sa.Connection, ident: str) -> Standing:
    """Of one receiver."""
    mine = telling.c.webhook_id == ident
    waits = connection.execute(sa.select(sa.func.count(), sa.func.min(telling.c.created_at)).where(mine, _IS_WAITING))
    many, oldest = waits.one()
    aside = sa.select(sa.func.count()).where(mine, telling.c.status == word(ASIDE))
    return Standing(many, oldest, connection.scalar(aside) or 0)


def standing_of_all(connection: sa.Connection) -> Standing:
    """Of every receiver that is not paused, of all agencies: for whoever watches machines."""
    of_active = telling.join(webhook, webhook.c.id == telling.c.webhook_id)
    asked = sa.select(sa.func.count(), sa.func.min(telling.c.created_at)).select_from(of_active)
    many, oldest = connection.execute(asked.where(_IS_ACTIVE, _IS_WAITING)).one()
    aside = sa.select(sa.func.count()).where(telling.c.status == word(ASIDE))
    return Standing(many, oldest, connection.scalar(aside) or 0)
