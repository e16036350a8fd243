"""Which units a review was summed up without: asked, and not yet where the plan waits for all of them to be."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import sqlalchemy as sa

from workflow.case import ask, case
from workflow.catalogue import definition_version
from workflow.conditions import DONE
from workflow.definition import Definition
from workflow.registry import Context

_UNIT = "unit:"


def silent(connection: sa.Connection, context: Context) -> frozenset[str]:
    """The units that have not reported by now; a report that was sent back is none until it comes again."""
    stored = sa.select(definition_version.c.canonical).join(case, case.c.definition_id == definition_version.c.id)
    canonical = connection.scalar(stored.where(case.c.id == context.case_id))
    awaited = _awaited(canonical) if canonical else {}
    asked = sa.select(ask).where(
        ask.c.case_id == context.case_id, ask.c.name.in_(awaited), ask.c.element.startswith(_UNIT)
    )
    return frozenset(
        row.element.removeprefix(_UNIT)
        for row in connection.execute(asked)
        if not ({row.child_state, row.says} & awaited[row.name] if awaited[row.name] else row.status in DONE)
    )


@lru_cache(maxsize=64)
def _awaited(canonical: str) -> Mapping[str, frozenset[str]]:
    """The asks that all must be answered for the case to go on by itself; of child cases, in which states they are."""
    states = Definition.model_validate_json(canonical).states.values()
    return {
        term.name: frozenset(term.values)
        for state in states for action in state.actions.values() for term in action.when
        if term.kind == "all"
    }  # fmt: skip
