"""Certificates: the code on each, and how often it was looked up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def _agency(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f(f"fk_{table}_agency_id"))


def upgrade() -> None:
    op.create_table(
        "certificate",
        sa.Column("document_id", sa.String(36), nullable=False),
        sa.Column("agency_id", sa.String(36), nullable=False),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("event_seq", sa.Integer, nullable=False),
        sa.Column("code", sa.String(26), nullable=False),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_certificate")),
        _agency("certificate"),
        sa.UniqueConstraint("code", name=op.f("uq_certificate_code")),
        sa.UniqueConstraint("agency_id", "document_id", name=op.f("uq_certificate_agency_id_document_id")),
        sa.ForeignKeyConstraint(
            ["agency_id", "document_id"], ["document.agency_id", "document.id"],
            name=op.f("fk_certificate_agency_id_document_id"),
        ),
    )  # fmt: skip
    op.create_index("ix_certificate_case", "certificate", ["case_id"])
    op.create_table(
        "certificate_look",
        sa.Column("document_id", sa.String(36), nullable=False),
        sa.Column("minute", sa.DateTime, nullable=False),
        sa.Column("outcome", sa.String(8), nullable=False),
        sa.Column("agency_id", sa.String(36), nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("document_id", "minute", "outcome", name=op.f("pk_certificate_look")),
        _agency("certificate_look"),
        sa.ForeignKeyConstraint(
            ["agency_id", "document_id"], ["certificate.agency_id", "certificate.document_id"],
            name=op.f("fk_certificate_look_agency_id_document_id"),
        ),
    )  # fmt: skip


def downgrade() -> None:
    for table in ("certificate_look", "certificate"):
        op.drop_table(table)
