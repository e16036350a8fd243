"""The database's shape over time: Alembic, run from code, without an ini file that could disagree."""

from __future__ import annotations

import pathlib
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.config import Config  # loaded when needed: most commands never touch the database's shape
    from sqlalchemy import Connection

VERSION_TABLE = "alembic_version"
_HERE = pathlib.Path(__file__).parent
_one_at_a_time = threading.Lock()  # Alembic keeps its context in globals


def options(url: str = "") -> Config:
    """What Alembic needs to know; the address is an attribute, because its options read `%` as a variable."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["url"] = url
    return config


def upgrade(where: str | Connection, revision: str = "head") -> None:
    """Bring the database at this SQLAlchemy address to a newer shape; several processes may try at once.

    Given a connection instead (`alone.alone`), the steps belong to its transaction.
    """
    from alembic import command

    with _one_at_a_time:
        command.upgrade(_at(where), revision)


def downgrade(where: str | Connection, revision: str) -> None:
    """Take the database back to a revision; `base` empties it."""
    from alembic import command

    with _one_at_a_time:
        command.downgrade(_at(where), revision)


def _at(where: str | Connection) -> Config:
    config = options(where if isinstance(where, str) else "")
    if not isinstance(where, str):
        config.attributes["connection"] = where
    return config


def shape(connection: Connection) -> str | None:
    """The revision a database is at; None when it has none yet."""
    import sqlalchemy as sa

    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.scalar(sa.text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608 - a constant


def known(revision: str) -> bool:
    """Whether this code knows how to come from there to its own shape."""
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    try:
        return ScriptDirectory.from_config(options()).get_revision(revision) is not None
    except CommandError:
        return False


def newest() -> str | None:
    """The revision that this code expects."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(options()).get_current_head()
