"""Who attended which course, and with what result."""

from __future__ import annotations

import sqlalchemy as sa

from states.subjects.model import of_case
from workflow.db import Id, UtcDateTime, agency_id, metadata

training = sa.Table(
    "training",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("person_id", nullable=False),
    Id("case_id", nullable=False),
    sa.Column("course", sa.String(300), nullable=False),
    sa.Column("topic", sa.String(64), nullable=False),
    sa.Column("held_on", sa.Date, nullable=False),
    sa.Column("result", sa.String(32), nullable=False),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("agency_id", "case_id", "person_id"),
    sa.ForeignKeyConstraint(["agency_id", "person_id"], ["person.agency_id", "person.id"]),
    of_case(),
    sa.Index("ix_training_person", "agency_id", "person_id"),
)
