"""Whether the agency's rule asks a second factor of who signed in, and from when on nothing opens without."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import g

from web.plan_texts import living_plan
from web.sign_in import policy
from workflow.clock import local_date, wall_now


@dataclass(frozen=True)
class Demand:
    """A second factor is asked for and not there: until the day before `starts_on` everything still opens."""

    starts_on: date
    is_due: bool


def demand() -> Demand | None:
    """What is asked of the person of this request; None when nothing is, or it is there."""
    found, person = g.get("sign_in"), g.get("person")
    if found is None or person is None or found.has_second or found.way == "sso_mfa":
        return None
    rule = policy.rule_of(found)
    if rule.starts_on is None or not rule.groups or not wants(rule, person.id, is_admin=found.is_admin):
        return None
    return Demand(rule.starts_on, rule.starts_on <= local_date(wall_now()))


def wants(rule: policy.Rule, person_id: str, *, is_admin: bool) -> bool:
    """Whether a rule covers this person today, by a role held or stood in for."""
    roles = {power.role for power in g.org.powers(person_id)}
    signers = policy.signers(living_plan()) if policy.SIGNERS in rule.groups else set()
    return rule.wants(roles, signers, is_admin=is_admin)
