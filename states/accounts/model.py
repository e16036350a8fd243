"""Second factors and other ways in. A copied database opens no door: secrets are sealed or hashed, keys are public."""

from __future__ import annotations

import sqlalchemy as sa

from states.push import devices
from workflow.db import Id, UtcDateTime, metadata
from workflow.organisation import account
from workflow.outbox import outbox

totp = sa.Table(
    "totp",
    metadata,
    Id("account_id", sa.ForeignKey("account.id"), primary_key=True),
    sa.Column("sealed", sa.Text, nullable=False),  # the secret, by keys that are not in the database
    sa.Column("last_step", sa.BigInteger, nullable=False, server_default="0"),  # codes up to here were used
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("confirmed_at", UtcDateTime),  # NULL until a first code showed that the app has it
)

recovery_code = sa.Table(
    "recovery_code",
    metadata,
    Id(primary_key=True),
    Id("account_id", sa.ForeignKey("account.id"), nullable=False),
    sa.Column("code_hash", sa.String(64), nullable=False),
    sa.Column("used_at", UtcDateTime),
    sa.UniqueConstraint("account_id", "code_hash"),
)

passkey = sa.Table(
    "passkey",
    metadata,
    Id(primary_key=True),
    Id("account_id", sa.ForeignKey("account.id"), nullable=False),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("credential_id", sa.String(1400), nullable=False, unique=True),  # base64url, at most 1023 bytes
    sa.Column("public_key", sa.Text, nullable=False),
    sa.Column("sign_count", sa.BigInteger, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("used_at", UtcDateTime),
    sa.Index("ix_passkey_account", "account_id"),
)

sso_identity = sa.Table(
    "sso_identity",
    metadata,
    Id(primary_key=True),
    Id("account_id", sa.ForeignKey("account.id"), nullable=False),
    sa.Column("issuer", sa.String(300), nullable=False),
    sa.Column("subject", sa.String(255), nullable=False),
    sa.Column("linked_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("issuer", "subject"),
    sa.Index("ix_sso_identity_account", "account_id"),
)


def has_second() -> sa.ColumnElement[bool]:
    """Of a statement with `account`: whether it has a second factor."""
    app = sa.exists().where(totp.c.account_id == account.c.id, totp.c.confirmed_at.is_not(None))
    return sa.or_(app, sa.exists().where(passkey.c.account_id == account.c.id))


def forget(connection: sa.Connection, account_id: str) -> None:
    """Everything an account proves itself with is gone, but its password."""
    for table in (totp, recovery_code, passkey, sso_identity):
        connection.execute(sa.delete(table).where(table.c.account_id == account_id))


def erase(connection: sa.Connection, account_id: str) -> None:
    """The same, its devices, and what letters to its owner said."""
    forget(connection, account_id)
    devices.forget(connection, account_id)
    mine = outbox.c.recipient == f"account:{account_id}"
    connection.execute(sa.update(outbox).where(mine).values(payload={}))
