"""What a unit was merged into, and who a person turned out to be: read at once, followed to the end."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from workflow.organisation import twin, unit_merge

MERGED = ("going_on", "done")

_AGENCY: sa.BindParameter[str] = sa.bindparam("agency")
_UNITS = sa.select(
    sa.literal_column("'unit'").label("noun"), unit_merge.c.unit_id.label("gone"), unit_merge.c.into_id.label("into")
).where(unit_merge.c.agency_id == _AGENCY, unit_merge.c.status.in_(MERGED))
_PEOPLE = sa.select(twin.c.noun, twin.c.gone_id, twin.c.into_id).where(
    twin.c.agency_id == _AGENCY, twin.c.noun == "person", twin.c.parted_at.is_(None)
)
_BECAME = sa.union_all(_UNITS, _PEOPLE)


def became(connection: sa.Connection, agency_id: str) -> tuple[dict[str, str], dict[str, str]]:
    """Units, and people, that are another's today → that one, one step on."""
    found: dict[str, dict[str, str]] = {"unit": {}, "person": {}}
    for row in connection.execute(_BECAME, {"agency": agency_id}):
        found[row.noun][row.gone] = row.into
    return found["unit"], found["person"]


def last(steps: Mapping[str, str], one: str) -> str:
    """The end of the way from one; circles end."""
    seen: set[str] = set()
    while one in steps and one not in seen:
        seen.add(one)
        one = steps[one]
    return one
