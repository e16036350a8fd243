"""Stops a piece of work before and after each statement that writes and each commit, by an exception or by death."""

from __future__ import annotations

import os
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

import sqlalchemy as sa

from workflow.db import Database, metadata

Stop = Callable[[], NoReturn]
Work = Callable[[], object]
READS = ("SELECT", "BEGIN", "PRAGMA", "SHOW")
KILLED = 9

Rows = dict[str, list[str]]
Grown = dict[str, tuple[int, int]]


class Stopped(Exception):
    """Something nobody expects."""


def by_raising() -> NoReturn:
    """The thread ends where it stands."""
    raise Stopped


def by_dying() -> NoReturn:
    """The process ends where it stands: no rollback, no goodbye."""
    os._exit(KILLED)


@dataclass
class Point:
    """The one that was hit: what the work was about to do or had just done. `committed`: the commit was through."""

    where: str = ""
    committed: bool = False


@contextmanager
def stopping(database: Database, number: int, stop: Stop) -> Iterator[Point]:
    """Within, the `number`-th point stops the work; nothing does when the work has fewer of them."""
    hit, counted = Point(), 0
    writing: set[int] = set()  # connections that have written since their last commit
    engine, dialect = database.engine, database.engine.dialect
    commit = dialect.do_commit

    def pass_by(where: str, *, committed: bool = False) -> None:
        nonlocal counted
        counted += 1
        if counted == number:
            hit.where, hit.committed = where, committed
            stop()

    def before(_connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if not statement.lstrip().upper().startswith(READS):
            writing.add(id(cursor.connection))
            pass_by(f"before {statement[:40]}")

    def after(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.lstrip().upper().startswith(READS):
            pass_by(f"after {statement[:40]}")

    def do_commit(connection: Any) -> None:
        wrote = id(connection.driver_connection) in writing
        if wrote:
            pass_by("before COMMIT")
        commit(connection)
        if wrote:
            writing.discard(id(connection.driver_connection))
            pass_by("after COMMIT", committed=True)

    sa.event.listen(engine, "before_cursor_execute", before)
    sa.event.listen(engine, "after_cursor_execute", after)
    dialect.do_commit = do_commit
    try:
        yield hit
    finally:
        dialect.do_commit = commit
        sa.event.remove(engine, "before_cursor_execute", before)
        sa.event.remove(engine, "after_cursor_execute", after)


def raised(database: Database, number: int, work: Work) -> bool:
    """Whether the work was stopped at this point; False: it ended."""
    with stopping(database, number, by_raising):
        try:
            work()
        except Stopped:
            return True
    return False


def died(database: Database, number: int, work: Work) -> bool:
    """The same in a process of its own, which dies at the point."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # a fork beside threads: the child only writes rows
        child = os.fork()
    if not child:
        _work_and_end(database, number, work)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, KILLED), f"the work failed by itself: {code}"
    return code == KILLED


def _work_and_end(database: Database, number: int, work: Work) -> NoReturn:
    try:
        database.engine.dispose(close=False)  # the connections are the parent's
        with stopping(database, number, by_dying):
            work()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def everything(database: Database) -> Rows:
    """Every row of every table, comparable."""
    with database.read() as connection:
        return {
            table.name: sorted(str(tuple(row)) for row in connection.execute(sa.select(table)))
            for table in metadata.sorted_tables
        }


def grown(before: Rows, after: Rows) -> Grown:
    """For each table that differs: by how many rows it grew, and how many there are that were not there."""
    return {
        name: (len(after[name]) - len(before[name]), len(set(after[name]) - set(before[name])))
        for name in before if before[name] != after[name]
    }  # fmt: skip


def whole_or_nothing(stop: Callable[[Database, int, Work], bool], work: Work, database: Database, whole: Grown) -> int:
    """Stop the work at each point in turn; how many there are. After each it is not there, or there as `whole` says.

    An assertion error where it is half there, where what was committed went, or where sending it again adds to it.
    """
    before, points, kept = everything(database), 0, 0
    while stop(database, points + 1, work):
        points += 1
        now = grown(before, everything(database))
        assert now in ({}, whole), f"point {points}: {now}"
        assert now or not kept, "what was committed is gone"
        kept += bool(now)
    assert kept == 1, "the commit is one point, and sending it again writes nothing"
    assert grown(before, everything(database)) == whole
    return points
