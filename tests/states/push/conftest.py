"""The cast in an installation that calls people's devices, by a push server of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.push import Push
from config.settings import Settings
from tests.cast import Cast, open_cast, prepare_seed_cast, sound
from tests.databases import Databases
from tests.states.push.browser import PushServer, push_server


@pytest.fixture
def server() -> Iterator[PushServer]:
    with push_server() as found:
        yield found


@pytest.fixture
def cast(databases: Databases, server: PushServer, tmp_path: Path) -> Iterator[Cast]:
    """With the letters that the product writes; switched on as an installation is."""
    push = Push("mailto:it@so.example", (server.origin,), tmp_path)
    with databases.fresh(prepare_seed_cast) as url:
        settings = Settings(database_url=url, files=tmp_path, var=tmp_path, strict_texts=True, push=push)
        made = open_cast(settings, writes=True)
        yield made
        sound(made)
        made.app.dispose()
