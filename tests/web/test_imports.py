"""Lists from Excel through the pages: tried, shown with rows and columns, written by the same code, once."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
import sqlalchemy as sa
import xlsxwriter
from werkzeug.test import TestResponse

from tasks.run import run
from tests.web.conftest import BOTH, FIRST, Browser, Town
from web.application import KEY
from workflow import runs
from workflow.organisation import person, unit
from workflow.organisation_changes import grant_role

pytestmark = BOTH

PATH = "/nhap-danh-sach"


def book(sheet: str, *rows: tuple[str, ...]) -> BytesIO:
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as written:
        page = written.add_worksheet(sheet)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    buffer.seek(0)
    return buffer


def send(browser: Browser, kind: str, file: BytesIO, name: str = "danh sách.xlsx") -> TestResponse:
    sent = {"csrf_token": browser.secret(PATH), "kind": kind, "file": (file, name)}
    return browser.client.post(PATH, data=sent)


def people(town: Town) -> list[str]:
    with town.database.read() as connection:
        return list(connection.scalars(sa.select(person.c.name).where(person.c.agency_id == town.so.id)))


PEOPLE = ("Mã người", "Họ và tên", "Đơn vị")


def test_a_list_is_tried_then_written_then_unchanged(town: Town) -> None:
    an = town.signed_in("an")
    tried = send(an, "people", book("Người", PEOPLE, ("hanh", "Nguyễn Thị Hạnh", "CNTT")))
    assert tried.status_code == 200
    assert "Nguyễn Thị Hạnh" not in people(town), "trying writes nothing"
    file_id = re.search(r'name="file_id" value="([^"]+)"', tried.text)[1]
    chi = town.signed_in("chi")
    assert chi.post(f"{PATH}/people/ghi", {"file_id": file_id}, seen="/danh-ba").status_code == 403
    written = an.post(f"{PATH}/people/ghi", {"file_id": file_id}, seen=PATH)
    assert written.status_code == 303
    assert people(town).count("Nguyễn Thị Hạnh") == 1
    again = send(an, "people", book("Người", PEOPLE, ("hanh", "Nguyễn Thị Hạnh", "CNTT")))
    assert "không thay đổi gì" in again.text
    assert "file_id" not in again.text


def test_problems_name_row_and_column_and_write_nothing(town: Town) -> None:
    an = town.signed_in("an")
    rows = (("hanh", "Nguyễn Thị Hạnh", "CNTT"), ("lan", "Trần Lan", "P. CNTT không có"), ("", "Ai đó", "VP"))
    tried = send(an, "people", book("Người", PEOPLE, *rows))
    assert tried.status_code == 422
    assert "<title>Lỗi:" in tried.text
    assert "Dòng 3" in tried.text
    assert "C – Đơn vị" in tried.text
    assert "Dòng 4" in tried.text
    assert "A – Mã người" in tried.text
    assert "file_id" not in tried.text
    assert len(people(town)) == 4


def test_what_changed_between_trying_and_writing_writes_nothing(town: Town) -> None:
    an = town.signed_in("an")
    tried = send(an, "people", book("Người", PEOPLE, ("hanh", "Nguyễn Thị Hạnh", "Phòng Công nghệ thông tin")))
    file_id = re.search(r'name="file_id" value="([^"]+)"', tried.text)[1]
    with town.database.write() as connection:
        connection.execute(sa.update(unit).where(unit.c.id == town.so.units["CNTT"]).values(name="Khác", folded="khac"))
    answer = an.post(f"{PATH}/people/ghi", {"file_id": file_id}, seen=PATH)
    assert answer.status_code == 422
    assert len(people(town)) == 4


def test_files_that_are_no_list_are_refused_with_a_sentence(town: Town) -> None:
    an = town.signed_in("an")
    for file, name in [(BytesIO(b"MZ\0\0"), "x.xlsx"), (BytesIO(b""), "x.xlsx"), (BytesIO(b"%PDF-1.4 x"), "x.pdf")]:
        answer = send(an, "people", file, name)
        assert answer.status_code == 422
        assert 'href="#f-file"' in answer.text
    empty = an.post(PATH, {"kind": "horses"}, seen=PATH)
    assert empty.status_code == 422
    assert empty.text.count('<li><a href="#f-') == 2


def test_somebody_elses_file_is_unknown(town: Town) -> None:
    with town.database.write() as connection:
        grant_role(
            connection, town.so.id, person_id=town.so.people["chi"], role="office", starts_on=FIRST,
        )  # fmt: skip
    an, chi = town.signed_in("an"), town.signed_in("chi")
    tried = send(an, "units", book("Đơn vị", ("Mã đơn vị", "Tên đơn vị"), ("X", "Phòng X")))
    file_id = re.search(r'name="file_id" value="([^"]+)"', tried.text)[1]
    assert chi.post(f"{PATH}/units/ghi", {"file_id": file_id}, seen=PATH).status_code == 404
    assert chi.post(f"{PATH}/units/ghi", {"file_id": "nothing"}, seen=PATH).status_code == 404
    assert an.post(f"{PATH}/horses/ghi", {"file_id": file_id}, seen=PATH).status_code == 404


def test_templates_are_files_to_fill_in(town: Town) -> None:
    an = town.signed_in("an")
    for kind in ("units", "people", "roles"):
        answer = an.get(f"{PATH}/{kind}/mau.xlsx")
        assert answer.data.startswith(b"PK")
        assert answer.headers["Content-Disposition"].startswith("attachment")


def long_list(lines: int = 320, wrong: str = "") -> BytesIO:
    rows = [(f"L{number:03d}", f"Nguyễn Văn Số {number}", "CNTT") for number in range(lines)]
    rows[7] = (*rows[7][:2], wrong or "CNTT")
    return book("Người", PEOPLE, *rows)


def do_runs(town: Town) -> None:
    """What workers would do by now."""
    app = town.app.extensions[KEY]
    with town.database.read() as connection:
        due = runs.due_ids(connection)
    assert run(app, due) == len(due) > 0


def test_a_long_list_is_tried_and_written_by_runs(town: Town) -> None:
    an, before = town.signed_in("an"), people(town)
    wrong = send(an, "people", long_list(wrong="Phòng không có"))
    assert wrong.status_code == 303
    waiting = an.get(wrong.location).text
    assert "Đang chờ" in waiting
    assert 'hx-trigger="every 2s"' in waiting
    assert "Đang chờ" in an.get(f"{wrong.location}/moi").text
    do_runs(town)
    told = an.get(wrong.location).text
    assert "Dòng 9" in told
    assert "C – Đơn vị" in told
    assert "Không ghi gì" in told
    tried = send(an, "people", long_list())
    do_runs(town)
    page = an.get(tried.location).text
    assert "L007 · Nguyễn Văn Số 7" in page
    assert people(town) == before
    file_id = re.search(r'name="file_id" value="([^"]+)"', page)[1]
    writing = an.post(f"{PATH}/people/ghi", {"file_id": file_id, "name": "x.xlsx"}, seen=tried.location)
    again = an.post(f"{PATH}/people/ghi", {"file_id": file_id, "name": "x.xlsx"}, seen=tried.location)
    assert writing.location == again.location, "the same list sent twice is written by one run"
    do_runs(town)
    assert len(people(town)) == len(before) + 320
    assert "Đã xong" in an.get(writing.location).text
    assert "Việc chạy nền" in an.get("/chay-nen").text


def test_lists_are_exported_as_they_are_imported(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    an = town.signed_in("an")
    sent = an.post(f"{PATH}/people/xuat", seen=PATH)
    assert sent.data.startswith(b"PK")
    assert "không thay đổi gì" in send(an, "people", BytesIO(sent.data)).text
    assert an.post(f"{PATH}/records/xuat", seen=PATH).status_code == 404
    assert town.signed_in("chi").post(f"{PATH}/people/xuat", seen="/danh-ba").status_code == 403
    monkeypatch.setattr("states.imports.export.LONG", 1)
    ordered = an.post(f"{PATH}/people/xuat", {"_nonce": "once"}, seen=PATH)
    assert ordered.location == an.post(f"{PATH}/people/xuat", {"_nonce": "once"}, seen=PATH).location
    do_runs(town)
    link = re.search(r'href="(/tep/[^"]+)"', an.get(ordered.location).text)[1]
    assert an.get(link).data.startswith(b"PK")
    assert town.signed_in("chi").get(ordered.location).status_code == 404
    assert town.signed_in("chi").get(link).status_code == 404
