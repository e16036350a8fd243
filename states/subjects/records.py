"""What stands in a subject's dossier: ratings, titles, initiatives, results, discipline, leave, opinions of others.

One table, because each is a dated fact with a paper; what a kind must say is `KINDS`. A record is never changed: who
erred withdraws it with a reason, and enters it anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from states.subjects.model import of_subject, subject
from workflow import files
from workflow.clock import business_now
from workflow.db import Id, UtcDateTime, agency_id, insert_ignoring, metadata
from workflow.folding import fold, tidy
from workflow.message import Message, NotFound, Refused

dossier_record = sa.Table(
    "dossier_record",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("subject_id", nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("key", sa.String(300), nullable=False),  # what makes it the same record: a year, a name, a number
    sa.Column("year", sa.Integer),
    sa.Column("value", sa.String(120), nullable=False, server_default=""),  # a plan's word
    sa.Column("scope", sa.String(64), nullable=False, server_default=""),  # how far it reaches; a plan's word
    sa.Column("title", sa.String(300), nullable=False, server_default=""),
    sa.Column("starts_on", sa.Date),
    sa.Column("ends_on", sa.Date),  # the last day; NULL: not over yet
    sa.Column("used_for", sa.String(300), nullable=False, server_default=""),  # of an initiative: where it was spent
    sa.Column("decision_number", sa.String(120), nullable=False, server_default=""),
    sa.Column("decided_on", sa.Date),
    Id("proof_file_id"),
    Id("recorded_by"),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
    sa.Column("withdrawn_at", UtcDateTime),
    Id("withdrawn_by"),
    sa.Column("withdrawn_why", sa.String(300), nullable=False, server_default=""),
    of_subject(),
    sa.Index("ix_dossier_record_subject", "agency_id", "subject_id"),
    sa.Index(
        "uq_dossier_record_live", "agency_id", "subject_id", "kind", "key", unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"), postgresql_where=sa.text("withdrawn_at IS NULL"),
    ),
)  # fmt: skip

DOSSIER = "dossier_values"
"""The plan's value that says which words a record may hold: kind (or `scope`) → word → title."""

CONTENT = (
    "year", "value", "scope", "title", "starts_on", "ends_on", "used_for", "decision_number", "decided_on",
)  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """What a record of a kind says: `needs` it must, `takes` it may; `key` makes two of them one."""

    needs: tuple[str, ...]
    takes: tuple[str, ...]
    key: tuple[str, ...]

    @property
    def asks(self) -> tuple[str, ...]:
        """Everything a form shows, in the order of CONTENT."""
        return tuple(name for name in CONTENT if name in self.needs or name in self.takes)


_PAPER = ("decision_number", "decided_on")
KINDS: Mapping[str, Kind] = {
    "rating": Kind(("year", "value"), _PAPER, ("year",)),
    "title": Kind(("year", "value"), _PAPER, ("value", "year")),
    "initiative": Kind(("year", "title"), ("scope", "used_for", *_PAPER), ("title",)),
    "result": Kind(("year", "value", "title"), ("scope", *_PAPER), ("title", "year")),
    "contribution": Kind(("year", "title"), ("scope", *_PAPER), ("title", "year")),
    "discipline": Kind(("starts_on", "decision_number"), ("ends_on", "decided_on"), ("decision_number",)),
    "leave": Kind(("value", "starts_on"), ("ends_on", *_PAPER), ("value", "starts_on")),
    "secondment": Kind(("title", "starts_on"), ("ends_on", *_PAPER), ("starts_on",)),
    "comment": Kind(("value", "title", "decided_on"), ("decision_number",), ("value", "title", "decided_on")),
    "clearance": Kind(("value", "title", "decided_on"), ("decision_number",), ("title", "decided_on")),
}
"""`result`: of a movement or a single achievement; its value says whether it was regular, thematic or sudden."""

EARLIEST_YEAR = 1945


@dataclass(frozen=True)
class Entry:
    """A record to be made: about whom, what it says (by names of CONTENT), who enters it, and its paper.

    The paper belongs to the case it was entered from, and is seen and erased with it.
    """

    agency_id: str
    subject_id: str
    kind: str
    given: Mapping[str, Any]
    by: str | None = None
    case_id: str | None = None
    proof_file_id: str | None = None


def add_record(connection: sa.Connection, entry: Entry, record_id: str) -> bool:
    """One more record; False when it stands there already. Refused for one that contradicts or says too little."""
    now = business_now(connection)
    values = _checked(entry.kind, entry.given, now)
    mine = (subject.c.agency_id == entry.agency_id) & (subject.c.id == entry.subject_id) & subject.c.erased_at.is_(None)
    if connection.scalar(sa.select(subject.c.id).where(mine)) is None:
        raise NotFound("subject")
    row = {
        "id": record_id, "agency_id": entry.agency_id, "subject_id": entry.subject_id, "kind": entry.kind,
        "key": key_of(entry.kind, values), "proof_file_id": entry.proof_file_id, "recorded_by": entry.by,
        "recorded_at": now, **values,
    }  # fmt: skip
    fresh = insert_ignoring(connection, dossier_record).values(row).returning(dossier_record.c.id)
    if connection.scalar(fresh) is None:
        _same_or_refused(connection, row)
        return False
    if entry.proof_file_id and entry.case_id:
        files.claim(connection, [entry.proof_file_id], entry.case_id)
    return True


