"""A workshop on each database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.tasks.workshop import Workshop, furnish
from workflow.db import Database


@pytest.fixture
def workshop(database_url: str) -> Iterator[Workshop]:
    database = Database(database_url)
    furnish(database)
    yield Workshop(database)
    database.dispose()
