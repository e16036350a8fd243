"""How an account wants its mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_pace",
        sa.Column("account_id", sa.String(36), nullable=False),
        sa.Column("pace", sa.String(8), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_mail_pace")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_mail_pace_account_id")),
    )


def downgrade() -> None:
    op.drop_table("mail_pace")
