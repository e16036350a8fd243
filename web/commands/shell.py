"""What every command has: settings, the application, and words for the person at the terminal."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import click
import sqlalchemy as sa

from config import texts, wiring
from config.wiring import Application
from workflow.message import Message
from workflow.organisation import agency


class ReadSettings(Protocol):
    """How settings are read; only the command line's root may."""

    def __call__(self, **asked: Any) -> Any: ...


class Shell:
    """Reads settings and connects at first use, so that `--help` needs neither.

    A command that takes `demo`, `host` or `port` as options sets them before it uses anything else.
    """

    def __init__(self, read_settings: ReadSettings) -> None:
        self._read = read_settings
        self.demo = False
        self.host: str | None = None
        self.port: int | None = None
        self.serves = False  # people wait for its answers

    @cached_property
    def settings(self) -> Any:
        """The checked settings; exit code 2 for a bad one."""
        return self._read(demo=self.demo, host=self.host, port=self.port)

    @cached_property
    def wired(self) -> Application:
        """The wired application, whatever state its database is in."""
        return wiring.build(self.settings, serves=self.serves)

    @cached_property
    def application(self) -> Application:
        """The wired application; exit code 2 over a database without tables. Looking makes no file of SQLite's."""
        database = self.wired.database
        if database.is_sqlite and not Path(database.url.database or "").is_file():
            raise self._not_initialised()
        with database.read() as connection:
            if not sa.inspect(connection).has_table(agency.name):
                raise self._not_initialised()
        return self.wired

    def _not_initialised(self) -> click.ClickException:
        return self.fail("database.not_initialised", code=2, address=str(self.wired.database.url))

    def close(self) -> None:
        """Give back what was connected, if anything was."""
        if "wired" in self.__dict__:
            self.wired.dispose()

    def text(self, key: str, **params: Any) -> str:
        """A sentence in the installation's language."""
        return self.render(Message(key, params))

    def render(self, message: Message) -> str:
        """A message in the installation's language; needs no application."""
        return texts.load(strict=self.settings.strict_texts).render(message, self.settings.language)

    def say(self, key: str, **params: Any) -> None:
        """A sentence on standard output."""
        click.echo(self.text(key, **params))

    def say_json(self, value: object) -> None:
        """One JSON document on standard output, for scripts."""
        click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))

    def fail(self, key: str, *, code: int = 1, **params: Any) -> click.ClickException:
        """To raise: a sentence on standard error and an exit code."""
        failure = click.ClickException(self.text(key, **params))
        failure.exit_code = code
        return failure


def _plain(value: object) -> str:
    """Days and times as the API writes them."""
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, date) else str(value)


pass_shell: Callable[..., Any] = click.make_pass_decorator(Shell)
