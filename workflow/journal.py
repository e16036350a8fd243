"""Who may what, as it changed: written by the database's own triggers, so that no way of changing it is forgotten."""

from __future__ import annotations

import sqlalchemy as sa

from workflow.db import Id, metadata

journal = sa.Table(
    "journal",
    metadata,
    Id(primary_key=True),
    Id("agency_id"),  # empty for what is no agency's: an account
    sa.Column("noun", sa.String(32), nullable=False),  # the table: role_grant, absence, plan_version, sign_in …
    Id("row_id", nullable=False),
    sa.Column("verb", sa.String(16), nullable=False),  # insert | update | delete | erase | found
    sa.Column("body", sa.JSON, nullable=False),  # ids, codes, days; never a name, a password, a reason
    sa.Index("ix_journal_row", "noun", "row_id"),
)
