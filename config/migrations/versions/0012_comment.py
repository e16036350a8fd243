"""Complaints with who made them kept apart."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _complaints()


def downgrade() -> None:
    for table in ("complainant", "complaint"):
        op.drop_table(table)


def _complaints() -> None:
    op.create_table(
        "complaint",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("ground", sa.String(length=64), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=36), nullable=True),
        sa.Column("concluded_at", sa.DateTime(), nullable=True),
        sa.Column("concluded_by", sa.String(length=36), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint")),
        sa.UniqueConstraint("agency_id", "id", name=op.f("uq_complaint_agency_id_id")),
        sa.UniqueConstraint("agency_id", "year", "number", name=op.f("uq_complaint_agency_id_year_number")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_complaint_agency_id")),
        _of_case("complaint"),
    )
    op.create_index("ix_complaint_case", "complaint", ["case_id"])
    only = sa.text("status = 'open'")
    op.create_index(
        "ix_complaint_open", "complaint", ["agency_id", "received_on", "id"], sqlite_where=only, postgresql_where=only
    )
    op.create_table(
        "complainant",
        sa.Column("complaint_id", sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("contact", sa.String(length=300), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("complaint_id", name=op.f("pk_complainant")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_complainant_agency_id")),
        sa.ForeignKeyConstraint(
            ["agency_id", "complaint_id"], ["complaint.agency_id", "complaint.id"],
            name=op.f("fk_complainant_agency_id_complaint_id"),
        ),
    )  # fmt: skip


def _of_case(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["agency_id", "case_id"], ["case_.agency_id", "case_.id"], name=op.f(f"fk_{table}_agency_id_case_id"),
        deferrable=True, initially="DEFERRED",
    )  # fmt: skip
