"""What the office of an agency may do outside cases: keep people, units, absences, imports, mail, incidents.

Inside cases the engine answers; here one role of the plan does, held today or stood in for.
"""

from __future__ import annotations

from workflow.identity import Organisation

ROLES = {"office": ("office",)}


def may(org: Organisation, person_id: str, capability: str, *, is_admin: bool = False) -> bool:
    """Whether this person may use a capability today; the installation's administrator may use each."""
    if not org.active(person_id):
        return False
    return is_admin or any(power.role in ROLES[capability] for power in org.powers(person_id))
