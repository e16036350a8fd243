"""Every no that a person met, under a short reference, for thirty days: so that it can be asked about afterwards.

Kept are the reasons as they were returned and how the case stood; nothing that was typed. The same no to the same
person is one row, so that asking again, by whatever mistake or script, grows nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from workflow.clock import wall_now
from workflow.db import Id, IdSource, UtcDateTime, agency_id, insert_ignoring, metadata, uuid7
from workflow.history import canonical
from workflow.message import Message
from workflow.runs import packed

KEPT = timedelta(days=30)
MOST = 200
"""How many are kept of one person; older ones make room."""

LETTERS = 8

refusal = sa.Table(
    "refusal",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("person_id", nullable=False),
    sa.Column("ref", sa.String(16), nullable=False),
    Id("case_id"),
    sa.Column("what", sa.String(120), nullable=False, server_default=""),  # action, `ask:ID`, or the page's endpoint
    sa.Column("channel", sa.String(16), nullable=False),  # page | api
    sa.Column("status", sa.String(24), nullable=False),  # of the Refused
    sa.Column("reasons", sa.JSON, nullable=False),  # messages
    sa.Column("facts", sa.JSON, nullable=False),  # how the case stood: words of its plan, numbers, days
    sa.Column("at", UtcDateTime, nullable=False),
    sa.ForeignKeyConstraint(["agency_id", "person_id"], ["person.agency_id", "person.id"]),
    sa.UniqueConstraint("agency_id", "ref"),
    sa.Index("ix_refusal_person", "agency_id", "person_id", "at"),
    sa.Index("ix_refusal_at", "at"),
)


@dataclass(frozen=True)
class Met:
    """A no that somebody met. `what`: the action asked for, or the page."""

    agency_id: str
    person_id: str
    channel: str
    status: str
    reasons: tuple[Message, ...]
    what: str = ""
    case_id: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """What makes two the same."""
        said = [packed(one) for one in self.reasons]
        known = [
            self.agency_id,
            self.person_id,
            self.channel,
            self.status,
            self.what,
            self.case_id,
            said,
            dict(self.facts),
        ]
        return base64.b32encode(hashlib.sha256(canonical(known)).digest()).decode()[:LETTERS]

    @property
    def ref(self) -> str:
        """What a person reads out: TC-ABCD-EFGH."""
        return f"TC-{self.digest[:4]}-{self.digest[4:]}"


def keep(connection: sa.Connection, met: Met, *, new_id: IdSource = uuid7) -> str:
    """Write it down, once; its reference."""
    now = wall_now()
    new = insert_ignoring(connection, refusal).values(
        id=new_id(), agency_id=met.agency_id, person_id=met.person_id, ref=met.ref, case_id=met.case_id,
        what=met.what[:120], channel=met.channel, status=met.status, at=now,
        reasons=[packed(one) for one in met.reasons], facts=dict(met.facts),
    )  # fmt: skip
    mine = (refusal.c.agency_id == met.agency_id) & (refusal.c.person_id == met.person_id)
    if connection.execute(new).rowcount:
        newest = sa.select(refusal.c.id).where(mine).order_by(refusal.c.at.desc(), refusal.c.id.desc()).limit(MOST)
        connection.execute(sa.delete(refusal).where(mine, refusal.c.id.not_in(newest)))
    else:
        connection.execute(sa.update(refusal).where(mine, refusal.c.ref == met.ref).values(at=now))
    return met.ref


def find(connection: sa.Connection, agency: str, ref: str) -> Mapping[Any, Any] | None:
    """What is kept under a reference, typed in any case and with or without its dashes; None when it is gone."""
    letters = "".join(sign for sign in ref.upper() if sign.isalnum()).removeprefix("TC")
    wanted = f"TC-{letters[:4]}-{letters[4:]}"
    rows = sa.select(refusal).where(refusal.c.agency_id == agency, refusal.c.ref == wanted)
    return connection.execute(rows).mappings().first()


def forget_old(connection: sa.Connection) -> int:
    """Those whose time is over; how many."""
    return connection.execute(sa.delete(refusal).where(refusal.c.at < wall_now() - KEPT)).rowcount


def erase(connection: sa.Connection, agency: str, person_id: str, names: Iterable[str]) -> None:
    """Of somebody who is forgotten: what they met, and what names them in what others met."""
    wanted = [name for name in names if name]
    for row in connection.execute(sa.select(refusal).where(refusal.c.agency_id == agency)).mappings().all():
        said = json.dumps(row["reasons"], ensure_ascii=False)
        if row["person_id"] == person_id or any(name in said for name in wanted):
            connection.execute(sa.delete(refusal).where(refusal.c.id == row["id"]))
