"""A shape changes and the data stays: every step back and forth with an agency in it, and a step killed on its way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from alembic.script import ScriptDirectory

from config import migrations
from config.backup import rows
from dev import ROOT
from tests.cast import Cast, sound
from tests.databases import Databases
from tests.roads import case_at
from workflow.db import Database

REVISIONS = [one.revision for one in ScriptDirectory.from_config(migrations.options()).walk_revisions()][::-1]

Content = dict[str, dict[str, list[str]]]
"""Table → column → its values, in the order of the rows' first columns."""


def address(cast: Cast) -> str:
    return cast.app.database.url.render_as_string(hide_password=False)


def content(url: str) -> Content:
    """Everything, column by column."""
    database, found = Database(url), {}
    with database.read() as connection:
        for table in rows.tables(connection):
            lines = sorted(b"".join(rows.lines(connection, table)).decode().splitlines())
            cells = [line.split("\t") for line in lines]
            found[table.name] = {name: [row[at] for row in cells] for at, name in enumerate(table.names)}
    database.dispose()
    return found


def kept(before: Content, after: Content) -> None:
    """What both shapes have is the same, row by row."""
    for table in before.keys() & after.keys():
        columns = before[table].keys() & after[table].keys()
        assert columns, table
        for name in columns:
            assert sorted(before[table][name]) == sorted(after[table][name]), (table, name)


@pytest.fixture
def busy(cast: Cast) -> Cast:
    """Cases on their way."""
    case_at(cast, "unit_appraisal")
    case_at(cast, "identified", who="mentor")
    cast.settle()
    return cast


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_back_and_forth_every_row_stays(busy: Cast, revision: str) -> None:
    url = address(busy)
    before = content(url)
    migrations.downgrade(url, revision)
    there = content(url)
    kept(before, there)
    assert "case_" in there
    migrations.upgrade(url)
    after = content(url)
    kept(there, after)
    assert after.keys() == before.keys()
    sound(busy)
    busy.act("head", busy.cases("nominee")[0].id, "recognize", unit_minutes=busy.upload("head"))


DIES = """
import os, signal, sys
import sqlalchemy as sa
from config import migrations
left = [int(sys.argv[2])]
def count(*_):
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
sa.event.listen(sa.engine.Engine, "after_cursor_execute", lambda c, cu, statement, *_: (
    count() if statement.lstrip().upper().startswith(("CREATE", "ALTER", "UPDATE", "INSERT", "DROP")) else None))
migrations.upgrade(sys.argv[1])
"""


def test_killed_in_the_middle_and_run_again_it_ends_well(databases: Databases) -> None:
    """From nothing, and over an agency's data: what was begun is undone, what is run again is whole."""
    with databases.fresh() as whole, databases.fresh() as url:
        migrations.downgrade(url, "base")
        nothing = content(url)
        killed = subprocess.run(
            [sys.executable, "-c", DIES, url, "40"], cwd=ROOT, check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert killed.returncode == -signal.SIGKILL, "it ended before it could be killed"
        assert content(url) == nothing
        migrations.upgrade(url)
        assert content(url).keys() == content(whole).keys()


def test_killed_over_data_nothing_is_lost(busy: Cast) -> None:
    url = address(busy)
    migrations.downgrade(url, REVISIONS[-2])
    before = content(url)
    killed = subprocess.run(
        [sys.executable, "-c", DIES, url, "1"], cwd=ROOT, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert killed.returncode == -signal.SIGKILL
    assert content(url) == before
    migrations.upgrade(url)
    kept(before, content(url))
