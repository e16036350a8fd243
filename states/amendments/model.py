"""Amendments: one line each time the office edits people, roles, units or a plan's numbers; and batches of invitations.

What stood there and what stands there now are personal data: they go when a person is forgotten. The journal keeps the
line's digest, keyed, so that a line that was changed afterwards shows and a forgotten one tells nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from workflow.clock import business_now
from workflow.db import Id, IdSource, UtcDateTime, agency_id, metadata, uuid7
from workflow.folding import tidy

LONGEST_GROUND = 300

amendment = sa.Table(
    "amendment",
    metadata,
    Id(primary_key=True),
    agency_id(),
    sa.Column("noun", sa.String(16), nullable=False),  # person | role | unit | plan | agency
    Id("row_id", nullable=False),  # the person (of a role: who holds it), the unit, the plan's version
    sa.Column("verb", sa.String(16), nullable=False),  # added | changed | left | given | ended
    sa.Column("changes", sa.JSON, nullable=False),  # name of a value → [before, after], as they are typed
    sa.Column("ground", sa.String(LONGEST_GROUND), nullable=False, server_default=""),
    Id("made_by", nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("key", sa.String(64)),  # NULL: forgotten
    sa.Column("digest", sa.String(64), nullable=False),
    sa.ForeignKeyConstraint(["agency_id", "made_by"], ["person.agency_id", "person.id"]),
    sa.Index("ix_amendment_made", "agency_id", "made_at"),
    sa.Index("ix_amendment_row", "agency_id", "row_id"),
)

invitation = sa.Table(
    "invitation",
    metadata,
    Id(primary_key=True),
    agency_id(),
    sa.Column("batch", sa.String(36), nullable=False),  # the form they were ticked in
    Id("person_id", nullable=False),
    sa.Column("outcome", sa.String(16), nullable=False),  # mailed | by_hand | has_password | locked | shared | …
    Id("made_by", nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("agency_id", "batch", "person_id"),
    sa.ForeignKeyConstraint(["agency_id", "person_id"], ["person.agency_id", "person.id"]),
    sa.ForeignKeyConstraint(["agency_id", "made_by"], ["person.agency_id", "person.id"]),
)

Changes = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Amendment:
    """A line not yet written: what was changed of what, by whom, on what ground."""

    noun: str
    row_id: str
    verb: str
    changes: Changes
    ground: str
    by: str


def record(connection: sa.Connection, agency: str, made: Amendment, *, new_id: IdSource = uuid7) -> str:
    """Write it, in the transaction of the change itself; its id."""
    ident, key, ground = new_id(), secrets.token_hex(16), tidy(made.ground)[:LONGEST_GROUND]
    changes = {name: [str(one) for one in pair] for name, pair in made.changes.items()}
    row = {
        "id": ident, "agency_id": agency, "noun": made.noun, "row_id": made.row_id, "verb": made.verb,
        "changes": changes, "ground": ground, "made_by": made.by, "made_at": business_now(connection), "key": key,
        "digest": _digest(key, made.noun, made.row_id, made.verb, changes, ground),
    }  # fmt: skip
    connection.execute(sa.insert(amendment).values(row))
    return ident


def _digest(key: str, *content: Any) -> str:
    said = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hmac.new(key.encode(), said.encode(), hashlib.sha256).hexdigest()


def is_whole(row: Mapping[str, Any]) -> bool:
    """Whether a line still says what it said when it was written; of a forgotten one nobody can tell."""
    if row["key"] is None:
        return True
    content = (row["noun"], row["row_id"], row["verb"], row["changes"], row["ground"])
    return hmac.compare_digest(row["digest"], _digest(row["key"], *content))


def history(
    connection: sa.Connection, agency: str, *, noun: str = "", row_id: str = "", before: str = "", limit: int = 50
) -> Sequence[sa.RowMapping]:
    """Lines, the latest first; of one noun or one row; `before`: the id of the last line of the page before."""
    query = sa.select(amendment).where(amendment.c.agency_id == agency)
    if noun:
        query = query.where(amendment.c.noun == noun)
    if row_id:
        query = query.where(amendment.c.row_id == row_id)
    if before:
        query = query.where(amendment.c.id < before)  # ids are of the moment
    return connection.execute(query.order_by(amendment.c.id.desc()).limit(limit)).mappings().all()


def erase(connection: sa.Connection, agency: str, person_id: str) -> None:
    """Forget what lines about a person said; that there were some, when and by whom, stays."""
    mine = (amendment.c.agency_id == agency) & (amendment.c.row_id == person_id)
    connection.execute(sa.update(amendment).where(mine).values(changes={}, ground="", key=None))
