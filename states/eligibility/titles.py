"""Names a plan gives: titles of fields and of levels, read from the stored text a case is pinned to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

import sqlalchemy as sa

from states.eligibility.judging import Table
from states.eligibility.requirement import bases_of, read_all
from states.eligibility.rules import RULES
from workflow.case import case
from workflow.catalogue import definition_version, plan_version
from workflow.clock import local_date
from workflow.registry import Context, Registry


@lru_cache(maxsize=64)
def field_titles_of(canonical: str) -> Mapping[str, str]:
    """Field name → title, of a stored definition."""
    return {name: field.get("title") or name for name, field in json.loads(canonical)["fields"].items()}


@lru_cache(maxsize=64)
def levels_of(canonical: str) -> Mapping[str, str]:
    """Level name → title, lowest first, of a stored plan."""
    return dict(json.loads(canonical)["levels"])


def field_titles(connection: sa.Connection, context: Context) -> Mapping[str, str]:
    """Of the definition this case lives by; empty for a case that is only being started."""
    canonical = connection.scalar(_DEFINITION, _of(context))
    return field_titles_of(canonical) if canonical else {}


def plan_levels(connection: sa.Connection, context: Context) -> Mapping[str, str]:
    """Of the plan this case lives by; empty for a case that is only being started."""
    canonical = connection.scalar(_PLAN, _of(context))
    return levels_of(canonical) if canonical else {}


@lru_cache(maxsize=64)
def _nurtures(canonical: str) -> bool:
    """Whether a stored definition has a state in which somebody is cultivated."""
    return any(state["stage"] == "cultivating" for state in json.loads(canonical)["states"].values())


def nurturing(connection: sa.Connection, context: Context) -> list[str]:
    """The agency's processes that bring exemplars on, under whatever plan."""
    stored = sa.select(definition_version.c.process, definition_version.c.canonical).where(
        definition_version.c.agency_id == context.agency_id
    )
    return sorted({row.process for row in connection.execute(stored) if _nurtures(row.canonical)})


def requirements(connection: sa.Connection, context: Context) -> Table:
    """The conditions and legal texts of the plan this case lives by; none for a case that is only being started."""
    row = connection.execute(_PLAN, _of(context)).first()
    return replace(table_of(row.canonical), started_on=local_date(row.started_at)) if row else Table({}, {})


def _of(context: Context) -> dict[str, str]:
    return {"agency": context.agency_id, "case": context.case_id}


_MINE = (case.c.agency_id == sa.bindparam("agency"), case.c.id == sa.bindparam("case"))
_PLAN = (
    sa.select(plan_version.c.canonical, case.c.started_at).join(case, case.c.plan_id == plan_version.c.id).where(*_MINE)
)
_DEFINITION = (
    sa.select(definition_version.c.canonical).join(case, case.c.definition_id == definition_version.c.id).where(*_MINE)
)


@lru_cache(maxsize=64)
def table_of(canonical: str) -> Table:
    """The conditions and legal texts of a stored plan."""
    plan = json.loads(canonical)
    return Table(read_all(plan.get("eligibility", {}), RULES, plan.get("bases", {})), bases_of(plan))


def register(registry: Registry) -> None:
    """Under the names guards ask for."""
    registry.loader("field_titles")(field_titles)
    registry.loader("plan_levels")(plan_levels)
    registry.loader("requirements")(requirements)
