"""Papers: what was ordered and made, the templates in use, the numbers given."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def _agency(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f(f"fk_{table}_agency_id"))


def upgrade() -> None:
    op.create_table(
        "document",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("agency_id", sa.String(36), nullable=False),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("event_seq", sa.Integer, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("symbol", sa.String(60), nullable=False, server_default=""),
        sa.Column("number_id", sa.String(36)),
        sa.Column("typed_number", sa.String(100), nullable=False, server_default=""),
        sa.Column("dated_on", sa.Date, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("error", sa.Text, nullable=False, server_default=""),
        sa.Column("message_id", sa.String(36)),
        sa.Column("ordered_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        _agency("document"),
        sa.ForeignKeyConstraint(
            ["agency_id", "case_id"], ["case_.agency_id", "case_.id"], name=op.f("fk_document_agency_id_case_id")
        ),
        sa.UniqueConstraint(
            "agency_id", "case_id", "event_seq", "name", name=op.f("uq_document_agency_id_case_id_event_seq_name")
        ),
        sa.UniqueConstraint("agency_id", "id", name=op.f("uq_document_agency_id_id")),
    )
    op.create_index("ix_document_case", "document", ["case_id"])
    op.create_table(
        "document_version",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("agency_id", sa.String(36), nullable=False),
        sa.Column("document_id", sa.String(36), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("word_id", sa.String(36), nullable=False),
        sa.Column("pdf_id", sa.String(36)),
        sa.Column("sheet_id", sa.String(36)),
        sa.Column("facts", sa.String(64), nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_version")),
        _agency("document_version"),
        sa.ForeignKeyConstraint(
            ["agency_id", "document_id"], ["document.agency_id", "document.id"],
            name=op.f("fk_document_version_agency_id_document_id"),
        ),
        sa.UniqueConstraint("document_id", "number", name=op.f("uq_document_version_document_id_number")),
    )  # fmt: skip
    op.create_table(
        "document_template",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("agency_id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("in_use", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("uploaded_by", sa.String(36)),
        sa.Column("uploaded_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_template")),
        _agency("document_template"),
    )
    op.create_index("ix_document_template_name", "document_template", ["agency_id", "name"])
    op.create_table(
        "number_counter",
        sa.Column("agency_id", sa.String(36), nullable=False),
        sa.Column("series", sa.String(64), nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "series", "year", name=op.f("pk_number_counter")),
        _agency("number_counter"),
    )
    op.create_table(
        "number_entry",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("agency_id", sa.String(36), nullable=False),
        sa.Column("series", sa.String(64), nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("symbol", sa.String(60), nullable=False, server_default=""),
        sa.Column("title", sa.String(300), nullable=False, server_default=""),
        sa.Column("case_id", sa.String(36)),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False, server_default=""),
        sa.Column("voided_by", sa.String(36)),
        sa.Column("voided_at", sa.DateTime),
        sa.Column("given_on", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_entry")),
        _agency("number_entry"),
        sa.UniqueConstraint(
            "agency_id", "series", "year", "number", name=op.f("uq_number_entry_agency_id_series_year_number")
        ),
    )


def downgrade() -> None:
    for table in ("number_entry", "number_counter", "document_template", "document_version", "document"):
        op.drop_table(table)
