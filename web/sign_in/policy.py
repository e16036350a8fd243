"""An agency's rule: who must have a second factor, from which day on, and how fresh who signs must be proven."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from web.sign_in.model import sign_in_policy
from web.sign_in.sessions import SignIn
from workflow.db import insert_ignoring
from workflow.definition import Plan

FRESH = 15  # minutes
FRESHEST, STALEST = 1, 120
ADMIN, EVERYONE, SIGNERS = "admin", "everyone", "signers"
"""Groups beside the roles of a plan; SIGNERS: whoever's role signs a paper of the plan."""


@dataclass(frozen=True)
class Rule:
    """What an agency asks for; without a row nobody is asked for a second factor."""

    groups: Sequence[str] = ()
    starts_on: date | None = None
    fresh_minutes: int = FRESH

    def wants(self, roles: set[str], signers: set[str], *, is_admin: bool) -> bool:
        """Whether who holds these roles must have a second factor."""
        groups = set(self.groups)
        if EVERYONE in groups or (is_admin and ADMIN in groups):
            return True
        return bool(roles & groups) or (SIGNERS in groups and bool(roles & signers))


def rule_of(found: SignIn) -> Rule:
    """The rule of the agency this sign-in is in, read with it."""
    if found.policy_roles is None:
        return Rule()
    return Rule(tuple(found.policy_roles), found.policy_starts_on, found.fresh_minutes or FRESH)


def of_agency(connection: sa.Connection, agency_id: str) -> Rule:
    """The same for who comes without a sign-in."""
    row = connection.execute(sa.select(sign_in_policy).where(sign_in_policy.c.agency_id == agency_id)).first()
    return Rule(tuple(row.roles), row.starts_on, row.fresh_minutes) if row else Rule()


def signers(plan: Plan | None) -> set[str]:
    """The roles that sign papers under a plan."""
    return {role for made in plan.documents.values() for role in made.signer} if plan else set()


def is_fresh(found: SignIn, now: datetime) -> bool:
    """Whether who sits here was proven lately enough for a signature or a change of how one signs in."""
    return now - found.proven_at < timedelta(minutes=rule_of(found).fresh_minutes)


def put(connection: sa.Connection, agency_id: str, rule: Rule, *, by: str, now: datetime) -> None:
    """Make this the agency's rule."""
    values = {
        "roles": list(rule.groups), "starts_on": rule.starts_on, "fresh_minutes": rule.fresh_minutes,
        "set_by": by, "set_at": now,
    }  # fmt: skip
    connection.execute(insert_ignoring(connection, sign_in_policy).values(agency_id=agency_id, **values))
    mine = sa.update(sign_in_policy).where(sign_in_policy.c.agency_id == agency_id)
    connection.execute(mine.values(**values))