def withdraw_record(connection: sa.Connection, entry: Entry, record_id: str, why: str) -> None:
    """A record entered in error counts no longer; that it stood there, and why it does not, is kept."""
    if not tidy(why):
        raise Refused(Message("record.missing", {"what": Message("record.why")}))
    mine = (
        (dossier_record.c.agency_id == entry.agency_id) & (dossier_record.c.id == record_id)
        & (dossier_record.c.subject_id == entry.subject_id)
    )  # fmt: skip
    done = connection.execute(
        sa.update(dossier_record)
        .where(mine, dossier_record.c.withdrawn_at.is_(None))
        .values(withdrawn_at=business_now(connection), withdrawn_by=entry.by, withdrawn_why=tidy(why)[:300])
    )
    if not done.rowcount:
        raise NotFound("record")


def records_of(
    connection: sa.Connection, agency_id: str, subject_id: str, *, withdrawn: bool = False
) -> list[sa.RowMapping]:
    """The records that count, by kind, the newest last; `withdrawn`: those that count no longer, too."""
    found = connection.execute(_RECORDS[withdrawn], {"agency": agency_id, "subject": subject_id})
    return list(found.mappings())


def _records(*living: sa.ColumnElement[bool]) -> sa.Select[Any]:
    c = dossier_record.c
    mine = (c.agency_id == sa.bindparam("agency"), c.subject_id == sa.bindparam("subject"))
    return sa.select(dossier_record).where(*mine, *living).order_by(c.kind, c.year, c.starts_on, c.id)


_RECORDS = {True: _records(), False: _records(dossier_record.c.withdrawn_at.is_(None))}


def key_of(kind: str, values: Mapping[str, Any]) -> str:
    """What makes two records of a kind one: years and days as they are, names without diacritics and case."""
    return "/".join(fold(str(values[name] or "")) for name in KINDS[kind].key)[:300]


def _checked(kind: str, given: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    shape = KINDS[kind]
    values: dict[str, Any] = {
        name: tidy(one) if isinstance(one := given.get(name), str) else one for name in shape.asks
    }
    for name in shape.needs:
        if values[name] in (None, ""):
            raise Refused(Message("record.missing", {"what": Message(f"record.{name}")}))
    if (year := values.get("year")) is not None and not EARLIEST_YEAR <= year <= now.year:
        raise Refused(Message("record.bad_year", {"year": year, "first": EARLIEST_YEAR, "last": now.year}))
    starts, ends = values.get("starts_on"), values.get("ends_on")
    if isinstance(starts, date) and isinstance(ends, date) and ends < starts:
        raise Refused(Message("record.ends_before", {"first": starts, "last": ends}))
    dates = {"starts_on", "ends_on", "decided_on", "year"}
    return {name: one if name in dates else one or "" for name, one in values.items()}


def _same_or_refused(connection: sa.Connection, row: Mapping[str, Any]) -> None:
    """The same record twice is one; another content under the same key is a contradiction somebody must settle."""
    same = [dossier_record.c[name] == row[name] for name in ("agency_id", "subject_id", "kind", "key")]
    living = sa.select(dossier_record).where(*same, dossier_record.c.withdrawn_at.is_(None))
    known = connection.execute(living).mappings().one()
    if any((known[name] or "") != (row[name] or "") for name in KINDS[row["kind"]].asks):
        raise Refused(Message("record.contradicts", {"kind": Message(f"record.kind.{row['kind']}")}))


def erase_records(connection: sa.Connection, agency_id: str, subject_id: str) -> None:
    """The dossier goes with the person: ratings and discipline are about nobody else."""
    mine = (dossier_record.c.agency_id == agency_id) & (dossier_record.c.subject_id == subject_id)
    connection.execute(sa.delete(dossier_record).where(mine))


def spend_initiatives(connection: sa.Connection, agency_id: str, subject_id: str, titles: Mapping[str, str]) -> int:
    """Of the initiatives so named (folded title → what it is spent on), how many were spent on something else before.

    One statement takes what is free, in the transaction of the decision; the row is the witness.
    """
    mine = (
        (dossier_record.c.agency_id == agency_id) & (dossier_record.c.subject_id == subject_id)
        & (dossier_record.c.kind == "initiative") & dossier_record.c.withdrawn_at.is_(None)
    )  # fmt: skip
    for key, used_for in titles.items():
        free = mine & (dossier_record.c.key == key) & (dossier_record.c.used_for == "")
        connection.execute(sa.update(dossier_record).where(free).values(used_for=used_for))
    spent = sa.select(dossier_record.c.key, dossier_record.c.used_for).where(mine, dossier_record.c.key.in_(titles))
    return len([row for row in connection.execute(spent) if row.used_for != titles[row.key]])
