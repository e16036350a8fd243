"""One of our processes, started warm: a fork of a server that has loaded everything, then the command itself."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import web.app  # noqa: F401 - loaded once, before the fork, with all that it imports
from tests.servers import die_with_parent
from web.cli import main


def run(arguments: Sequence[str], environment: Mapping[str, str], log: str) -> None:
    """`neuguong web | worker | clock`, in a session of its own, writing to a log; never returns."""
    os.setsid()
    if follow := die_with_parent():
        follow()
    os.environ.clear()
    os.environ.update(environment)
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(written, 1)
    os.dup2(written, 2)
    main(list(arguments))
