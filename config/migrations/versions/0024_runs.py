"""Long work as rows, and units that are merged."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def _id(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(36), nullable=nullable)


def _agency(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=f"fk_{table}_agency_id")


def _in_agency(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_agency_id_{column}"
    return sa.ForeignKeyConstraint(["agency_id", column], [f"{other}.agency_id", f"{other}.id"], name=name)


def _where(condition: str) -> dict[str, sa.TextClause]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    _runs()
    op.create_table(
        "unit_merge",
        *map(_id, ("id", "agency_id", "unit_id", "into_id")),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("decision_number", sa.String(120), nullable=False),
        sa.Column("kept_roles", sa.JSON, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        _id("decided_by"),
        sa.Column("decided_at", sa.DateTime, nullable=False),
        sa.Column("done_at", sa.DateTime),
        sa.PrimaryKeyConstraint("id", name="pk_unit_merge"),
        _agency("unit_merge"),
        _in_agency("unit_merge", "unit_id", "unit"),
        _in_agency("unit_merge", "into_id", "unit"),
        _in_agency("unit_merge", "decided_by", "person"),
    )
    op.create_index(
        "uq_unit_merge_live", "unit_merge", ["agency_id", "unit_id"], unique=True, **_where("status <> 'called_off'")
    )


def _runs() -> None:
    op.create_table(
        "run",
        *map(_id, ("id", "agency_id")),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("about", sa.String(300), nullable=False, server_default=""),
        sa.Column("wanted", sa.JSON, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("done", sa.Integer, nullable=False, server_default="0"),
        sa.Column("total", sa.Integer, nullable=False, server_default="0"),
        sa.Column("result", sa.JSON, nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
        _id("file_id", nullable=True),
        _id("asked_by"),
        sa.Column("not_before", sa.DateTime, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("fence", sa.Integer, nullable=False, server_default="0"),
        sa.Column("lease_until", sa.DateTime),
        sa.Column("stop_at", sa.DateTime),
        sa.Column("dedupe_key", sa.String(200), nullable=False),
        sa.Column("asked_at", sa.DateTime, nullable=False),
        sa.Column("begun_at", sa.DateTime),
        sa.Column("ended_at", sa.DateTime),
        sa.Column("seen_at", sa.DateTime),
        sa.PrimaryKeyConstraint("id", name="pk_run"),
        sa.UniqueConstraint("agency_id", "id", name="uq_run_agency_id_id"),
        sa.UniqueConstraint("agency_id", "dedupe_key", name="uq_run_agency_id_dedupe_key"),
        _agency("run"),
        _in_agency("run", "asked_by", "person"),
    )
    op.create_index("ix_run_asked", "run", ["agency_id", "asked_at"])
    op.create_index("ix_run_open", "run", ["not_before", "id"], **_where("status IN ('waiting', 'at_work')"))
    op.create_index("ix_run_unseen", "run", ["agency_id", "asked_by"], **_where("seen_at IS NULL"))


def downgrade() -> None:
    for name in ("ix_run_asked", "ix_run_open", "ix_run_unseen"):
        op.drop_index(name, "run")
    op.drop_index("uq_unit_merge_live", "unit_merge")
    op.drop_table("unit_merge")
    op.drop_table("run")
