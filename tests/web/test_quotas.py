"""Quotas in the browser: shown where one nominates and decides, tabled for all, split by the office, as files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from python_calamine import load_workbook

from config.settings import Settings
from tests.cast import open_cast
from tests.databases import SqliteDatabases
from tests.states.quotas.test_places import another, honoured, introduce, prepare
from tests.web.desk import Desk, open_desk
from workflow.organisation_changes import change_unit


@pytest.fixture
def desk(sqlite_databases: SqliteDatabases, tmp_path: Path) -> Iterator[Desk]:
    with sqlite_databases.fresh(prepare) as url:
        cast = open_cast(Settings(database_url=url, strict_texts=True))
        try:
            yield open_desk(cast, tmp_path)
        finally:
            cast.app.dispose()


def test_whoever_nominates_sees_what_is_left_and_by_which_clause(desk: Desk):
    introduce(desk.cast, another(desk.cast))
    page = desk.browser("member").get("/gioi-thieu").text
    assert "Phòng Hộ tịch: 1/2 chỉ tiêu quý 1 năm 2025; còn 1" in page
    assert "Nguồn: Kế hoạch 15/KH-STP mục II.2" in page


def test_whoever_decides_sees_the_quota_the_decision_is_counted_in_and_no_other(desk: Desk):
    case_id = introduce(desk.cast, another(desk.cast)).case_id
    browser, address = desk.browser("head"), f"/ho-so/{desk.code(case_id)}"
    assert "Điển hình cấp phòng" not in browser.get(address).text.split("pane__folds")[0]
    desk.cast.act("head", case_id, "judge")
    page = browser.get(address).text
    assert "Phòng Hộ tịch: 0/1 trong năm 2025, cần đúng 1; còn thiếu 1" in page


def test_a_full_quota_is_told_before_the_buttons_with_its_source(desk: Desk):
    honoured(desk.cast, another(desk.cast))
    case_id = introduce(desk.cast, another(desk.cast, 1)).case_id
    desk.cast.act("head", case_id, "judge")
    page = desk.browser("head").get(f"/ho-so/{desk.code(case_id)}").text
    assert "Phòng Hộ tịch đã dùng 1/1 chỗ của năm 2025, không còn chỗ (theo Kế hoạch 15/KH-STP mục III.1)" in page


def test_the_table_names_every_unit_and_who_still_owes(desk: Desk):
    honoured(desk.cast, another(desk.cast))
    page = desk.browser("member").get("/chi-tieu").text
    assert "nằm trong hồ sơ sơ kết" not in page, "a plan without aims"
    for name in ("Phòng Hộ tịch", "Phòng Bổ trợ tư pháp", "Toàn cơ quan"):
        assert name in page
    assert 'data-label="Còn thiếu"><span class="tag tag--warn">1</span>' in page
    assert "phan-bo" not in page, "who is not of the office splits nothing"
    assert (
        desk.browser("member").send(desk.browser("secretary").get("/chi-tieu"), "climbing/phan-bo?ky=2025").status_code
        == 403
    )


def test_the_office_splits_and_an_error_loses_nothing_that_was_typed(desk: Desk):
    browser, units = desk.browser("secretary"), desk.cast.units
    form = browser.get("/chi-tieu")
    sent = {f"places-{units['htp']}": "9", f"places-{units['bt']}": "mười", "reason": "Công văn 3"}
    answer = browser.send(form, "climbing/phan-bo?ky=2025", **sent)
    assert answer.status_code == 422
    assert "Nhập một số từ 0 đến 9999." in answer.text
    assert 'value="mười"' in answer.text
    assert 'value="Công văn 3"' in answer.text
    answer = browser.send(answer, "climbing/phan-bo?ky=2025", **{f"places-{units['bt']}": "2"})
    assert answer.status_code == 422
    assert "nhiều hơn 5 của toàn cơ quan" in answer.text
    rest = {f"places-{unit}": "0" for unit in units.values()}
    answer = browser.send(answer, "climbing/phan-bo?ky=2025", **{**rest, f"places-{units['htp']}": "3"})
    assert answer.status_code == 303
    late = browser.send(form, "climbing/phan-bo?ky=2025", **{**rest, "reason": "Bản cũ"})
    assert (late.status_code, "Có người vừa lưu phân bổ khác" in late.text) == (409, True)
    assert 'value="Bản cũ"' in late.text


def test_what_is_used_already_cannot_be_split_away(desk: Desk):
    case_id = honoured(desk.cast, another(desk.cast))
    desk.cast.act("head", case_id, "climb")
    browser, units = desk.browser("secretary"), desk.cast.units
    none = {f"places-{unit}": "0" for unit in units.values()}
    answer = browser.send(browser.get("/chi-tieu"), "climbing/phan-bo?ky=2025", **none, reason="Thu hồi")
    assert (answer.status_code, "Phòng Hộ tịch đã dùng 1 chỗ" in answer.text) == (422, True)


def test_files_hold_the_table_and_nothing_a_spreadsheet_would_run(desk: Desk):
    hostile = '=HYPERLINK("http://x")'
    with desk.cast.app.database.write() as connection:
        change_unit(connection, desk.cast.agency_id, desk.cast.units["bt"], {"name": hostile})
    browser = desk.browser("member")
    book = browser.get("/chi-tieu/honoured.xlsx").data
    rows = load_workbook(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert rows[0] == ["Đơn vị", "Ít nhất", "Nhiều nhất", "Đã dùng", "Còn", "Còn thiếu"]
    assert ["Phòng Hộ tịch", 1, 1, 0, 1, 1] in rows
    assert hostile in [row[0] for row in rows]
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
    text = browser.get("/chi-tieu/honoured.csv").data.decode("utf-8-sig")
    assert "\"'=HYPERLINK" in text
    assert browser.get("/chi-tieu/honoured.ods").status_code == 404
    assert browser.get("/chi-tieu/nothing.csv").status_code == 404
