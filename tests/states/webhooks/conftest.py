"""The cast in an installation that tells another system of this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

from states.webhooks import subscribing
from states.webhooks.deliver import Webhooks
from states.webhooks.model import KINDS, telling, webhook
from states.webhooks.subscribing import Wish
from tests.cast import Cast
from tests.receiver import Receiver, receiver


@dataclass
class Hooked:
    """A cast, and short words for who is told."""

    cast: Cast
    to: Receiver

    @property
    def database(self) -> Any:
        return self.cast.app.database

    def add(self, to: Receiver | None = None, kinds: tuple[str, ...] = KINDS, name: str = "Cổng") -> tuple[str, str]:
        """A receiver of these kinds: its id and secret."""
        app = self.cast.app
        wish = Wish(name, (to or self.to).address, kinds).tidied(app.webhooks.door)
        with self.database.write() as connection:
            return subscribing.add(connection, app.identities, self.cast.agency_id, wish, self.cast.people["office"])

    def by_hand(self, what: Any, *args: Any, **more: Any) -> Any:
        """One of `subscribing`, by the office."""
        with self.database.write() as connection:
            return what(connection, *args, self.cast.people["office"], **more)

    def bring(self, *, at_once: bool = False) -> int:
        """Bring everything that is due; `at_once`: as if every pause were over."""
        if at_once:
            with self.database.write() as connection:
                connection.execute(sa.update(webhook).values(retry_at=None))
                connection.execute(sa.update(telling).values(retry_at=None))
        done = 0
        for _ in range(100):
            with self.database.read() as connection:
                due = self.cast.app.webhooks.due(connection)
            if not due:
                return done
            done += sum(self.cast.app.webhooks.bring(one) for one in due)
        raise AssertionError("it never comes to rest")

    def settle(self) -> int:
        """What happened leaves, and is brought."""
        self.cast.settle()
        return self.bring()

    def rows(self, table: sa.Table = telling) -> list[Any]:
        with self.database.read() as connection:
            return list(connection.execute(sa.select(table).order_by(table.c.id)))

    def kinds(self, to: Receiver | None = None) -> list[str]:
        return [json.loads(one.body)["type"] for one in (to or self.to).got]


@pytest.fixture
def hooked(cast: Cast) -> Iterator[Hooked]:
    with receiver() as told:
        app = cast.app
        app.webhooks = Webhooks(app.database, app.identities, told.door)
        yield Hooked(cast, told)
