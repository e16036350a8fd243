"""One's own in-tray: put off, ready sentences, kept filters, who is looking; what may still be taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0025"
branch_labels = None
depends_on = None


def _id(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(36), nullable=False)


def _agency(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=f"fk_{table}_agency_id")


def _in_agency(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_agency_id_{column}"
    return sa.ForeignKeyConstraint(["agency_id", column], [f"{other}.agency_id", f"{other}.id"], name=name)


def upgrade() -> None:
    op.create_table(
        "postponed",
        *map(_id, ("agency_id", "person_id", "item_id")),
        sa.Column("until_on", sa.Date, nullable=False),
        sa.Column("set_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("person_id", "item_id", name="pk_postponed"),
        _agency("postponed"),
        _in_agency("postponed", "person_id", "person"),
        _in_agency("postponed", "item_id", "work_item"),
    )
    op.create_table(
        "looking",
        *map(_id, ("agency_id", "person_id", "item_id")),
        sa.Column("seen_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("item_id", "person_id", name="pk_looking"),
        _agency("looking"),
        _in_agency("looking", "person_id", "person"),
        _in_agency("looking", "item_id", "work_item"),
    )
    op.create_table(
        "snippet",
        *map(_id, ("id", "agency_id")),
        sa.Column("verb", sa.String(16), nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("text", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_snippet"),
        sa.UniqueConstraint("agency_id", "verb", "place", name="uq_snippet_agency_id_verb_place"),
        _agency("snippet"),
    )
    op.create_table(
        "kept_filter",
        *map(_id, ("id", "agency_id", "person_id")),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("address", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kept_filter"),
        sa.UniqueConstraint("person_id", "name", name="uq_kept_filter_person_id_name"),
        _agency("kept_filter"),
        _in_agency("kept_filter", "person_id", "person"),
    )
    _undo()


def _undo() -> None:
    op.create_table(
        "undo_step",
        _id("agency_id"),
        _id("case_id"),
        sa.Column("event_seq", sa.Integer, nullable=False),
        _id("person_id"),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("until", sa.DateTime, nullable=False),
        sa.Column("before", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "event_seq", name="pk_undo_step"),
        _agency("undo_step"),
        _in_agency("undo_step", "case_id", "case_"),
        _in_agency("undo_step", "person_id", "person"),
    )
    op.create_index("ix_undo_step_person", "undo_step", ["agency_id", "person_id", "until"])


def downgrade() -> None:
    op.drop_index("ix_undo_step_person", "undo_step")
    for name in ("undo_step", "kept_filter", "snippet", "looking", "postponed"):
        op.drop_table(name)
