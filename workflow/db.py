"""The one way to the database: read units see one snapshot, write units are short and serialised where they must be."""

from __future__ import annotations

import math
import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from workflow import rehearsing

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

IdSource = Callable[[], str]

ALIVE = {"keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 30_000}
"""A server that vanished without a word (a pulled cable) is found out within half a minute."""


class UtcDateTime(sa.TypeDecorator[datetime]):
    """Aware UTC in Python, naive UTC in the database, the same on both servers."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Refuses a naive time: nobody could say which hour it means."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs its zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Gives the zone back."""
        return None if value is None else value.replace(tzinfo=UTC)


def Id(name: str = "id", *args: Any, **kwargs: Any) -> sa.Column[str]:  # noqa: N802 - reads as a column type
    """A 36-letter identifier column."""
    return sa.Column(name, sa.String(36), *args, **kwargs)


def agency_id() -> sa.Column[str]:
    """Every row belongs to one agency."""
    return Id("agency_id", sa.ForeignKey("agency.id"), nullable=False)


def word(text: str) -> sa.ColumnElement[str]:
    """A constant that stands in a statement itself, as an index of some rows wants it: never what a person wrote."""
    return sa.literal_column(f"'{text}'")


def where(condition: str) -> dict[str, Any]:
    """Keywords that make an index hold only these rows, in the words both databases keep."""
    return {f"{dialect}_where": sa.text(condition) for dialect in ("sqlite", "postgresql")}


_last_tick = 0
_tick_lock = threading.Lock()


def uuid7() -> str:
    """A time-ordered identifier (RFC 9562, method 3): ids of one process sort in the order they were made."""
    global _last_tick
    rehearsal = rehearsing.current()
    if rehearsal is not None:
        tick, chance = rehearsal.tick(), rehearsal.bits(62)
    else:
        with _tick_lock:
            now = time.time_ns() * 4096 // 1_000_000
            tick = _last_tick = max(_last_tick + 1, now)
        chance = secrets.randbits(62)
    bits = (tick >> 12 << 80) | (0x7 << 76) | ((tick & 0xFFF) << 64) | (0b10 << 62) | chance
    text = f"{bits:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def new_key() -> str:
    """A secret of 32 bytes, as hex: the key of what may be erased."""
    rehearsal = rehearsing.current()
    return secrets.token_hex(32) if rehearsal is None else f"{rehearsal.bits(256):064x}"


@dataclass(frozen=True)
class Limits:
    """What one process may ask of the database; times in seconds. SQLite has no limit on a statement."""

    connections: int = 20
    statement: float = 15
    lock: float = 8
    idle: float = 30  # inside a transaction: whoever forgot one must not hold its locks
    wait: float = 10  # for a free connection of the pool, or for the server to answer


MOMENT = "moment"
"""The option under which a connection held for one snapshot keeps its time: a list, of one once it was asked."""


class _Held(threading.local):
    """The snapshot that a thread reads in, if it holds one."""

    connection: sa.Connection | None = None


class Database:
    """An engine set up for trust: durable commits, bounded waits, writers that queue instead of failing."""

    def __init__(self, url: str, *, new_id: IdSource = uuid7, limits: Limits = Limits(), scratch: bool = False) -> None:
        """`scratch`: a copy of SQLite's file in memory, for one thread, which nobody sees and nothing keeps."""
        self.url = sa.make_url(url)
        self.new_id = new_id
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(self.url, scratch) if self.is_sqlite else _postgres_engine(self.url, limits)
        self._held = _Held()
        self._kept = self.engine.connect() if scratch else None  # one thread, one connection: none is fetched to look

    @contextmanager
    def snapshot(self) -> Iterator[sa.Connection]:
        """All that this thread reads inside, wherever it is asked, is of one moment: a page does not contradict itself,
        and a dozen transactions are one. Nothing is written meanwhile: what follows would not see it."""
        if self._held.connection is not None:
            yield self._held.connection
            return
        with self.read() as connection:
            self._held.connection = connection.execution_options(**{MOMENT: []})
            try:
                yield connection
            finally:
                self._held.connection = None

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """One snapshot, never a lock that a writer waits for."""
        if self._held.connection is not None:
            yield self._held.connection
            return
        options: dict[str, Any] = (
            {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )
        with self.engine.connect().execution_options(**options) as connection, connection.begin():
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN")
            yield connection

    @contextmanager
    def write(self, *, once: bool = False, on: sa.Connection | None = None) -> Iterator[sa.Connection]:
        """One transaction, all or nothing. On SQLite it takes the writer's place at once (BEGIN IMMEDIATE).

        `once`: a single statement will be all of it, so on PostgreSQL it is its own transaction, in one round trip.
        `on`: the connection of a glance goes on with it.
        """
        if self._held.connection is not None:
            raise RuntimeError("nothing is written inside a snapshot")
        with nullcontext(on) if on is not None else self.engine.connect() as connection:
            connection.rollback()  # a glance has nothing to end but what SQLAlchemy thinks that it began
            if once and not self.is_sqlite:
                yield connection
                return
            if not self.is_sqlite:
                connection.execution_options(isolation_level="READ COMMITTED")
            with connection.begin():
                if self.is_sqlite:
                    connection.exec_driver_sql("BEGIN IMMEDIATE")
                yield connection

    @contextmanager
    def glance(self) -> Iterator[sa.Connection]:
        """Every statement its own snapshot and no transaction to end: for what one statement answers."""
        known = self._held.connection or self._kept
        with nullcontext(known) if known is not None else self.engine.connect() as connection:
            yield connection

    def insert_ignoring(self, table: sa.Table) -> Any:
        """INSERT … ON CONFLICT DO NOTHING for this database; add `.returning(…)` to learn whether it was new."""
        return _ignoring(self.engine.dialect.name, table)

    def dispose(self) -> None:
        """Give the connections back, e.g. after a fork."""
        if self._kept is not None:
            self._kept.close()
        self.engine.dispose()


def insert_ignoring(connection: sa.Connection, table: sa.Table, *told: sa.Column[Any]) -> Any:
    """INSERT … ON CONFLICT DO NOTHING for the connection's database; `told`: what it returns of a new row. The same
    statement each time: with the row as parameters it is not written out anew."""
    return _ignoring(connection.dialect.name, table, *told)


@cache
def _ignoring(dialect: str, table: sa.Table, *told: sa.Column[Any]) -> Any:
    statement = (sqlite if dialect == "sqlite" else postgresql).insert(table).on_conflict_do_nothing()
    return statement.returning(*told) if told else statement


DURABLE = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=15000", "foreign_keys=ON")
SCRATCH = ("foreign_keys=ON", "journal_mode=MEMORY", "synchronous=OFF", "temp_store=MEMORY")
STATEMENTS = 4_000  # kept prepared for one thread that asks some 800 in turn, where the usual 128 and 500 thrash


def _sqlite_engine(url: sa.URL, scratch: bool) -> sa.Engine:
    args: dict[str, Any] = {"connect_args": {"timeout": 15}, "pool_size": 10, "max_overflow": 40}
    if scratch:
        args = {
            "creator": partial(_copied, str(url.database)),
            "poolclass": sa.StaticPool,
            "query_cache_size": STATEMENTS,
        }
    engine, pragmas = sa.create_engine(url, hide_parameters=True, **args), SCRATCH if scratch else DURABLE

    @sa.event.listens_for(engine, "connect")
    def on_connect(dbapi: Any, _record: Any) -> None:
        dbapi.isolation_level = None  # the driver's own BEGIN comes too late: SELECT and UPDATE would see two snapshots
        for pragma in pragmas:
            dbapi.execute(f"PRAGMA {pragma}")

    return engine


def _copied(path: str) -> sqlite3.Connection:
    """A file's rows in memory: what is done to them costs no file a byte.

    A file of SQLite's memory, not `:memory:`, which goes through all of its pages at each commit that adds one.
    """
    held = sqlite3.connect("file:scratch?vfs=memdb", uri=True, check_same_thread=False, cached_statements=STATEMENTS)
    with closing(sqlite3.connect(path)) as kept:
        kept.execute("PRAGMA journal_mode=DELETE")  # a log beside it, as the file says of itself, is no part of memory
        kept.backup(held)
    return held


def _postgres_engine(url: sa.URL, limits: Limits) -> sa.Engine:
    """Half of the connections are kept open, the others come and go with the load.

    Between two units a connection is left in autocommit, as decisions want it: changing it twice for each costs more
    than pooling it.
    """
    times = {
        "statement_timeout": limits.statement,
        "lock_timeout": limits.lock,
        "idle_in_transaction_session_timeout": limits.idle,
    }
    kept = max(limits.connections // 2, 1)
    engine = sa.create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        skip_autocommit_rollback=True,
        connect_args={
            "options": " ".join(f"-c {name}={int(seconds * 1000)}" for name, seconds in times.items())
            # A decision's statement takes longer to plan than to run: one plan serves all values.
            + " -c TimeZone=UTC -c plan_cache_mode=force_generic_plan",
            "connect_timeout": max(int(min(limits.wait, 5)), 2),
            "application_name": f"neuguong-{os.getpid()}",
            "client_encoding": "utf8",  # whatever the server was made with: the doctor names it
            **ALIVE,
        },
        pool_size=kept,
        max_overflow=limits.connections - kept,
        pool_timeout=limits.wait,
        hide_parameters=True,  # what people wrote stands in no log
    )
    _ask_the_rested(engine)

    @sa.event.listens_for(engine, "connect")
    def on_connect(dbapi: Any, _record: Any) -> None:
        dbapi.prepare_threshold, dbapi.prepared_max = PREPARED_AFTER, PREPARED_AT_MOST

    return engine


PREPARED_AFTER = 1
"""Executions on a connection after which a statement stays planned: the long ones cost more to plan than to run."""

PREPARED_AT_MOST = 400
"""Statements a connection keeps planned; the driver's hundred are fewer than the pages have."""

RESTED = 1.0
"""Seconds after which a pooled connection is asked whether it still lives, before it is used."""


def _ask_the_rested(engine: sa.Engine) -> None:
    """SQLAlchemy's own ping asks before each use, which costs a busy process a round trip every time."""

    @sa.event.listens_for(engine, "checkin")
    def on_checkin(_dbapi: Any, record: Any) -> None:
        record.info["used_at"] = time.monotonic()

    @sa.event.listens_for(engine, "checkout")
    def on_checkout(dbapi: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("used_at", math.inf) < RESTED:  # a new one has not rested yet
            return
        try:
            engine.dialect.do_ping(dbapi)
        except engine.dialect.loaded_dbapi.Error as dead:
            raise sa.exc.InvalidatePoolError from dead
