"""The event log as a file: which format, whose cases, and the run that makes it for who asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from tempfile import TemporaryFile
from typing import Any, BinaryIO

import sqlalchemy as sa

from states import exports
from states.open_data import ocel, xes
from states.open_data.histories import History, Names, Wanted, histories
from states.subjects.visibility import visible
from workflow import files, runs
from workflow.case import case
from workflow.catalogue import Catalogue
from workflow.clock import business_now, local_date
from workflow.db import Database
from workflow.file_store import FileStore
from workflow.identity import Organisation, load_organisation
from workflow.message import Message, Refused
from workflow.runs import Work
from workflow.streams import without_a_limit

KIND = "event_log"
FORMATS: Mapping[str, tuple[str, str]] = {
    "xes": (".xes", "application/xml"), "ocel": (".jsonocel", "application/json"),
}  # fmt: skip
"""Format → how its files' names end, and their type."""

Seen = Callable[[Organisation], sa.ColumnElement[bool]]
"""Which cases whoever asks may see: those of `visible`, or, for who keeps the database itself, all of the agency."""


def everything(org: Organisation) -> sa.ColumnElement[bool]:
    """All cases of an agency: for who keeps its database."""
    return case.c.agency_id == org.agency_id


def check(wanted: Wanted, format_: str) -> None:
    """Raises Refused for what cannot be written: XES knows one kind of case."""
    if format_ not in FORMATS:
        raise Refused(Message("open_data.format", {"known": sorted(FORMATS)}))
    if format_ == "xes" and not wanted.process:
        raise Refused(Message("open_data.which_process"))
    if wanted.first and wanted.last and wanted.first > wanted.last:
        raise Refused(Message("open_data.days"))


def log(
    connection: sa.Connection, catalogue: Catalogue, agency_id: str, wanted: Wanted, format_: str, seen: Seen,
    at: Callable[[int, int], None] = lambda done, total: None,
) -> Iterator[str]:  # fmt: skip
    """The file, text after text, out of one snapshot; `at` is told after each piece how many cases are done.

    In memory are the histories of one piece, and of OCEL every person and unit. Raises Refused (`check`).
    """
    check(wanted, format_)
    without_a_limit(connection)
    org = load_organisation(connection, agency_id, local_date(business_now(connection)))
    chosen = wanted.chosen(seen(org))
    names = Names(org, named=wanted.named)
    total = connection.scalar(sa.select(sa.func.count()).select_from(case).where(chosen)) or 0
    told = _counted(histories(connection, catalogue, chosen), total, at)
    if format_ == "xes":
        yield from xes.written(told, names, wanted.process)
        return
    yield from ocel.Log(connection, chosen, names).written(told, histories(connection, catalogue, chosen))


def _counted(
    pieces: Iterable[Sequence[History]], total: int, at: Callable[[int, int], None]
) -> Iterator[Sequence[History]]:  # fmt: skip
    done = 0
    for piece in pieces:
        yield piece
        done += len(piece)
        at(done, max(total, done))


def order(connection: sa.Connection, agency_id: str, by: str, wanted: Wanted, format_: str, key: str) -> str:
    """Ask for the file; the run's id. The same form sent twice is one run. Raises Refused (`check`)."""
    check(wanted, format_)
    days = {name: day.isoformat() for name in ("first", "last") if (day := getattr(wanted, name))}
    told = {"format": format_, "process": wanted.process, "named": wanted.named, **days}
    return runs.order(connection, runs.Order(agency_id, KIND, by, told, f"{KIND}:{key}", wanted.process))


class TakingLogs:
    """The doer of runs of the kind `event_log`."""

    def __init__(self, database: Database, store: FileStore, catalogue: Catalogue) -> None:
        self._database, self._store, self._catalogue = database, store, catalogue

    def __call__(self, work: Work) -> None:
        """Make the file; its row, its line in the export log and the end of the run are one transaction."""
        taken = work.taken
        wanted, format_ = _read(taken.wanted)
        ending, media_type = FORMATS[format_]
        cases = [0]

        def at(done: int, total: int) -> None:
            cases[0] = done
            work.at(done, total)

        def mine(org: Organisation) -> sa.ColumnElement[bool]:
            return visible(org, taken.asked_by)

        name = f"Nhật ký {wanted.process or 'mọi quy trình'}{ending}"
        with TemporaryFile() as file:
            with self._database.read() as connection:
                write(log(connection, self._catalogue, taken.agency_id, wanted, format_, mine, at), file)
            file.seek(0)
            stored = self._store.put_made(file, taken.agency_id, name, media_type)
        file_id, export_id = self._database.new_id(), self._database.new_id()
        with self._database.write() as connection:
            files.record(connection, stored, file_id=file_id, agency_id=taken.agency_id, person_id=taken.asked_by)
            exports.record(connection, exports.of_run(export_id, taken, name, cases[0]))
            work.finish(connection, file_id=file_id, result={"cases": cases[0]})


def write(texts: Iterable[str], file: BinaryIO) -> None:
    """Texts into a file as UTF-8, as they come."""
    file.writelines(text.encode() for text in texts)


def _read(told: Mapping[str, Any]) -> tuple[Wanted, str]:
    first, last = (date.fromisoformat(told[name]) if told.get(name) else None for name in ("first", "last"))
    return Wanted(told["process"], first, last, told["named"]), told["format"]
