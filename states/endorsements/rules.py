"""Each colleague once, and enough of them before a nominee is put forward."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from states.endorsements.model import endorsement
from workflow.db import insert_ignoring
from workflow.message import Message, Refused
from workflow.registry import Context, Registry


def endorsements(connection: sa.Connection, context: Context) -> list[dict[str, Any]]:
    """Who endorsed this case and when, the first first."""
    which = {"agency": context.agency_id, "case": context.case_id}
    return [dict(row) for row in connection.execute(_ENDORSEMENTS, which).mappings()]


_ENDORSEMENTS = (
    sa.select(endorsement.c.person_id, endorsement.c.at)
    .where(endorsement.c.agency_id == sa.bindparam("agency"), endorsement.c.case_id == sa.bindparam("case"))
    .order_by(endorsement.c.at, endorsement.c.person_id)
)


def first_by_this_person(context: Context, _arg: str | None) -> Message | None:
    """A second endorsement by the same person would count one voice twice."""
    for row in context.facts["endorsements"]:
        if row["person_id"] == context.actor_id:
            return Message("guard.first_by_this_person", {"at": row["at"]})
    return None


def endorsed_by(context: Context, least: str | None) -> Message | None:
    """At least so many colleagues endorse (Kế hoạch IV.2: được quần chúng, tập thể suy tôn)."""
    needed, count = _least(least), len(context.facts["endorsements"])
    return None if count >= needed else Message("guard.endorsed_by", {"needed": needed, "count": count})


def _least(text: str | None) -> int:
    """The argument as a number, 1 where none is given. Raises ValueError for anything but a whole number from 1."""
    if text is None:
        return 1
    if not (text.isascii() and text.isdecimal() and int(text) >= 1):
        raise ValueError(text)
    return int(text)


def record_endorsement(context: Context, connection: sa.Connection) -> None:
    """Keep the endorsement beside the others; two at the same moment are one."""
    row = {
        "agency_id": context.agency_id, "case_id": context.case_id, "person_id": context.actor_id,
        "event_seq": context.event_seq, "words": str(context.inputs.get("endorsement") or ""), "at": context.now,
    }  # fmt: skip
    if connection.scalar(insert_ignoring(connection, endorsement, endorsement.c.person_id), row) is None:
        raise Refused(Message("guard.first_by_this_person", {"at": context.now}))


def endorsed_already(context: Context, _arg: str | None) -> Message | None:
    """Only who endorsed can take it back."""
    mine = any(row["person_id"] == context.actor_id for row in context.facts["endorsements"])
    return None if mine else Message("guard.endorsed_already", {})


def withdraw_endorsement(context: Context, connection: sa.Connection) -> None:
    """Taken back while the plan still lets one: it counts no more; that it was given stays in the history."""
    mine = sa.and_(
        endorsement.c.agency_id == context.agency_id, endorsement.c.case_id == context.case_id,
        endorsement.c.person_id == context.actor_id,
    )  # fmt: skip
    if connection.execute(sa.delete(endorsement).where(mine)).rowcount != 1:
        raise Refused(Message("guard.endorsed_already", {}))


def register(registry: Registry) -> None:
    """Under the names YAML uses."""
    registry.loader("endorsements")(endorsements)
    registry.guard("first_by_this_person", facts=["endorsements"], cite="Kế hoạch IV.2")(first_by_this_person)
    registry.guard("endorsed_by", facts=["endorsements"], cite="Kế hoạch IV.2", reads=_least)(endorsed_by)
    registry.guard("endorsed_already", facts=["endorsements"])(endorsed_already)
    registry.effect("withdraw_endorsement")(withdraw_endorsement)
    registry.effect("record_endorsement")(record_endorsement)
