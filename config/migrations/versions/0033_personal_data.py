"""What left as a file, what asks to be corrected or forgotten, and sign-ins that a provider may end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def _id(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(36), nullable=nullable)


def _agency(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=f"fk_{table}_agency_id")


def _by_person(table: str, column: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_agency_id_{column}"
    return sa.ForeignKeyConstraint(["agency_id", column], ["person.agency_id", "person.id"], name=name)


def upgrade() -> None:
    _exports()
    _retention()
    _corrections()
    _sign_ins()


def _exports() -> None:
    op.create_table(
        "export_log",
        *map(_id, ("id", "agency_id", "person_id")),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_export_log"),
        _agency("export_log"),
        _by_person("export_log", "person_id"),
    )
    op.create_index("ix_export_log_agency", "export_log", ["agency_id", "at"])
    op.create_index("ix_export_log_person", "export_log", ["agency_id", "person_id", "at"])


def _retention() -> None:
    op.create_table(
        "retention_rule",
        _id("agency_id"),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("months", sa.Integer, nullable=False),
        sa.Column("source", sa.String(300), nullable=False),
        _id("set_by"),
        sa.Column("set_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "name", name="pk_retention_rule"),
        _agency("retention_rule"),
        _by_person("retention_rule", "set_by"),
    )
    op.create_table(
        "retention_proposal",
        *map(_id, ("id", "agency_id")),
        sa.Column("rule", sa.String(32), nullable=False),
        sa.Column("noun", sa.String(16), nullable=False),
        _id("about_id"),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("keep_until", sa.Date),
        sa.Column("why", sa.String(300), nullable=False, server_default=""),
        sa.Column("proposed_at", sa.DateTime, nullable=False),
        _id("decided_by", nullable=True),
        sa.Column("decided_at", sa.DateTime),
        sa.PrimaryKeyConstraint("id", name="pk_retention_proposal"),
        sa.UniqueConstraint("agency_id", "noun", "about_id", name="uq_retention_proposal_agency_id_noun_about_id"),
        _agency("retention_proposal"),
    )


def _corrections() -> None:
    op.create_table(
        "correction",
        *map(_id, ("id", "agency_id", "person_id")),
        sa.Column("field", sa.String(16), nullable=False),
        sa.Column("wanted", sa.String(1000), nullable=False),
        sa.Column("why", sa.String(1000), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("asked_at", sa.DateTime, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_correction"),
        sa.UniqueConstraint("agency_id", "id", name="uq_correction_agency_id_id"),
        _agency("correction"),
        _by_person("correction", "person_id"),
    )
    op.create_index("ix_correction_person", "correction", ["agency_id", "person_id", "asked_at"])
    op.create_table(
        "correction_step",
        *map(_id, ("id", "agency_id", "correction_id")),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("words", sa.String(1000), nullable=False),
        sa.Column("was", sa.String(1000), nullable=False, server_default=""),
        _id("by"),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_correction_step"),
        _agency("correction_step"),
        sa.ForeignKeyConstraint(
            ["agency_id", "correction_id"], ["correction.agency_id", "correction.id"],
            name="fk_correction_step_agency_id_correction_id",
        ),
    )  # fmt: skip
    op.create_index("ix_correction_step_correction", "correction_step", ["correction_id"])


def _sign_ins() -> None:
    op.create_table(
        "sso_sign_in",
        _id("sign_in_id"),
        sa.Column("issuer", sa.String(300), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("session", sa.String(255), nullable=False, server_default=""),
        sa.Column("expires_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("sign_in_id", name="pk_sso_sign_in"),
    )
    op.create_index("ix_sso_sign_in_subject", "sso_sign_in", ["issuer", "subject"])
    op.create_table(
        "sso_logout",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sso_logout"),
    )


def downgrade() -> None:
    for table in (
        "sso_logout", "sso_sign_in", "correction_step", "correction", "retention_proposal", "retention_rule",
        "export_log",
    ):  # fmt: skip
        op.drop_table(table)
