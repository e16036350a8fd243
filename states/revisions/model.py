"""Each change of running cases to another version of their plan, and what it did to each case."""

from __future__ import annotations

import sqlalchemy as sa

from workflow.db import Id, UtcDateTime, agency_id, metadata

MOVED, REFUSED, UNMAPPED = OUTCOMES = ("moved", "stays", "unmapped")

revision = sa.Table(
    "revision",
    metadata,
    Id(primary_key=True),
    agency_id(),
    sa.Column("number", sa.Integer, nullable=False),  # the n-th of this agency
    Id("to_plan", sa.ForeignKey("plan_version.id"), nullable=False),
    sa.Column("states", sa.JSON, nullable=False),  # process → state before → state from now on
    Id("back_of"),  # the revision whose cases this one brings back
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("asked_by", sa.String(120), nullable=False),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Column("ended_at", UtcDateTime),
    sa.UniqueConstraint("agency_id", "id"),
    sa.UniqueConstraint("agency_id", "number"),
    sa.ForeignKeyConstraint(["agency_id", "back_of"], ["revision.agency_id", "revision.id"]),
)

revision_case = sa.Table(
    "revision_case",
    metadata,
    Id("revision_id", primary_key=True),
    Id("case_id", primary_key=True),
    agency_id(),
    Id("from_definition", sa.ForeignKey("definition_version.id"), nullable=False),
    Id("to_definition", sa.ForeignKey("definition_version.id"), nullable=False),
    sa.Column("state_from", sa.String(64), nullable=False),
    sa.Column("state_to", sa.String(64), nullable=False),
    sa.Column("outcome", sa.String(16), nullable=False),  # moved | stays: it does not fit | unmapped
    sa.Column("reasons", sa.JSON, nullable=False),  # messages: why it stayed, or what changed
    sa.ForeignKeyConstraint(["agency_id", "revision_id"], ["revision.agency_id", "revision.id"]),
    sa.ForeignKeyConstraint(["agency_id", "case_id"], ["case_.agency_id", "case_.id"]),
)
