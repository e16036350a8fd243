"""The real thing beside the model: an installation, its people by name, its rows as the model has them."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from config import wiring
from config.installation import install, read_calendar
from config.settings import Settings
from config.wiring import Application
from states.subjects.enrol import enrol_person
from tests.model import days
from tests.model.people import Granted, People
from tests.model.process import Process
from workflow import identity, rulebook, timers
from workflow.case import ask, case, case_field
from workflow.catalogue import store_calendar
from workflow.clock import move_to
from workflow.commands import Actor
from workflow.history import event
from workflow.organisation import agency, person, role_grant
from workflow.organisation_changes import add_agency, add_person, add_unit, grant_role
from workflow.timers import timer
from workflow.worklist import work_item

BEGIN = date(2024, 1, 1)
MONDAY = datetime(2025, 3, 3, 9, 30, tzinfo=days.ZONE)
STAFF = {  # name: (unit, role)
    "an": ("u1", "head"), "binh": ("u2", "head"), "chi": ("u2", "office"), "dung": ("u1", "office"),
    "giang": ("u1", "boss"), "hoa": ("u1", ""), "khanh": ("u2", ""),
}  # fmt: skip


class Dropped(Exception):
    """The power went, before or after the commit."""


def prepare(url: str) -> None:
    """An agency without a plan, and its people, in a migrated database."""
    app = wiring.build(Settings(database_url=url))
    new_id = app.database.new_id
    with app.database.write() as connection:
        move_to(connection, MONDAY)
        agency_id = add_agency(connection, code="model", name="Sở mẫu", new_id=new_id)
        store_calendar(connection, read_calendar())
        units = {
            code: add_unit(connection, agency_id, code=code, name=code, starts_on=BEGIN, type="phong", new_id=new_id)
            for code in ("u1", "u2")
        }
        for name, (unit, role) in STAFF.items():
            ident = add_person(
                connection, agency_id, code=name, name=name, starts_on=BEGIN, unit_id=units[unit], new_id=new_id
            )
            if role:
                place = units[unit] if role == "head" else None
                grant_role(
                    connection, agency_id, person_id=ident, role=role, starts_on=BEGIN, unit_id=place, new_id=new_id
                )
    app.dispose()


class World:
    """One installation with one process, and the model's people beside it."""

    def __init__(self, url: str, process: Process) -> None:
        self.url = url
        self.app: Application = self._build()
        with tempfile.TemporaryDirectory(prefix="ng-model-") as folder:
            process.write(Path(folder))
            install(self.app, Path(folder), by="tests")
        with self.app.database.read() as connection:
            self.agency_id = connection.scalars(sa.select(agency.c.id)).one()
            self.ids = {row.code: row.id for row in connection.execute(sa.select(person))}
            grants = connection.execute(sa.select(role_grant)).all()
        self.names = {ident: name for name, ident in self.ids.items()}
        self.people = People({name: unit for name, (unit, _) in STAFF.items()}, today=MONDAY.date())
        for row in grants:
            name = self.names[row.person_id]
            unit = STAFF[name][0] if row.unit_id else None
            self.people.granted.append(Granted(BEGIN, None, name, row.role, unit, row.id))

    def _build(self) -> Application:
        return wiring.build(Settings(database_url=self.url))

    def crash(self) -> None:
        """Everything in memory is gone; the next one begins with the database alone."""
        self.app.dispose()
        rulebook._built.clear()
        identity._snapshots.clear()
        self.app = self._build()

    def actor(self, name: str) -> Actor:
        return Actor(self.ids[name], self.agency_id)

    def at(self, moment: datetime) -> None:
        with self.app.database.write() as connection:
            move_to(connection, moment)

    def start(self, by: str, subject: str, flag: bool) -> str:
        with self.app.database.write() as connection:
            ident = enrol_person(connection, self.agency_id, self.ids[subject], new_id=self.app.database.new_id)
        return self.app.engine.start(
            self.actor(by), process="life", action="begin", subject_type="subject", subject_id=ident,
            inputs={"flag": flag},
        ).case_id  # fmt: skip

    @contextmanager
    def dropped(self, *, committed: bool) -> Iterator[None]:
        """The power goes at the next write: before its commit, or after it and before anybody is told."""

        def drop(*_: Any) -> None:
            raise Dropped

        def before(connection: sa.Connection) -> None:
            if connection.get_execution_options().get("isolation_level") != "REPEATABLE READ" and connection.info.get(
                "wrote"
            ):
                raise Dropped

        def noted(connection: sa.Connection, _cursor: Any, statement: str, *_: Any) -> None:
            autocommits = "isolation_level" not in connection.get_execution_options()
            once = autocommits and connection.dialect.name == "postgresql"
            if once and "INSERT INTO event " in statement:
                raise Dropped  # one statement that is its own transaction: there is no commit to stop before
            connection.info["wrote"] = connection.info.get("wrote") or statement.startswith(("INSERT", "UPDATE"))

        engine = self.app.database.engine
        if committed:
            self.app.listeners.append(drop)
        else:
            sa.event.listen(engine, "before_cursor_execute", noted)
            sa.event.listen(engine, "commit", before)
        try:
            yield
        except Dropped:
            self.crash()
            raise
        finally:
            if committed and drop in self.app.listeners:
                self.app.listeners.remove(drop)
            elif not committed and sa.event.contains(engine, "commit", before):
                sa.event.remove(engine, "commit", before)
                sa.event.remove(engine, "before_cursor_execute", noted)

    # --- rows -----------------------------------------------------------------------------------------

    def rows(self) -> dict[str, dict[str, Any]]:
        """case → everything the model says of it."""
        with self.app.database.read() as connection:
            cases = {row["id"]: dict(row) for row in connection.execute(sa.select(case)).mappings()}
            fields: dict[str, dict[str, Any]] = defaultdict(dict)
            for row in connection.execute(sa.select(case_field)):
                fields[row.case_id][row.name] = row.value
            counted = sa.select(event.c.case_id, sa.func.count()).group_by(event.c.case_id)
            events = dict(tuple(row) for row in connection.execute(counted))
            asks = connection.execute(sa.select(ask)).all()
            items = connection.execute(sa.select(work_item).where(work_item.c.status != "closed")).all()
            armed = connection.execute(sa.select(timer).where(timer.c.status.in_(["armed", "paused"]))).all()
        named = {row.id: row.name for row in asks}
        keys = {row.id: (row.kind, named.get(row.ask_id, "")) for row in items}
        return {
            ident: {
                "row": {
                    "state": row["state"], "version": row["version"], "levels": row["levels"],
                    "holds": sorted(row["holds"]), "ended": row["ended_at"] is not None, "events": events[ident],
                    "takers": {key: (self.names.get(v[0]), self.names.get(v[1])) for key, v in row["takers"].items()},
                    "fields": {k: v for k, v in fields[ident].items() if k in ("flag", "note", "ground")},
                },
                "items": sorted(
                    (keys[one.id], one.status, one.version, one.due and date.fromisoformat(one.due["due_on"]),
                     self.names.get(one.claimed_by)) for one in items if one.case_id == ident
                ),
                "timers": sorted(self._timer(one, keys) for one in armed if one.case_id == ident),
                "asks": sorted(
                    (one.name, one.number >= 10_000, one.status) for one in asks
                    if one.case_id == ident and one.visit in (0, row["visit"])
                ),
                "ids": {keys[one.id]: (one.id, one.ask_id) for one in items if one.case_id == ident},
                "chain_seq": row["chain_seq"],
            }
            for ident, row in cases.items()
        }  # fmt: skip

    def _timer(self, row: Any, keys: dict[str, tuple[str, str]]) -> tuple[Any, ...]:
        at = (row.due_at + timedelta(seconds=30)).astimezone(days.ZONE).isoformat(timespec="minutes")
        return (*timer_key(row, keys), "paused" if row.status == "paused" else at)

    def ripe(self) -> list[tuple[str, str, tuple[str, str, int, int]]]:
        """(timer, case, key) of what is due, in the order it is to be done."""
        with self.app.database.read() as connection:
            due = timers.due(connection, 500)
            rows = {row.id: row for row in connection.execute(sa.select(timer).where(timer.c.status == "armed")).all()}
            items = connection.execute(
                sa.select(work_item.c.id, work_item.c.kind, ask.c.name)
                .outerjoin(ask, ask.c.id == work_item.c.ask_id)
            ).all()  # fmt: skip
        keys = {row.id: (row.kind, row.name or "") for row in items}
        return [(ident, case_id, timer_key(rows[ident], keys)) for ident, case_id in due]


def timer_key(row: Any, keys: dict[str, tuple[str, str]]) -> tuple[str, str, int, int]:
    """What the model calls a timer."""
    detail = row.detail
    step = detail.get("offset", detail.get("step", 0))
    repeat = detail.get("number", detail.get("repeat", 0))
    return row.kind, "/".join(keys[row.item_id]) if row.item_id else row.name, step, repeat
