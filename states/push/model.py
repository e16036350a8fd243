"""The devices that people want to be called on."""

from __future__ import annotations

import sqlalchemy as sa

from workflow.db import Id, UtcDateTime, metadata

push_device = sa.Table(
    "push_device",
    metadata,
    Id(primary_key=True),
    Id("account_id", sa.ForeignKey("account.id"), nullable=False),
    sa.Column("endpoint", sa.String(1000), nullable=False),
    sa.Column("endpoint_hash", sa.String(64), nullable=False, unique=True),  # a browser is one device, whoever uses it
    sa.Column("public_key", sa.String(100), nullable=False),  # the browser's, base64url
    sa.Column("secret", sa.String(40), nullable=False),  # what it shares with us alone, base64url
    sa.Column("name", sa.String(200), nullable=False, server_default=""),
    sa.Column("added_at", UtcDateTime, nullable=False),
    sa.Index("ix_push_device_account", "account_id"),
)
