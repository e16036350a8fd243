"""organisation.yaml tried out before anything is written: by the same code, in a database that is thrown away."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa

from config.organisation import load
from workflow.clock import setting
from workflow.db import Database, metadata
from workflow.definition import Plan
from workflow.organisation import account, agency, person, role_grant, twin, unit, unit_merge

TABLES = [agency, unit, account, person, role_grant, unit_merge, twin, setting]
"""What loading an organisation reads and writes."""

Snapshot = Sequence[tuple[sa.Table, Sequence[dict[str, Any]]]]


def snapshot(connection: sa.Connection, code: str) -> Snapshot:
    """What the database holds that a list may name: the agency with its units, people and roles, and every sign-in."""
    mine = sa.select(agency.c.id).where(agency.c.code == code).scalar_subquery()
    logins = sa.select(*(column for column in account.c if column.name != "password_hash"))
    queries = [
        (agency, sa.select(agency).where(agency.c.code == code)),
        (unit, sa.select(unit).where(unit.c.agency_id == mine)),
        (account, logins),
        (person, sa.select(person).where(person.c.agency_id == mine)),
        (role_grant, sa.select(role_grant).where(role_grant.c.agency_id == mine)),
        (unit_merge, sa.select(unit_merge).where(unit_merge.c.agency_id == mine)),
        (twin, sa.select(twin).where(twin.c.agency_id == mine)),
        (setting, sa.select(setting)),
    ]
    return [(table, [dict(row) for row in connection.execute(query).mappings()]) for table, query in queries]


def try_organisation(folder: Path, plan: Plan, there: Snapshot = ()) -> None:
    """Load the folder's organisation beside what is there already. Raises DefinitionError with every defect."""
    with TemporaryDirectory(prefix="neuguong-") as place:
        database = Database(f"sqlite:///{place}/trial.sqlite")
        try:
            metadata.create_all(database.engine, tables=TABLES)
            with database.write() as connection:
                for table, rows in there:
                    if rows:
                        connection.execute(sa.insert(table), rows)
                load(connection, folder, plan)
        finally:
            database.dispose()
