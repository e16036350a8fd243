"""Who asks to be forgotten: looked at (what goes, what stays and why), confirmed with a ground, done, written down.

What is written down names nobody: an id that leads to an emptied row, who decided, why, how much went and what stayed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from states.erasure import erase_person, erase_subject, papers_kept
from states.honours.model import honour
from states.sealed import Envelope
from states.subjects.model import award, recognition, subject
from states.subjects.records import dossier_record
from workflow.case import case, case_party
from workflow.clock import business_now
from workflow.db import Id, UtcDateTime, agency_id, metadata, uuid7
from workflow.files import file
from workflow.folding import fold, tidy
from workflow.history import event
from workflow.message import Message, NotFound, Refused
from workflow.organisation import account, person, twin

erasure = sa.Table(
    "erasure",
    metadata,
    Id(primary_key=True),
    agency_id(),
    sa.Column("noun", sa.String(16), nullable=False),  # person | subject
    Id("erased_id", nullable=False),
    sa.Column("ground", sa.String(300), nullable=False),
    sa.Column("counts", sa.JSON, nullable=False),  # what went and what stayed, in numbers
    Id("decided_by", nullable=False),
    sa.Column("decided_at", UtcDateTime, nullable=False),
    sa.ForeignKeyConstraint(["agency_id", "decided_by"], ["person.agency_id", "person.id"]),
    sa.Index("ix_erasure_agency", "agency_id", "decided_at"),
)

Noun = Literal["person", "subject"]


@dataclass(frozen=True)
class Forgetting:
    """Whom to forget, why, by whom; `typed`: what was typed to confirm it."""

    agency_id: str
    noun: Noun
    ident: str
    by: str
    ground: str = ""
    typed: str = ""
    by_admin: bool = False


@dataclass
class Look:
    """What forgetting somebody would do. With `refusals` it cannot be done."""

    name: str
    word: str  # what is typed to confirm it: their code, or the name of who has none
    counts: Mapping[str, int] = field(default_factory=dict)  # what goes
    kept: Mapping[str, int] = field(default_factory=dict)
    papers: Sequence[Any] = ()  # with a number of a register: title, symbol, typed_number, dated_on
    refusals: list[Message] = field(default_factory=list)


def look(connection: sa.Connection, wanted: Forgetting) -> Look:
    """What goes and what stays, in this snapshot. Raises NotFound."""
    table = person if wanted.noun == "person" else subject
    row = connection.execute(
        sa.select(table).where(table.c.agency_id == wanted.agency_id, table.c.id == wanted.ident)
    ).one_or_none()
    if row is None:
        raise NotFound(wanted.noun)
    seen = Look(row.name, row.code if wanted.noun == "person" else row.name)
    people, subjects = _all_of(connection, wanted)
    seen.refusals = _refusals(connection, wanted, row, subjects)
    cases = list(connection.scalars(sa.select(case.c.id).where(case.c.subject_id.in_(subjects))))
    papers = papers_kept(connection, wanted.agency_id, cases)
    seen.papers = papers
    seen.counts = {
        "cases": len(cases), "files": _count(connection, file.c.case_id.in_(cases)),
        "records": _count(connection, dossier_record.c.subject_id.in_(subjects)),
        "consents": _count(connection, honour.c.subject_id.in_(subjects)),
        "sign_ins": _count(connection, account.c.id.in_(sa.select(person.c.account_id).where(person.c.id.in_(people)))),
    }  # fmt: skip
    seen.kept = {
        "papers": len(papers), "events": _count(connection, event.c.case_id.in_(cases)),
        "recognitions": _count(connection, recognition.c.subject_id.in_(subjects)),
        "awards": _count(connection, award.c.subject_id.in_(subjects)),
        "other_cases": len(_others(connection, people, cases)),
    }  # fmt: skip
    return seen


def _all_of(connection: sa.Connection, wanted: Forgetting) -> tuple[list[str], list[str]]:
    """The people and the subjects that are this one, those joined with them too."""
    ids = [wanted.ident]
    for ident in ids:
        joined = sa.select(twin.c.gone_id).where(
            twin.c.agency_id == wanted.agency_id, twin.c.into_id == ident, twin.c.parted_at.is_(None)
        )
        ids += [one for one in connection.scalars(joined) if one not in ids]
    of_people = sa.select(subject.c.id).where(subject.c.agency_id == wanted.agency_id, subject.c.person_id.in_(ids))
    if wanted.noun == "person":
        return ids, list(connection.scalars(of_people))
    return [], ids


def _refusals(connection: sa.Connection, wanted: Forgetting, row: Any, subjects: list[str]) -> list[Message]:
    reasons = [Message("erasure.done_already")] if row.erased_at is not None else []
    is_staff = wanted.noun == "subject" and (row.person_id or row.whole_unit_id)
    reasons += [Message("erasure.of_staff", {"name": row.name})] if is_staff else []
    if wanted.ident == wanted.by and not wanted.by_admin:
        reasons.append(Message("erasure.not_oneself"))
    into = sa.select(twin.c.id).where(
        twin.c.agency_id == wanted.agency_id, twin.c.gone_id == wanted.ident, twin.c.parted_at.is_(None)
    )
    if connection.scalar(into.limit(1)):
        reasons.append(Message("erasure.joined", {"name": row.name}))
    opened = sa.select(case.c.code).where(case.c.subject_id.in_(subjects), case.c.ended_at.is_(None))
    codes = list(connection.scalars(opened.order_by(case.c.code)))
    return [*reasons, *([Message("erasure.open_case", {"codes": codes})] if codes else [])]


def _others(connection: sa.Connection, people: list[str], cases: list[str]) -> list[str]:
    """Other people's cases that this one had a part in: they stay, and say an emptied name."""
    mine = sa.select(case_party.c.case_id).where(case_party.c.person_id.in_(people))
    return sorted(set(connection.scalars(mine)) - set(cases))


