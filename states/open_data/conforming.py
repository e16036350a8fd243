"""The run that plays every history one may see against its definition, and writes down each step that left it."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import sqlalchemy as sa

from states import exports
from states.spreadsheet import Cell, as_xlsx
from states.subjects.visibility import visible
from workflow import files, runs
from workflow.case import case
from workflow.catalogue import Catalogue
from workflow.clock import business_now, local_date
from workflow.conformance import Deviation, deviations
from workflow.db import Database
from workflow.file_store import FileStore
from workflow.identity import load_organisation
from workflow.message import Message
from workflow.runs import Work
from workflow.streams import without_a_limit

KIND = "conformance"
SHOWN, LISTED = 100, 10_000  # deviations on the page, and in the file: the rest is counted
HEADINGS = ("Mã hồ sơ", "Quy trình", "Sự kiện số", "Chỗ đi ngoài quy trình")
WIDTHS = (18, 24, 12, 90)
EVERY = 100  # cases between two words of how far it is


class Conforming:
    """The doer of runs of the kind `conformance`; `render` puts a reason into the installation's language."""

    def __init__(
        self, database: Database, store: FileStore, catalogue: Catalogue, render: Callable[[Message], str]
    ) -> None:
        self._database, self._store, self._catalogue, self._render = database, store, catalogue, render

    def __call__(self, work: Work) -> None:
        """Play them; what was found is a file, its first lines stand on the run's page."""
        taken = work.taken
        played, number, found = self._played(work)
        result: dict[str, Any] = {
            "cases": played,
            "deviations": number,
            "found": [_packed(one) for one in found[:SHOWN]],
        }
        file_id, export_id = self._database.new_id(), self._database.new_id()
        if not found:
            with self._database.write() as connection:
                work.finish(connection, result=result)
            return
        with self._database.read() as connection:
            stamp = exports.stamp(connection, taken.agency_id, taken.asked_by, export_id)
        rows: list[tuple[Cell, ...]] = [HEADINGS, *(self._line(one) for one in found)]
        name = "Đối chiếu quy trình.xlsx"
        stored = self._store.put(BytesIO(as_xlsx("Đối chiếu", rows, WIDTHS, stamp)), taken.agency_id, name)
        with self._database.write() as connection:
            files.record(connection, stored, file_id=file_id, agency_id=taken.agency_id, person_id=taken.asked_by)
            exports.record(connection, exports.of_run(export_id, taken, name, len(found)))
            work.finish(connection, file_id=file_id, result=result)

    def _played(self, work: Work) -> tuple[int, int, list[Deviation]]:
        """How many cases were played, how many deviations there are, and those that are listed."""
        taken, process = work.taken, str(work.taken.wanted.get("process", ""))
        played, number, found = 0, 0, []
        with self._database.read() as connection:
            without_a_limit(connection)
            org = load_organisation(connection, taken.agency_id, local_date(business_now(connection)))
            seen = visible(org, taken.asked_by)
            mine = sa.and_(seen, case.c.process == process) if process else seen
            total = connection.scalar(sa.select(sa.func.count()).select_from(case).where(mine)) or 0
            for one in deviations(connection, self._catalogue, mine):
                if one is not None:
                    number += 1
                    found += [one] if number <= LISTED else []
                    continue
                played += 1
                if played % EVERY == 0:
                    work.at(played, max(total, played))
        return played, number, found

    def _line(self, one: Deviation) -> tuple[Cell, ...]:
        return one.code, one.process, one.seq, self._render(one.reason)


def _packed(one: Deviation) -> dict[str, Any]:
    return runs.packed(one.reason, code=one.code, seq=one.seq)


def order(connection: sa.Connection, agency_id: str, by: str, process: str, key: str) -> str:
    """Ask for it; the run's id. The same form sent twice is one run."""
    return runs.order(connection, runs.Order(agency_id, KIND, by, {"process": process}, f"{KIND}:{key}", process))
