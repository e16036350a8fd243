"""What each peer's script answers to: `tables`, `client` and `check`, run by the Python of the peers."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable

from tests.bench import limits
from tests.bench.interleaved import Call, Prepare, clocked

Tables = Callable[[str], None]
Client = Callable[[str, int], tuple[Call, Prepare]]


def main(tables: Tables, client: Client, left: str = limits.LEFT) -> None:
    """`<plain address> tables`, `<address> client <number> <seconds>` or `<address> check <decisions>`."""
    try:
        _answer(tables, client, left, *sys.argv[1:])
    except BaseException:
        traceback.print_exc()
        os._exit(1)  # threads of a library do not hold the next round up
    os._exit(0)


def _answer(tables: Tables, client: Client, left: str, address: str, word: str, *rest: str) -> None:
    if word == "tables":
        tables(address)
    elif word == "check":
        limits.left(address, int(rest[0]), left)
    else:
        answers = os.fdopen(os.dup(1), "w", buffering=1)
        os.dup2(2, 1)  # whatever a library prints is no answer
        spent = clocked(client(address, int(rest[0])), float(rest[1]), lambda: _wait(answers.write))
        answers.write(json.dumps(spent) + "\n")


def _wait(say: Callable[[str], object]) -> None:
    say("ready\n")
    if sys.stdin.readline() != "go\n":
        os._exit(1)  # whoever asked is gone


def sqlalchemy(address: str) -> str:
    """The address as SQLAlchemy writes it for psycopg 3."""
    return address.replace("postgresql:", "postgresql+psycopg:", 1)
