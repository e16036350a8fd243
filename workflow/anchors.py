"""Anchors: once a day a few figures that stand for everything sealed so far, carried to where no administrator reaches.

An anchor holds the Merkle root over the seals since the one before and the hash at which the chain then stood. It is
written beside the database and mailed; whoever keeps one can tell later whether what it covers is still the same.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from workflow.clock import business_now, local_date, wall_now
from workflow.db import Database, UtcDateTime, metadata
from workflow.history import GENESIS
from workflow.incidents import Trouble, incident, open_incident
from workflow.merkle import Tree
from workflow.message import Message
from workflow.organisation import agency
from workflow.outbox import NOTICE, Draft, enqueue
from workflow.seal import seal
from workflow.streams import rows, without_a_limit

anchor = sa.Table(
    "anchor",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("first", sa.BigInteger, nullable=False),  # first > last: nothing was sealed since the one before
    sa.Column("last", sa.BigInteger, nullable=False),
    sa.Column("root", sa.String(64), nullable=False),
    sa.Column("head", sa.String(64), nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
)


@dataclass(frozen=True)
class Anchor:
    """Which seals (places `first` to `last`), their Merkle root, and the chain's hash at `last`."""

    number: int
    day: date
    first: int
    last: int
    root: str
    head: str

    @property
    def line(self) -> str:
        """How it is written down; the last word tells a slip of the pen from a change of the data."""
        said = f"{self.number} {self.day.isoformat()} {self.first}-{self.last} {self.root} {self.head}"
        return f"{MARK} {said} {_check(said)}"


MARK = "neuguong-anchor-1"
LETTER = "anchor"  # the template of the letter that carries one
_LINE = re.compile(
    rf"{MARK} (?P<said>(\d{{1,9}}) (\d{{4}}-\d\d-\d\d) (\d{{1,18}})-(\d{{1,18}}) ([0-9a-f]{{64}}) ([0-9a-f]{{64}}))"
    r" ([0-9a-f]{8})\b"
)
_FOLD = re.compile(r"[\s>]+")


class Unreadable(ValueError):
    """A text in which no anchor stands, or one with a slip of the pen; `given` is its beginning."""

    def __init__(self, given: str) -> None:
        super().__init__(given)
        self.given = given


def read_anchors(text: str) -> list[Anchor]:
    """The anchors in a text: a file's lines, or a mail as it was pasted, quoted and broken. Raises Unreadable."""
    folded = _FOLD.sub(" ", text)
    found = []
    for part in folded.split(MARK)[1:]:
        line = f"{MARK} {part.strip()}"
        match = _LINE.match(line)
        if match is None or _check(match["said"]) != match[8]:
            raise Unreadable(line[:80])
        try:
            day = date.fromisoformat(match[3])
        except ValueError as wrong:
            raise Unreadable(line[:80]) from wrong
        found.append(Anchor(int(match[2]), day, int(match[4]), int(match[5]), match[6], match[7]))
    if not found:
        raise Unreadable(folded.strip()[:80])
    return found


def _check(said: str) -> str:
    return hashlib.sha256(said.encode()).hexdigest()[:8]


# --- making -------------------------------------------------------------------------------------------


def last_anchor(connection: sa.Connection) -> Anchor | None:
    """The newest one."""
    row = connection.execute(sa.select(anchor).order_by(anchor.c.number.desc()).limit(1)).one_or_none()
    return _anchor(row) if row else None


def stored(connection: sa.Connection) -> list[Anchor]:
    """All of them, oldest first: one a day."""
    return [_anchor(row) for row in connection.execute(sa.select(anchor).order_by(anchor.c.number))]


def _anchor(row: Any) -> Anchor:
    return Anchor(row.number, row.day, row.first, row.last, row.root, row.head)


def make_due(
    database: Database, mail_to: Sequence[str] = (), *, now: datetime | None = None, asked: bool = False
) -> Anchor | None:
    """The day's anchor, the first time it is asked for that day (`asked`: another one now); None when there is one.

    Of several clocks one makes it. Its letters are messages of the same transaction.
    """
    now = now or wall_now()
    with database.read() as connection:
        before = last_anchor(connection)
        if before is not None and before.day >= local_date(now) and not asked:
            return None
        new = _next(connection, before, local_date(now))
    if new.last == 0:
        return None  # nothing was ever sealed
    try:
        with database.write() as connection:
            connection.execute(sa.insert(anchor).values(**vars(new), made_at=now))
            enqueue(connection, _letters(connection, new, mail_to), new_id=database.new_id)
    except IntegrityError:
        return None
    return new


