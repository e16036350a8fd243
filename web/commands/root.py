"""The root of the commands: what none of them can work with is one line for the person at the terminal."""

from __future__ import annotations

import shutil
from typing import Any

import click
import sqlalchemy as sa
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError

from config.settings import BadSetting, language_asked
from web.commands import words

OURS = (DataError, IntegrityError, ProgrammingError)
"""Failures of a statement, not of the database: mistakes in the code, to be seen whole."""


def unusable(failure: OSError) -> tuple[str, str] | None:
    """What on the disk could not be read or written, and why; None for what no path says: ours, to be seen whole."""
    if isinstance(failure, shutil.Error) and isinstance(failure.args[0], list):  # of a folder: the first that failed
        _, place, said = failure.args[0][0]  # said: [Errno 2] why: 'which'
        why, _, which = str(said).partition("] ")[2].partition(": ")
        return (which.strip("'"), why) if which else (str(place), str(said))
    return None if failure.filename is None else (str(failure.filename), failure.strerror or str(failure))


class Root(click.Group):
    """A group whose commands may meet a file, a folder or a database that cannot be used: exit code 2."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Speak this installation's language from the first word on."""
        words.teach(language_asked())
        return super().main(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except BadSetting as bad:  # one that shows only when it is used
            raise click.UsageError(ctx.obj.render(bad.message)) from bad
        except OSError as failure:
            if (found := unusable(failure)) is None:
                raise
            raise ctx.obj.fail("process.unusable", code=2, file=found[0], why=found[1]) from failure
        except DBAPIError as failure:
            if isinstance(failure, OURS):
                raise
            url = sa.make_url(ctx.obj.settings.database_url)
            why = str(failure.orig).strip().partition("\n")[0]
            raise ctx.obj.fail("database.away", code=2, address=str(url), why=why) from failure
