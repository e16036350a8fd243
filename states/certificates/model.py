"""A certificate's code, and how often it was looked up. Nothing here names a person."""

from __future__ import annotations

import sqlalchemy as sa

from workflow.db import Id, UtcDateTime, agency_id, metadata

certificate = sa.Table(
    "certificate",
    metadata,
    Id("document_id", primary_key=True),
    agency_id(),
    Id("case_id", nullable=False),
    sa.Column("event_seq", sa.Integer, nullable=False),  # the decision it stands and falls with
    sa.Column("code", sa.String(26), nullable=False, unique=True),
    sa.UniqueConstraint("agency_id", "document_id"),
    sa.ForeignKeyConstraint(["agency_id", "document_id"], ["document.agency_id", "document.id"]),
    sa.Index("ix_certificate_case", "case_id"),
)

certificate_look = sa.Table(
    "certificate_look",
    metadata,
    Id("document_id", primary_key=True),
    sa.Column("minute", UtcDateTime, primary_key=True),  # wall time, cut to the minute
    sa.Column("outcome", sa.String(8), primary_key=True),  # valid | revoked
    agency_id(),
    sa.Column("times", sa.Integer, nullable=False),
    sa.ForeignKeyConstraint(["agency_id", "document_id"], ["certificate.agency_id", "certificate.document_id"]),
)
"""Looks are counted by the minute: every one is there, and nobody fills the disk by asking again and again."""
