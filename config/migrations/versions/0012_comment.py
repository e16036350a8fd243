"""Complaints and comments, with who made them kept apart."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _complaints()
    _comments()
    waiting = sa.text("status = 'open'")
    by_itself = sa.text("actor_id IS NULL AND kind = 'action'")
    op.create_index(
        "ix_event_by_itself", "event", ["agency_id", "at"], sqlite_where=by_itself, postgresql_where=by_itself
    )
    op.create_index("ix_ask_open", "ask", ["name", "opened_at"], sqlite_where=waiting, postgresql_where=waiting)


def downgrade() -> None:
    op.drop_index("ix_event_by_itself", "event")
    op.drop_index("ix_ask_open", "ask")
    for table in ("posting_commenter", "posting_comment", "complainant", "complaint"):
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


def _comments() -> None:
    op.create_table(
        "posting_comment",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("ask_id", sa.String(length=36), nullable=False),
        sa.Column("stance", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("is_signed", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("moderated_by", sa.String(length=36), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting_comment")),
        sa.UniqueConstraint("agency_id", "id", name=op.f("uq_posting_comment_agency_id_id")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_posting_comment_agency_id")),
        _of_case("posting_comment"),
    )
    op.create_index("ix_posting_comment_ask", "posting_comment", ["ask_id", "said_on"])
    op.create_index("ix_posting_comment_case", "posting_comment", ["case_id"])
    only = sa.text("status = 'new'")
    op.create_index(
        "ix_posting_comment_new", "posting_comment", ["agency_id"], sqlite_where=only, postgresql_where=only
    )
    op.create_table(
        "posting_commenter",
        sa.Column("comment_id", sa.String(length=36), nullable=False),
        sa.Column("agency_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("contact", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_posting_commenter")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_posting_commenter_agency_id")),
        sa.ForeignKeyConstraint(
            ["agency_id", "comment_id"], ["posting_comment.agency_id", "posting_comment.id"],
            name=op.f("fk_posting_commenter_agency_id_comment_id"),
        ),
    )  # fmt: skip


def _of_case(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["agency_id", "case_id"], ["case_.agency_id", "case_.id"], name=op.f(f"fk_{table}_agency_id_case_id"),
        deferrable=True, initially="DEFERRED",
    )  # fmt: skip
