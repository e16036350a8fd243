"""The last day each token for scripts was used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "token_use",
        sa.Column("token_id", sa.String(36), nullable=False),
        sa.Column("used_on", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("token_id", name="pk_token_use"),
        sa.ForeignKeyConstraint(["token_id"], ["api_token.id"], name="fk_token_use_token_id"),
    )


def downgrade() -> None:
    op.drop_table("token_use")
