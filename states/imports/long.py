"""A long list comes in as a run: read, tried or written by a worker, told row by row, never half and never twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import overload

import sqlalchemy as sa

from states.imports.kinds import KINDS, ImportKind
from states.imports.run import run
from states.imports.sheet import read_rows
from states.imports.table import Line, Problem, Sorting
from states.imports.tally import Row, Tally
from workflow import files
from workflow.catalogue import Catalogue
from workflow.db import Database
from workflow.file_store import FileStore
from workflow.message import NotFound
from workflow.runs import Work, packed

KIND = "import"
LONG = 300  # lines; a shorter list is tried while its sender waits


class Counted(Sequence[Line]):
    """The lines of a list, that say how far somebody is who goes through them."""

    def __init__(self, lines: Sequence[Line], at: Callable[[int, int], None]) -> None:
        self._lines, self._at = lines, at

    def __iter__(self) -> Iterator[Line]:
        for number, line in enumerate(self._lines):
            self._at(number, len(self._lines))
            yield line
        self._at(len(self._lines), len(self._lines))

    @overload
    def __getitem__(self, index: int) -> Line: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Line]: ...
    def __getitem__(self, index: int | slice) -> Line | Sequence[Line]:
        return self._lines[index]

    def __len__(self) -> int:
        return len(self._lines)


class Importing:
    """The doer of runs of the kind `import`."""

    def __init__(self, database: Database, store: FileStore, catalogue: Catalogue) -> None:
        self._database, self._store, self._catalogue = database, store, catalogue

    def __call__(self, work: Work) -> None:
        """All of the list or nothing of it; the run ends in the transaction that writes it. Raises Refused."""
        kind, apply, rows = self._read(work)

        def counted(connection: sa.Connection, lines: Sequence[Line], sorting: Sorting) -> Tally:
            return apply(connection, Counted(lines, work.at), sorting)

        def finish(connection: sa.Connection, tally: Tally) -> None:
            work.finish(connection, result=counts(tally))

        dry_run = bool(work.taken.wanted["dry_run"])
        tally = run(self._database, rows, kind.columns, counted, dry_run=dry_run, finish=finish)
        if tally.written:
            return
        with self._database.write() as connection:
            if tally.problems:
                work.finish(connection, "failed", result=counts(tally), reasons=told(tally.problems))
            else:
                work.finish(connection, result={**counts(tally), "rows": [shown(row) for row in tally.rows]})

    def _read(self, work: Work) -> tuple[ImportKind, Callable[..., Tally], list[list[str]]]:
        wanted, agency_id = work.taken.wanted, work.taken.agency_id
        kind = KINDS[wanted["kind"]]
        with self._database.read() as connection:
            row = files.find(connection, agency_id, wanted["file_id"])
            plan = self._catalogue.living_plan(connection, agency_id)
        if row["uploaded_by"] != work.taken.asked_by or row["case_id"] is not None:
            raise NotFound("file")
        apply = kind.applying(agency_id, plan[1] if plan else None)
        return kind, apply, read_rows(self._store.path(agency_id, row["digest"]), kind.sheet)


def counts(tally: Tally) -> dict[str, int]:
    """The numbers of an import."""
    return {"added": tally.added, "changed": tally.changed, "same": tally.same, "wrong": len(tally.problems)}


def told(problems: Sequence[Problem]) -> list[dict[str, object]]:
    """What is wrong, each with its place, as a run keeps it."""
    return [packed(one.what, row=one.row, column=one.column, heading=one.heading) for one in problems]


def shown(row: Row) -> dict[str, object]:
    """A line that adds or changes something, as a run keeps it."""
    changes = [[heading, str(old or ""), str(new or "")] for heading, old, new in row.changes]
    return {"number": row.number, "outcome": row.outcome, "name": row.name, "changes": changes}
