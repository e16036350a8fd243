"""Which recognitions something that is out speaks of: for who still waits for a story, and for the dashboards."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from states.subjects.model import recognition
from workflow.case import case, case_field

PROCESS = "publicity"


def spoken_of(connection: sa.Connection, agency_id: str) -> sa.Subquery:
    """Recognitions that something published is about, or names. That a thing is out is no secret of its case.

    Joined from the few texts there are, not looked up for each of the many recognitions.
    """
    dated = sa.and_(case_field.c.case_id == case.c.id, case_field.c.name == "published_on")
    published = sa.and_(case.c.agency_id == agency_id, case.c.process == PROCESS)
    out = sa.select(case.c.id, case.c.subject_id).join(case_field, dated).where(published).cte("out_now")
    ours = recognition.c.agency_id == agency_id
    about = sa.select(recognition.c.id).join(out, out.c.subject_id == recognition.c.subject_id).where(ours)
    named = _elements(connection, out)
    mentioned = sa.select(recognition.c.id).join(named, named.c.value == recognition.c.case_id).where(ours)
    return about.union(mentioned).subquery("spoken")


def _elements(connection: sa.Connection, out: sa.CTE) -> sa.Subquery:
    """`value`: each case that a published text names; nothing of a field that is no list."""
    held = case_field.join(out, case_field.c.case_id == out.c.id)
    texts = case_field.c.name == "exemplars"
    if connection.dialect.name == "sqlite":
        inside = sa.func.json_each(case_field.c.value).table_valued("value", joins_implicitly=True)
        return sa.select(inside.c.value).select_from(held).where(texts).subquery("named")
    none: sa.ColumnElement[Any] = sa.literal_column("'[]'::json")
    kind = sa.func.json_typeof(case_field.c.value)
    each = sa.func.json_array_elements_text(sa.case((kind == "array", case_field.c.value), else_=none))
    return sa.select(each.label("value")).select_from(held).where(texts).subquery("named")
