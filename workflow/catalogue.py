"""Plans and definitions as the database keeps them: source, canonical form, hash; running code reads only these."""

from __future__ import annotations

import sqlalchemy as sa

from workflow.db import Id, UtcDateTime, agency_id, metadata

plan_version = sa.Table(
    "plan_version",
    metadata,
    Id(primary_key=True),
    agency_id(),
    sa.Column("code", sa.String(100), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("grammar", sa.Integer, nullable=False),
    sa.Column("canonical", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("is_living", sa.Boolean, nullable=False),  # new cases start under it
    sa.Column("loaded_at", UtcDateTime, nullable=False),
    sa.Column("loaded_by", sa.String(120), nullable=False),
    sa.UniqueConstraint("agency_id", "hash"),
)

definition_version = sa.Table(
    "definition_version",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("plan_id", sa.ForeignKey("plan_version.id"), nullable=False),
    sa.Column("process", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("grammar", sa.Integer, nullable=False),
    sa.Column("canonical", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("loaded_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("plan_id", "process"),
)

cadence_run = sa.Table(
    "cadence_run",
    metadata,
    sa.Column("agency_id", sa.String(36), sa.ForeignKey("agency.id"), primary_key=True),
    sa.Column("process", sa.String(64), primary_key=True),
    sa.Column("period", sa.String(20), primary_key=True),
    Id("case_id", nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)

calendar_version = sa.Table(
    "calendar_version",
    metadata,
    sa.Column("version", sa.String(64), primary_key=True),
    sa.Column("data", sa.JSON, nullable=False),
    sa.Column("is_living", sa.Boolean, nullable=False),
    sa.Column("loaded_at", UtcDateTime, nullable=False),
)
