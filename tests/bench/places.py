"""Databases of several sizes side by side, so that what is compared is measured in turns."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from config import migrations
from config.settings import Settings, from_environment
from tests.cast import Cast, make_cast
from tests.servers import Postgres, temporary_folder


@contextmanager
def places() -> Iterator[Place]:
    """Where databases are made; all are gone afterwards."""
    with tempfile.TemporaryDirectory() as folder, temporary_folder("ng-bench-") as home:
        server = Postgres(home, durable=True)
        server.start()
        try:
            yield Place(Path(folder), server)
        finally:
            server.stop()


class Place:
    """Makes an installation with the seed's cast on either database."""

    def __init__(self, folder: Path, server: Postgres) -> None:
        self.folder, self.server = folder, server

    def url(self, kind: str, name: str) -> str:
        """The address of a new, empty database."""
        if kind == "sqlite":
            return f"sqlite:///{self.folder}/{name}.db"
        engine = sa.create_engine(self.server.url(), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        engine.dispose()
        return self.server.url(name)

    def environment(self, url: str) -> dict[str, str]:
        """The settings of processes that work on it."""
        return {"NEUGUONG_DATABASE_URL": url, "NEUGUONG_VAR": str(self.folder), "NEUGUONG_REHEARSAL": "1"}

    def cast(self, kind: str, name: str) -> Cast:
        """A new installation."""
        url = self.url(kind, name)
        migrations.upgrade(url)
        return make_cast(self.settings(url))

    def settings(self, url: str) -> Settings:
        """The settings read of that environment."""
        return from_environment(self.environment(url))


def settled(cast: Cast) -> None:
    """As autovacuum leaves it: statistics that fit, dead rows gone."""
    if cast.app.database.is_sqlite:
        with cast.app.database.write() as connection:
            connection.exec_driver_sql("ANALYZE")
        return
    engine = sa.create_engine(cast.app.database.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
        connection.exec_driver_sql("CHECKPOINT")
    engine.dispose()
