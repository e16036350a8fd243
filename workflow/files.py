"""Files of cases: content-addressed under their agency, on disk before the row that names them is committed."""

from __future__ import annotations

import sqlalchemy as sa

from workflow.db import Id, UtcDateTime, agency_id, metadata

file = sa.Table(
    "file",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("case_id"),  # NULL until the submission that carries it is accepted
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("media_type", sa.String(100), nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    Id("uploaded_by"),
    sa.Column("uploaded_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("agency_id", "id"),
    sa.Index("ix_file_case", "case_id"),
)
