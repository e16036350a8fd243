"""How long personal data is kept, as rules of an agency: a sweep proposes who is due, an administrator decides.

No law that we read gives a number of years for these rows: none is in force until an agency sets one with its source.
What is carried out is what `states.forgetting` does, with the rule as its ground: nothing is erased by the clock alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from states.forgetting import Forgetting, Noun, forget, look
from states.sealed import Envelope
from states.subjects.model import award, recognition, subject
from workflow.case import case
from workflow.clock import business_now, local_date
from workflow.db import Id, UtcDateTime, agency_id, insert_ignoring, metadata, uuid7
from workflow.deadline_days import add_months
from workflow.folding import tidy
from workflow.message import Message, NotFound, Refused
from workflow.organisation import person, twin

LEAST, MOST = 12, 1200  # months
OPEN, KEPT, DONE = "open", "kept", "done"

retention_rule = sa.Table(
    "retention_rule",
    metadata,
    Id("agency_id", sa.ForeignKey("agency.id"), primary_key=True),
    sa.Column("name", sa.String(32), primary_key=True),  # one of RULES
    sa.Column("months", sa.Integer, nullable=False),
    sa.Column("source", sa.String(300), nullable=False),  # the text that asks for it
    Id("set_by", nullable=False),
    sa.Column("set_at", UtcDateTime, nullable=False),
    sa.ForeignKeyConstraint(["agency_id", "set_by"], ["person.agency_id", "person.id"]),
)

retention_proposal = sa.Table(
    "retention_proposal",
    metadata,
    Id(primary_key=True),
    agency_id(),
    sa.Column("rule", sa.String(32), nullable=False),
    sa.Column("noun", sa.String(16), nullable=False),  # person | subject
    Id("about_id", nullable=False),
    sa.Column("since", sa.Date, nullable=False),  # the day of the event that the time runs from
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("status", sa.String(16), nullable=False),  # open | kept | done
    sa.Column("keep_until", sa.Date),
    sa.Column("why", sa.String(300), nullable=False, server_default=""),
    sa.Column("proposed_at", UtcDateTime, nullable=False),
    Id("decided_by"),
    sa.Column("decided_at", UtcDateTime),
    sa.UniqueConstraint("agency_id", "noun", "about_id"),
)

Found = Mapping[str, date]  # id → the day its time runs from


@dataclass(frozen=True)
class Rule:
    """A kind of people whose data has an end: whose rows, and who they are today."""

    noun: Noun
    found: Callable[[sa.Connection, str], Found]


def _honoured(connection: sa.Connection, agency: str) -> set[str]:
    """Subjects that were recognised or awarded once."""
    return {
        one
        for table in (recognition, award)
        for one in connection.scalars(sa.select(table.c.subject_id).where(table.c.agency_id == agency).distinct())
    }


def _ended(connection: sa.Connection, agency: str) -> dict[str, date | None]:
    """Subject → the day its last case ended; None while one is open. Nobody without a case is named."""
    last, closed = sa.func.max(case.c.ended_at), sa.func.count(case.c.ended_at)
    told = sa.select(case.c.subject_id, last, sa.func.count() - closed).where(case.c.agency_id == agency)
    rows = connection.execute(told.group_by(case.c.subject_id)).all()
    return {one: local_date(ended) if ended and not running else None for one, ended, running in rows}


def _left(connection: sa.Connection, agency: str, *, honoured: bool) -> Found:
    """Staff whose last day is over: from that day, or from the end of the last case about them."""
    rows = connection.execute(
        sa.select(person.c.id, person.c.ends_on, subject.c.id.label("subject_id"))
        .outerjoin(subject, (subject.c.agency_id == agency) & (subject.c.person_id == person.c.id))
        .where(person.c.agency_id == agency, person.c.erased_at.is_(None), person.c.ends_on.is_not(None))
        .where(person.c.id.not_in(_gone(agency)))
    ).all()
    named, ended = _honoured(connection, agency), _ended(connection, agency)
    return {
        row.id: max(row.ends_on, ended.get(row.subject_id) or row.ends_on)
        for row in rows
        if (row.subject_id in named) is honoured and ended.get(row.subject_id, row.ends_on) is not None
    }


def _outside(connection: sa.Connection, agency: str, *, honoured: bool) -> Found:
    """Others whom cases were about: from the end of the last one."""
    wanted = sa.select(subject.c.id).where(
        subject.c.agency_id == agency, subject.c.erased_at.is_(None), subject.c.person_id.is_(None),
        subject.c.whole_unit_id.is_(None), subject.c.id.not_in(_gone(agency)),
    )  # fmt: skip
    named, ended = _honoured(connection, agency), _ended(connection, agency)
    ids = [one for one in connection.scalars(wanted) if (one in named) is honoured]
    return {one: on for one in ids if (on := ended.get(one)) is not None}


def _gone(agency: str) -> sa.Select[tuple[str]]:
    """Who turned out to be somebody else: forgotten with them."""
    return sa.select(twin.c.gone_id).where(twin.c.agency_id == agency, twin.c.parted_at.is_(None))


RULES: Mapping[str, Rule] = {
    "left": Rule("person", lambda connection, agency: _left(connection, agency, honoured=False)),
    "left_honoured": Rule("person", lambda connection, agency: _left(connection, agency, honoured=True)),
    "outside": Rule("subject", lambda connection, agency: _outside(connection, agency, honoured=False)),
    "outside_honoured": Rule("subject", lambda connection, agency: _outside(connection, agency, honoured=True)),
}


def rules_of(connection: sa.Connection, agency: str) -> Mapping[str, sa.RowMapping]:
    """The rules an agency has set, by name."""
    rows = connection.execute(sa.select(retention_rule).where(retention_rule.c.agency_id == agency)).mappings()
    return {row["name"]: row for row in rows if row["name"] in RULES}


def with_rules(connection: sa.Connection) -> list[str]:
    """The agencies that have any."""
    return list(connection.scalars(sa.select(retention_rule.c.agency_id).distinct()))


def set_rule(connection: sa.Connection, agency: str, name: str, months: int | None, source: str, by: str) -> None:
    """Make, change or (months None) end a rule. What it proposed and nobody decided is proposed anew by the sweep.

    Raises Refused for a length outside 1 to 100 years, and for no source.
    """
    mine = (retention_rule.c.agency_id == agency) & (retention_rule.c.name == name)
    if name not in RULES:
        raise NotFound("rule")
    if months is not None and not LEAST <= months <= MOST:
        raise Refused(Message("retention.bad_length", {"least": LEAST // 12, "most": MOST // 12}))
    if months is not None and not source.strip():
        raise Refused(Message("retention.no_source"))
    undecided = (retention_proposal.c.agency_id == agency) & (retention_proposal.c.rule == name)
    connection.execute(sa.delete(retention_proposal).where(undecided, retention_proposal.c.status == OPEN))
    if months is None:
        connection.execute(sa.delete(retention_rule).where(mine))
        return
    values = {"months": months, "source": tidy(source)[:300], "set_by": by, "set_at": business_now(connection)}
    connection.execute(insert_ignoring(connection, retention_rule).values(agency_id=agency, name=name, **values))
    connection.execute(sa.update(retention_rule).where(mine).values(values))


def propose(connection: sa.Connection, agency: str) -> int:
    """Write down who is due by the agency's rules today; how many wait for a decision. Erases nothing."""
    now = business_now(connection)
    today, mine = local_date(now), retention_proposal.c.agency_id == agency
    due: dict[tuple[str, str], tuple[str, date, date]] = {}
    for name, row in rules_of(connection, agency).items():
        for one, since in RULES[name].found(connection, agency).items():
            if (due_on := add_months(since, row["months"])) <= today:
                due[RULES[name].noun, one] = (name, since, due_on)
    stored = connection.execute(sa.select(retention_proposal).where(mine)).mappings().all()
    for row in stored:
        is_due = due.pop((row["noun"], row["about_id"]), None)
        this = retention_proposal.c.id == row["id"]
        if row["status"] == OPEN and is_due is None:
            connection.execute(sa.delete(retention_proposal).where(this))
        elif row["status"] == KEPT and is_due and row["keep_until"] <= today:
            connection.execute(sa.update(retention_proposal).where(this).values(status=OPEN, keep_until=None))
    for (noun, one), (name, since, due_on) in due.items():
        values = {"id": uuid7(), "agency_id": agency, "rule": name, "noun": noun, "about_id": one, "since": since}
        more = {"due_on": due_on, "status": OPEN, "proposed_at": now}
        connection.execute(insert_ignoring(connection, retention_proposal).values(**values, **more))
    return waiting(connection, agency)


