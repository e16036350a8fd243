"""Letters of the desk are drafts: what they say, every wording they had, what became of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_letter",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("unit_id", sa.String(length=36), nullable=True),
        sa.Column("process", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("template", sa.String(length=32), nullable=False),
        sa.Column("verb", sa.String(length=16), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("ask_id", sa.String(length=36), nullable=True),
        sa.Column("headline", sa.String(length=300), nullable=False),
        sa.Column("addressee", sa.String(length=300), nullable=False),
        sa.Column("address", sa.String(length=254), server_default="", nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("why", sa.String(length=32), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("edits", sa.Integer(), server_default="0", nullable=False),
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("out_id", sa.String(length=36), nullable=True),
        sa.Column("drafted_at", sa.DateTime(), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.Column("done_by", sa.String(length=36), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_letter")),
        sa.UniqueConstraint("agency_id", "message_id", name=op.f("uq_desk_letter_agency_id_message_id")),
        sa.UniqueConstraint("agency_id", "id", name=op.f("uq_desk_letter_agency_id_id")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_desk_letter_agency_id")),
        sa.ForeignKeyConstraint(
            ["agency_id", "case_id"], ["case_.agency_id", "case_.id"], name=op.f("fk_desk_letter_agency_id_case_id"),
            deferrable=True, initially="DEFERRED",
        ),
    )  # fmt: skip
    for name, columns, condition in (
        ("ix_desk_letter_open", ["agency_id", "drafted_at", "id"], "status IN ('draft', 'leaving')"),
        ("ix_desk_letter_case", ["case_id"], None),
        ("ix_desk_letter_done", ["agency_id", "done_at", "id"], "status NOT IN ('draft', 'leaving')"),
    ):
        only = sa.text(condition) if condition else None
        op.create_index(name, "desk_letter", columns, sqlite_where=only, postgresql_where=only)
    op.create_table(
        "desk_wording",
        sa.Column("letter_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("by", sa.String(length=36), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("letter_id", "number", name=op.f("pk_desk_wording")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_desk_wording_agency_id")),
        sa.ForeignKeyConstraint(
            ["agency_id", "letter_id"], ["desk_letter.agency_id", "desk_letter.id"],
            name=op.f("fk_desk_wording_agency_id_letter_id"),
        ),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("desk_wording")
    op.drop_table("desk_letter")
