"""An application small enough to see through: a real database, handlers that leave a mark in it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from workflow import outbox
from workflow.case import case
from workflow.catalogue import definition_version, plan_version
from workflow.clock import wall_now
from workflow.db import Database, uuid7
from workflow.organisation import agency
from workflow.outbox import Draft, LeaseLost
from workflow.timers import timer

EARLY = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass
class Bell:
    """Timers in this workshop leave a mark; those named `broken` raise. `beside`: which can be fired together;
    `telling`: which are swept."""

    database: Database
    beside: set[str] = field(default_factory=set)
    telling: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def fire(self, timer_id: str) -> bool:
        self.asked.append(timer_id)
        with self.database.write() as connection:
            armed = sa.and_(timer.c.id == timer_id, timer.c.status == "armed")
            fired = sa.update(timer).where(armed).values(status="fired", done_at=wall_now())
            name = connection.scalar(fired.returning(timer.c.name))
            if name is None:
                return False
            if name == "broken":
                raise ZeroDivisionError("broken timer")
            mark(connection, f"fired {name}")
        return True

    def fire_together(self, timer_ids: Iterable[str]) -> set[str]:
        return {one for one in timer_ids if one in self.beside and self.fire(one)}

    def sweep_timers(self, among: Iterable[str] = (), *, seconds: float = 5.0) -> set[str]:
        return {one for one in among if one in self.telling and self.fire(one)}

    def start_due_cadences(self) -> int:
        return 0


@dataclass
class Receivers:
    """Stands for the queues of other systems: which are due, and what bringing one does."""

    queues: list[str] = field(default_factory=list)
    brought: list[str] = field(default_factory=list)
    slow: dict[str, threading.Event] = field(default_factory=dict)  # which of them hang, until told

    def due(self, _connection) -> list[str]:
        return [one for one in self.queues if one not in self.brought]

    def bring(self, which: str) -> int:
        if which in self.slow:
            assert self.slow[which].wait(20)
        self.brought.append(which)
        return 1


@dataclass
class Workshop:
    """What the hands need of an application."""

    database: Database
    handlers: dict = field(default_factory=dict)
    doers: dict = field(default_factory=dict)
    listeners: list[Callable[[], None]] = field(default_factory=list)
    webhooks: Receivers = field(default_factory=Receivers)

    def __post_init__(self) -> None:
        self.engine = Bell(self.database)
        self.handlers |= {"mark": self.mark, "notice": self.mark, "breaks": self.breaks}

    def after_commit(self) -> None:
        for listener in self.listeners:
            listener()

    def watch(self) -> int:
        return 0

    def reach(self) -> int:
        return 0

    def seal(self) -> int:
        return 0

    def anchor(self) -> int:
        return 0

    def sweep_files(self) -> int:
        return 0

    def propose_forgetting(self) -> int:
        return 0

    def forget_tellings(self) -> int:
        return 0

    def mark(self, claimed, finish) -> None:
        with self.database.write() as connection:
            mark(connection, claimed.payload["text"])
            if not finish(connection):
                raise LeaseLost

    def breaks(self, claimed, finish) -> None:
        raise ConnectionError("nobody listens")

    def marks(self) -> list[str]:
        with self.database.read() as connection:
            chosen = sa.select(outbox.delivery.c.topic).order_by(outbox.delivery.c.at, outbox.delivery.c.id)
            return list(connection.scalars(chosen))

    def put(self, *texts: str, kind: str = "mark", recipient: str | None = None, held: bool = False) -> list[str]:
        not_before = wall_now() + timedelta(hours=1) if held else EARLY
        drafts = [
            Draft("a", kind, recipient or f"case:{text}", {"text": text}, f"{kind}:{text}", not_before, "c")
            for text in texts
        ]
        with self.database.write() as connection:
            return outbox.enqueue(connection, drafts)

    def arm(self, *names: str, case_id: str = "c", due_at: datetime = EARLY) -> list[str]:
        rows = [
            {
                "id": uuid7(), "agency_id": "a", "case_id": case_id, "visit": 1, "kind": "after", "name": name,
                "detail": {}, "due_at": due_at + timedelta(minutes=n), "status": "armed", "armed_at": EARLY,
            }
            for n, name in enumerate(names)
        ]  # fmt: skip
        with self.database.write() as connection:
            connection.execute(sa.insert(timer), rows)
        return [row["id"] for row in rows]

    def status(self, message_id: str) -> str:
        with self.database.read() as connection:
            chosen = sa.select(outbox.outbox.c.status).where(outbox.outbox.c.id == message_id)
            return connection.scalar(chosen)


def mark(connection: sa.Connection, text: str) -> None:
    """The effect: a row that must be there exactly once."""
    row = {"id": uuid7(), "agency_id": "a", "kind": "mark", "topic": text, "detail": {}, "at": wall_now()}
    connection.execute(sa.insert(outbox.delivery), row)


def furnish(database: Database) -> None:
    """One agency with two bare cases, for messages and timers to hang on."""
    plan = {
        "id": "p", "agency_id": "a", "code": "p", "hash": "p", "grammar": 1, "canonical": "{}", "source": "",
        "is_living": True, "loaded_at": EARLY, "loaded_by": "test",
    }  # fmt: skip
    definition = {
        "id": "d", "agency_id": "a", "plan_id": "p", "process": "x", "hash": "d", "grammar": 1, "canonical": "{}",
        "source": "", "loaded_at": EARLY,
    }  # fmt: skip
    with database.write() as connection:
        connection.execute(sa.insert(agency).values(id="a", code="a", name="Sở A", created_at=EARLY))
        connection.execute(sa.insert(plan_version).values(plan))
        connection.execute(sa.insert(definition_version).values(definition))
        connection.execute(sa.insert(case), [bare_case("c"), bare_case("c2")])


def bare_case(id_: str) -> dict:
    return {
        "id": id_, "agency_id": "a", "plan_id": "p", "definition_id": "d", "process": "x", "code": id_,
        "subject_type": "agency", "subject_id": "a", "label": id_, "folded": id_, "state": "s", "stage": "work",
        "levels": [], "holds": [], "takers": {}, "visit": 1, "entered_at": EARLY, "version": 1, "chain_seq": 0,
        "chain_head": "", "year": 2025, "started_at": EARLY,
    }  # fmt: skip
