"""Scoring: a sheet a person and round, its scores, and the papers a criterion rests on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def _id(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(36), nullable=False)


def _agency(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=f"fk_{table}_agency_id")


def _case(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["agency_id", "case_id"], ["case_.agency_id", "case_.id"], name=f"fk_{table}_agency_id_case_id",
        deferrable=True, initially="DEFERRED",
    )  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "score_sheet",
        *map(_id, ("id", "agency_id", "case_id")),
        sa.Column("visit", sa.Integer, nullable=False),
        _id("scorer_id"),
        sa.Column("criteria", sa.String(64), nullable=False),
        sa.Column("criteria_hash", sa.String(64), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("words", sa.Text, nullable=False, server_default=""),
        sa.Column("scored_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_score_sheet"),
        sa.UniqueConstraint("agency_id", "id", name="uq_score_sheet_agency_id_id"),
        sa.UniqueConstraint(
            "agency_id", "case_id", "visit", "scorer_id", name="uq_score_sheet_agency_id_case_id_visit_scorer_id"
        ),
        _agency("score_sheet"),
        _case("score_sheet"),
        sa.ForeignKeyConstraint(
            ["agency_id", "scorer_id"], ["person.agency_id", "person.id"], name="fk_score_sheet_agency_id_scorer_id"
        ),
    )
    op.create_table(
        "score",
        *map(_id, ("agency_id", "sheet_id")),
        sa.Column("criterion", sa.String(64), nullable=False),
        sa.Column("value", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "sheet_id", "criterion", name="pk_score"),
        _agency("score"),
        sa.ForeignKeyConstraint(
            ["agency_id", "sheet_id"], ["score_sheet.agency_id", "score_sheet.id"], name="fk_score_agency_id_sheet_id"
        ),
    )
    op.create_table(
        "criterion_evidence",
        *map(_id, ("agency_id", "case_id")),
        sa.Column("criteria", sa.String(64), nullable=False),
        sa.Column("criterion", sa.String(64), nullable=False),
        *map(_id, ("file_id", "bound_by")),
        sa.Column("bound_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint(
            "agency_id", "case_id", "criteria", "criterion", "file_id", name="pk_criterion_evidence"
        ),
        _agency("criterion_evidence"),
        _case("criterion_evidence"),
    )


def downgrade() -> None:
    for table in ("criterion_evidence", "score", "score_sheet"):
        op.drop_table(table)
