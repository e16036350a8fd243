"""One chain over everything that was written: events, deliveries, the journal; sealed by the clock after the fact.

Sealing takes no part in a decision. The clock looks, every second, at what is committed and not sealed yet, and gives
it the next places: what is visible is committed, and a row that turns up late gets a later place instead of being
missed, because it is looked for by its absence and not behind a cursor. Ids are times (UUIDv7), so only the last
minutes are looked at; once an hour, and at the start, all of it.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from workflow.clock import wall_now
from workflow.db import Database, Id, UtcDateTime, metadata, new_key
from workflow.history import GENESIS, canonical, event
from workflow.journal import journal
from workflow.outbox import delivery

seal = sa.Table(
    "seal",
    metadata,
    sa.Column("place", sa.BigInteger, primary_key=True, autoincrement=False),  # 1, 2, 3 … without a gap
    sa.Column("source", sa.String(16), nullable=False),  # event | delivery | journal
    Id("ref", nullable=False),
    sa.Column("content", sa.String(64), nullable=False),  # of what never changes
    sa.Column("detail", sa.String(64)),  # HMAC of what may be erased, under a key that is erased with it
    sa.Column("at", UtcDateTime, nullable=False),  # wall time of sealing
    sa.Column("hash", sa.String(64), nullable=False),
    sa.UniqueConstraint("source", "ref"),
)

delivery_key = sa.Table(
    "delivery_key",
    metadata,
    Id("delivery_id", primary_key=True),
    sa.Column("key", sa.String(64)),  # NULL once erased
)

WINDOW = timedelta(minutes=5)
"""How far behind the last seal a row may still turn up: longer than any transaction and any skew of clocks."""

BATCH = 500  # rows of one transaction: on SQLite writers wait for it
THOROUGH_EVERY = 3600.0  # seconds between two looks at everything
AT_MOST = 5.0  # seconds of one run
_LOCK = 727_003


def _of_event(row: Any) -> str:
    return str(row.hash)


def _of_row(*names: str) -> Callable[[Any], str]:
    def content(row: Any) -> str:
        values = {name: getattr(row, name) for name in names}
        if isinstance(values.get("at"), datetime):
            values["at"] = values["at"].isoformat(timespec="microseconds")
        return hashlib.sha256(canonical(values)).hexdigest()

    return content


@dataclass(frozen=True)
class Source:
    """A table whose rows are sealed: what of a row is read, and the digest of what never changes of it."""

    name: str
    table: sa.Table
    columns: tuple[sa.Column[Any], ...]
    content: Callable[[Any], str]
    erasable: bool = False


SOURCES = (
    Source("event", event, (event.c.id, event.c.hash), _of_event),
    Source(
        "delivery", delivery, tuple(delivery.c),
        _of_row("id", "agency_id", "case_id", "item_id", "person_id", "kind", "topic", "at"), erasable=True,
    ),
    Source("journal", journal, tuple(journal.c), _of_row("id", "agency_id", "noun", "row_id", "verb", "body")),
)  # fmt: skip


class Sealed(Protocol):
    """A seal but for its own hash: a row of the table, or one that is to become one."""

    @property
    def place(self) -> int: ...
    @property
    def source(self) -> str: ...
    @property
    def ref(self) -> str: ...
    @property
    def content(self) -> str: ...
    @property
    def detail(self) -> str | None: ...
    @property
    def at(self) -> datetime: ...


class NewSeal(NamedTuple):
    """A seal to be written."""

    place: int
    source: str
    ref: str
    content: str
    detail: str | None
    at: datetime


def seal_hash(previous: str, row: Sealed) -> str:
    """A seal's hash over the one before it and everything the seal says."""
    at = row.at.isoformat(timespec="microseconds")
    said = f"{previous}\x1f{row.place}\x1f{row.source}\x1f{row.ref}\x1f{row.content}\x1f{row.detail or ''}\x1f{at}"
    return hashlib.sha256(said.encode()).hexdigest()


def detail_digest(key: str, detail: object) -> str:
    """HMAC of what may be erased."""
    return hmac.digest(bytes.fromhex(key), canonical(detail), "sha256").hex()


@dataclass(frozen=True)
class Head:
    """Where the chain ends."""

    place: int
    hash: str
    at: datetime | None

    @property
    def floor(self) -> str:
        """The smallest id that what is not sealed yet may have; empty at the beginning."""
        return id_floor(self.at - WINDOW) if self.at else ""


