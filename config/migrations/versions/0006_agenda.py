"""Which case stands on whose agenda: a list may have a case to itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agenda_place",
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("agency_id", sa.String(36), nullable=False),
        sa.Column("holder_id", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_agenda_place")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_agenda_place_agency_id")),
        sa.ForeignKeyConstraint(
            ["agency_id", "case_id"], ["case_.agency_id", "case_.id"], name=op.f("fk_agenda_place_agency_id_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "holder_id"], ["case_.agency_id", "case_.id"],
            name=op.f("fk_agenda_place_agency_id_holder_id"),
        ),
    )  # fmt: skip
    op.create_index("ix_agenda_place_holder", "agenda_place", ["holder_id"])


def downgrade() -> None:
    op.drop_table("agenda_place")
