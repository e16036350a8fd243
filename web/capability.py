"""What the office of an agency may do outside cases: keep people, units, absences, imports, mail, incidents; and who
keeps complaints.

Inside cases the engine answers. Outside, the plan's data does: the office is the agency-wide role that lateness reaches
first by the plan's defaults, so that another agency may call it otherwise.
"""

from __future__ import annotations

from states.complaints import complainants
from workflow.definition import Plan
from workflow.identity import Organisation

CAPABILITIES = frozenset({"office", "complaints"})
BEFORE_A_PLAN = "office"


def office_role(plan: Plan | None) -> str:
    """The role that keeps the agency's house under this plan."""
    return next(iter(_reached(plan)), BEFORE_A_PLAN)


def leads(org: Organisation, plan: Plan | None, person_id: str) -> bool:
    """Whether this person heads the agency today: holds or stands in for the role that lateness reaches last, where
    that is not the office itself."""
    last = _reached(plan)[1:][-1:]
    return any(power.role in last for power in org.powers(person_id))


def _reached(plan: Plan | None) -> tuple[str, ...]:
    """The agency-wide roles that hear of what is late by the plan's defaults, first to last."""
    if plan is None:
        return ()
    return tuple(step.role for step in plan.escalate if plan.roles[step.role].of == "agency")


def may(
    org: Organisation, plan: Plan | None, person_id: str, *, is_admin: bool = False, capability: str = "office"
) -> bool:
    """Whether this person may do it today, by a role held or stood in for. An administrator may act for the office,
    and never learns who complained."""
    if not org.active(person_id):
        return False
    if capability == "complaints":
        return complainants.may_keep(org, plan, person_id)
    return is_admin or any(power.role == office_role(plan) for power in org.powers(person_id))