def waiting(connection: sa.Connection, agency: str) -> int:
    """How many proposals wait for a decision."""
    mine = (retention_proposal.c.agency_id == agency) & (retention_proposal.c.status == OPEN)
    return connection.scalar(sa.select(sa.func.count()).where(mine)) or 0


@dataclass(frozen=True)
class Proposal:
    """Somebody who is due, as the page shows them."""

    id: str
    rule: str
    noun: Noun
    about_id: str
    since: date
    due_on: date
    status: str
    keep_until: date | None
    why: str
    name: str
    decided_by: str | None
    decided_at: datetime | None


def listed(connection: sa.Connection, agency: str, status: str, limit: int = 200) -> list[Proposal]:
    """Proposals of one status with the names they are about, the longest due first."""
    name = sa.func.coalesce(person.c.name, subject.c.name, "").label("name")
    columns = [retention_proposal.c[one] for one in Proposal.__dataclass_fields__ if one != "name"]
    joined = (
        sa.select(*columns, name)
        .outerjoin(person, (person.c.agency_id == agency) & (person.c.id == retention_proposal.c.about_id))
        .outerjoin(subject, (subject.c.agency_id == agency) & (subject.c.id == retention_proposal.c.about_id))
        .where(retention_proposal.c.agency_id == agency, retention_proposal.c.status == status)
        .order_by(retention_proposal.c.due_on, retention_proposal.c.id)
    )
    return [Proposal(**row) for row in connection.execute(joined.limit(limit)).mappings()]


