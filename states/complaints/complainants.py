"""Who made a complaint: kept apart and sealed, told to who keeps complaints alone, and every telling written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from states.complaints.model import complainant, complaint
from states.sealed import Envelope
from workflow.case import case, case_party
from workflow.clock import business_now
from workflow.db import uuid7
from workflow.definition import Plan
from workflow.identity import Asked, Authority, Matter, Organisation, may
from workflow.message import Message, Refused
from workflow.outbox import delivery
from workflow.registry import Party

KEEPS = "complaints"
LONGEST = 20_000


@dataclass(frozen=True)
class Identity:
    """Who complains and what they say; all of it may be empty: an anonymous letter is a complaint too."""

    name: str = ""
    contact: str = ""
    content: str = ""

    def __repr__(self) -> str:
        """Nothing of it in a log or a traceback."""
        return "Identity(…)"


def keepers(plan: Plan | None) -> tuple[str, ...]:
    """The roles that keep complaints; none: the plan has none."""
    return tuple(role.name for role in plan.roles.values() if role.keeps == KEEPS) if plan else ()


def may_keep(org: Organisation, plan: Plan | None, person_id: str, matter: Matter | None = None) -> bool:
    """Whether this person keeps complaints today; of a case (`matter`) never who is its subject or in conflict."""
    roles = keepers(plan)
    if plan is None or not roles:
        return False
    return isinstance(may(org, plan, matter or Matter("", None), person_id, Asked(roles, None)), Authority)


def matter_of(connection: sa.Connection, agency_id: str, case_id: str) -> Matter | None:
    """The case as permission sees it; None when this agency has no such case."""
    about = sa.and_(case.c.agency_id == agency_id, case.c.id == case_id)
    row = connection.execute(sa.select(case.c.subject_id, case.c.unit_id).where(about)).first()
    if row is None:
        return None
    people = connection.execute(
        sa.select(case_party.c.person_id, case_party.c.relation).where(case_party.c.case_id == case_id)
    )
    return Matter(row.subject_id, row.unit_id, tuple(Party(one.person_id, one.relation) for one in people))


def keep(connection: sa.Connection, envelope: Envelope, agency_id: str, complaint_id: str, who: Identity) -> None:
    """Write down who complained, in the transaction that records it. Raises Refused for what is too long."""
    if len(who.content) > LONGEST or len(who.name) > 300 or len(who.contact) > 300:
        raise Refused(Message("complaint.too_long", {"most": LONGEST}))
    sealed = envelope.seal(complaint_id, vars(who))
    connection.execute(sa.insert(complainant).values(agency_id=agency_id, complaint_id=complaint_id, sealed=sealed))


def keep_latest(connection: sa.Connection, envelope: Envelope, agency_id: str, case_id: str, who: Identity) -> None:
    """The same, of the complaint that was recorded last: it was in this transaction."""
    mine = sa.and_(complaint.c.agency_id == agency_id, complaint.c.case_id == case_id)
    last = sa.select(complaint.c.id).where(mine).order_by(complaint.c.year.desc(), complaint.c.number.desc()).limit(1)
    keep(connection, envelope, agency_id, str(connection.scalar(last)), who)


def told(connection: sa.Connection, envelope: Envelope, agency_id: str, complaint_id: str, by: str) -> Identity:
    """Who complained, for somebody who may know; that they looked is written down. Raises KeyLost."""
    mine = sa.and_(complainant.c.agency_id == agency_id, complainant.c.complaint_id == complaint_id)
    sealed = connection.scalar(sa.select(complainant.c.sealed).where(mine))
    about = connection.scalar(sa.select(complaint.c.case_id).where(complaint.c.id == complaint_id))
    connection.execute(
        sa.insert(delivery).values(
            id=uuid7(), agency_id=agency_id, case_id=about, person_id=by, kind="complainant_read",
            topic=complaint_id, detail={"complaint": complaint_id, "by": by}, at=business_now(connection),
        )
    )  # fmt: skip
    return Identity(**envelope.open(complaint_id, sealed)) if sealed else Identity()


def erase(connection: sa.Connection, agency_id: str, case_ids: Sequence[str]) -> None:
    """What was said about a subject goes with the subject, and who said it."""
    ids = sa.select(complaint.c.id).where(complaint.c.agency_id == agency_id, complaint.c.case_id.in_(case_ids))
    connection.execute(sa.delete(complainant).where(complainant.c.complaint_id.in_(ids)))
