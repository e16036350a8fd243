"""Second factors, passkeys, single sign-on, an agency's rule about them; sign-ins say from where and how."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0029"
branch_labels = None
depends_on = None

JOURNALLED = {  # table: its key, what the journal notes; no secret, no key, no address
    "totp": ("account_id", ("confirmed_at",)),
    "passkey": ("id", ("account_id",)),
    "sso_identity": ("id", ("account_id", "issuer")),
    "sign_in_policy": ("agency_id", ("roles", "starts_on", "fresh_minutes", "set_by")),
}
WITH_AGENCY = ("sign_in_policy",)
ADDED = {  # table: column, its type, what old rows have in it
    "sign_in": (("address", sa.String(64), ""), ("way", sa.String(16), "password"), ("proven_at", sa.DateTime, None)),
    "sign_in_attempt": (("until", sa.DateTime, None),),
    "password_link": (("purpose", sa.String(16), "invite"), ("email", sa.String(254), "")),
}


def upgrade() -> None:
    for table, columns in ADDED.items():
        for name, kind, before in columns:
            op.add_column(table, sa.Column(name, kind, nullable=before is None, server_default=before))
    _factors()
    _steps()
    for table, (key, columns) in JOURNALLED.items():
        _journal(table, key, columns)


def _id(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(36), nullable=nullable)


def _of_account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=f"fk_{table}_account_id")


def _factors() -> None:
    op.create_table(
        "totp",
        _id("account_id"),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("last_step", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("confirmed_at", sa.DateTime),
        sa.PrimaryKeyConstraint("account_id", name="pk_totp"),
        _of_account("totp"),
    )
    op.create_table(
        "recovery_code",
        *map(_id, ("id", "account_id")),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("used_at", sa.DateTime),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_code"),
        sa.UniqueConstraint("account_id", "code_hash", name="uq_recovery_code_account_id_code_hash"),
        _of_account("recovery_code"),
    )
    op.create_table(
        "passkey",
        *map(_id, ("id", "account_id")),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("credential_id", sa.String(1400), nullable=False),
        sa.Column("public_key", sa.Text, nullable=False),
        sa.Column("sign_count", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("used_at", sa.DateTime),
        sa.PrimaryKeyConstraint("id", name="pk_passkey"),
        sa.UniqueConstraint("credential_id", name="uq_passkey_credential_id"),
        _of_account("passkey"),
    )
    op.create_index("ix_passkey_account", "passkey", ["account_id"])
    op.create_table(
        "sso_identity",
        *map(_id, ("id", "account_id")),
        sa.Column("issuer", sa.String(300), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("linked_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sso_identity"),
        sa.UniqueConstraint("issuer", "subject", name="uq_sso_identity_issuer_subject"),
        _of_account("sso_identity"),
    )
    op.create_index("ix_sso_identity_account", "sso_identity", ["account_id"])


def _steps() -> None:
    op.create_table(
        "sign_in_step",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        _id("account_id", nullable=True),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("expires_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sign_in_step"),
        _of_account("sign_in_step"),
    )
    op.create_index("ix_sign_in_step_account", "sign_in_step", ["account_id"])
    op.create_table(
        "sign_in_policy",
        _id("agency_id"),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("fresh_minutes", sa.Integer, nullable=False),
        _id("set_by"),
        sa.Column("set_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("agency_id", name="pk_sign_in_policy"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_sign_in_policy_agency_id"),
        sa.ForeignKeyConstraint(
            ["agency_id", "set_by"], ["person.agency_id", "person.id"], name="fk_sign_in_policy_agency_id_set_by"
        ),
    )


def _journal(table: str, key: str, columns: tuple[str, ...]) -> None:
    """Whoever adds or takes away a way in leaves a line in the journal, by whichever way (as 0023)."""
    if op.get_bind().dialect.name != "sqlite":
        names = ", ".join(f"'{name}'" for name in ("row", key, *columns))
        op.execute(
            f"CREATE TRIGGER journal AFTER INSERT OR UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION journal_note({names})"
        )
        return
    moment = "printf('%012x', CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER))"
    ident = (
        f"substr({moment}, 1, 8) || '-' || substr({moment}, 9, 4) || '-7' || substr(lower(hex(randomblob(2))), 2) "
        "|| '-8' || substr(lower(hex(randomblob(2))), 2) || '-' || lower(hex(randomblob(6)))"
    )
    for verb, row in (("insert", "NEW"), ("update", "NEW"), ("delete", "OLD")):
        of = f" OF {', '.join(columns)}" if verb == "update" else ""
        when = f" WHEN {' OR '.join(f'NEW.{n} IS NOT OLD.{n}' for n in columns)}" if verb == "update" else ""
        body = ", ".join(f"'{name}', {row}.{name}" for name in columns)
        agency = f"{row}.agency_id" if table in WITH_AGENCY else "NULL"
        op.execute(
            f"CREATE TRIGGER {table}_journal_{verb} AFTER {verb.upper()}{of} ON {table}{when} BEGIN "
            "INSERT INTO journal (id, agency_id, noun, row_id, verb, body) "
            f"SELECT {ident}, {agency}, '{table}', {row}.{key}, '{verb}', json_object({body}); END"
        )


def downgrade() -> None:
    for table in ("sign_in_policy", "sign_in_step", "sso_identity", "passkey", "recovery_code", "totp"):
        op.drop_table(table)
    for table, columns in reversed(ADDED.items()):
        for name, _, _ in columns:
            op.drop_column(table, name)
