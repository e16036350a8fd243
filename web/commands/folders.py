"""A plan's folder held against everything it must agree with, before a command uses it; nothing is written."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from config.organisation import has_organisation
from config.trial import Snapshot, snapshot, try_organisation
from states.registration import register
from web.commands.shell import Shell
from workflow.loading import LoadedPlan, load_plan
from workflow.registry import Registry


def checked_folder(shell: Shell, folder: Path, registry: Registry | None = None) -> LoadedPlan:
    """The folder's plan; its organisation.yaml is tried out as well. Raises DefinitionError with every defect."""
    if registry is None:
        registry = Registry()
        register(registry)
    loaded = load_plan(folder, registry=registry)
    if has_organisation(folder):
        try_organisation(folder, loaded.plan, _there(shell, loaded.plan.agency))
    return loaded


def has_database(shell: Shell) -> bool:
    """Whether there is anything to connect to; connecting to SQLite would make it."""
    url = sa.make_url(shell.settings.database_url)
    return url.get_backend_name() != "sqlite" or Path(url.database or "").is_file()


def _there(shell: Shell, code: str) -> Snapshot:
    """What the database holds of the agency: nothing where it is not made yet, or does not answer."""
    if not has_database(shell):
        return ()
    try:
        with shell.wired.database.read() as connection:
            return snapshot(connection, code)
    except DBAPIError:
        return ()
    finally:
        shell.wired.dispose()
