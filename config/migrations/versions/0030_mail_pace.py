"""How an account wants its mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("mail_pace", sa.String(8), nullable=False, server_default="at_once"))


def downgrade() -> None:
    op.drop_column("account", "mail_pace")
