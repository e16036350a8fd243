"""What left as a file: who took which list, when, chosen how, of how many lines; and the mark the file carries.

A mark is one line that says who took the file and when, and leads back to the log. It stands on lists, which are made
for whoever asks; a paper of the agency (a decision, minutes, a certificate) is the same for everybody and bears none.
What is said of each file is a line of the delivery log, sealed like a letter; `export_log` is how it is found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from workflow import seal
from workflow.clock import ZONE, business_now
from workflow.db import Id, UtcDateTime, agency_id, metadata
from workflow.message import Message, Refused
from workflow.organisation import person
from workflow.outbox import delivery
from workflow.runs import Claim

KIND = "export"
MOST_A_DAY = 100
"""Files that one person may take within 24 hours; whoever needs more takes the whole list once."""

export_log = sa.Table(
    "export_log",
    metadata,
    Id(primary_key=True),  # of the line in the delivery log; of a run: the run's own
    agency_id(),
    Id("person_id", nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),  # business time
    sa.ForeignKeyConstraint(["agency_id", "person_id"], ["person.agency_id", "person.id"]),
    sa.Index("ix_export_log_agency", "agency_id", "at"),
    sa.Index("ix_export_log_person", "agency_id", "person_id", "at"),
)


@dataclass(frozen=True)
class Export:
    """One file that somebody takes. `id` is new, or a run's, which may be tried again and stays one."""

    id: str
    agency_id: str
    person_id: str
    what: str  # the page's endpoint, or the kind of a run
    file: str
    lines: int
    chosen: Mapping[str, Any] = field(default_factory=dict, hash=False)


def of_run(export_id: str, taken: Claim, file: str, lines: int) -> Export:
    """The file that a run made for who asked."""
    return Export(export_id, taken.agency_id, taken.asked_by, f"run.{taken.kind}", file, lines, taken.wanted)


def mark(export_id: str) -> str:
    """What tells one file from all others, short enough to be read aloud."""
    tail = export_id.replace("-", "")[-10:].upper()
    return f"{tail[:5]}-{tail[5:]}"


def stamp(connection: sa.Connection, agency: str, person_id: str, export_id: str) -> str:
    """The line that the file carries."""
    mine = sa.select(person.c.name).where(person.c.agency_id == agency, person.c.id == person_id)
    now = business_now(connection).astimezone(ZONE)
    return f"{connection.scalar(mine) or ''} xuất lúc {now:%H:%M %d/%m/%Y}, mã {mark(export_id)}"


def record(connection: sa.Connection, taken: Export) -> None:
    """Write it down, in the transaction after which the file may leave. Raises Refused beyond a day's number."""
    now = business_now(connection)
    mine = (export_log.c.agency_id == taken.agency_id) & (export_log.c.person_id == taken.person_id)
    lately = sa.select(sa.func.count()).where(mine, export_log.c.at > now - timedelta(days=1))
    if (connection.scalar(lately) or 0) >= MOST_A_DAY:
        raise Refused(Message("export.too_many", {"most": MOST_A_DAY}))
    row = {"id": taken.id, "agency_id": taken.agency_id, "person_id": taken.person_id, "at": now}
    detail = {"file": taken.file[:150], "lines": taken.lines, "chosen": dict(taken.chosen)}
    connection.execute(sa.insert(delivery).values(**row, kind=KIND, topic=taken.what[:120], detail=detail))
    connection.execute(sa.insert(export_log).values(row))


@dataclass(frozen=True)
class Taken:
    """One line of the log."""

    id: str
    person_id: str
    what: str
    at: datetime
    detail: Mapping[str, Any] = field(hash=False)  # file, lines, chosen; emptied when somebody in it was forgotten

    @property
    def mark(self) -> str:
        """As the file says it."""
        return mark(self.id)


def listed(
    connection: sa.Connection, agency: str, *, of: Sequence[str] | None = None, before: datetime | None = None,
    limit: int = 100,
) -> list[Taken]:  # fmt: skip
    """What was taken in an agency, the latest first; `of`: by these people alone."""
    chosen = _chosen().where(export_log.c.agency_id == agency)
    if of is not None:
        chosen = chosen.where(export_log.c.person_id.in_(of))
    if before is not None:
        chosen = chosen.where(export_log.c.at < before)
    rows = connection.execute(chosen.order_by(export_log.c.at.desc(), export_log.c.id.desc()).limit(limit))
    return [Taken(**row) for row in rows.mappings()]


def found(connection: sa.Connection, agency: str, said: str) -> Taken | None:
    """The export whose mark a file carries; None for one that is not of this agency."""
    wanted = "".join(one for one in said.lower() if one.isascii() and one.isalnum())
    if len(wanted) != 10:
        return None
    ours = (export_log.c.agency_id == agency) & (sa.func.substr(export_log.c.id, 27, 10) == wanted)
    row = connection.execute(_chosen().where(ours)).mappings().first()
    return Taken(**row) if row else None


def _chosen() -> sa.Select[Any]:
    named = (export_log.c.id, export_log.c.person_id, delivery.c.topic.label("what"), export_log.c.at)
    return sa.select(*named, delivery.c.detail).join(delivery, delivery.c.id == export_log.c.id)


def forget(connection: sa.Connection, agency: str, words: Sequence[str]) -> None:
    """What was chosen is emptied where it says one of these names, codes or ids; who took a file stays."""
    ours = sa.select(delivery.c.id, delivery.c.detail).join(export_log, export_log.c.id == delivery.c.id)
    rows = connection.execute(ours.where(export_log.c.agency_id == agency)).all()
    named = [row.id for row in rows if any(word and word in _said(row.detail) for word in words)]
    if named:
        connection.execute(sa.update(delivery).where(delivery.c.id.in_(named)).values(detail={"erased": True}))
        seal.forget(connection, delivery.c.id.in_(named))


def _said(detail: Mapping[str, Any]) -> str:
    return " ".join(map(str, (detail.get("file", ""), *(detail.get("chosen") or {}).values())))
