"""The cast in its small Sở, on each database, with letters to the page or to a real mail server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from config.settings import MailServer, Settings
from tests.cast import Cast, open_cast, prepare_seed_cast, sound
from tests.databases import Databases

SENDER = "neuguong@so.example"


@pytest.fixture
def make(databases: Databases, tmp_path) -> Iterator[Callable[..., Cast]]:
    """The cast with the handlers of letters and papers that the product has."""
    with databases.fresh(prepare_seed_cast) as url:
        made: list[Cast] = []

        def one(**changed: Any) -> Cast:
            settings = Settings(
                database_url=url, files=tmp_path, base_url="https://so.example", strict_texts=True, **changed
            )
            made.append(open_cast(settings, writes=True))
            return made[-1]

        yield one
        for cast in made:
            sound(cast)
            cast.app.dispose()


@pytest.fixture
def cast(make: Callable[..., Cast]) -> Cast:
    """Without a mail server: letters are kept to be read."""
    return make()


@pytest.fixture
def mailing(make: Callable[..., Cast], smtp_server) -> Cast:
    """With a real mail server."""
    return make(mail_server=MailServer(smtp_server.host, smtp_server.port, "offered"), mail_from=SENDER)
