"""Rows of signing in. Secrets are stored hashed: a copied database opens no door."""

from __future__ import annotations

import sqlalchemy as sa

from workflow.db import Id, UtcDateTime, agency_id, metadata

sign_in = sa.Table(
    "sign_in",
    metadata,
    Id(primary_key=True),
    Id("account_id", sa.ForeignKey("account.id"), nullable=False),
    Id("agency_id", sa.ForeignKey("agency.id")),  # NULL until an agency is chosen
    Id("person_id"),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("seen_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
    sa.Column("client", sa.String(200), nullable=False, server_default=""),
    sa.Column("address", sa.String(64), nullable=False, server_default=""),
    sa.Column(
        "way", sa.String(16), nullable=False, server_default="password"
    ),  # password | totp | recovery | passkey | sso
    sa.Column("proven_at", UtcDateTime),  # when who it is was last proven; NULL: when it began
    sa.ForeignKeyConstraint(["agency_id", "person_id"], ["person.agency_id", "person.id"]),
    sa.Index("ix_sign_in_account", "account_id"),
)

sign_in_attempt = sa.Table(
    "sign_in_attempt",
    metadata,
    sa.Column("key", sa.String(80), primary_key=True),  # login:HASH or from:HASH, of what was typed
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("first_at", UtcDateTime, nullable=False),
    sa.Column("until", UtcDateTime),  # no further try before
)

sign_in_step = sa.Table(  # what was begun and must be ended by the same browser: once, soon
    "sign_in_step",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),  # second | passkey | register | sso
    Id("account_id", sa.ForeignKey("account.id")),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
    sa.Index("ix_sign_in_step_account", "account_id"),
)

sso_sign_in = sa.Table(  # whom the provider vouched for at a sign-in, so that it can end it; gone with its time
    "sso_sign_in",
    metadata,
    Id("sign_in_id", primary_key=True),
    sa.Column("issuer", sa.String(300), nullable=False),
    sa.Column("subject", sa.String(255), nullable=False),
    sa.Column("session", sa.String(255), nullable=False, server_default=""),  # the provider's own, where it names it
    sa.Column("expires_at", UtcDateTime, nullable=False),
    sa.Index("ix_sso_sign_in_subject", "issuer", "subject"),
)

sso_logout = sa.Table(  # what the provider said was signed out: each is heard once
    "sso_logout",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("expires_at", UtcDateTime, nullable=False),
)

sign_in_policy = sa.Table(
    "sign_in_policy",
    metadata,
    Id("agency_id", sa.ForeignKey("agency.id"), primary_key=True),
    sa.Column(
        "roles", sa.JSON, nullable=False
    ),  # who must have a second factor: roles of the plan, "admin", "everyone"
    sa.Column("starts_on", sa.Date, nullable=False),  # from this day on nothing opens without
    sa.Column("fresh_minutes", sa.Integer, nullable=False),
    Id("set_by", nullable=False),
    sa.Column("set_at", UtcDateTime, nullable=False),
    sa.ForeignKeyConstraint(["agency_id", "set_by"], ["person.agency_id", "person.id"]),
)

password_link = sa.Table(
    "password_link",
    metadata,
    Id(primary_key=True),
    Id("account_id", sa.ForeignKey("account.id"), nullable=False),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("expires_at", UtcDateTime, nullable=False),
    sa.Column("purpose", sa.String(16), nullable=False, server_default="invite"),  # invite | reset | email
    sa.Column("email", sa.String(254), nullable=False, server_default=""),  # the address that an `email` link confirms
    sa.Index("ix_password_link_account", "account_id"),
)

api_token = sa.Table(
    "api_token",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("person_id", nullable=False),
    Id("account_id", sa.ForeignKey("account.id"), nullable=False),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("scopes", sa.JSON, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
    sa.Column("revoked_at", UtcDateTime),
    sa.ForeignKeyConstraint(["agency_id", "person_id"], ["person.agency_id", "person.id"]),
    sa.Index("ix_api_token_account", "account_id"),
)

token_use = sa.Table(
    "token_use",
    metadata,
    Id("token_id", sa.ForeignKey("api_token.id"), primary_key=True),
    sa.Column("used_on", sa.Date, nullable=False),  # the last day; an hour would be a write for each look
)

preference = sa.Table(
    "preference",
    metadata,
    Id("account_id", sa.ForeignKey("account.id"), primary_key=True),
    sa.Column("theme", sa.String(8), nullable=False, server_default="system"),  # system | light | dark
    sa.Column("shortcuts", sa.Boolean, nullable=False, server_default=sa.true()),
)
