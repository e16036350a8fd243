"""The migrations give what the models say, as the database itself tells it."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

import states
import web.sign_in
import web.tray
import workflow
from config import migrations
from workflow.db import Database, metadata

POSTGRES_SHAPE = """
SELECT 'column', table_name, column_name, data_type, character_maximum_length::text, is_nullable,
       column_default
  FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'index', tablename, indexname, indexdef, '', '', ''
  FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', '', ''
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
"""


def _every_table_is_declared() -> None:
    for room in (workflow, states, web.sign_in, web.tray):
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            importlib.import_module(module.name)


def _postgres_shape(connection: sa.Connection) -> set[tuple[str | None, ...]]:
    return {tuple(row) for row in connection.execute(sa.text(POSTGRES_SHAPE)) if row[1] != "alembic_version"}


_ADDED_LATER = re.compile(r", (?=\w+ (?:VARCHAR|DATETIME|INTEGER|BOOLEAN|DATE|TEXT)\b)")
"""SQLite writes an added column behind the last word of the table's text."""


def _sqlite_shape(connection: sa.Connection) -> set[tuple[str | None, ...]]:
    rows = connection.execute(
        sa.text("SELECT type, tbl_name, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND type <> 'trigger'")
    )
    return {
        (kind, table, name, part.strip().rstrip(","))
        for kind, table, name, sql in rows
        for part in _ADDED_LATER.sub("\n", sql).splitlines()
        if table != "alembic_version"
    }


def _shape(url: str) -> set[tuple[str | None, ...]]:
    database = Database(url)
    try:
        with database.read() as connection:
            return _sqlite_shape(connection) if database.is_sqlite else _postgres_shape(connection)
    finally:
        database.dispose()


@pytest.fixture
def declared_url(request: pytest.FixtureRequest, database_url: str) -> Iterator[str]:
    """A database of the same kind, made from the models' metadata alone."""
    _every_table_is_declared()
    with request.getfixturevalue("databases").fresh() as url:
        migrations.downgrade(url, "base")
        database = Database(url)
        with database.write() as connection:
            metadata.create_all(connection)
        database.dispose()
        yield url


def test_the_migrated_database_is_the_declared_one(database_url: str, declared_url: str) -> None:
    migrated, declared = _shape(database_url), _shape(declared_url)
    assert {"only migrated": migrated - declared, "only declared": declared - migrated} == {
        "only migrated": set(), "only declared": set()
    }  # fmt: skip


def test_downgrade_leaves_nothing(database_url: str) -> None:
    migrations.downgrade(database_url, "base")
    assert _shape(database_url) == set()
