"""Whole or not at all; a dry run is the same code; the same list again changes nothing."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from config.texts import load
from states.imports import people, recognitions, roles, run, units
from states.imports.kinds import KINDS
from states.imports.recognitions import Bringing
from states.imports.sheet import read_rows
from states.imports.table import Column, Sorting, lines_of
from states.imports.tally import Tally
from states.imports.template import write_template
from states.subjects.model import recognition
from tests.cast import Cast
from tests.workflow.plans import shipped
from workflow.folding import fold
from workflow.message import Refused
from workflow.organisation import account, person, role_grant, unit
from workflow.organisation_changes import add_account, add_agency, add_person

PEOPLE = [
    ["Mã người", "Họ và tên", "Đơn vị", "Chức vụ", "Giới tính", "Tên đăng nhập", "Thư điện tử"],
    ["CB1", "Lê Thị Hiền", "cntt", "Chuyên viên", "nữ", "Hien.LT", "hien@so.example"],
    ["CB2", "Đỗ Văn Ưng", "Phòng Bưu chính - Viễn thông", "", "nam", "", ""],
]


def _people(cast: Cast, rows: list[list[str]], *, dry_run: bool = False) -> Tally:
    return run.run(cast.app.database, rows, people.COLUMNS, run.applying_people(cast.agency_id), dry_run=dry_run)


def _units(cast: Cast, *rows: list[str]) -> Tally:
    head = ["Mã đơn vị", "Tên đơn vị", "Loại", "Thứ tự", "Từ ngày", "Đến ngày"]
    apply = run.applying_units(cast.agency_id, ("phong", "don_vi"))
    return run.run(cast.app.database, [head, *rows], units.COLUMNS, apply, dry_run=False)


def _counts(tally: Tally) -> tuple[int, int, int, bool]:
    return tally.added, tally.changed, tally.same, tally.written


def _said(tally: Tally) -> list[str]:
    return [load(strict=True).render(problem.message()) for problem in tally.problems]


def _one(cast: Cast, table: sa.Table, code: str) -> Any:
    with cast.app.database.read() as connection:
        return connection.execute(sa.select(table).where(table.c.code == code)).one_or_none()


def test_a_dry_run_says_what_writing_does_and_writes_nothing(cast: Cast) -> None:
    assert _counts(_people(cast, PEOPLE, dry_run=True)) == (2, 0, 0, False)
    assert _one(cast, person, "CB1") is None
    assert _counts(_people(cast, PEOPLE)) == (2, 0, 0, True)
    row = _one(cast, person, "CB1")
    assert (row.name, row.unit_id, row.gender) == ("Lê Thị Hiền", cast.units["cntt"], "female")
    with cast.app.database.read() as connection:
        login = connection.scalar(sa.select(account.c.login).where(account.c.id == row.account_id))
    assert login == "hien.lt"


def test_the_same_again_changes_nothing_and_a_change_changes_one(cast: Cast) -> None:
    _people(cast, PEOPLE)
    version = _one(cast, person, "CB1").authority_version
    assert _counts(_people(cast, PEOPLE)) == (0, 0, 2, True)
    assert _one(cast, person, "CB1").authority_version == version
    moved = [*PEOPLE[:2], [*PEOPLE[2][:3], "Phó Trưởng phòng", *PEOPLE[2][4:]]]
    assert _counts(_people(cast, moved)) == (0, 1, 1, True)


def test_one_mistake_and_nothing_is_written(cast: Cast) -> None:
    rows = [
        *PEOPLE,
        ["CB3", "Võ Sơn", "Phòng Công ngệ thông tin", "", "x", "Sai Tên", "thư"],
        ["CB1", "Lê Hai", *[""] * 5],
    ]
    tally = _people(cast, rows)
    assert not tally.written
    assert _one(cast, person, "CB1") is None
    assert [text.split(":")[0] for text in _said(tally)] == [
        "Dòng 4, cột C (Đơn vị)", "Dòng 4, cột E (Giới tính)", "Dòng 4, cột F (Tên đăng nhập)",
        "Dòng 4, cột G (Thư điện tử)", "Dòng 5, cột A (Mã người)",
    ]  # fmt: skip


def test_a_sign_in_belongs_to_one(cast: Cast) -> None:
    rows = [PEOPLE[0], PEOPLE[1], ["CB9", "Người Khác", "", "", "", "hien.lt", ""]]
    assert _said(_people(cast, rows)) == [
        "Dòng 3, cột F (Tên đăng nhập): tên đăng nhập «hien.lt» là của người có mã CB1."
    ]


def test_a_new_login_renames_the_account_with_all_its_rights(cast: Cast) -> None:
    _people(cast, PEOPLE)
    own = _one(cast, person, "CB1").account_id
    with cast.app.database.write() as connection:
        connection.execute(sa.update(account).where(account.c.id == own).values(is_admin=True, password_hash="x"))
    renamed = [PEOPLE[0], [*PEOPLE[1][:5], "hien.le", PEOPLE[1][6]]]
    assert _counts(_people(cast, renamed)) == (0, 1, 0, True)
    assert _counts(_people(cast, renamed)) == (0, 0, 1, True)
    with cast.app.database.read() as connection:
        kept = connection.execute(sa.select(account)).one()
    assert (kept.id, kept.login, kept.is_admin, kept.password_hash) == (own, "hien.le", True, "x")
    assert _one(cast, person, "CB1").account_id == own


def test_a_login_of_another_account_is_not_taken_over(cast: Cast) -> None:
    _people(cast, PEOPLE)
    own = _one(cast, person, "CB1").account_id
    with cast.app.database.write() as connection:
        add_account(connection, login="quan.tri", is_admin=True)
        other = add_agency(connection, code="so-khac", name="Sở Khác")
    renamed = [PEOPLE[0], [*PEOPLE[1][:5], "quan.tri", PEOPLE[1][6]]]
    (said,) = _said(_people(cast, renamed))
    assert "«quan.tri» là của một tài khoản khác, còn người này đang dùng «hien.lt»" in said
    with cast.app.database.write() as connection:
        add_person(connection, other, code="K1", name="Lê Thị Hiền", starts_on=date(2025, 1, 1), account_id=own)
    (said,) = _said(_people(cast, [PEOPLE[0], [*PEOPLE[1][:5], "hien.le", PEOPLE[1][6]]]))
    assert "tài khoản «hien.lt» của người này còn dùng ở cơ quan khác" in said
    assert _one(cast, person, "CB1").account_id == own


def test_a_code_that_only_looks_like_one_that_is_there_is_refused(cast: Cast) -> None:
    _people(cast, PEOPLE)
    rows = [PEOPLE[0], ["cb1", "Võ Ba", *[""] * 5], ["ĐV9", "Lê Tư", *[""] * 5], ["dv9", "Lê Năm", *[""] * 5]]
    said = _said(_people(cast, rows))
    assert [text.split(" chỉ khác ")[0] for text in said] == [
        "Dòng 2, cột A (Mã người): mã «cb1»", "Dòng 4, cột A (Mã người): mã «dv9»",
    ]  # fmt: skip
    assert "«CB1» đã có" in said[0]
    assert "«ĐV9» đã có" in said[1]
    (one,) = _said(_units(cast, ["CNTT", "Phòng khác", "", ""]))
    assert one.startswith(
        "Dòng 2, cột A (Mã đơn vị): mã «CNTT» chỉ khác mã «cntt» đã có ở chữ hoa, chữ thường hoặc dấu"
    )


def test_units(cast: Cast) -> None:
    assert _counts(_units(cast, ["khtc", "Phòng Kế hoạch - Tài chính", "phong", "6"])) == (1, 0, 0, True)
    assert (_one(cast, unit, "khtc").position, _one(cast, unit, "khtc").type) == (6, "phong")


@pytest.mark.parametrize("number", ["100000000000000", "12345678901234567890123", "-1"])
def test_a_number_no_list_needs_is_refused(cast: Cast, number: str) -> None:
    assert _said(_units(cast, ["khtc", "Phòng Kế hoạch", "phong", number])) == [
        f"Dòng 2, cột D (Thứ tự): «{number}» không dùng được: hãy ghi một số từ 0 đến 999999."
    ]


def test_days_that_cannot_be(cast: Cast) -> None:
    head = ["Mã người", "Họ và tên", "Ngày sinh", "Từ ngày", "Đến ngày"]
    rows = [
        head,
        ["CB1", "Lê An", "", "03/04/2024", "02/04/2024"],
        ["CB2", "Lê Bình", "01/01/2030", "", ""],
        ["CB3", "Lê Chi", "05/03/2010", "", ""],
        ["CB4", "Lê Dũng", "03/03/2010", "03/04/2024", "03/04/2024"],
        ["CB5", "Lê Én", "", "", "01/01/2020"],
        ["mentor", "Mentor Nguyễn", "", "", "01/01/1999"],
    ]
    assert [text.split(": ", 1)[0] + ": " + text.split(": ", 1)[1][:32] for text in _said(_people(cast, rows))] == [
        "Dòng 2, cột E (Đến ngày): 02/04/2024 trước ngày bắt đầu 03",
        "Dòng 3, cột C (Ngày sinh): 01/01/2030 là ngày chưa đến (hôm",
        "Dòng 4, cột C (Ngày sinh): sinh ngày 05/03/2010 thì mới 14 ",
        "Dòng 6, cột E (Đến ngày): 01/01/2020 trước ngày bắt đầu 03",
        "Dòng 7, cột E (Đến ngày): 01/01/1999 trước ngày bắt đầu 01",
    ]
    (said,) = _said(_units(cast, ["khtc", "Phòng Kế hoạch", "phong", "", "02/01/2025", "01/01/2025"]))
    assert said.startswith("Dòng 2, cột F (Đến ngày): 01/01/2025 trước ngày bắt đầu 02/01/2025")


def test_a_unit_of_an_unknown_type_or_of_anothers_name_is_refused(cast: Cast) -> None:
    said = _said(
        _units(
            cast,
            ["khtc", "Phòng Kế hoạch", "phog", ""],
            ["mới", "PHÒNG CÔNG NGHỆ THÔNG TIN", "phong", ""],
            ["tc1", "Tổ chức", "phong", ""],
            ["tc2", "Tổ Chức", "lanh_dao", ""],
        )
    )
    assert [text.split(": ", 1)[0] for text in said] == [
        "Dòng 2, cột C (Loại)", "Dòng 3, cột B (Tên đơn vị)", "Dòng 5, cột B (Tên đơn vị)",
    ]  # fmt: skip
    assert "không có loại đơn vị «phog» (đang có: don_vi, lanh_dao, phong). Có phải là «phong»?" in said[0]
    assert "đã là của đơn vị có mã cntt" in said[1]
    assert "đã là của đơn vị có mã tc1" in said[2]


def test_units_may_swap_names_and_follow_one_that_ended(cast: Cast) -> None:
    names = ["Phòng Bưu chính - Viễn thông", "Phòng Công nghệ thông tin"]
    swapped = [["cntt", names[0], "phong", ""], ["bcvt", names[1], "phong", ""]]
    assert _counts(_units(cast, *swapped)) == (0, 2, 0, True)
    follows = [["cntt", names[0], "phong", "", "", "01/03/2025"], ["moi", names[0], "phong", ""]]
    assert _counts(_units(cast, *follows)) == (1, 1, 0, True)


def test_a_role_stands_once_in_a_list_and_ends_after_it_began(cast: Cast) -> None:
    with cast.app.database.read() as connection:
        found = cast.app.catalogue.living_plan(connection, cast.agency_id)
    assert found is not None
    rows = [
        ["Người", "Vai trò", "Đơn vị", "Từ ngày", "Đến ngày"],
        ["mentor", "office", "", "", ""],
        ["mentor", "Văn phòng Sở", "", "", "31/12/2025"],
        ["outsider", "clerk", "", "02/01/2025", "01/01/2025"],
        ["outsider", "office", "", "", "01/01/2020"],
    ]
    apply = run.applying_roles(cast.agency_id, found[1].roles)
    said = _said(run.run(cast.app.database, rows, roles.COLUMNS, apply, dry_run=False))
    assert [text.split(": ", 1)[0] for text in said] == [
        "Dòng 3, cột B (Vai trò)", "Dòng 4, cột E (Đến ngày)", "Dòng 5, cột E (Đến ngày)",
    ]  # fmt: skip
    assert "đã giữ vai trò «Văn phòng Sở» ở dòng 2" in said[0]


def test_roles(cast: Cast) -> None:
    with cast.app.database.read() as connection:
        found = cast.app.catalogue.living_plan(connection, cast.agency_id)
    assert found is not None
    apply = run.applying_roles(cast.agency_id, found[1].roles)
    head = ["Người", "Vai trò", "Đơn vị", "Đến ngày"]
    good = [head, ["outsider", "Lãnh đạo phòng, đơn vị", "cntt", ""], ["mentor", "office", "", "31/12/2025"]]
    assert _counts(run.run(cast.app.database, good, roles.COLUMNS, apply, dry_run=False)) == (2, 0, 0, True)
    assert _counts(run.run(cast.app.database, good, roles.COLUMNS, apply, dry_run=False)) == (0, 0, 2, True)
    bad = [head, ["outsider", "unit_head", "", ""], ["mentor", "office", "cntt", ""], ["mentor", "colleague", "", ""]]
    said = _said(run.run(cast.app.database, bad, roles.COLUMNS, apply, dry_run=False))
    assert [text.split(":")[0] for text in said] == [
        "Dòng 2, cột C (Đơn vị)", "Dòng 3, cột C (Đơn vị)", "Dòng 4, cột B (Vai trò)",
    ]  # fmt: skip
    with cast.app.database.read() as connection:
        mine = sa.select(role_grant.c.role).where(role_grant.c.person_id == cast.people["mentor"])
        assert connection.scalars(mine).all() == ["office"]


@pytest.fixture
def bringing(cast: Cast, tmp_path: Path) -> Bringing:
    with cast.app.database.read() as connection:
        found = cast.app.catalogue.living_plan(connection, cast.agency_id)
    assert found is not None
    (tmp_path / "qd-1.pdf").write_bytes(b"%PDF-1.4\n1\n%%EOF\n")
    store = type(cast.app.files)(tmp_path / "store")
    return Bringing(
        cast.agency_id, cast.people["office"], found[1], cast.app.catalogue, cast.app.registry, store, tmp_path,
        cast.app.database.new_id,
    )  # fmt: skip


HEAD = ["Loại", "Tên", "Đơn vị", "Cấp", "Số quyết định", "Ngày quyết định", "Tệp"]
EXEMPLARS = [
    HEAD,
    ["Cá nhân", "mentor", "", "Cấp Sở", "12/QĐ", "20/12/2022", "qd-1.pdf"],
    ["Tập thể", "Phòng Công nghệ thông tin", "", "unit", "13/QĐ", "20/12/2022", "qd-1.pdf"],
    ["Tập thể", "Tổ công nghệ số cộng đồng", "bcvt", "unit", "14/QĐ", "20/12/2022", "qd-1.pdf"],
]


def _bring(cast: Cast, bringing: Bringing, rows: list[list[str]], *, dry_run: bool = False) -> Tally:
    return run.run(
        cast.app.database, rows, recognitions.COLUMNS,
        lambda connection, lines, sorting: recognitions.apply(connection, lines, sorting, bringing), dry_run=dry_run,
    )  # fmt: skip


def test_exemplars_enter_mid_life_once(cast: Cast, bringing: Bringing) -> None:
    assert _counts(_bring(cast, bringing, EXEMPLARS, dry_run=True)) == (3, 0, 0, False)
    assert cast.cases("nominee") == []
    assert _counts(_bring(cast, bringing, EXEMPLARS)) == (3, 0, 0, True)
    assert _counts(_bring(cast, bringing, EXEMPLARS)) == (0, 0, 3, True)
    assert [(row.top_level, row.stage) for row in cast.cases("nominee")] == [
        ("department", "recognized"), ("unit", "recognized"), ("unit", "recognized"),
    ]  # fmt: skip
    with cast.app.database.read() as connection:
        rows = connection.execute(sa.select(recognition).order_by(recognition.c.decision_number)).all()
    assert [(r.level, r.decision_number, r.brought_in) for r in rows] == [
        ("department", "12/QĐ", True), ("unit", "13/QĐ", True), ("unit", "14/QĐ", True),
    ]  # fmt: skip


def test_a_plan_that_brings_nothing_in_says_so(cast: Cast, bringing: Bringing) -> None:
    with pytest.raises(Refused) as refused:
        _bring(cast, replace(bringing, plan=bringing.plan.model_copy(update={"processes": ()})), EXEMPLARS)
    said = load(strict=True).render(refused.value.reasons[0])
    assert "không có cách bắt đầu nào để đưa vào điển hình" in said
    assert "`do: record_brought_in`" in said


def test_a_recognition_of_tomorrow_is_refused(cast: Cast, bringing: Bringing) -> None:
    rows = [HEAD, ["Cá nhân", "mentor", "", "Cấp Sở", "12/QĐ", "20/12/2032", "qd-1.pdf"]]
    (said,) = _said(_bring(cast, bringing, rows))
    assert said.startswith("Dòng 2, cột F (Ngày quyết định): 20/12/2032 là ngày chưa đến (hôm nay là 03/03/2025)")


def test_what_keeps_an_exemplar_out_is_said_by_row(cast: Cast, bringing: Bringing) -> None:
    cast.nominate(who="colleague1")
    rows = [
        HEAD,
        ["Cá nhân", "colleague1", "", "unit", "1", "20/12/2022", "qd-1.pdf"],
        ["Cá nhân", "mentr", "", "Cấp huyện", "1", "20/12/2022", "../qd-1.pdf"],
        ["Cá nhân", "mentor", "", "unit", "1", "20/12/2022", "mất.pdf"],
        ["Tập thể", "Tổ xung kích", "", "unit", "1", "", "qd-1.pdf"],
    ]
    said = _said(_bring(cast, bringing, rows))
    assert [text.split(":")[0] for text in said] == [
        "Dòng 2", "Dòng 3, cột D (Cấp đã công nhận)", "Dòng 4, cột G (Tệp quyết định)",
        "Dòng 5, cột F (Ngày quyết định)",
    ]  # fmt: skip
    assert len(cast.cases("nominee")) == 1


@pytest.mark.parametrize(
    ("sheet", "columns"),
    [(m.SHEET, m.COLUMNS) for m in (units, people, roles, recognitions)],
)
def test_a_template_has_the_headings_the_import_reads(sheet: str, columns: tuple[Column, ...], tmp_path: Path) -> None:
    path = tmp_path / "mau.xlsx"
    path.write_bytes(write_template(sheet, columns))
    headings = read_rows(path, sheet)[0]
    assert [fold(text) for text in headings] == [fold(column.heading) for column in columns]


def test_words_as_people_write_them_are_the_plans(cast: Cast) -> None:
    applying = run.applying_units(cast.agency_id, ("phong", "don_vi"))
    rows = [["Mã đơn vị", "Tên đơn vị", "Loại"], ["A", "Phòng A", "Phòng"], ["B", "Trung tâm B", "ĐƠN VỊ"]]
    assert run.run(cast.app.database, rows, units.COLUMNS, applying, dry_run=False).added == 2
    with cast.app.database.read() as connection:
        types = sa.select(unit.c.type).where(unit.c.code.in_(("A", "B"))).order_by(unit.c.code)
        assert connection.scalars(types).all() == ["phong", "don_vi"]
    giving = run.applying_roles(cast.agency_id, shipped().plan.roles)
    head = [["Mã người", "Vai trò", "Đơn vị"]]
    for words in ("Lãnh đạo", "lanh_dao", "Lãnh đạo phòng, đơn vị", "unit_head"):
        rows = [*head, ["outsider", words, "A"]]
        assert not run.run(cast.app.database, rows, roles.COLUMNS, giving, dry_run=True).problems, words
    rows = [*head, ["outsider", "Lãn", ""]]
    [problem] = run.run(cast.app.database, rows, roles.COLUMNS, giving, dry_run=True).problems
    assert problem.what.key == "import.unknown", "half a word is none"


@pytest.mark.parametrize("whom", ["outsider", "Outsider Nguyễn", "outsider nguyen", "Outsider Nguyễn (outsider)"])
def test_a_role_is_given_by_name_as_pages_write_it_and_told_with_names(cast: Cast, whom: str) -> None:
    rows = [["Người", "Vai trò", "Đơn vị"], [whom, "unit_head", "cntt"]]
    giving = run.applying_roles(cast.agency_id, shipped().plan.roles)
    tried = run.run(cast.app.database, rows, roles.COLUMNS, giving, dry_run=True)
    assert _said(tried) == []
    unit_name = _one(cast, unit, "cntt").name
    assert [row.name for row in tried.rows] == [f"Outsider Nguyễn (outsider) · Lãnh đạo phòng, đơn vị · {unit_name}"]
    with cast.app.database.read() as connection:
        offered = KINDS["roles"].choosing(connection, cast.agency_id, shipped().plan)
    assert "Outsider Nguyễn (outsider)" in offered["person"]


def test_a_template_offers_what_may_be_chosen(tmp_path: Path) -> None:
    path = tmp_path / "vai-tro.xlsx"
    path.write_bytes(write_template("Vai trò", roles.COLUMNS, choices={"role": ["Giám đốc Sở", "=1+1"], "unit": []}))
    assert lines_of(read_rows(path, "Vai trò"), Sorting(roles.COLUMNS)) == []
    with zipfile.ZipFile(path) as book:
        sheet, lists = (book.read(f"xl/worksheets/sheet{number}.xml").decode() for number in (1, 2))
        assert "'Danh mục'!$A$2:$A$3" in sheet
        assert "<f>" not in lists, "a choice is never a formula"
        assert "Giám đốc Sở" in book.read("xl/sharedStrings.xml").decode() + lists
