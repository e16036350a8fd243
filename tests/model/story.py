"""One case of a process made for a test, told day by day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from tests.databases import Databases
from tests.model.process import Process
from tests.model.world import MONDAY, World, prepare

Make = Callable[[Process], "Story"]


class Story:
    """One case of one process, told day by day."""

    def __init__(self, world: World) -> None:
        self.world, self.now = world, MONDAY
        self.case_id = world.start("hoa", "khanh", False)

    def act(self, person: str, action: str, **inputs: Any) -> None:
        self.world.app.engine.act(
            self.world.actor(person), case_id=self.case_id, action=action, inputs=inputs,
            case_version=self.rows()["row"]["version"],
        )  # fmt: skip

    def later(self, **delta: float) -> None:
        """Time passes, and what is due is done."""
        self.now += timedelta(**delta)
        self.world.at(self.now)
        while ripe := self.world.ripe():
            for ident, _, _ in ripe:
                self.world.app.engine.fire(ident)

    def rows(self) -> dict[str, Any]:
        return self.world.rows()[self.case_id]

    def armed(self, item: str) -> list[tuple[str, str]]:
        """(kind, day and hour) of an item's timers."""
        return [(kind, at[:13]) for kind, of, _, _, at in self.rows()["timers"] if of == item]

    def stored(self, table: sa.Table, *where: Any) -> list[Any]:
        """Rows, as they are."""
        with self.world.app.database.read() as connection:
            return list(connection.execute(sa.select(table).where(*where)).all())

    def put(self, table: sa.Table, where: Any, **values: Any) -> None:
        """Change rows behind the engine's back."""
        with self.world.app.database.write() as connection:
            connection.execute(sa.update(table).where(where).values(**values))


@contextmanager
def telling(databases: Databases) -> Iterator[Make]:
    """Stories, each on a database of its own."""
    with ExitStack() as stack:

        def make(process: Process) -> Story:
            world = World(stack.enter_context(databases.fresh(prepare)), process)
            stack.callback(world.app.dispose)
            world.at(MONDAY)
            return Story(world)

        yield make
