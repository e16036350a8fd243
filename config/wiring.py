"""One Application out of the settings: what must flow up the rooms is passed in here, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from config import texts
from config.settings import Settings
from config.texts import Texts
from workflow.db import Database
from workflow.outbox import Handler
from workflow.registry import Registry


@dataclass
class Application:
    """What the entry points share. `after_commit` wakes the dispatcher once one is attached."""

    settings: Settings
    database: Database
    texts: Texts
    registry: Registry
    handlers: dict[str, Handler] = field(default_factory=dict)  # outbox kind → who delivers it
    listeners: list[Callable[[], None]] = field(default_factory=list)

    def after_commit(self) -> None:
        """Something may be due now. Called outside any transaction; never blocks, never raises."""
        for listener in self.listeners:
            listener()

    def dispose(self) -> None:
        """Give the database connections back."""
        self.database.dispose()


def build(settings: Settings) -> Application:
    """Connect everything; reads no table and starts nothing."""
    return Application(
        settings=settings,
        database=Database(settings.database_url),
        texts=texts.load(strict=settings.strict_texts),
        registry=Registry(),
    )
