"""What is exported comes in again without a change; what was changed in it changes that and nothing else."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from states.imports import export, run
from states.imports.kinds import KINDS
from states.imports.sheet import read_rows
from states.imports.tally import Tally
from states.spreadsheet import as_xlsx
from tasks import run as doing
from tests.cast import Cast
from workflow import files, runs
from workflow.organisation_changes import add_account, add_person, grant_role


def exported(cast: Cast, kind: str) -> bytes:
    with cast.app.database.read() as connection:
        return export.written(kind, export.rows_of(connection, cast.agency_id, kind), "Lê Hòa · 28/11/2026")


def imported(cast: Cast, kind: str, content: bytes, folder: Path) -> Tally:
    path = folder / "list.xlsx"
    path.write_bytes(content)
    with cast.app.database.read() as connection:
        found = cast.app.catalogue.living_plan(connection, cast.agency_id)
    apply = KINDS[kind].applying(cast.agency_id, found[1] if found else None)
    return run.run(cast.app.database, read_rows(path), KINDS[kind].columns, apply, dry_run=False)


@pytest.mark.parametrize("kind", ["units", "people", "roles"])
def test_it_comes_in_again_without_a_change(cast: Cast, tmp_path: Path, kind: str) -> None:
    with cast.app.database.write() as connection:
        login = add_account(connection, login="hoa.le")
        one = add_person(
            connection, cast.agency_id, code="HOA", name="Lê Thị Hòa", starts_on=date(2021, 5, 3), gender="female",
            unit_id=cast.units["bcvt"], born_on=date(1990, 2, 28), post="Chuyên viên", account_id=login,
        )  # fmt: skip
        grant_role(connection, cast.agency_id, person_id=one, role="office", starts_on=date(2020, 1, 1),
                   ends_on=date(2021, 1, 1))  # fmt: skip
    tally = imported(cast, kind, exported(cast, kind), tmp_path)
    assert (tally.problems, tally.added, tally.changed) == ([], 0, 0)
    assert tally.same > 3


def test_a_change_in_the_file_is_the_change_that_comes_in(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "people.xlsx"
    path.write_bytes(exported(cast, "people"))
    rows = read_rows(path)
    place = next(row for row in rows if row[0] == "candidate")
    place[2:4] = "bcvt", "Phó Trưởng phòng"
    tally = imported(cast, "people", as_xlsx("Người", rows), tmp_path)
    assert (tally.problems, tally.added, tally.changed) == ([], 0, 1)
    (row,) = tally.rows
    assert row.changes == (("Chức vụ", "", "Phó Trưởng phòng"), ("Đơn vị", "Phòng Công nghệ thông tin", "bcvt"))


def test_a_long_list_is_made_by_a_run_and_waits_for_who_asked(cast: Cast) -> None:
    who = cast.people["office"]
    with cast.app.database.write() as connection:
        run_id = runs.order(connection, runs.Order(cast.agency_id, "export", who, {"kind": "people"}, "one"))
    doing.run(cast.app, [run_id])
    with cast.app.database.read() as connection:
        row = runs.find(connection, cast.agency_id, run_id)
        made = files.find(connection, cast.agency_id, row["file_id"])
        assert [one["id"] for one in runs.unseen(connection, cast.agency_id, who)] == [run_id]
    assert (row["status"], row["result"]["lines"], made["uploaded_by"]) == ("done", 16, who)
    assert len(read_rows(cast.app.files.path(cast.agency_id, made["digest"]))) == 17


def test_no_cell_of_it_is_worked_out(sqlite_cast: Cast) -> None:
    cast = sqlite_cast
    with cast.app.database.write() as connection:
        add_person(connection, cast.agency_id, code="=1+1", name="@SUM(A1)", starts_on=date(2021, 5, 3))
    with ZipFile(BytesIO(exported(cast, "people"))) as book:
        assert b"<f" not in book.read("xl/worksheets/sheet1.xml").replace(b"<formatCode", b"")
        assert b"=1+1" in book.read("xl/sharedStrings.xml")
