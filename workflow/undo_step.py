"""What stood before a decision that may still be taken back."""

from __future__ import annotations

import sqlalchemy as sa

from workflow.db import Id, UtcDateTime, agency_id, metadata

undo_step = sa.Table(
    "undo_step",
    metadata,
    agency_id(),
    Id("case_id", primary_key=True),
    sa.Column("event_seq", sa.Integer, primary_key=True),
    Id("person_id", nullable=False),
    sa.Column("title", sa.String(300), nullable=False),
    sa.Column("until", UtcDateTime, nullable=False),  # business time
    sa.Column("before", sa.JSON, nullable=False),
    sa.ForeignKeyConstraint(["agency_id", "case_id"], ["case_.agency_id", "case_.id"]),
    sa.ForeignKeyConstraint(["agency_id", "person_id"], ["person.agency_id", "person.id"]),
    sa.Index("ix_undo_step_person", "agency_id", "person_id", "until"),
)
