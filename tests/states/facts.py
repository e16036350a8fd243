"""A context as guards and effects see it, with only what a test says changed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from workflow.registry import Context, SubjectFacts

TODAY = date(2025, 11, 3)
NOW = datetime(2025, 11, 3, 2, tzinfo=UTC)
SUBJECT = SubjectFacts("subject", "s1", "person", "Lê Văn Tâm", "le van tam", "u1")


def context(**changed: Any) -> Context:
    """A nominee's case in the middle of its life."""
    values: dict[str, Any] = {
        "agency_id": "a1", "case_id": "c1", "process": "nominee", "code": "DH-2025-0001", "state": "somewhere",
        "stage": "cultivating", "level": None, "levels": (), "holds": (), "unit_id": "u1", "subject": SUBJECT,
        "fields": {}, "inputs": {}, "actor_id": "p1", "on_behalf_of": None, "now": NOW, "today": TODAY, "year": 2025,
        "visit": 1,
    }  # fmt: skip
    return Context(**{**values, **changed})


def of(case_id: str, cast: Any, **changed: Any) -> Context:
    """The context of a real case, for effects and loaders."""
    row = cast.row(case_id)
    with cast.app.database.read() as connection:
        subject = cast.app.registry.subject(connection, row.agency_id, row.subject_type, row.subject_id)
        plan = cast.app.catalogue.life(connection, row.definition_id).plan
    values: dict[str, Any] = {
        "agency_id": row.agency_id, "case_id": row.id, "process": row.process, "code": row.code, "state": row.state,
        "stage": row.stage, "levels": tuple(row.levels), "holds": tuple(row.holds), "unit_id": row.unit_id,
        "subject": subject, "now": cast.now(), "today": cast.now().date(), "year": row.year, "visit": row.visit,
        "plan": plan,
    }  # fmt: skip
    return context(**{**values, **changed})
