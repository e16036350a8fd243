"""A migrated database for each test that asks: migrated once, then copied, then cleaned and used again."""

from __future__ import annotations

import contextlib
import itertools
import os
import pathlib
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from config import migrations
from tests.clean_slate import CleanSlate


class Databases(Protocol):
    """Makes migrated databases of one kind."""

    def fresh(self) -> contextlib.AbstractContextManager[str]:
        """A migrated, empty database as a SQLAlchemy address; dropped afterwards."""


@dataclass
class SqliteDatabases:
    """Files in one folder, copied from a migrated one."""

    folder: pathlib.Path
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @cached_property
    def _template(self) -> pathlib.Path:
        path = self.folder / "template.db"
        migrations.upgrade(f"sqlite:///{path}")
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return path

    @contextlib.contextmanager
    def fresh(self) -> Iterator[str]:
        """A copy of the migrated file, deleted afterwards with its -wal and -shm."""
        path = self.folder / f"t{next(self._numbers)}.db"
        shutil.copyfile(self._template, path)
        try:
            yield f"sqlite:///{path}"
        finally:
            for left in self.folder.glob(path.name + "*"):
                left.unlink()


@dataclass
class PostgresDatabases:
    """Databases of one server, copied from a migrated one; named after this process, as it may be shared."""

    server_url: str
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _clean: list[str] = field(default_factory=list)  # used before, brought back to what the migrations made

    @cached_property
    def _template(self) -> str:
        name = f"neuguong_{os.getpid()}_template"
        self._execute(f"CREATE DATABASE {name}")
        migrations.upgrade(self._url(name))
        return name

    @cached_property
    def _slate(self) -> CleanSlate:
        return CleanSlate.of(self._plain(self._template))

    @contextlib.contextmanager
    def fresh(self) -> Iterator[str]:
        """A clean database; whoever is still connected afterwards is thrown out."""
        slate, name = self._slate, self._clean.pop() if self._clean else self._create()
        try:
            yield self._url(name)
        finally:
            if slate.restore(self._plain(name)):
                self._clean.append(name)
            else:
                self._drop(name)

    def close(self) -> None:
        """Drop all that was made."""
        for name in self._clean:
            self._drop(name)
        if "_template" in self.__dict__:
            self._drop(self._template)

    def _create(self) -> str:
        name = f"neuguong_{os.getpid()}_t{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {self._template}")
        return name

    def _drop(self, name: str) -> None:
        self._execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _url(self, database: str) -> str:
        return make_url(self.server_url).set(database=database).render_as_string(hide_password=False)

    def _plain(self, database: str) -> str:
        return (
            make_url(self._url(database)).set(drivername="postgresql").render_as_string(hide_password=False)
        )

    def _execute(self, statement: str) -> None:
        engine = create_engine(self.server_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            connection.execute(text(statement))
