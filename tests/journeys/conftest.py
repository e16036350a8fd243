"""Installations, each started once: embedded on SQLite, apart on PostgreSQL. Journeys go one by one.

The long form adds embedded on PostgreSQL and apart on SQLite; that these run at all is a test of the commands.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
import sqlalchemy as sa

from config.settings import Settings
from tests.cast import START, open_cast, prepare_seed_cast, sound
from tests.databases import Databases
from tests.journeys.hands import Script
from tests.journeys.installation import APART, EMBEDDED, Installation
from tests.journeys.story import Story, introduced
from tests.mailbox import Mailbox
from workflow.incidents import incident

Introduce = Callable[..., Story]

LONG = os.environ.get("NEUGUONG_CHAOS") == "long"
SHAPES = ["embedded-sqlite", "apart-postgres", *(["embedded-postgres", "apart-sqlite"] if LONG else [])]


@pytest.fixture(scope="package", params=SHAPES)
def installation(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The seed's agency, running; it ends in good order and without an error in its logs."""
    shape, _, database = request.param.partition("-")
    databases: Databases = request.getfixturevalue(f"{database}_databases")
    broker_url = emptied(request.getfixturevalue("valkey_url")) if shape == "apart" else ""
    commands = APART if shape == "apart" else EMBEDDED
    with running(databases, tmp_path_factory.mktemp("so"), commands, broker_url) as started:
        yield started
        assert "Traceback" not in started.stop()


@contextlib.contextmanager
def running(
    databases: Databases, folder: Path, commands: tuple[tuple[str, ...], ...], broker_url: str
) -> Iterator[Installation]:
    """Everything a journey needs; whatever still runs afterwards dies."""
    mailbox = Mailbox()
    with databases.fresh(prepare_seed_cast) as url:
        cast = open_cast(Settings(database_url=url, files=folder / "files", strict_texts=True), start=START)
        made = Installation(cast, mailbox, folder, commands, broker_url)
        mailbox.start()
        try:
            made.start()
            yield made
        finally:
            for process in made.processes.values():
                process.kill()
                process.wait()
            mailbox.stop()
            cast.app.dispose()


def emptied(url: str) -> str:
    """The broker, emptied."""
    with redis.Redis.from_url(url) as client:
        client.flushall()
    return url


@pytest.fixture
def so(installation: Installation) -> Iterator[Installation]:
    """The Sở; after each journey nothing stands still unseen, every history adds up, and nothing went wrong.
    Its letters wait on the desk for somebody to hand them over, and say so."""
    yield installation
    installation.passes(seconds=31)
    sound(installation.cast)
    with installation.cast.app.database.read() as connection:
        assert (
            connection.execute(sa.select(incident).where(incident.c.status == "open", incident.c.kind != "desk")).all()
            == []
        )


@pytest.fixture
def introduce(so: Installation) -> Introduce:
    """Somebody new is brought forward: `introduce("Lê Thị Sen", Pages)`."""
    return lambda name, through=Script: introduced(so, name, through)
