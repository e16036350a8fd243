"""A complaint in its case's sight, and, in a table of its own, who made it and what it says."""

from __future__ import annotations

import sqlalchemy as sa

from states.subjects.model import of_case
from workflow.db import Id, UtcDateTime, agency_id, metadata, where

OPEN, CLEARED, UPHELD = "open", "cleared", "upheld"
KINDS = ("complaint", "denunciation", "petition")

complaint = sa.Table(
    "complaint",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("case_id", nullable=False),
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),  # a choice of the plan's field complaint_kind
    sa.Column("ground", sa.String(64), nullable=False),  # the ground of the hold it stands for
    sa.Column("received_on", sa.Date, nullable=False),
    sa.Column("status", sa.String(16), nullable=False),  # open | cleared | upheld
    sa.Column("recorded_at", UtcDateTime, nullable=False),
    Id("recorded_by"),
    sa.Column("concluded_at", UtcDateTime),
    Id("concluded_by"),
    of_case(),
    sa.UniqueConstraint("agency_id", "id"),
    sa.UniqueConstraint("agency_id", "year", "number"),
    sa.Index("ix_complaint_case", "case_id"),
    sa.Index("ix_complaint_open", "agency_id", "received_on", "id", **where(f"status = '{OPEN}'")),
)

complainant = sa.Table(  # read by `complainants.told` alone: no list, search, export, event or letter selects it
    "complainant",
    metadata,
    Id("complaint_id", primary_key=True),
    agency_id(),
    sa.Column("sealed", sa.Text, nullable=False),  # name, contact, content: `states.sealed`
    sa.ForeignKeyConstraint(["agency_id", "complaint_id"], ["complaint.agency_id", "complaint.id"]),
)
