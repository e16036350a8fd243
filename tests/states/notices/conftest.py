"""The cast in its small Sở, on each database, with letters to the page or to a real mail server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from config.settings import MailServer, Settings
from tests.cast import Cast, make_cast, sound

SENDER = "neuguong@so.example"


@pytest.fixture
def settings(database_url: str, tmp_path) -> Settings:
    return Settings(database_url=database_url, files=tmp_path, base_url="https://so.example", strict_texts=True)


@pytest.fixture
def make(settings: Settings) -> Iterator[Callable[..., Cast]]:
    made: list[Cast] = []

    def one(**changed) -> Cast:
        made.append(make_cast(replace(settings, **changed)))
        return made[-1]

    yield one
    for cast in made:
        sound(cast)
        cast.app.dispose()


@pytest.fixture
def cast(make) -> Cast:
    """Without a mail server: letters are kept to be read."""
    return make()


@pytest.fixture
def mailing(make, smtp_server) -> Cast:
    """With a real mail server."""
    return make(mail_server=MailServer(smtp_server.host, smtp_server.port, "offered"), mail_from=SENDER)
