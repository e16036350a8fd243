"""Puts a plan's folder into the database: agency, calendar, plan and processes; the same again changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml

from config.wiring import Application
from workflow.catalogue import store_calendar, store_plan
from workflow.db import IdSource
from workflow.loading import LoadedPlan, load_plan
from workflow.organisation import agency
from workflow.organisation_changes import add_agency

CALENDARS = Path(__file__).parent / "calendars"


def read_calendar(name: str = "vn") -> dict[str, Any]:
    """The shipped calendar's data, every scalar as text."""
    text = (CALENDARS / f"{name}.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - BaseLoader makes text only
    return data


def install(application: Application, folder: Path, *, by: str, **named: str) -> tuple[str, bool]:
    """Load and check a plan's folder and put it in force. (agency id, whether anything is new).

    `named`: name, short_name, parent_name, place of an agency not known yet. Raises DefinitionError.
    """
    loaded = load_plan(folder, registry=application.registry)
    with application.database.write() as connection:
        return put(connection, loaded, by=by, new_id=application.database.new_id, **named)


def put(connection: sa.Connection, loaded: LoadedPlan, *, by: str, new_id: IdSource, **named: str) -> tuple[str, bool]:
    """The same for a plan that is loaded, in a transaction that may hold more."""
    agency_id = connection.scalar(sa.select(agency.c.id).where(agency.c.code == loaded.plan.agency))
    if agency_id is None:
        name = named.pop("name", loaded.plan.agency)
        agency_id = add_agency(connection, code=loaded.plan.agency, name=name, new_id=new_id, **named)
    store_calendar(connection, read_calendar())
    _, new = store_plan(
        connection, agency_id=agency_id, plan=loaded.plan, definitions=loaded.definitions, sources=loaded.sources,
        by=by, new_id=new_id,
    )  # fmt: skip
    return agency_id, new
