"""Is what was sealed still what is there? The chain of seals, every row it stands for, every anchor kept outside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from workflow.anchors import Anchor, stored
from workflow.history import GENESIS
from workflow.journal import journal
from workflow.merkle import Tree
from workflow.message import Message
from workflow.outbox import delivery
from workflow.seal import SOURCES, WINDOW, Head, Source, delivery_key, detail_digest, id_floor, seal, seal_hash
from workflow.streams import rows

MOST = 100
"""Faults that are told of one kind; a thousand more say nothing new."""


@dataclass(frozen=True)
class Fault:
    """Where the audit does not add up: at a place of the chain of seals (0: at none), and why."""

    place: int
    reason: Message


@dataclass
class Report:
    """What was looked at. `covered` is the last place an outside anchor bears out, 0 when none was given."""

    faults: list[Fault] = field(default_factory=list)
    sealed: int = 0
    unsealed: int = 0
    covered: int = 0
    covered_on: date | None = None
    anchors: int = 0

    def add(self, faults: Iterable[Fault]) -> None:
        """Note faults, `MOST` of a kind."""
        for fault in faults:
            if sum(one.reason.key == fault.reason.key for one in self.faults) < MOST:
                self.faults.append(fault)


def verify_seals(connection: sa.Connection, outside: Sequence[Anchor] = ()) -> Report:
    """Recompute the chain of seals and compare it with the rows it seals, with the anchors here and those outside."""
    report = Report(anchors=len(outside))
    here = stored(connection)
    walk = _Walk([*here, *outside])
    report.add(walk.faults(connection))
    report.sealed = walk.last.place
    report.add(_numbers(here))
    report.add(_judged(walk, here, outside, report))
    for source in SOURCES:
        report.add(_deleted(connection, source))
        report.add(_changed(connection, source, walk.past, report))
    report.add(_unrecorded(connection))
    return report


# --- the chain and its anchors -----------------------------------------------------------------------


class _Walk:
    """One pass over the seals in their order, growing the trees of the anchors that are open at a place."""

    def __init__(self, anchors: Iterable[Anchor]) -> None:
        self.last = Head(0, GENESIS, None)
        self.past = ""  # ids below were due to be sealed: behind the last seal, and not of its last minutes
        self.found: dict[Anchor, tuple[str, str]] = {}  # anchor → (root, head) as recomputed
        self._waiting = sorted(set(anchors), key=attrgetter("first", "last"), reverse=True)
        self._open: dict[tuple[int, int], tuple[Tree, list[Anchor]]] = {}
        self._close()

    def faults(self, connection: sa.Connection) -> Iterator[Fault]:
        """Walk; what is wrong with the chain itself."""
        newest = ""
        for row in rows(connection, sa.select(seal).order_by(seal.c.place)):
            if row.place != self.last.place + 1:
                yield Fault(row.place, Message("seal.broken.missing", {"first": self.last.place + 1}))
            elif seal_hash(self.last.hash, row) != row.hash:
                yield Fault(row.place, Message("seal.broken.chain"))
            if self.last.at and row.at < self.last.at - WINDOW:
                yield Fault(row.place, Message("seal.broken.backwards"))
            self.last = Head(row.place, row.hash, row.at)
            self._grow(row.place, row.hash)
            newest = row.ref
        if self.last.at:
            self.past = min(id_floor(self.last.at - WINDOW), newest)  # who catches up seals the oldest first

    def _grow(self, place: int, hashed: str) -> None:
        while self._waiting and self._waiting[-1].first <= place:
            one = self._waiting.pop()
            self._open.setdefault((one.first, one.last), (Tree(), []))[1].append(one)
        try:
            leaf = bytes.fromhex(hashed)
        except ValueError:
            leaf = hashed.encode()
        for tree, _ in self._open.values():
            tree.add(leaf)
        self._close()

    def _close(self) -> None:
        """Anchors whose last place was reached; an empty one ends before it begins."""
        while self._waiting and self._waiting[-1].last <= self.last.place and self._is_empty(self._waiting[-1]):
            one = self._waiting.pop()
            self.found[one] = (Tree().root(), self.last.hash)
        for span in [span for span in self._open if span[1] <= self.last.place]:
            tree, anchors = self._open.pop(span)
            self.found |= dict.fromkeys(anchors, (tree.root(), self.last.hash))

    @staticmethod
    def _is_empty(one: Anchor) -> bool:
        return one.first > one.last


def _judged(walk: _Walk, here: Sequence[Anchor], outside: Sequence[Anchor], report: Report) -> Iterator[Fault]:
    for one in sorted({*here, *outside}, key=attrgetter("last", "number")):
        kept = one in outside
        told = {"number": one.number, "day": one.day, "first": one.first, "last": one.last}
        if one not in walk.found:
            key = "seal.broken.cut" if kept else "seal.broken.anchor_beyond"
            yield Fault(walk.last.place, Message(key, {**told, "sealed": walk.last.place}))
        elif walk.found[one] != (one.root, one.head):
            since = report.covered + 1
            key = "seal.broken.anchor" if kept else "seal.broken.anchor_here"
            yield Fault(one.last, Message(key, {**told, "first": min(since, one.first)}))
        elif kept:
            report.covered, report.covered_on = max(report.covered, one.last), one.day


def _numbers(here: Sequence[Anchor]) -> Iterator[Fault]:
    """The anchors in the database follow one another without a gap."""
    before: Anchor | None = None
    for number, one in enumerate(here, start=1):
        begins = before.last + 1 if before else 1
        if one.number != number or one.first != begins or one.last < one.first - 1:
            yield Fault(one.last, Message("seal.broken.anchor_missing", {"number": number}))
            return
        before = one


# --- the rows ----------------------------------------------------------------------------------------


def _deleted(connection: sa.Connection, source: Source) -> Iterator[Fault]:
    gone = (
        sa.select(seal.c.place)
        .outerjoin(source.table, source.table.c.id == seal.c.ref)
        .where(seal.c.source == source.name, source.table.c.id.is_(None))
        .limit(MOST)
    )
    for row in rows(connection, gone):
        yield Fault(row.place, Message(f"seal.broken.deleted_{source.name}"))


def _changed(connection: sa.Connection, source: Source, past: str, report: Report) -> Iterator[Fault]:
    """Rows that are not what was sealed, and rows from before the last seals that nobody sealed."""
    for row in rows(connection, _with_seals(source)):
        if row.place is None:
            report.unsealed += 1
            if row.id < past:
                yield Fault(0, Message(f"seal.broken.inserted_{source.name}", {"id": row.id}))
        elif source.content(row) != row.content or not _detail_holds(source, row):
            yield Fault(row.place, Message(f"seal.broken.changed_{source.name}"))


def _with_seals(source: Source) -> sa.Select[Any]:
    its = sa.and_(seal.c.source == source.name, seal.c.ref == source.table.c.id)
    chosen = [*source.columns, seal.c.place, seal.c.content, seal.c.detail.label("sealed_detail")]
    joined: Any = source.table.outerjoin(seal, its)
    if source.erasable:
        chosen.append(delivery_key.c.key)
        joined = joined.outerjoin(delivery_key, delivery_key.c.delivery_id == source.table.c.id)
    return sa.select(*chosen).select_from(joined).order_by(source.table.c.id)


def _detail_holds(source: Source, row: Any) -> bool:
    """What may be erased is as it was, or erased together with its key."""
    if not source.erasable:
        return True
    if row.key is None:
        return bool(row.detail == {"erased": True})
    return bool(detail_digest(row.key, row.detail) == row.sealed_detail)


def _unrecorded(connection: sa.Connection) -> Iterator[Fault]:
    """The database writes down every erasure; one that is not written down was made behind its back."""
    noted = sa.exists().where(journal.c.noun == delivery.name, journal.c.row_id == delivery_key.c.delivery_id)
    gone = (
        sa.select(seal.c.place)
        .join(delivery_key, sa.and_(seal.c.source == "delivery", seal.c.ref == delivery_key.c.delivery_id))
        .where(delivery_key.c.key.is_(None), ~noted)
        .limit(MOST)
    )
    for row in rows(connection, gone):
        yield Fault(row.place, Message("seal.broken.unrecorded"))