def head(connection: sa.Connection) -> Head:
    """The last seal, or the beginning of all."""
    row = connection.execute(_LAST).one_or_none()
    return Head(row.place, row.hash, row.at) if row else Head(0, GENESIS, None)


_LAST = sa.select(seal.c.place, seal.c.hash, seal.c.at).order_by(seal.c.place.desc()).limit(1)


def id_floor(moment: datetime) -> str:
    """The smallest UUIDv7 of a moment."""
    text = f"{int(moment.timestamp() * 1000):012x}"
    return f"{text[:8]}-{text[8:]}-7000-8000-000000000000"


def unsealed(source: Source, floor: str) -> sa.ColumnElement[bool]:
    """Rows of a source from an id on that have no place yet.

    Asked for its seal, where whether there is one would do: before PostgreSQL has counted a table that grew in a storm,
    it compares each row with every seal.
    """
    its = sa.select(seal.c.place).where(seal.c.source == source.name, seal.c.ref == source.table.c.id)
    return sa.and_(source.table.c.id > floor, its.limit(sa.literal_column("1")).scalar_subquery().is_(None))


class Sealer:
    """Seals what was committed. Any number of clocks may: of two at once, one does it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._next_thorough = 0.0

    def run(self) -> int:
        """Seal everything committed by now, for a few seconds at most; how many rows."""
        thorough = time.monotonic() >= self._next_thorough
        stop, done = time.monotonic() + AT_MOST, 0
        while time.monotonic() < stop:
            sealed = self._batch(thorough=thorough)
            done += sealed
            if sealed < BATCH:
                if thorough:
                    self._next_thorough = time.monotonic() + THOROUGH_EVERY
                break
        return done

    def _batch(self, *, thorough: bool) -> int:
        with self._database.read() as connection:
            if not _something(connection, "" if thorough else head(connection).floor):
                return 0
        try:
            with self._database.write() as connection:
                if not _my_turn(connection):
                    return 0
                return _seal_batch(connection, thorough=thorough)
        except IntegrityError:
            return 0  # another clock was faster


def _something(connection: sa.Connection, floor: str) -> bool:
    return any(
        connection.execute(sa.select(source.table.c.id).where(unsealed(source, floor)).limit(1)).first()
        for source in SOURCES
    )


def _my_turn(connection: sa.Connection) -> bool:
    if connection.dialect.name == "sqlite":
        return True  # the only writer
    return bool(connection.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(_LOCK))))


def _seal_batch(connection: sa.Connection, *, thorough: bool) -> int:
    last = head(connection)
    found = [
        (row.id, source, row)
        for source in SOURCES
        for row in connection.execute(_chosen(source, "" if thorough else last.floor))
    ]
    found.sort(key=lambda one: one[0])
    now, previous, seals, keys = wall_now(), last.hash, [], []
    for place, (ref, source, row) in enumerate(found[:BATCH], start=last.place + 1):
        key = new_key() if source.erasable else None
        detail = detail_digest(key, row.detail) if key else None
        new = NewSeal(place, source.name, ref, source.content(row), detail, now)
        previous = seal_hash(previous, new)
        seals.append({**new._asdict(), "hash": previous})
        if key:
            keys.append({"delivery_id": ref, "key": key})
    if seals:
        connection.execute(sa.insert(seal), seals)
    if keys:
        connection.execute(sa.insert(delivery_key), keys)
    return len(seals)


def _chosen(source: Source, floor: str) -> sa.Select[Any]:
    """The oldest first. What can be erased is locked: erasing waits for its key to be there, or is seen."""
    chosen = sa.select(*source.columns).where(unsealed(source, floor)).order_by(source.table.c.id).limit(BATCH)
    return chosen.with_for_update(read=True, of=source.table) if source.erasable else chosen


def forget(connection: sa.Connection, which: sa.ColumnElement[bool]) -> None:
    """Their details are erased: so are the keys of their seals. `which` chooses rows of the delivery log."""
    ids = sa.select(delivery.c.id).where(which)
    connection.execute(sa.update(delivery_key).where(delivery_key.c.delivery_id.in_(ids)).values(key=None))


def counts(connection: sa.Connection) -> dict[str, int]:
    """For a metric: `sealed` rows so far, and `unsealed` ones of the last minutes (0 or few while a clock runs)."""
    last = head(connection)
    waiting = (
        connection.scalar(sa.select(sa.func.count()).select_from(one.table).where(unsealed(one, last.floor)))
        for one in SOURCES
    )
    return {"sealed": last.place, "unsealed": sum(number or 0 for number in waiting)}
