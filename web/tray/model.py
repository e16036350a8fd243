"""Rows of the in-tray. None of them is part of a case's history."""

from __future__ import annotations

import sqlalchemy as sa

from workflow.db import Id, UtcDateTime, agency_id, metadata

snippet = sa.Table(
    "snippet",
    metadata,
    Id(primary_key=True),
    agency_id(),
    sa.Column("verb", sa.String(16), nullable=False),  # return | refuse
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("text", sa.String(300), nullable=False),
    sa.UniqueConstraint("agency_id", "verb", "place"),
)

kept_filter = sa.Table(
    "kept_filter",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("person_id", nullable=False),
    sa.Column("name", sa.String(60), nullable=False),
    sa.Column("address", sa.String(300), nullable=False),  # what follows the question mark
    sa.UniqueConstraint("person_id", "name"),
    sa.ForeignKeyConstraint(["agency_id", "person_id"], ["person.agency_id", "person.id"]),
)

looking = sa.Table(
    "looking",
    metadata,
    agency_id(),
    Id("item_id", primary_key=True),
    Id("person_id", primary_key=True),
    sa.Column("seen_at", UtcDateTime, nullable=False),
    sa.ForeignKeyConstraint(["agency_id", "person_id"], ["person.agency_id", "person.id"]),
    sa.ForeignKeyConstraint(["agency_id", "item_id"], ["work_item.agency_id", "work_item.id"]),
)
