"""Each change of running cases to another version of their plan, and what it did to each case."""

from __future__ import annotations

import sqlalchemy as sa

from workflow.db import Id, UtcDateTime, agency_id, metadata

MOVED, REFUSED, UNMAPPED = OUTCOMES = ("moved", "stays", "unmapped")

revision = sa.Table(
    "revision",
    metadata,
    Id(primary_key=True),
    agency_id(),
    sa.Column("number", sa.Integer, nullable=False),  # the n-th of this agency
    Id("to_plan", sa.ForeignKey("plan_version.id"), nullable=False),
    sa.Column("states", sa.JSON, nullable=False),  # process → state before → state from now on
    Id("back_of"),  # the revision whose cases this one brings back
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("asked_by", sa.String(120), nullable=False),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Column("ended_at", UtcDateTime),
    sa.UniqueConstraint("agency_id", "id"),
    sa.UniqueConstraint("agency_id", "number"),
    sa.ForeignKeyConstraint(["agency_id", "back_of"], ["revision.agency_id", "revision.id"]),
)

revision_case = sa.Table(
    "revision_case",
    metadata,
    Id("revision_id", primary_key=True),
    Id("case_id", primary_key=True),
    agency_id(),
    Id("from_definition", sa.ForeignKey("definition_version.id"), nullable=False),
    Id("to_definition", sa.ForeignKey("definition_version.id"), nullable=False),
    sa.Column("state_from", sa.String(64), nullable=False),
    sa.Column("state_to", sa.String(64), nullable=False),
    sa.Column("outcome", sa.String(16), nullable=False),  # moved | stays: it does not fit | unmapped
    sa.Column("reasons", sa.JSON, nullable=False),  # messages: why it stayed, or what changed
    sa.ForeignKeyConstraint(["agency_id", "revision_id"], ["revision.agency_id", "revision.id"]),
    sa.ForeignKeyConstraint(["agency_id", "case_id"], ["case_.agency_id", "case_.id"]),
)

plan_change = sa.Table(
    "plan_change",
    metadata,
    Id(primary_key=True),
    agency_id(),
    sa.Column("number", sa.Integer, nullable=False),  # the n-th of this agency
    # checking | unsound | checked | proposed | ordered | in_force | given_up
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),  # moves with every step: who acts on an older one is told
    sa.Column("files", sa.JSON, nullable=False),  # name → text
    Id("base_plan", sa.ForeignKey("plan_version.id"), nullable=False),  # in force when it was brought
    Id("plan_id", sa.ForeignKey("plan_version.id")),  # what it makes, once it was found sound
    sa.Column("findings", sa.JSON, nullable=False),  # messages with their file and line
    sa.Column("states", sa.JSON, nullable=False),  # process → state before → state from now on
    sa.Column("trial", sa.JSON, nullable=False),  # numbers of the last trial
    Id("trial_back"),  # the revision whose way back was tried; none: the way there
    Id("tried_by"),
    sa.Column("tried_at", UtcDateTime),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("starts_on", sa.Date),
    sa.Column("moves", sa.Boolean, nullable=False, server_default=sa.false()),  # running cases, too
    Id("made_by", nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
    Id("proposed_by"),
    Id("approved_by"),
    sa.Column("approved_at", UtcDateTime),
    sa.Column("in_force_at", UtcDateTime),
    Id("run_id"),  # the last of its runs
    sa.UniqueConstraint("agency_id", "id"),
    sa.UniqueConstraint("agency_id", "number"),
    sa.ForeignKeyConstraint(["agency_id", "made_by"], ["person.agency_id", "person.id"]),
)

plan_change_case = sa.Table(
    "plan_change_case",
    metadata,
    Id("change_id", primary_key=True),
    Id("case_id", primary_key=True),
    agency_id(),
    sa.Column("state", sa.String(64), nullable=False),
    sa.Column("outcome", sa.String(16), nullable=False),
    sa.Column("why", sa.String(64), nullable=False),  # the key of the first reason, to choose by
    sa.Column("reasons", sa.JSON, nullable=False),
    sa.Column("timers", sa.JSON, nullable=False),  # kept, anew, added, gone
    sa.Column("fingerprint", sa.String(64), nullable=False),  # of everything the change would do to it
    sa.ForeignKeyConstraint(["agency_id", "change_id"], ["plan_change.agency_id", "plan_change.id"]),
    sa.ForeignKeyConstraint(["agency_id", "case_id"], ["case_.agency_id", "case_.id"]),
)