def _letters(connection: sa.Connection, new: Anchor, mail_to: Sequence[str]) -> list[Draft]:
    """The seals are the installation's; whose outbox tells of them is the first agency's."""
    agency_id = connection.scalar(sa.select(agency.c.id).order_by(agency.c.created_at, agency.c.id).limit(1))
    if agency_id is None:
        return []
    now, day = business_now(connection), new.day.isoformat()
    payload = {"template": LETTER, "line": new.line, "number": new.number, "seals": new.last, "day": day}
    key = f"anchor:{new.number}:{new.head[:16]}"
    return [Draft(agency_id, NOTICE, f"address:{one}", payload, f"{key}:{one}", now) for one in mail_to]


def _next(connection: sa.Connection, before: Anchor | None, day: date) -> Anchor:
    first = before.last + 1 if before else 1
    tree, hashed = Tree(), before.head if before else GENESIS
    without_a_limit(connection)
    for (hashed,) in rows(connection, sa.select(seal.c.hash).where(seal.c.place >= first).order_by(seal.c.place)):
        tree.add(bytes.fromhex(hashed))
    number = before.number + 1 if before else 1
    return Anchor(number, day, first, first + tree.size - 1, tree.root(), hashed)


# --- carrying -----------------------------------------------------------------------------------------


def write_down(path: Path, anchors: Iterable[Anchor]) -> int:
    """Append what the file does not say yet, and see it onto the disk; how many lines. Any number may write at once.

    A line is never changed: after a restore the file tells two anchors of one number, and `verify` tells why.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        text = file.read()
        known = set(text.splitlines())
        new = [one.line for one in anchors if one.line not in known]
        if new:
            file.write(("" if not text or text.endswith("\n") else "\n") + "".join(f"{line}\n" for line in new))
            file.flush()
            os.fsync(file.fileno())
            _sync_folder(path.parent)
    return len(new)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def misfits(connection: sa.Connection, outside: Sequence[Anchor]) -> list[Anchor]:
    """Of anchors kept outside, those this database no longer bears out: a quick look, at where the chain stood."""
    places = {one.last: one.head for one in outside if one.last}
    found = connection.execute(sa.select(seal.c.place, seal.c.hash).where(seal.c.place.in_(places)))
    here = {row.place: row.hash for row in found}
    return [one for one in outside if one.last and here.get(one.last) != one.head]


def read_file(path: Path) -> list[Anchor]:
    """The anchors of our own file; a line that a power cut left half written was written again after it."""
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    found = []
    for line in text.splitlines():
        with suppress(Unreadable):
            found += read_anchors(line)
    return found


def keep(database: Database, path: Path | None, mail_to: Sequence[str] = ()) -> int:
    """The clock's part: the day's anchor, the file brought up to date, an anchor that no longer fits made an incident.

    How many anchors the database no longer bears out.
    """
    make_due(database, mail_to)
    if path is None:
        return 0
    outside = read_file(path)
    with database.read() as connection:
        here = stored(connection)
        wrong = misfits(connection, outside)
    write_down(path, here)
    if wrong:
        with database.write() as connection:
            for one in wrong:
                _make_known(connection, one)
    return len(wrong)


def _make_known(connection: sa.Connection, one: Anchor) -> None:
    """To every agency, once: whoever says it is explained (a restore) is not asked again."""
    key = f"anchor:{one.number}:{one.head[:16]}"
    told = set(connection.scalars(sa.select(incident.c.agency_id).where(incident.c.dedupe_key == key)))
    reason = Message("incident.anchor", {"number": one.number, "day": one.day.strftime("%d/%m/%Y"), "last": one.last})
    for agency_id in connection.scalars(sa.select(agency.c.id)).all():
        if agency_id not in told:
            open_incident(connection, Trouble(agency_id, "anchor", reason, key))
