"""Quotas: counters that hold a maximum, the places cases have, what the office allotted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0006"
branch_labels = None
depends_on = None

LIVE = sa.text("freed_at IS NULL")


def _key() -> list[sa.Column[str]]:
    return [
        sa.Column("plan", sa.String(100), nullable=False),
        sa.Column("quota", sa.String(64), nullable=False),
        sa.Column("period", sa.String(64), nullable=False),
    ]


def _agency(table: str) -> list[sa.ForeignKeyConstraint]:
    return [sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=f"fk_{table}_agency_id")]


def upgrade() -> None:
    op.create_table(
        "quota_counter",
        sa.Column("agency_id", sa.String(36), nullable=False),
        *_key(),
        sa.Column("scope", sa.String(64), nullable=False),
        sa.Column("taken", sa.Integer, nullable=False),
        sa.Column("places", sa.Integer),
        *_agency("quota_counter"),
        sa.PrimaryKeyConstraint("agency_id", "plan", "quota", "period", "scope", name="pk_quota_counter"),
        sa.CheckConstraint("taken >= 0", name="ck_quota_counter_taken"),
    )
    op.create_table(
        "quota_place",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("agency_id", sa.String(36), nullable=False),
        *_key(),
        sa.Column("scopes", sa.JSON, nullable=False),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("event_seq", sa.Integer, nullable=False),
        sa.Column("is_over", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("taken_at", sa.DateTime, nullable=False),
        sa.Column("freed_at", sa.DateTime),
        sa.Column("freed_seq", sa.Integer),
        sa.ForeignKeyConstraint(
            ["agency_id", "case_id"],
            ["case_.agency_id", "case_.id"],
            name="fk_quota_place_agency_id_case_id",
            deferrable=True,
            initially="DEFERRED",
        ),
        *_agency("quota_place"),
        sa.PrimaryKeyConstraint("id", name="pk_quota_place"),
    )
    op.create_index(
        "uq_quota_place_live", "quota_place", ["agency_id", "case_id", "plan", "quota", "period"], unique=True,
        sqlite_where=LIVE, postgresql_where=LIVE,
    )  # fmt: skip
    op.create_table(
        "quota_split",
        sa.Column("agency_id", sa.String(36), nullable=False),
        *_key(),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("places", sa.JSON, nullable=False),
        sa.Column("reason", sa.String(300), nullable=False, server_default=""),
        sa.Column("set_by", sa.String(36), nullable=False),
        sa.Column("set_at", sa.DateTime, nullable=False),
        *_agency("quota_split"),
        sa.PrimaryKeyConstraint("agency_id", "plan", "quota", "period", "version", name="pk_quota_split"),
        sa.ForeignKeyConstraint(
            ["agency_id", "set_by"], ["person.agency_id", "person.id"], name="fk_quota_split_agency_id_set_by"
        ),
    )


def downgrade() -> None:
    for table in ("quota_split", "quota_place", "quota_counter"):
        op.drop_table(table)
