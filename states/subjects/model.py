"""Rows of a subject: who it is, what it was recognised as, what it was awarded, where it worked."""

from __future__ import annotations

import sqlalchemy as sa

from workflow.case import case
from workflow.db import Id, UtcDateTime, agency_id, metadata


def of_subject() -> sa.ForeignKeyConstraint:
    """The row's subject, in the row's own agency."""
    return sa.ForeignKeyConstraint(["agency_id", "subject_id"], ["subject.agency_id", "subject.id"])


def of_case() -> sa.ForeignKeyConstraint:
    """The row's case, checked at commit: an effect may run before the engine writes a new case."""
    return sa.ForeignKeyConstraint(
        ["agency_id", "case_id"], ["case_.agency_id", "case_.id"], deferrable=True, initially="DEFERRED"
    )


subject = sa.Table(
    "subject",
    metadata,
    Id(primary_key=True),
    agency_id(),
    sa.Column("kind", sa.String(32), nullable=False),  # a kind of the plan: person, collective …
    sa.Column("name", sa.String(300), nullable=False),
    sa.Column("folded", sa.String(300), nullable=False),
    Id("person_id"),  # a member of the staff; NULL: somebody else
    Id("whole_unit_id"),  # a collective that is one of our units
    Id("unit_id"),  # where it belongs
    sa.Column("born_on", sa.Date),
    sa.Column("gender", sa.String(16), nullable=False, server_default=""),
    sa.Column("note", sa.String(300), nullable=False, server_default=""),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("erased_at", UtcDateTime),
    sa.UniqueConstraint("agency_id", "id"),
    sa.UniqueConstraint("agency_id", "person_id"),
    sa.UniqueConstraint("agency_id", "whole_unit_id"),
    sa.ForeignKeyConstraint(["agency_id", "person_id"], ["person.agency_id", "person.id"]),
    sa.ForeignKeyConstraint(["agency_id", "whole_unit_id"], ["unit.agency_id", "unit.id"]),
    sa.ForeignKeyConstraint(["agency_id", "unit_id"], ["unit.agency_id", "unit.id"]),
    sa.Index("ix_subject_folded", "agency_id", "folded"),
)

recognition = sa.Table(
    "recognition",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("subject_id", nullable=False),
    sa.Column("level", sa.String(64), nullable=False),
    Id("case_id", nullable=False),
    sa.Column("event_seq", sa.Integer, nullable=False),
    sa.Column("decision_number", sa.String(120), nullable=False, server_default=""),
    sa.Column("decided_on", sa.Date, nullable=False),
    Id("decision_file_id"),
    sa.Column("brought_in", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
    sa.Column("revoked_at", UtcDateTime),
    sa.Column("revoked_on", sa.Date),
    sa.Column("revoke_ground", sa.String(200), nullable=False, server_default=""),
    sa.Column("revoke_decision", sa.String(120), nullable=False, server_default=""),
    of_subject(),
    of_case(),
    sa.Index("ix_recognition_case", "agency_id", "case_id"),
    sa.Index(
        "uq_recognition_live", "agency_id", "subject_id", "level", unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"), postgresql_where=sa.text("revoked_at IS NULL"),
    ),
)  # fmt: skip


def nominated_here() -> sa.ColumnElement[bool]:
    """Of a case: somebody was brought forward by it; who was recognised before this system came in with that."""
    came = (recognition.c.agency_id == case.c.agency_id) & (recognition.c.case_id == case.c.id)
    return (case.c.subject_type == "subject") & ~sa.exists().where(came, recognition.c.brought_in)


award = sa.Table(
    "award",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("subject_id", nullable=False),
    sa.Column("form", sa.String(120), nullable=False),  # giấy khen, bằng khen …; a plan's words
    Id("case_id", nullable=False),
    sa.Column("event_seq", sa.Integer, nullable=False),
    sa.Column("decision_number", sa.String(120), nullable=False, server_default=""),
    sa.Column("decided_on", sa.Date, nullable=False),
    Id("decision_file_id"),
    Id("told_case_id"),  # the case that asked for it, once it has heard
    sa.Column("recorded_at", UtcDateTime, nullable=False),
    of_subject(),
    of_case(),
    sa.UniqueConstraint("agency_id", "case_id", "event_seq", "form"),
    sa.Index("ix_award_subject", "agency_id", "subject_id"),
)

unit_stay = sa.Table(
    "unit_stay",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("subject_id", nullable=False),
    Id("unit_id", nullable=False),
    sa.Column("starts_on", sa.Date, nullable=False),
    sa.Column("ends_on", sa.Date),  # the last day; NULL: still there
    of_subject(),
    sa.ForeignKeyConstraint(["agency_id", "unit_id"], ["unit.agency_id", "unit.id"]),
    sa.Index("ix_unit_stay_subject", "agency_id", "subject_id"),
)
