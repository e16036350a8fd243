"""A list of a thousand people with sixty faults: each told at its cell, none written; repaired, it comes in once."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
import xlsxwriter

from states.imports import people
from states.spreadsheet import as_xlsx
from tasks import run as doing
from tests.cast import Cast
from workflow import files, runs
from workflow.message import Refused
from workflow.organisation import account, person

ROWS = 1_000
A, B, C, D, E, F, G, H, FROM, TO = (column.name for column in people.COLUMNS)
LETTERS = {column.name: "ABCDEFGHIJ"[place] for place, column in enumerate(people.COLUMNS)}

FAULTS: list[tuple[str, str, str]] = [
    (A, "", "empty"), (A, "X" * 65, "too_long"), (A, "CB0001", "twice"), (A, "CB0002", "twice"),
    (A, "cb0003", "code_like"), (A, "CB0004́", "code_like"), (A, "=CB", "formula"),
    (B, "", "empty"), (B, "Nguyễn " * 40, "too_long"),
    (B, '=HYPERLINK("http://xau.example","Nguyễn Văn A")', "formula"),
    (B, "@SUM(1+1)*cmd|' /C calc'!A0", "formula"), (B, "-2+3+cmd|' /C calc'!A0", "formula"), (B, "＝1+1", "formula"),
    (C, "Phòng Công ngệ thông tin", "unknown"), (C, "CNTT2", "unknown"), (C, "Ban Tài chính", "unknown"),
    (C, "?", "unknown"), (C, "0", "unknown"), (C, "Đ" * 301, "too_long"),
    (D, "Chuyên viên " * 30, "too_long"), (D, "+SUM(A1)", "formula"),
    (E, "x", "gender"), (E, "1", "gender"), (E, "Nữ giới", "gender"), (E, "M", "gender"), (E, "khác", "gender"),
    (F, "31/02/1990", "not_a_date"), (F, "00/01/1990", "not_a_date"), (F, "17/13/1988", "not_a_date"),
    (F, "hôm qua", "not_a_date"), (F, "29/02/1991", "not_a_date"), (F, "1990-02-30", "not_a_date"),
    (F, "01/01/2030", "ahead"), (F, "04/03/2025", "ahead"), (F, "04/03/2010", "too_young"),
    (F, "2024-12-31", "too_young"),
    (G, "a", "email"), (G, "a@", "email"), (G, "@so.example", "formula"), (G, "a b@so.example", "email"),
    (G, "a@so", "email"), (G, "a@so.example,b@so.example", "email"), (G, "a@@so.example", "email"),
    (G, "<a@so.example>", "email"), (G, "a" * 250 + "@so.example", "too_long"),
    (H, "a", "login"), (H, "có dấu", "login"), (H, "-ab", "login"), (H, "a b", "login"), (H, ".ab", "login"),
    (H, "a/b", "login"), (H, "a" * 62, "login"), (H, "a" * 121, "too_long"), (H, "person.5", "login_taken"),
    (H, "PERSON.6", "login_taken"),
    (FROM, "32/01/2023", "not_a_date"), (FROM, "2023", "not_a_date"), (TO, "ngày mai", "not_a_date"),
    (TO, "02/04/2023", "backwards"), (TO, "01/01/1900", "backwards"),
]  # fmt: skip


def whole_list() -> list[list[Any]]:
    """A heading row and a thousand people without a fault; every tenth may sign in."""
    return [[column.heading for column in people.COLUMNS], *map(one_of_them, range(1, ROWS + 1))]


def one_of_them(number: int) -> list[Any]:
    login = f"person.{number}" if number % 10 == 0 or number < 10 else ""
    return [
        f"CB{number:04d}", f"Nguyễn Văn Số {number}", "cntt", "Chuyên viên", "nam", "17/08/1988",
        f"p{number}@so.example", login, "03/04/2023", "",
    ]  # fmt: skip


def with_faults() -> tuple[list[list[Any]], set[tuple[int, str, str]]]:
    """The same with each fault in a row of its own, and where each must be told."""
    rows, expected = whole_list(), set()
    for number, (column, value, key) in enumerate(FAULTS):
        place = 20 + number * 16
        rows[place][list(LETTERS).index(column)] = value
        expected.add((place + 1, LETTERS[column], f"import.{key}"))
    return rows, expected


def brought_in(cast: Cast, rows: list[list[Any]] | bytes, *, dry_run: bool = False) -> Any:
    """The row of a run that brought a file in."""
    app = cast.app
    content = rows if isinstance(rows, bytes) else as_xlsx("Người", rows)
    stored = app.files.put(BytesIO(content), cast.agency_id, "nguoi.xlsx")
    file_id = app.database.new_id()
    with app.database.write() as connection:
        files.record(connection, stored, file_id=file_id, agency_id=cast.agency_id, person_id=cast.people["office"])
        wanted = {"kind": "people", "file_id": file_id, "dry_run": dry_run}
        run_id = runs.order(connection, runs.Order(cast.agency_id, "import", cast.people["office"], wanted, file_id))
    doing.run(app, [run_id])
    with app.database.read() as connection:
        return runs.find(connection, cast.agency_id, run_id)


def how_many(cast: Cast) -> tuple[int, int]:
    with cast.app.database.read() as connection:
        count = sa.select(sa.func.count())
        counted = (connection.scalar(count.select_from(table)) or 0 for table in (person, account))
        return next(counted), next(counted)


def test_sixty_faults_are_told_and_the_repaired_list_comes_in_once(cast: Cast) -> None:
    assert len(FAULTS) == len(set(FAULTS)) == 60
    before = how_many(cast)
    rows, expected = with_faults()
    failed = brought_in(cast, rows)
    told = {(one["row"], one["column"], one["key"]) for one in failed["reasons"]}
    assert told == expected
    assert (failed["status"], len(failed["reasons"]), failed["result"]["wrong"]) == ("failed", 60, 60)
    assert how_many(cast) == before, "none of it was applied"
    tried = brought_in(cast, whole_list(), dry_run=True)
    assert (tried["status"], tried["result"]["added"], how_many(cast)) == ("done", ROWS, before)
    assert tried["result"]["rows"][0]["name"] == "CB0001 · Nguyễn Văn Số 1"
    done = brought_in(cast, whole_list())
    assert (done["status"], done["result"]) == ("done", {"added": ROWS, "changed": 0, "same": 0, "wrong": 0})
    assert (done["done"], done["total"]) == (ROWS, ROWS)
    after = how_many(cast)
    assert (after[0] - before[0], after[1] - before[1]) == (ROWS, 109)
    again = brought_in(cast, whole_list())
    assert (again["result"]["same"], how_many(cast)) == (ROWS, after)


def test_attacks_by_size_are_refused(sqlite_cast: Cast) -> None:
    bomb = BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 50_000_000)
    long = [["Mã người", "Họ và tên"], *([f"C{n}", "A"] for n in range(20_100))]
    with pytest.raises(Refused, match=r"file\.swollen"):  # before it has a place on disk
        brought_in(sqlite_cast, bomb.getvalue())
    refused = brought_in(sqlite_cast, long)
    assert [one["key"] for one in refused["reasons"]] == ["import.too_many_rows"]
    assert refused["status"] == "failed"


@pytest.mark.parametrize("when", ["reading", "writing"])
def test_a_list_whose_hands_died_is_neither_lost_nor_doubled(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """As after kill -9: what was open rolls back, the lease ends, other hands do it from the start."""

    class Died(BaseException):
        pass

    def die(*_: Any, **__: Any) -> None:
        raise Died

    before = how_many(cast)
    with monkeypatch.context() as patched:
        patched.setattr("states.imports.long.read_rows" if when == "reading" else "workflow.runs.end", die)
        with pytest.raises(Died):
            brought_in(cast, whole_list()[:50])
    assert how_many(cast) == before
    with cast.app.database.write() as connection:
        connection.execute(sa.update(runs.run).values(lease_until=None))
        (run_id,) = runs.due_ids(connection)
    doing.run(cast.app, [run_id, run_id])
    assert how_many(cast)[0] == before[0] + 49
    doing.run(cast.app, [run_id])
    with cast.app.database.read() as connection:
        assert runs.find(connection, cast.agency_id, run_id)["result"]["added"] == 49


def test_a_formula_is_refused_with_its_cell_though_its_value_would_do(cast: Cast) -> None:
    buffer, before = BytesIO(), how_many(cast)
    with xlsxwriter.Workbook(buffer) as book:
        page = book.add_worksheet("Người")
        page.write_row(0, 0, ["Mã người", "Họ và tên", "Ghi chú riêng"])
        for line in range(1, 400):
            page.write_row(line, 0, [f"F{line}", "Nguyễn Văn An"])
        page.write_formula(7, 0, '="F"&7', None, "F7")
        page.write_formula(9, 1, '=HYPERLINK("http://xau.example","Nguyễn Văn An")', None, "Nguyễn Văn An")
        page.write_formula(11, 2, "=1+1", None, 2)  # in a column that is not ours
    failed = brought_in(cast, buffer.getvalue())
    told = [(one["row"], one["column"], one["key"]) for one in failed["reasons"]]
    assert told == [(8, "A", "import.formula"), (10, "B", "import.formula")]
    assert (failed["status"], how_many(cast)) == ("failed", before)
