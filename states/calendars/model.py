"""Changes to an agency's calendar, and what each does to open deadlines."""

from __future__ import annotations

import sqlalchemy as sa

from workflow.db import Id, UtcDateTime, agency_id, metadata, where

OPEN = ("draft", "working_out", "proposed", "applying")
_OPEN = f"status IN {OPEN}"

calendar_edit = sa.Table(
    "calendar_edit",
    metadata,
    Id(primary_key=True),
    agency_id(),
    sa.Column("number", sa.Integer, nullable=False),  # the n-th change of this agency
    sa.Column(
        "status", sa.String(16), nullable=False
    ),  # draft | working_out | proposed | applying | applied | given_up
    sa.Column("revision", sa.Integer, nullable=False),  # moves with every edit: who edits an older one is told
    sa.Column("base", sa.String(64), nullable=False),  # the version it changes
    sa.Column("shipped", sa.String(64), nullable=False),  # the release's version it was made beside
    sa.Column("version", sa.String(64)),  # the version it makes, once proposed
    sa.Column("data", sa.JSON, nullable=False),  # the whole calendar, in the shape of its file
    sa.Column("before", sa.JSON, nullable=False),  # the one it changes, alike
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    Id("made_by", nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
    Id("proposed_by"),
    sa.Column("proposed_at", UtcDateTime),
    Id("approved_by"),
    sa.Column("approved_at", UtcDateTime),
    sa.Column("applied_at", UtcDateTime),
    Id("run_id"),
    sa.UniqueConstraint("agency_id", "id"),
    sa.UniqueConstraint("agency_id", "number"),
    sa.ForeignKeyConstraint(["agency_id", "made_by"], ["person.agency_id", "person.id"]),
    sa.Index("uq_calendar_edit_open", "agency_id", unique=True, **where(_OPEN)),
)

calendar_move = sa.Table(
    "calendar_move",
    metadata,
    Id("edit_id", primary_key=True),
    Id("item_id", primary_key=True),
    agency_id(),
    Id("case_id", nullable=False),
    sa.Column("due_from", sa.Date, nullable=False),
    sa.Column("due_to", sa.Date, nullable=False),
    sa.Column("reminders", sa.Integer, nullable=False),  # how many of what goes out before and after it move
    # planned | as_planned | other: to another day than planned | new: not planned | stays | closed
    sa.Column("outcome", sa.String(16), nullable=False),
    sa.ForeignKeyConstraint(["agency_id", "edit_id"], ["calendar_edit.agency_id", "calendar_edit.id"]),
    sa.ForeignKeyConstraint(["agency_id", "case_id"], ["case_.agency_id", "case_.id"]),
)
