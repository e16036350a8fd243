"""Plans and definitions as the database keeps them: source, canonical form, hash; running code reads only these."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from workflow.calendar import Calendar
from workflow.clock import business_now, local_date
from workflow.db import Id, UtcDateTime, agency_id, insert_ignoring, metadata
from workflow.definition import GRAMMAR, Definition, Plan

plan_version = sa.Table(
    "plan_version",
    metadata,
    Id(primary_key=True),
    agency_id(),
    sa.Column("code", sa.String(100), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("grammar", sa.Integer, nullable=False),
    sa.Column("canonical", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("is_living", sa.Boolean, nullable=False),  # new cases start under it
    sa.Column("loaded_at", UtcDateTime, nullable=False),
    sa.Column("loaded_by", sa.String(120), nullable=False),
    sa.UniqueConstraint("agency_id", "hash"),
)

definition_version = sa.Table(
    "definition_version",
    metadata,
    Id(primary_key=True),
    agency_id(),
    Id("plan_id", sa.ForeignKey("plan_version.id"), nullable=False),
    sa.Column("process", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("grammar", sa.Integer, nullable=False),
    sa.Column("canonical", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("loaded_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("plan_id", "process"),
)

cadence_run = sa.Table(
    "cadence_run",
    metadata,
    sa.Column("agency_id", sa.String(36), sa.ForeignKey("agency.id"), primary_key=True),
    sa.Column("process", sa.String(64), primary_key=True),
    sa.Column("period", sa.String(20), primary_key=True),
    Id("case_id", nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)

calendar_version = sa.Table(
    "calendar_version",
    metadata,
    sa.Column("version", sa.String(64), primary_key=True),
    sa.Column("data", sa.JSON, nullable=False),
    sa.Column("is_living", sa.Boolean, nullable=False),
    sa.Column("loaded_at", UtcDateTime, nullable=False),
)


agency_calendar = sa.Table(
    "agency_calendar",
    metadata,
    sa.Column("agency_id", sa.String(36), sa.ForeignKey("agency.id"), primary_key=True),
    sa.Column("version", sa.String(64), sa.ForeignKey("calendar_version.version"), nullable=False),
    Id("edit_id", nullable=False),  # the change that put it in force
)

_LIVING = (
    sa.select(plan_version.c.id.label("plan_id"))
    .where(plan_version.c.is_living, plan_version.c.agency_id == sa.bindparam("agency"))
    .order_by(plan_version.c.loaded_at.desc(), plan_version.c.id.desc())
)
_LIVING_OF = (
    _LIVING.add_columns(definition_version.c.id.label("definition_id"))
    .join(definition_version, definition_version.c.plan_id == plan_version.c.id)
    .where(definition_version.c.process == sa.bindparam("process"))
)
LIVING_CALENDAR = (
    sa.select(calendar_version.c.version)
    .where(calendar_version.c.is_living)
    .order_by(calendar_version.c.loaded_at.desc())
    .limit(sa.literal_column("1"))
    .offset(sa.literal_column("0"))  # which SQLAlchemy writes for SQLite anyway, as a parameter
)
"""The release's calendar: of every agency that has not changed it."""


def calendar_of(agency: sa.ColumnElement[str] | str) -> sa.ColumnElement[str]:
    """The version of the calendar an agency counts by: its own, once it changed one, else the release's."""
    own = sa.select(agency_calendar.c.version).where(agency_calendar.c.agency_id == agency)
    return sa.func.coalesce(own.scalar_subquery(), LIVING_CALENDAR.scalar_subquery())


_CALENDAR_OF = sa.select(calendar_of(sa.bindparam("agency")))


@dataclass(frozen=True)
class Life:
    """What a case lives by: its definition and its plan, pinned."""

    plan_id: str
    definition_id: str
    definition_hash: str
    plan: Plan
    definition: Definition


