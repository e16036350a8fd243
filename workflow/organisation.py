"""Who works where and holds what, today: agencies, units, people, roles, absences, conflicts.

Every change bumps `agency.organisation_version` (so that snapshots may be kept) and `person.authority_version` of the
people it touches (so that a decision written on yesterday's rights fails).
"""

from __future__ import annotations

import sqlalchemy as sa

from workflow.db import Id, UtcDateTime, agency_id, metadata, where
from workflow.fixed import fixed

agency = sa.Table(
    "agency",
    metadata,
    Id(primary_key=True),
    sa.Column("code", sa.String(64), nullable=False, unique=True),
    sa.Column("name", sa.String(300), nullable=False),
    sa.Column("short_name", sa.String(60), nullable=False, server_default=""),
    sa.Column("parent_name", sa.String(300), nullable=False, server_default=""),
    sa.Column("place", sa.String(120), nullable=False, server_default=""),
    sa.Column("organisation_version", sa.Integer, nullable=False, server_default="0"),
    sa.Column("created_at", UtcDateTime, nullable=False),
)

unit = sa.Table(
    "unit",
    metadata,
    Id(primary_key=True),
    agency_id(),
    sa.Column("code", sa.String(64), nullable=False),
    sa.Column("name", sa.String(300), nullable=False),
    sa.Column("folded", sa.String(300), nullable=False),
    sa.Column("type", sa.String(64), nullable=False, server_default=""),
    sa.Column("position", sa.Integer, nullable=False, server_default="0"),
    sa.Column("starts_on", sa.Date, nullable=False),
    sa.Column("ends_on", sa.Date),
    sa.UniqueConstraint("agency_id", "code"),
    sa.UniqueConstraint("agency_id", "id"),
)

unit_merge = sa.Table(
    "unit_merge",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("unit_id", nullable=False),  # the unit that ends
    Id("into_id", nullable=False),  # the unit that takes its people and its work over
    sa.Column("starts_on", sa.Date, nullable=False),  # the first day as one unit
    sa.Column("decision_number", sa.String(120), nullable=False),
    sa.Column("kept_roles", sa.JSON, nullable=False),  # grants of the old unit that go on in the new one
    sa.Column("status", sa.String(16), nullable=False),  # planned | going_on | done | called_off
    Id("decided_by", nullable=False),
    sa.Column("decided_at", UtcDateTime, nullable=False),
    sa.Column("done_at", UtcDateTime),
    sa.ForeignKeyConstraint(["agency_id", "unit_id"], ["unit.agency_id", "unit.id"]),
    sa.ForeignKeyConstraint(["agency_id", "into_id"], ["unit.agency_id", "unit.id"]),
    sa.ForeignKeyConstraint(["agency_id", "decided_by"], ["person.agency_id", "person.id"]),
    sa.Index("uq_unit_merge_live", "agency_id", "unit_id", unique=True, **where("status <> 'called_off'")),
)

account = sa.Table(
    "account",
    metadata,
    Id(primary_key=True),
    sa.Column("login", sa.String(120), nullable=False, unique=True),
    sa.Column("email", sa.String(254), nullable=False, server_default=""),
    sa.Column("password_hash", sa.String(300), nullable=False, server_default=""),
    sa.Column("language", sa.String(8), nullable=False, server_default="vi"),
    sa.Column("is_admin", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("disabled_at", UtcDateTime),
    sa.Column("created_at", UtcDateTime, nullable=False),
)

person = sa.Table(
    "person",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("account_id", sa.ForeignKey("account.id")),
    sa.Column("code", sa.String(64), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("folded", sa.String(200), nullable=False),
    sa.Column("sort_key", sa.String(400), nullable=False, server_default=""),
    Id("unit_id"),
    sa.Column("post", sa.String(200), nullable=False, server_default=""),
    sa.Column("gender", sa.String(16), nullable=False, server_default=""),
    sa.Column("born_on", sa.Date),
    sa.Column("email", sa.String(254), nullable=False, server_default=""),
    sa.Column("starts_on", sa.Date, nullable=False),
    sa.Column("ends_on", sa.Date),
    sa.Column("authority_version", sa.Integer, nullable=False, server_default="0"),
    sa.Column("erased_at", UtcDateTime),
    sa.UniqueConstraint("agency_id", "code"),
    sa.UniqueConstraint("agency_id", "id"),
    sa.UniqueConstraint("agency_id", "account_id"),
    sa.ForeignKeyConstraint(["agency_id", "unit_id"], ["unit.agency_id", "unit.id"]),
)

twin = sa.Table(
    "twin",
    metadata,
    Id(primary_key=True),
    agency_id(),
    sa.Column("noun", sa.String(16), nullable=False),  # person | subject
    Id("gone_id", nullable=False),  # the one that was the same as
    Id("into_id", nullable=False),  # the one that goes on
    sa.Column("reason", sa.String(300), nullable=False),
    sa.Column("moved", sa.JSON, nullable=False),  # what changed hands, by table: for whoever has to correct it
    Id("decided_by", nullable=False),
    sa.Column("done_at", UtcDateTime, nullable=False),
    Id("parted_by"),
    sa.Column("parted_at", UtcDateTime),
    sa.Column("parted_why", sa.String(300), nullable=False, server_default=""),
    sa.ForeignKeyConstraint(["agency_id", "decided_by"], ["person.agency_id", "person.id"]),
    sa.Index("uq_twin_live", "agency_id", "noun", "gone_id", unique=True, **where("parted_at IS NULL")),
)

role_grant = sa.Table(
    "role_grant",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("person_id", nullable=False),
    sa.Column("role", sa.String(64), nullable=False),
    Id("unit_id"),
    sa.Column("starts_on", sa.Date, nullable=False),
    sa.Column("ends_on", sa.Date),
    sa.ForeignKeyConstraint(["agency_id", "person_id"], ["person.agency_id", "person.id"]),
    sa.ForeignKeyConstraint(["agency_id", "unit_id"], ["unit.agency_id", "unit.id"]),
    sa.Index("ix_role_grant_agency_role", "agency_id", "role"),
)

absence = sa.Table(
    "absence",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("person_id", nullable=False),
    Id("deputy_id", nullable=False),
    sa.Column("starts_on", sa.Date, nullable=False),
    sa.Column("ends_on", sa.Date, nullable=False),
    sa.Column("reason", sa.String(300), nullable=False, server_default=""),
    Id("set_by"),
    sa.Column("set_at", UtcDateTime, nullable=False),
    sa.ForeignKeyConstraint(["agency_id", "person_id"], ["person.agency_id", "person.id"]),
    sa.ForeignKeyConstraint(["agency_id", "deputy_id"], ["person.agency_id", "person.id"]),
)

conflict = sa.Table(
    "conflict",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("person_id", nullable=False),
    Id("subject_id", nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),  # kin | declared
    sa.Column("note", sa.String(300), nullable=False, server_default=""),
    sa.Column("declared_at", UtcDateTime, nullable=False),
    sa.ForeignKeyConstraint(["agency_id", "person_id"], ["person.agency_id", "person.id"]),
    sa.UniqueConstraint("agency_id", "person_id", "subject_id"),
)


def version_of(connection: sa.Connection, agency_id: str) -> int:
    """The number an agency's organisation has come to; 0 where there is no such agency."""
    found = fixed(_VERSION, connection.dialect.name).first(connection, {"agency": agency_id})
    return int(found[0]) if found else 0


_VERSION = sa.select(agency.c.organisation_version).where(agency.c.id == sa.bindparam("agency"))
