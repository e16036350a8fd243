"""Somebody says that what is held of them is wrong: asked by themselves, answered by the office, each step kept.

What is a fact of the directory is changed with the answer; what stands in a case is corrected there, by the clerk. The
history of a case and the seals are never written anew: the correction is a line beside them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from states.subjects.model import subject
from workflow import form_values
from workflow.calendar import Calendar
from workflow.clock import business_now
from workflow.db import Id, UtcDateTime, agency_id, metadata, uuid7
from workflow.deadline_grammar import parse_deadline
from workflow.deadlines import resolve
from workflow.folding import fold
from workflow.form_values import Wrong
from workflow.message import Message, NotFound, Refused
from workflow.organisation import person

LONGEST = 1000
TO_ANSWER = parse_deadline("2 working_days")
"""Within which the person is answered: Nghị định 356/2025/NĐ-CP, as the press restates it."""

OPEN, DONE, REFUSED, WITHDRAWN = "open", "done", "not_done", "taken_back"
ANSWERS = (DONE, REFUSED)

correction = sa.Table(
    "correction",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("person_id", nullable=False),  # whose data they are: who asks
    sa.Column("field", sa.String(16), nullable=False),  # one of FIELDS
    sa.Column("wanted", sa.String(LONGEST), nullable=False),
    sa.Column("why", sa.String(LONGEST), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.UniqueConstraint("agency_id", "id"),
    sa.ForeignKeyConstraint(["agency_id", "person_id"], ["person.agency_id", "person.id"]),
    sa.Index("ix_correction_person", "agency_id", "person_id", "asked_at"),
)

correction_step = sa.Table(
    "correction_step",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("correction_id", nullable=False),
    sa.Column("status", sa.String(16), nullable=False),  # what it became with this step
    sa.Column("words", sa.String(LONGEST), nullable=False),
    sa.Column("was", sa.String(LONGEST), nullable=False, server_default=""),  # what stood before it was changed
    Id("by", nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.ForeignKeyConstraint(["agency_id", "correction_id"], ["correction.agency_id", "correction.id"]),
    sa.Index("ix_correction_step_correction", "correction_id"),
)


def _mail(text: str, title: str) -> str:
    said = form_values.line(text, title)
    local, at, host = said.rpartition("@")
    if not (local and at and "." in host.strip(".") and not any(one.isspace() for one in said)):
        raise Wrong("correction.no_mail")
    return said[:254]


FACTS: Mapping[str, Callable[[str, str], str]] = {
    "name": form_values.line,
    "born_on": form_values.day,
    "post": form_values.line,
    "email": _mail,
}
"""What the answer itself changes: a column of the person → how it is read."""

FIELDS = (*FACTS, "unit", "record", "case", "other")
SUBJECTS = ("name", "born_on")


@dataclass(frozen=True)
class Asking:
    """What somebody asks to be put right of their own data."""

    agency_id: str
    person_id: str
    field: str
    wanted: str
    why: str
    title: str = ""  # what the field is called, for what is wrong with it


@dataclass(frozen=True)
class Answer:
    """What the office says of it."""

    agency_id: str
    correction_id: str
    status: str
    words: str
    by: str


@dataclass(frozen=True)
class Step:
    """One line of what became of it."""

    status: str
    words: str
    was: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Correction:
    """A request with its steps, the oldest first."""

    id: str
    person_id: str
    field: str
    wanted: str
    why: str
    status: str
    asked_at: datetime
    due_on: date
    steps: Sequence[Step] = dataclasses.field(default=(), hash=False)


def ask(connection: sa.Connection, what: Asking, calendar: Calendar) -> str:
    """Write it down, to be answered in time; its id. Raises Refused with the field's own sentence."""
    wanted, why = what.wanted.strip(), what.why.strip()
    reasons = []
    if what.field not in FIELDS:
        reasons.append(Message("correction.no_field"))
    if not wanted:
        reasons.append(Message("correction.no_wish"))
    if len(wanted) > LONGEST or len(why) > LONGEST:
        reasons.append(Message("correction.too_long", {"most": LONGEST}))
    if not reasons and what.field in FACTS:
        reasons += _unreadable(what, wanted)
    if reasons:
        raise Refused(*reasons)
    made, now = uuid7(), business_now(connection)
    due = resolve(TO_ANSWER, start=now, calendar=calendar)
    row = {
        "id": made, "agency_id": what.agency_id, "person_id": what.person_id, "field": what.field, "wanted": wanted,
        "why": why, "status": OPEN, "asked_at": now, "due_on": due.due_on if due else calendar.local_date(now),
    }  # fmt: skip
    connection.execute(sa.insert(correction).values(row))
    return made


def _unreadable(what: Asking, text: str) -> list[Message]:
    try:
        FACTS[what.field](text, what.title)
    except Wrong as wrong:
        return [wrong.message]
    return []


Change = Callable[[sa.Connection, str, Mapping[str, str]], object]
"""(connection, person, what as it is typed): how the directory is edited by hand; it is a room above this one."""


