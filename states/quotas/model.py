"""Rows of a quota: how many places are taken where, by which case, and what the office allotted to whom."""

from __future__ import annotations

import sqlalchemy as sa

from states.subjects.model import of_case
from workflow.db import Id, UtcDateTime, agency_id, metadata, where

LIVE = "freed_at IS NULL"


def _key(*, primary: bool) -> tuple[sa.Column[str], ...]:
    """Whose quota, in which period: counters outlive the versions of a plan."""
    return (
        sa.Column("plan", sa.String(100), primary_key=primary, nullable=False),
        sa.Column("quota", sa.String(64), primary_key=primary, nullable=False),
        sa.Column("period", sa.String(64), primary_key=primary, nullable=False),
    )


quota_counter = sa.Table(
    "quota_counter",
    metadata,
    Id("agency_id", sa.ForeignKey("agency.id"), primary_key=True),
    *_key(primary=True),
    sa.Column("scope", sa.String(64), primary_key=True),  # a unit, a type of units, or the whole agency: ''
    sa.Column("taken", sa.Integer, nullable=False),
    sa.Column("places", sa.Integer),  # allotted by a split; NULL: none was
    sa.CheckConstraint("taken >= 0", name="ck_quota_counter_taken"),
)

quota_place = sa.Table(
    "quota_place",
    metadata,
    Id(primary_key=True),
    agency_id(),
    *_key(primary=False),
    sa.Column("scopes", sa.JSON, nullable=False),  # every counter it is counted in
    Id("case_id", nullable=False),
    sa.Column("event_seq", sa.Integer, nullable=False),
    sa.Column("is_over", sa.Boolean, nullable=False, server_default=sa.false()),  # beyond the maximum, with a reason
    sa.Column("taken_at", UtcDateTime, nullable=False),
    sa.Column("freed_at", UtcDateTime),
    sa.Column("freed_seq", sa.Integer),
    of_case(),
    sa.Index("uq_quota_place_live", "agency_id", "case_id", "plan", "quota", "period", unique=True, **where(LIVE)),
)

quota_split = sa.Table(
    "quota_split",
    metadata,
    Id("agency_id", sa.ForeignKey("agency.id"), primary_key=True),
    *_key(primary=True),
    sa.Column("version", sa.Integer, primary_key=True),  # each change is a row; the last one counts
    sa.Column("places", sa.JSON, nullable=False),  # unit → places
    sa.Column("reason", sa.String(300), nullable=False, server_default=""),
    Id("set_by", nullable=False),
    sa.Column("set_at", UtcDateTime, nullable=False),
    sa.ForeignKeyConstraint(["agency_id", "set_by"], ["person.agency_id", "person.id"]),
)