class Catalogue:
    """Definitions and plans by id, kept in the process: a version never changes once stored."""

    def __init__(self) -> None:
        self._plans: dict[str, Plan] = {}
        self._lives: dict[str, Life] = {}
        self._under: dict[tuple[str, str], str] = {}
        self._calendars: dict[str, Calendar] = {}

    def life(self, connection: sa.Connection, definition_id: str) -> Life:
        """The pinned definition and plan of a case."""
        if definition_id not in self._lives:
            row = connection.execute(
                sa.select(definition_version).where(definition_version.c.id == definition_id)
            ).one()
            definition = Definition.model_validate_json(row.canonical)
            self._lives[definition_id] = Life(
                row.plan_id, row.id, row.hash, self.plan(connection, row.plan_id), definition
            )
        return self._lives[definition_id]

    def plan(self, connection: sa.Connection, plan_id: str) -> Plan:
        """A stored plan version."""
        if plan_id not in self._plans:
            text = connection.scalar(sa.select(plan_version.c.canonical).where(plan_version.c.id == plan_id))
            self._plans[plan_id] = Plan.model_validate_json(text or "")
        return self._plans[plan_id]

    def living_plan(self, connection: sa.Connection, agency_id: str) -> tuple[str, Plan] | None:
        """The plan new cases of an agency start under: the one whose period it is, of several the latest loaded."""
        found = self._chosen(connection, _LIVING, agency=agency_id)
        return None if found is None else (found.plan_id, self.plan(connection, found.plan_id))

    def living(self, connection: sa.Connection, agency_id: str, process: str) -> Life | None:
        """The definition new cases of a process start under."""
        found = self._chosen(connection, _LIVING_OF, agency=agency_id, process=process)
        return None if found is None else self.life(connection, found.definition_id)

    def under(self, connection: sa.Connection, plan_id: str, process: str) -> Life | None:
        """The definition of a process in one plan."""
        if (plan_id, process) not in self._under:
            mine = (definition_version.c.plan_id == plan_id) & (definition_version.c.process == process)
            found = connection.scalar(sa.select(definition_version.c.id).where(mine))
            if found is None:
                return None
            self._under[plan_id, process] = found
        return self.life(connection, self._under[plan_id, process])

    def lives(self, connection: sa.Connection, plan_id: str) -> list[Life]:
        """Every definition of a plan, by the name of its process."""
        mine = sa.select(definition_version.c.id).where(definition_version.c.plan_id == plan_id)
        return [self.life(connection, one) for one in connection.scalars(mine.order_by(definition_version.c.process))]

    def _chosen(self, connection: sa.Connection, query: sa.Select[Any], **which: str) -> Any:
        """Of living plans the one that is running; where none or several are, the latest loaded."""
        rows = connection.execute(query, which).all()
        if len(rows) < 2:
            return rows[0] if rows else None
        today = local_date(business_now(connection))
        plans = [(row, self.plan(connection, row.plan_id)) for row in rows]
        return next((row for row, plan in plans if plan.start <= today <= plan.end), rows[0])

    def calendar_of(self, connection: sa.Connection, agency_id: str) -> Calendar:
        """The calendar an agency counts by now."""
        return self.calendar(connection, connection.scalar(_CALENDAR_OF, {"agency": agency_id}))

    def calendar(self, connection: sa.Connection, version: str | None = None) -> Calendar:
        """A calendar by its version, as deadlines name the one they rest on; without one the release's in force."""
        version = version or connection.scalar(LIVING_CALENDAR)
        if version is None:
            raise LookupError("no calendar is loaded: run `neuguong init`")
        if version not in self._calendars:
            data: Mapping[str, Any] = connection.execute(
                sa.select(calendar_version.c.data).where(calendar_version.c.version == version)
            ).scalar_one()
            self._calendars[version] = Calendar.from_data(data)
        return self._calendars[version]


def plan_digest(plan: Plan, definitions: Mapping[str, Definition]) -> str:
    """What tells one version of a plan with its processes from every other."""
    whole = [plan.canonical(), *(definitions[name].canonical() for name in sorted(definitions))]
    return hashlib.sha256("\n".join(whole).encode()).hexdigest()


