"""What a client was told had happened, on disk before it goes on; and what the database says afterwards."""

from __future__ import annotations

import json
import os
import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from workflow.case import case
from workflow.history import event
from workflow.idempotency import idempotency


@dataclass(frozen=True)
class Acknowledged:
    """One operation a server said yes to."""

    key: str
    person_id: str
    name: str  # of the action or the ask
    code: str
    event_seq: int
    tries: int


class Ledger:
    """One line per operation, forced to disk before the client may take the answer for true."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._turn = threading.Lock()
        self.count = 0

    def acknowledge(self, entry: Acknowledged) -> None:
        """Keep it."""
        line = json.dumps(asdict(entry)) + "\n"
        with self._turn:
            os.write(self._file, line.encode())
            os.fsync(self._file)
            self.count += 1

    def read(self) -> list[Acknowledged]:
        """Everything that was acknowledged."""
        return [Acknowledged(**json.loads(line)) for line in self.path.read_text().splitlines()]

    def close(self) -> None:
        """Write no more."""
        os.close(self._file)


@dataclass(frozen=True)
class Verdict:
    """`lost`: acknowledged, but not there, or not as told. `doubled`: there, but nobody was told of it."""

    acknowledged: int
    lost: list[str]
    doubled: list[str]


def compare(connection: sa.Connection, entries: list[Acknowledged]) -> Verdict:
    """Every acknowledged operation is one event of that person, and every event of a person was acknowledged."""
    known = {row.key: row for row in connection.execute(sa.select(idempotency))}
    events = _events_of_people(connection)
    lost: list[str] = []
    for entry in entries:
        kept = known.get(entry.key)
        if kept is None or _told(kept.answer) != (entry.code, entry.event_seq):
            lost.append(f"{entry}: the answer kept is {kept and kept.answer}")
        elif not _take(events[entry.code], entry):
            lost.append(f"{entry}: no event of its own")
    left = [f"{code}#{seq} {row}" for code, rows in events.items() for seq, row in rows.items()]
    unknown = set(known) - {entry.key for entry in entries}
    return Verdict(len(entries), lost, left + [f"answered, never heard: {key}" for key in unknown])


def _told(answer: Mapping[str, Any]) -> tuple[str, int]:
    return answer["code"], answer["event_seq"]


def _events_of_people(connection: sa.Connection) -> dict[str, dict[int, tuple[str, str]]]:
    """Code of a case → number → who, what."""
    found: dict[str, dict[int, tuple[str, str]]] = defaultdict(dict)
    rows = sa.select(case.c.code, event.c.seq, event.c.actor_id, event.c.body).join(case, case.c.id == event.c.case_id)
    for row in connection.execute(rows.where(event.c.actor_id.is_not(None)).order_by(event.c.seq)):
        found[row.code][row.seq] = (row.actor_id, row.body["action"])
    return found


def _take(rows: dict[int, tuple[str, str]], entry: Acknowledged) -> bool:
    """An operation may cause events of the engine after its own: it is the last of a person up to its number."""
    mine = max((seq for seq in rows if seq <= entry.event_seq), default=None)
    if mine is None or rows[mine] != (entry.person_id, entry.name):
        return False
    del rows[mine]
    return True
