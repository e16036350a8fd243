"""The rows of a case: where it is, what its forms hold, what others were asked and answered."""

from __future__ import annotations

import sqlalchemy as sa

from workflow.db import Id, UtcDateTime, agency_id, metadata, where

case = sa.Table(
    "case_",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("plan_id", sa.ForeignKey("plan_version.id"), nullable=False),
    Id("definition_id", sa.ForeignKey("definition_version.id"), nullable=False),
    sa.Column("process", sa.String(64), nullable=False),
    sa.Column("code", sa.String(40), nullable=False),
    sa.Column("subject_type", sa.String(16), nullable=False),  # subject | unit | agency
    Id("subject_id", nullable=False),
    sa.Column("subject_kind", sa.String(32), nullable=False, server_default=""),
    sa.Column("label", sa.String(300), nullable=False),
    sa.Column("folded", sa.String(300), nullable=False),
    Id("unit_id"),
    sa.Column("state", sa.String(64), nullable=False),
    sa.Column("stage", sa.String(16), nullable=False),
    sa.Column("levels", sa.JSON, nullable=False),  # levels in force, lowest first
    sa.Column("top_level", sa.String(64), nullable=False, server_default=""),
    sa.Column("holds", sa.JSON, nullable=False),  # open grounds; the case is held while not empty
    sa.Column("is_held", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("takers", sa.JSON, nullable=False),  # "state.action" -> [person, on behalf of]
    sa.Column("visit", sa.Integer, nullable=False),
    sa.Column("entered_at", UtcDateTime, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("chain_seq", sa.Integer, nullable=False),
    sa.Column("chain_head", sa.String(64), nullable=False),
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("period", sa.String(20), nullable=False, server_default=""),  # 2025, 2025-Q3: of its cadence, inherited
    Id("parent_id"),
    sa.Column("start_key", sa.String(200)),  # what makes a child or a cadence's case once
    sa.Column("started_at", UtcDateTime, nullable=False),
    sa.Column("ended_at", UtcDateTime),
    sa.UniqueConstraint("agency_id", "id"),
    sa.UniqueConstraint("agency_id", "code"),
    sa.UniqueConstraint("agency_id", "start_key"),
    sa.Index("ix_case_agency_process", "agency_id", "process", "started_at"),
    sa.Index("ix_case_agency_unit", "agency_id", "unit_id"),
    sa.Index("ix_case_subject", "agency_id", "subject_id"),
    sa.Index("ix_case_parent", "agency_id", "parent_id"),
    sa.Index(
        "uq_case_one_open", "agency_id", "process", "subject_id", unique=True,
        sqlite_where=sa.text("one_open AND ended_at IS NULL"),
        postgresql_where=sa.text("one_open AND ended_at IS NULL"),
    ),
    sa.Column("one_open", sa.Boolean, nullable=False, server_default=sa.false()),
)  # fmt: skip


def _of_case() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["agency_id", "case_id"], ["case_.agency_id", "case_.id"])


case_party = sa.Table(
    "case_party",
    metadata,
    agency_id(),
    Id("case_id", primary_key=True),
    Id("person_id", primary_key=True),
    sa.Column("relation", sa.String(32), primary_key=True),  # subject | member | nominator | a person field's name
    _of_case(),
    sa.Index("ix_case_party_person", "agency_id", "person_id"),
)

case_field = sa.Table(
    "case_field",
    metadata,
    agency_id(),
    Id("case_id", primary_key=True),
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("value", sa.JSON, nullable=False),
    sa.Column("visit", sa.Integer, nullable=False),
    sa.Column("set_at", UtcDateTime, nullable=False),
    Id("set_by"),
    _of_case(),
)

ask = sa.Table(
    "ask",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("case_id", nullable=False),
    sa.Column("visit", sa.Integer, nullable=False),
    sa.Column("name", sa.String(64), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),  # the n-th of a rhythm, from 1
    sa.Column("element", sa.String(80), nullable=False, server_default=""),  # "unit:ID", "person:ID" or ""
    sa.Column("element_label", sa.String(300), nullable=False, server_default=""),
    sa.Column("status", sa.String(16), nullable=False),  # open | answered | nil | missed | silent | closed
    Id("child_id"),
    sa.Column("child_state", sa.String(64), nullable=False, server_default=""),
    sa.Column("says", sa.String(64), nullable=False, server_default=""),
    sa.Column("answer", sa.JSON),
    sa.Column("opened_at", UtcDateTime, nullable=False),
    sa.Column("answered_at", UtcDateTime),
    Id("answered_by"),
    _of_case(),
    sa.UniqueConstraint("case_id", "visit", "name", "element", "number"),
    sa.Index("ix_ask_child", "child_id"),
    sa.Index("ix_ask_open", "name", "opened_at", **where("status = 'open'")),  # what is put up for comment
)

link = sa.Table(
    "link",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("case_id", nullable=False),
    sa.Column("process", sa.String(64), nullable=False),  # the other case's process, or "parent"
    Id("other_id", nullable=False),
    sa.Column("relation", sa.String(16), nullable=False),  # child | parent | agenda
    sa.Column("answer", sa.String(64)),  # the last one, until taken
    sa.Column("late", sa.String(16), nullable=False, server_default="incident"),
    sa.Column("ended", sa.Boolean, nullable=False, server_default=sa.false()),  # the other case has ended
    sa.Column("answered_at", UtcDateTime),
    sa.Column("taken_at", UtcDateTime),
    _of_case(),
    sa.UniqueConstraint("case_id", "process", "other_id"),
)

counter = sa.Table(
    "counter",
    metadata,
    sa.Column("agency_id", sa.String(36), sa.ForeignKey("agency.id"), primary_key=True),
    sa.Column("name", sa.String(120), primary_key=True),
    sa.Column("value", sa.Integer, nullable=False),
)
