"""A database for each test that asks: migrated once, then copied, then cleaned and used again."""

from __future__ import annotations

import contextlib
import itertools
import os
import pathlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from config import migrations
from tests.clean_slate import CleanSlate

Prepare = Callable[[str], None]
"""Fills a migrated database, given its address; it runs once in a test run, then its result is copied."""


class Databases(Protocol):
    """Makes databases of one kind: migrated and empty, or as a function prepared them."""

    def fresh(self, prepare: Prepare | None = None) -> contextlib.AbstractContextManager[str]:
        """A database of one's own as a SQLAlchemy address; gone afterwards."""


@dataclass
class SqliteDatabases:
    """Files in one folder, copied from one that was migrated, and perhaps prepared, once."""

    folder: pathlib.Path
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _templates: dict[Prepare | None, pathlib.Path] = field(default_factory=dict)

    @contextlib.contextmanager
    def fresh(self, prepare: Prepare | None = None) -> Iterator[str]:
        """A copy of the file, deleted afterwards with its -wal and -shm."""
        path = self._new_path()
        shutil.copyfile(self._template(prepare), path)
        try:
            yield f"sqlite:///{path}"
        finally:
            for left in self.folder.glob(path.name + "*"):
                left.unlink()

    def _template(self, prepare: Prepare | None) -> pathlib.Path:
        if prepare not in self._templates:
            path = self._new_path()
            if prepare is None:
                migrations.upgrade(f"sqlite:///{path}")
            else:
                shutil.copyfile(self._template(None), path)
                prepare(f"sqlite:///{path}")
            with contextlib.closing(sqlite3.connect(path)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._templates[prepare] = path
        return self._templates[prepare]

    def _new_path(self) -> pathlib.Path:
        return self.folder / f"t{next(self._numbers)}.db"


@dataclass
class PostgresTemplate:
    """A database to copy, and its copies that were used and brought back to the same."""

    name: str
    slate: CleanSlate
    clean: list[str] = field(default_factory=list)


@dataclass
class PostgresDatabases:
    """Databases of one server, copied from a migrated one; named after this process, as it may be shared."""

    server_url: str
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _templates: dict[Prepare | None, PostgresTemplate] = field(default_factory=dict)

    @contextlib.contextmanager
    def fresh(self, prepare: Prepare | None = None) -> Iterator[str]:
        """A clean database; whoever is still connected afterwards is thrown out."""
        template = self._template(prepare)
        name = template.clean.pop() if template.clean else self._create(template.name)
        try:
            yield self._url(name)
        finally:
            if template.slate.restore(self._plain(name)):
                template.clean.append(name)
            else:
                self._drop(name)

    def close(self) -> None:
        """Drop all that was made."""
        for template in self._templates.values():
            for name in (*template.clean, template.name):
                self._drop(name)

    def _template(self, prepare: Prepare | None) -> PostgresTemplate:
        if prepare not in self._templates:
            name = self._create("template1" if prepare is None else self._template(None).name)
            (prepare or migrations.upgrade)(self._url(name))
            self._templates[prepare] = PostgresTemplate(name, CleanSlate.of(self._plain(name)))
        return self._templates[prepare]

    def _create(self, template: str) -> str:
        name = f"neuguong_{os.getpid()}_t{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def _drop(self, name: str) -> None:
        self._execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _url(self, database: str) -> str:
        return make_url(self.server_url).set(database=database).render_as_string(hide_password=False)

    def _plain(self, database: str) -> str:
        return make_url(self._url(database)).set(drivername="postgresql").render_as_string(hide_password=False)

    def _execute(self, statement: str) -> None:
        engine = create_engine(self.server_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            connection.execute(text(statement))
