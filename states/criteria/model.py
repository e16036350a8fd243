"""Rows of scoring: who judged which case in which round, each criterion's score, and the papers each rests on."""

from __future__ import annotations

import sqlalchemy as sa

from states.subjects.model import of_case
from workflow.db import Id, UtcDateTime, agency_id, metadata

score_sheet = sa.Table(
    "score_sheet",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("case_id", nullable=False),
    sa.Column("visit", sa.Integer, nullable=False),  # the round: the case's stay in one state
    Id("scorer_id", nullable=False),
    sa.Column("criteria", sa.String(64), nullable=False),
    sa.Column("criteria_hash", sa.String(64), nullable=False),  # the set as it stood when it was scored by
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column(
        "key", sa.String(64), nullable=False
    ),  # of the digest in the chain: the few possible scores are guessed else
    sa.Column("words", sa.Text, nullable=False, server_default=""),
    sa.Column("scored_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("agency_id", "id"),
    sa.UniqueConstraint("agency_id", "case_id", "visit", "scorer_id"),
    of_case(),
    sa.ForeignKeyConstraint(["agency_id", "scorer_id"], ["person.agency_id", "person.id"]),
)

score = sa.Table(
    "score",
    metadata,
    Id("agency_id", sa.ForeignKey("agency.id"), primary_key=True),
    Id("sheet_id", primary_key=True),
    sa.Column("criterion", sa.String(64), primary_key=True),
    sa.Column("value", sa.Integer, nullable=False),
    sa.ForeignKeyConstraint(["agency_id", "sheet_id"], ["score_sheet.agency_id", "score_sheet.id"]),
)

criterion_evidence = sa.Table(
    "criterion_evidence",
    metadata,
    Id("agency_id", sa.ForeignKey("agency.id"), primary_key=True),
    Id("case_id", primary_key=True),
    sa.Column("criteria", sa.String(64), primary_key=True),
    sa.Column("criterion", sa.String(64), primary_key=True),
    Id("file_id", primary_key=True),
    Id("bound_by", nullable=False),
    sa.Column("bound_at", UtcDateTime, nullable=False),
    of_case(),
)