def keep(connection: sa.Connection, agency: str, proposal_id: str, until: date, why: str, by: str) -> None:
    """Not yet: asked again after this day. Raises Refused for a day that is over and for no reason."""
    today = local_date(business_now(connection))
    reasons = [] if until > today else [Message("retention.day_over")]
    reasons += [] if why.strip() else [Message("retention.no_reason")]
    if reasons:
        raise Refused(*reasons)
    _decide(connection, agency, proposal_id, KEPT, by, {"keep_until": until, "why": tidy(why)[:300]})


def carry_out(connection: sa.Connection, envelope: Envelope, agency: str, proposal_id: str, by: str) -> None:
    """Forget who was proposed, in one transaction; the record says by which rule. Raises NotFound, and Refused when the
    rule does not hold any more or forgetting is refused."""
    this = (retention_proposal.c.agency_id == agency) & (retention_proposal.c.id == proposal_id)
    row = connection.execute(sa.select(retention_proposal).where(this)).mappings().first()
    if row is None:
        raise NotFound("proposal")
    rule = rules_of(connection, agency).get(row["rule"])
    since = RULES[row["rule"]].found(connection, agency).get(row["about_id"]) if rule else None
    today = local_date(business_now(connection))
    if rule is None or since is None or add_months(since, rule["months"]) > today:
        raise Refused(Message("retention.not_due"))
    _decide(connection, agency, proposal_id, DONE, by, {})
    wanted: dict[str, Any] = {"agency_id": agency, "noun": row["noun"], "ident": row["about_id"], "by": by}
    word = look(connection, Forgetting(**wanted)).word
    ground = f"Hết thời hạn lưu {rule['months']} tháng: {rule['source']}"
    forget(connection, envelope, Forgetting(**wanted, ground=ground, typed=word))


def _decide(
    connection: sa.Connection, agency: str, proposal_id: str, status: str, by: str, more: Mapping[str, Any]
) -> None:
    this = (retention_proposal.c.agency_id == agency) & (retention_proposal.c.id == proposal_id)
    values = {"status": status, "decided_by": by, "decided_at": business_now(connection), **more}
    decided = sa.update(retention_proposal).where(this, retention_proposal.c.status == OPEN).values(values)
    if connection.execute(decided).rowcount != 1:
        raise NotFound("proposal")
