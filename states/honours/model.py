"""Rows of the honours board: a consent with what it lets be shown, and whether the agency's board is open."""

from __future__ import annotations

import sqlalchemy as sa

from states.subjects.model import of_case, of_subject
from workflow.db import Id, UtcDateTime, agency_id, metadata, where

honour = sa.Table(
    "honour",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("subject_id", nullable=False),
    Id("case_id", nullable=False),  # the recognitions of this case are what the consent is about
    sa.Column("address", sa.String(32), nullable=False, unique=True),  # drawn by lot; never used again
    sa.Column("sentence", sa.String(400), nullable=False, server_default=""),
    sa.Column("story", sa.Text, nullable=False, server_default=""),
    sa.Column("field", sa.String(64), nullable=False, server_default=""),  # a word of the plan's field of that name
    sa.Column("shows_photo", sa.Boolean, nullable=False),
    sa.Column("shows_story", sa.Boolean, nullable=False),
    Id("photo_id"),
    sa.Column("given_as", sa.String(16), nullable=False),  # self | head | paper
    sa.Column("given_on", sa.Date, nullable=False),
    sa.Column("paper", sa.String(300), nullable=False, server_default=""),  # where a consent on paper is kept
    Id("recorded_by", nullable=False),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
    Id("taken_down_by"),
    sa.Column("taken_down_at", UtcDateTime),
    sa.Column("taken_down_why", sa.String(300), nullable=False, server_default=""),
    of_subject(),
    of_case(),
    sa.Index("uq_honour_live", "agency_id", "subject_id", unique=True, **where("taken_down_at IS NULL")),
)

honour_board = sa.Table(
    "honour_board",
    metadata,
    Id("agency_id", sa.ForeignKey("agency.id"), primary_key=True),
    sa.Column("is_open", sa.Boolean, nullable=False),
    Id("changed_by", nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
)