def answer(connection: sa.Connection, said: Answer, change: Change) -> Correction:
    """Put right or refused, in words that are kept; a fact of the directory is changed in the same transaction.

    Raises NotFound, and Refused for what was answered before, for nothing said, and for one's own.
    """
    found = _one(connection, said.agency_id, said.correction_id)
    words = said.words.strip()
    reasons = [Message("correction.answered")] if found.status != OPEN else []
    reasons += [Message("correction.own")] if found.person_id == said.by else []
    reasons += [] if said.status in ANSWERS else [Message("correction.no_answer")]
    reasons += [] if words else [Message("correction.no_words")]
    reasons += [Message("correction.too_long", {"most": LONGEST})] if len(words) > LONGEST else []
    if reasons:
        raise Refused(*reasons)
    was = _change(connection, said.agency_id, found, change) if said.status == DONE and found.field in FACTS else ""
    _end(connection, said, words, was)
    return found


def withdraw(connection: sa.Connection, agency: str, correction_id: str, by: str) -> None:
    """Its asker wants it no more. Raises NotFound for anybody else's, Refused for one that was answered."""
    found = _one(connection, agency, correction_id)
    if found.person_id != by:
        raise NotFound("correction")
    if found.status != OPEN:
        raise Refused(Message("correction.answered"))
    _end(connection, Answer(agency, correction_id, WITHDRAWN, "", by), "", "")


def _end(connection: sa.Connection, said: Answer, words: str, was: str) -> None:
    mine = (correction.c.agency_id == said.agency_id) & (correction.c.id == said.correction_id)
    ended = sa.update(correction).where(mine, correction.c.status == OPEN).values(status=said.status)
    if connection.execute(ended).rowcount != 1:  # somebody else answered in the same moment
        raise Refused(Message("correction.answered"))
    step = {"id": uuid7(), "agency_id": said.agency_id, "correction_id": said.correction_id, "status": said.status}
    at = business_now(connection)
    connection.execute(sa.insert(correction_step).values(**step, words=words, was=was, by=said.by, at=at))


def _change(connection: sa.Connection, agency: str, found: Correction, change: Change) -> str:
    """The fact as wished, of the subject that this person is, too; what stood there before."""
    mine = (person.c.agency_id == agency) & (person.c.id == found.person_id)
    column = person.c[found.field]
    before = connection.scalar(sa.select(column).where(mine))
    change(connection, found.person_id, {found.field: found.wanted})
    if found.field in SUBJECTS:
        after = connection.scalar(sa.select(column).where(mine))
        also = {"folded": fold(str(after))} if found.field == "name" else {}
        own = (subject.c.agency_id == agency) & (subject.c.person_id == found.person_id)
        connection.execute(sa.update(subject).where(own).values({found.field: after, **also}))
    return "" if before is None else str(before)


def _one(connection: sa.Connection, agency: str, correction_id: str) -> Correction:
    found = listed(connection, agency, only=correction_id)
    if not found:
        raise NotFound("correction")
    return found[0]


def listed(
    connection: sa.Connection, agency: str, *, of: Sequence[str] | None = None, only: str = "", limit: int = 200
) -> list[Correction]:
    """Requests of an agency with their steps, open ones first and then the latest; `of`: of these people alone."""
    names = [name for name in Correction.__dataclass_fields__ if name != "steps"]
    chosen = sa.select(*(correction.c[name] for name in names)).where(correction.c.agency_id == agency)
    if of is not None:
        chosen = chosen.where(correction.c.person_id.in_(of))
    if only:
        chosen = chosen.where(correction.c.id == only)
    order = (correction.c.status != OPEN, correction.c.asked_at.desc(), correction.c.id)
    rows = connection.execute(chosen.order_by(*order).limit(limit)).mappings().all()
    steps: dict[str, list[Step]] = {}
    told = sa.select(correction_step).where(correction_step.c.correction_id.in_([row["id"] for row in rows]))
    for one in connection.execute(told.order_by(correction_step.c.at, correction_step.c.id)).mappings():
        steps.setdefault(one["correction_id"], []).append(Step(*(one[name] for name in Step.__dataclass_fields__)))
    return [Correction(**row, steps=steps.get(row["id"], ())) for row in rows]


def waiting(connection: sa.Connection, agency: str) -> int:
    """How many wait for an answer."""
    mine = (correction.c.agency_id == agency) & (correction.c.status == OPEN)
    return connection.scalar(sa.select(sa.func.count()).where(mine)) or 0


def erase(connection: sa.Connection, agency: str, person_id: str) -> None:
    """Words that somebody asked with, and was answered with, go with them."""
    mine = (correction.c.agency_id == agency) & (correction.c.person_id == person_id)
    ids = sa.select(correction.c.id).where(mine)
    connection.execute(
        sa.update(correction_step).where(correction_step.c.correction_id.in_(ids)).values(words="", was="")
    )
    connection.execute(sa.update(correction).where(mine).values(wanted="", why=""))