def store_plan(
    connection: sa.Connection,
    *,
    agency_id: str,
    plan: Plan,
    definitions: Mapping[str, Definition],
    sources: Mapping[str, str],
    by: str,
    new_id: Callable[[], str],
) -> tuple[str, bool]:
    """Store a checked plan and put it in force for new cases; the same content again changes nothing. (id, is new).

    `sources`, the files it was read from, are kept whole: from them an edited version is made."""
    plan_id, is_new = keep_plan(
        connection, agency_id=agency_id, plan=plan, definitions=definitions, sources=sources, by=by, new_id=new_id
    )
    put_plan(connection, agency_id, plan_id)
    return plan_id, is_new


def put_plan(connection: sa.Connection, agency_id: str, plan_id: str) -> None:
    """From now on new cases begin under this version of its plan, and under no other of them."""
    mine = sa.and_(plan_version.c.agency_id == agency_id, plan_version.c.id == plan_id)
    code = connection.execute(sa.select(plan_version.c.code).where(mine)).scalar_one()
    others = sa.and_(plan_version.c.agency_id == agency_id, plan_version.c.code == code, plan_version.c.id != plan_id)
    connection.execute(sa.update(plan_version).where(others).values(is_living=False))
    connection.execute(sa.update(plan_version).where(mine).values(is_living=True))


def keep_plan(
    connection: sa.Connection,
    *,
    agency_id: str,
    plan: Plan,
    definitions: Mapping[str, Definition],
    sources: Mapping[str, str],
    by: str,
    new_id: Callable[[], str],
) -> tuple[str, bool]:
    """Store a checked plan that is not in force yet; a version that is stored already is that one. (id, is new)."""
    digest = plan_digest(plan, definitions)
    known = connection.scalar(
        sa.select(plan_version.c.id).where(plan_version.c.agency_id == agency_id, plan_version.c.hash == digest)
    )
    now = business_now(connection)
    files = json.dumps(dict(sources), ensure_ascii=False, sort_keys=True) if sources else ""
    if known is not None:
        if files:
            connection.execute(sa.update(plan_version).where(plan_version.c.id == known).values(source=files))
        return known, False
    plan_id = new_id()
    connection.execute(
        sa.insert(plan_version).values(
            id=plan_id, agency_id=agency_id, code=plan.plan, hash=digest, grammar=GRAMMAR, canonical=plan.canonical(),
            source=files, is_living=False, loaded_at=now, loaded_by=by,
        )
    )  # fmt: skip
    for name, definition in definitions.items():
        connection.execute(
            sa.insert(definition_version).values(
                id=new_id(), agency_id=agency_id, plan_id=plan_id, process=name, hash=definition.content_hash(),
                grammar=GRAMMAR, canonical=definition.canonical(), loaded_at=now,
                source=sources.get(f"processes/{name}.yaml", ""),
            )
        )  # fmt: skip
    return plan_id, True


def store_calendar(connection: sa.Connection, data: Mapping[str, Any]) -> str:
    """Store a release's calendar and put it in force for deadlines counted from now on, in agencies that have none of
    their own; its version."""
    connection.execute(sa.update(calendar_version).values(is_living=False))
    version = keep_calendar(connection, data)
    connection.execute(sa.update(calendar_version).where(calendar_version.c.version == version).values(is_living=True))
    return version


def keep_calendar(connection: sa.Connection, data: Mapping[str, Any]) -> str:
    """Store a calendar that nothing is counted by yet; its version."""
    version = Calendar.from_data(dict(data)).version
    connection.execute(
        insert_ignoring(connection, calendar_version).values(
            version=version, data=dict(data), is_living=False, loaded_at=business_now(connection)
        )
    )
    return version


def put_calendar(connection: sa.Connection, agency_id: str, version: str, edit_id: str) -> None:
    """From now on the agency counts by this calendar of its own; what runs already is moved by whoever planned it."""
    row = {"agency_id": agency_id, "version": version, "edit_id": edit_id}
    connection.execute(insert_ignoring(connection, agency_calendar).values(row))
    mine = sa.update(agency_calendar).where(agency_calendar.c.agency_id == agency_id)
    connection.execute(mine.values(version=version, edit_id=edit_id))
