"""The list of cases as .xlsx: what who asks may see, narrowed as on the page, made by a run page after page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from io import BytesIO
from typing import Any

import sqlalchemy as sa

from states import exports
from states.spreadsheet import Cell, as_xlsx
from states.subjects.visibility import visible
from workflow import files
from workflow.case import case
from workflow.case_list import Filter, find_cases
from workflow.catalogue import Catalogue
from workflow.clock import business_now, local_date
from workflow.db import Database
from workflow.file_store import FileStore
from workflow.identity import Organisation, load_organisation
from workflow.runs import Work

KIND = "cases"
PAGE = 500
A_MOMENT = timedelta(microseconds=1)  # a deadline is the midnight after its last day
HEADINGS = (
    "Mã hồ sơ", "Tên", "Loại hồ sơ", "Bước", "Cấp công nhận", "Đơn vị", "Đang tạm dừng", "Bắt đầu", "Hạn gần nhất",
    "Kết thúc",
)  # fmt: skip
WIDTHS = (16, 40, 34, 34, 20, 36, 14)


class ListingCases:
    """The doer of runs of the kind `cases`; `wanted` is the filter of the page."""

    def __init__(self, database: Database, store: FileStore, catalogue: Catalogue) -> None:
        self._database, self._store, self._catalogue = database, store, catalogue

    def __call__(self, work: Work) -> None:
        """Make the file; its row and the end of the run are one transaction."""
        taken = work.taken
        rows: list[tuple[Cell, ...]] = [HEADINGS, *self._rows(work)]
        export_id = self._database.new_id()
        with self._database.read() as connection:
            stamp = exports.stamp(connection, taken.agency_id, taken.asked_by, export_id)
        content = as_xlsx("Hồ sơ", rows, WIDTHS, stamp)
        stored = self._store.put(BytesIO(content), taken.agency_id, "Hồ sơ.xlsx")
        file_id = self._database.new_id()
        with self._database.write() as connection:
            files.record(connection, stored, file_id=file_id, agency_id=taken.agency_id, person_id=taken.asked_by)
            exports.record(connection, exports.of_run(export_id, taken, "Hồ sơ.xlsx", len(rows) - 1))
            work.finish(connection, file_id=file_id, result={"lines": len(rows) - 1})

    def _rows(self, work: Work) -> Iterator[tuple[Cell, ...]]:
        taken, wanted, after, done = work.taken, Filter(**work.taken.wanted), "", 0
        with self._database.read() as connection:
            now = business_now(connection)
            org = load_organisation(connection, taken.agency_id, local_date(now))
            seen = visible(org, taken.asked_by)
            total = connection.scalar(sa.select(sa.func.count()).select_from(case).where(seen)) or 0
            while True:
                found = find_cases(connection, seen, wanted, now=now, after=after, limit=PAGE)
                for row in found.rows:
                    yield self._line(connection, org, row)
                done, after = done + len(found.rows), found.after
                work.at(done, max(total, done))
                if not after:
                    return

    def _line(self, connection: sa.Connection, org: Organisation, row: Mapping[str, Any]) -> tuple[Cell, ...]:
        life = self._catalogue.life(connection, row["definition_id"])
        unit = org.units.get(row["unit_id"] or "", {})
        last = row["due_at"] - A_MOMENT if row["due_at"] else None
        days = (f"{local_date(at):%d/%m/%Y}" if at else "" for at in (row["started_at"], last, row["ended_at"]))
        return (
            row["code"], row["label"], life.definition.title, life.definition.states[row["state"]].title,
            life.plan.levels.get(row["top_level"], ""), str(unit.get("name", "")), "có" if row["is_held"] else "",
            *days,
        )  # fmt: skip
