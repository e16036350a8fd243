"""Whom a letter of the desk is for, and where it would go by mail, as well as the rows know; the office corrects it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from states.desk.model import SENT, letter
from workflow.clock import business_now, local_date
from workflow.definition import Role
from workflow.organisation import person, role_grant, unit

NOMINEE = "nominee"  # the role by which the engine knows whom a case is about


@dataclass(frozen=True)
class Addressee:
    """A name for the greeting; an address only where there is one and no doubt."""

    name: str
    address: str = ""


def addressee_of(connection: sa.Connection, role: Role | str, about: Any) -> Addressee:
    """The nominee by name; a unit's role with its unit; a body outside where its last letter went."""
    if isinstance(role, str):
        return Addressee(role)
    if role.name == NOMINEE:
        return Addressee(about.label, about.email or "")
    if role.of == "unit" and about.unit_id:
        name = connection.scalar(sa.select(unit.c.name).where(unit.c.id == about.unit_id)) or ""
        return Addressee(f"{role.title} – {name}", _holder(connection, about.agency_id, role.name, about.unit_id))
    if role.of == "agency":
        return Addressee(role.title, _holder(connection, about.agency_id, role.name, None))
    return Addressee(role.title, _last_used(connection, about.agency_id, role.name))


def _holder(connection: sa.Connection, agency_id: str, role: str, unit_id: str | None) -> str:
    """The address of the one who holds it today; of several nobody is guessed."""
    today = local_date(business_now(connection))
    found = connection.scalars(
        sa.select(person.c.email)
        .join(role_grant, role_grant.c.person_id == person.c.id)
        .where(
            role_grant.c.agency_id == agency_id, role_grant.c.role == role, role_grant.c.starts_on <= today,
            sa.or_(role_grant.c.ends_on.is_(None), role_grant.c.ends_on >= today),
            role_grant.c.unit_id == unit_id if unit_id else sa.true(),
        )
        .distinct()
    ).all()  # fmt: skip
    return found[0] or "" if len(found) == 1 else ""


def _last_used(connection: sa.Connection, agency_id: str, role: str) -> str:
    sent = sa.and_(letter.c.agency_id == agency_id, letter.c.role == role, letter.c.status == SENT)
    chosen = sa.select(letter.c.address).where(sent).order_by(letter.c.done_at.desc()).limit(1)
    return connection.scalar(chosen) or ""