def _count(connection: sa.Connection, which: sa.ColumnElement[bool]) -> int:
    return connection.scalar(sa.select(sa.func.count()).where(which)) or 0


def forget(connection: sa.Connection, envelope: Envelope, wanted: Forgetting) -> str:
    """Do it and write it down, in one transaction; the record's id. Raises NotFound, Refused with every reason."""
    seen = look(connection, wanted)
    reasons = list(seen.refusals)
    if not wanted.ground.strip():
        reasons.append(Message("erasure.no_ground"))
    if fold(seen.name) in fold(wanted.ground):
        reasons.append(Message("erasure.ground_names"))
    if tidy(wanted.typed) != tidy(seen.word):
        reasons.append(Message("erasure.not_confirmed", {"word": seen.word}))
    if reasons:
        raise Refused(*reasons)
    if wanted.noun == "person":
        erase_person(connection, envelope, wanted.agency_id, wanted.ident)
    else:
        erase_subject(connection, wanted.agency_id, wanted.ident)
    record_id = uuid7()
    row = {
        "id": record_id, "agency_id": wanted.agency_id, "noun": wanted.noun, "erased_id": wanted.ident,
        "ground": tidy(wanted.ground)[:300], "counts": {"gone": dict(seen.counts), "kept": dict(seen.kept)},
        "decided_by": wanted.by, "decided_at": business_now(connection),
    }  # fmt: skip
    connection.execute(sa.insert(erasure).values(row))
    return record_id


@dataclass(frozen=True)
class Forgotten:
    """One line of the record of who was forgotten."""

    noun: str
    erased_id: str
    ground: str
    counts: Mapping[str, Mapping[str, int]]
    decided_by: str
    decided_at: datetime


def record(connection: sa.Connection, agency: str) -> list[Forgotten]:
    """Who was forgotten in an agency, the latest first."""
    rows = connection.execute(
        sa.select(erasure)
        .where(erasure.c.agency_id == agency)
        .order_by(erasure.c.decided_at.desc(), erasure.c.id)
        .limit(200)
    )
    names = Forgotten.__dataclass_fields__
    return [Forgotten(**{name: row[name] for name in names}) for row in rows.mappings()]
