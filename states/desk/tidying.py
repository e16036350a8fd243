"""Drafts that became untrue go by themselves: with the decision, else by the clock, which also tells of a full desk.

A draft written while a decision is between its reading and its writing is seen by neither of the two; sending looks
again with the case locked, and the clock takes it back within a minute.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

import sqlalchemy as sa

from states.desk import writing
from states.desk.model import IS_DRAFT, IS_OPEN, SENDING, letter
from workflow.catalogue import Catalogue
from workflow.clock import business_now
from workflow.db import Database
from workflow.incidents import Trouble, incident, open_incident, settle
from workflow.message import Message
from workflow.outbox import outbox
from workflow.registry import Follower

PATIENCE = timedelta(days=3)
"""How long a draft may lie before it is a person's business that it does."""

KIND = "desk"
AT_ONCE = 500


def tidy(database: Database, catalogue: Catalogue) -> int:
    """Look at every draft once, in batches; how many agencies' desks have been waiting too long."""
    with database.read() as connection:
        open_ones = _drafts(connection)
        given_up = connection.execute(_GIVEN_UP).mappings().all()
    for agency_id, ids in open_ones.items():
        for first in range(0, len(ids), AT_ONCE):
            _withdraw(database, catalogue, agency_id, ids[first : first + AT_ONCE])
    if given_up:
        with database.write() as connection:
            for row in given_up:
                writing.stopped(connection, row, "restored")
    return _wait_too_long(database)


def follower(catalogue: Catalogue) -> Follower:
    """What a decision contradicts is withdrawn in its own transaction; a case without drafts costs no statement."""
    return Follower(
        waits=lambda case_id: sa.exists().where(letter.c.case_id == case_id, IS_DRAFT),
        follow=lambda connection, agency_id, case_id: follow(connection, catalogue, agency_id, case_id),
    )


def follow(connection: sa.Connection, catalogue: Catalogue, agency_id: str, case_id: str) -> None:
    """Take back the drafts of a case that it contradicts by now."""
    mine = sa.select(letter.c.id).where(letter.c.case_id == case_id, IS_DRAFT)
    writing.withdraw_untrue(connection, catalogue, agency_id, connection.scalars(mine).all())


def _drafts(connection: sa.Connection) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    rows = sa.select(letter.c.agency_id, letter.c.id).where(IS_DRAFT)
    for agency_id, letter_id in connection.execute(rows.order_by(letter.c.drafted_at)):
        found[agency_id].append(letter_id)
    return found


def _withdraw(database: Database, catalogue: Catalogue, agency_id: str, ids: list[str]) -> None:
    """Looked at without a lock first: nearly always nothing is to be done."""
    with database.read() as connection:
        wrong = writing.untrue(connection, catalogue, agency_id, ids)
    if wrong:
        with database.write() as connection:
            writing.withdraw_untrue(connection, catalogue, agency_id, wrong)


# Behind a fence somebody chose to drop what was on its way: it may have left before the cut.
_GIVEN_UP = (
    sa.select(letter)
    .join(outbox, outbox.c.id == letter.c.out_id)
    .where(IS_OPEN, letter.c.status == SENDING, outbox.c.status == "withdrawn")
)


_KNOWN = sa.select(incident.c.agency_id).where(incident.c.kind == KIND, incident.c.status == "open")


def _wait_too_long(database: Database) -> int:
    """One incident an agency while its oldest draft is too old; settled by itself when the desk is empty again.

    It is written once: how many lie there and since when, the desk says as it is.
    """
    with database.read() as connection:
        now = business_now(connection)
        oldest = sa.func.min(letter.c.drafted_at)
        rows = connection.execute(
            sa.select(letter.c.agency_id, oldest).where(IS_DRAFT).group_by(letter.c.agency_id)
        ).all()
        known = set(connection.scalars(_KNOWN))
    late = {agency_id for agency_id, since in rows if since <= now - PATIENCE}
    if late == known:
        return 0
    with database.write() as connection:
        for agency_id in late - known:
            reason = Message("incident.desk", {"days": PATIENCE.days})
            open_incident(connection, Trouble(agency_id, KIND, reason, KIND))
        for agency_id in known - late:
            settle(connection, agency_id, KIND)
    return len(late - known)
