"""Whether this code can go on with what is stored: every guard, effect and form that is still lived by must exist."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from workflow.case import case
from workflow.catalogue import Catalogue, definition_version, plan_version
from workflow.naming import check_definition
from workflow.registry import Registry
from workflow.scope import Scope

PYTHON = frozenset({"unknown_guard", "unknown_effect", "unknown_form"})
"""The defects a plan cannot have of its own once it was loaded: the code it was loaded with knew these names."""


@dataclass(frozen=True)
class Missing:
    """A name without Python behind it, and who says it."""

    plan: str
    process: str
    name: str


def missing_names(connection: sa.Connection, catalogue: Catalogue, registry: Registry) -> list[Missing]:
    """Of every plan that is in force or has running cases: these may still start children, whatever their process."""
    running = sa.select(case.c.plan_id).where(case.c.ended_at.is_(None))
    plans = connection.execute(
        sa.select(plan_version.c.id, plan_version.c.code)
        .where(sa.or_(plan_version.c.is_living, plan_version.c.id.in_(running)))
        .order_by(plan_version.c.loaded_at, plan_version.c.id)
    ).all()
    found = (one for row in plans for one in _missing(connection, catalogue, registry, row.id, row.code))
    return list(dict.fromkeys(found))


def _missing(
    connection: sa.Connection, catalogue: Catalogue, registry: Registry, plan_id: str, code: str
) -> Iterator[Missing]:
    stored = sa.select(definition_version.c.id).where(definition_version.c.plan_id == plan_id)
    lives = [
        catalogue.life(connection, one) for one in connection.scalars(stored.order_by(definition_version.c.process))
    ]
    definitions = {life.definition.process: life.definition for life in lives}
    for name, definition in definitions.items():
        for one in check_definition(Scope(definition, catalogue.plan(connection, plan_id), definitions), registry):
            if one.key in PYTHON:
                yield Missing(code, name, str(one.message.params["name"]))
