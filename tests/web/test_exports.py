"""Every list that leaves is written down and bears a mark; who took which file is found by it."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from dev import ROOT
from states import exports
from states.imports.sheet import read_rows
from tests.web.desk import BOTH_DESKS, Desk
from workflow import seal
from workflow.organisation import person
from workflow.outbox import delivery
from workflow.seal import Sealer
from workflow.verification import verify_seals

LISTS = ("/lich-han/tep.csv", "/lich-han/tep.xlsx", "/lich-tuyen-truyen/tep.ics")
WHO = "Người xuất"


def taken(desk: Desk) -> list[exports.Taken]:
    with desk.cast.app.database.read() as connection:
        return exports.listed(connection, desk.cast.agency_id)


def last_line(answer: TestResponse) -> str:
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))[-1][0]


def addresses(desk: Desk) -> dict[str, str]:
    """Endpoint → address of every list that any page gives."""
    with desk.app.test_request_context():
        from flask import url_for

        return {
            "deadlines.file": url_for("deadlines.file", ending="csv", thang="2025-03"),
            "publicity_calendar.file": url_for("publicity_calendar.file", ending="ics"),
            "quality.index": url_for("quality.index", tep="csv"),
            "overview.file": url_for("overview.file", name="units", nam="2025"),
        }


def test_a_list_says_who_took_it_and_the_log_says_what(desk: Desk) -> None:
    desk.cast.nominate()
    office = desk.browser("office")
    answer = office.get(addresses(desk)["deadlines.file"])
    (one,) = taken(desk)
    assert (one.what, one.person_id) == ("deadlines.file", desk.cast.people["office"])
    assert one.detail["chosen"] == {"ending": "csv", "thang": "2025-03"}
    assert one.detail["lines"] == answer.data.decode().count("\r\n") - 3, "heading, empty line and the mark are no rows"
    name = "Office Nguyễn"
    assert last_line(answer).startswith(f"{name} xuất lúc ")
    assert last_line(answer).endswith(f"mã {one.mark}")
    page = office.get("/nhat-ky-xuat").text
    assert one.mark in page
    assert "2025-03" in page


def test_an_excel_file_bears_the_mark_where_a_reader_of_lists_does_not_look(desk: Desk) -> None:
    office = desk.browser("office")
    answer = office.send(office.get("/nhap-danh-sach"), "/nhap-danh-sach/people/xuat")
    (one,) = taken(desk)
    with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
        for part in ("docProps/core.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"):
            assert one.mark in book.read(part).decode(), part
        assert WHO in book.read("xl/workbook.xml").decode()
    desk.cast.app.settings.files.mkdir(exist_ok=True)
    path = desk.cast.app.settings.files / "again.xlsx"
    path.write_bytes(answer.data)
    assert len(read_rows(path)) == one.detail["lines"] + 1
    calendar = office.get(addresses(desk)["publicity_calendar.file"]).data.decode().replace("\r\n ", "")
    assert taken(desk)[0].mark in calendar


def test_everybody_sees_their_own_and_a_mark_of_another_is_nobodys(desk: Desk) -> None:
    desk.browser("office").get(addresses(desk)["quality.index"])
    (of_office,) = taken(desk)
    head = desk.browser("head")
    head.get(addresses(desk)["quality.index"])
    own = taken(desk)[0]
    page = head.get("/nhat-ky-xuat").text
    assert own.mark in page
    assert of_office.mark not in page
    assert "Không có tệp nào mang mã này" in head.get(f"/nhat-ky-xuat?ma={of_office.mark}").text
    assert of_office.mark in desk.browser("office").get(f"/nhat-ky-xuat?ma={of_office.mark.lower()}").text
    assert "Không có tệp nào mang mã này" in head.get("/nhat-ky-xuat?ma=%00'x").text


def test_a_run_is_written_down_with_its_end(desk: Desk) -> None:
    case = desk.code(desk.cast.nominate())
    office = desk.browser("office")
    office.send(office.get("/ho-so"), "/ho-so/xuat")
    assert taken(desk) == [], "not before it is made"
    desk.cast.settle()
    (one,) = taken(desk)
    assert (one.what, one.detail["lines"]) == ("run.cases", 1)
    assert case


def test_no_more_than_a_days_number_leaves(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MOST_A_DAY", 2)
    office, path = desk.browser("office"), addresses(desk)["quality.index"]
    assert [office.get(path).status_code for _ in range(3)] == [200, 200, 403]
    assert desk.browser("head").get(path).status_code == 200, "each for themselves"
    assert len(taken(desk)) == 3


@BOTH_DESKS
def test_a_line_of_the_log_is_sealed_and_a_forgotten_name_leaves_it(desk: Desk) -> None:
    database, agency = desk.cast.app.database, desk.cast.agency_id
    desk.browser("office").get("/chat-luong?tep=csv&tim=Phan+Duy")
    Sealer(database).run()
    with database.write() as connection:
        exports.forget(connection, agency, ("Phan Duy",))
    (one,) = taken(desk)
    assert one.detail == {"erased": True}
    assert desk.browser("office").get("/nhat-ky-xuat").status_code == 200
    with database.read() as connection:
        assert verify_seals(connection).faults == []
        assert (
            connection.scalar(sa.select(sa.func.count()).select_from(seal.seal).where(seal.seal.c.ref == one.id)) == 1
        )
        assert connection.scalar(sa.select(delivery.c.kind).where(delivery.c.id == one.id)) == "export"


def test_no_view_gives_a_list_past_the_log(desk: Desk) -> None:
    """Each address that gives a list as a file writes exactly one line."""
    office = desk.browser("office")
    for endpoint, path in addresses(desk).items():
        before: list[Any] = taken(desk)
        assert office.get(path).status_code == 200, path
        assert [one.what for one in taken(desk)][: len(taken(desk)) - len(before)] == [endpoint]


def test_the_name_on_the_mark_is_todays(desk: Desk) -> None:
    with desk.cast.app.database.write() as connection:
        mine = sa.update(person).where(person.c.id == desk.cast.people["office"])
        connection.execute(mine.values(name="=Ngô & Phú"))
    answer = desk.browser("office").get(addresses(desk)["quality.index"])
    assert last_line(answer).startswith("'=Ngô & Phú xuất lúc "), "a name is no formula either"


def test_one_door_alone_gives_lists_away() -> None:
    """Whatever makes a list for somebody passes `web.downloads`, which writes it down, or writes it down itself."""
    makers = re.compile(r"\b(as_xlsx|as_csv|open_book|write_template|as_ics)\(")
    found = {
        str(path.relative_to(ROOT))
        for room in ("web", "states")
        for path in (ROOT / room).rglob("*.py")
        if makers.search(re.sub(r"def \w+\(", "", path.read_text(encoding="utf-8")))
    }
    assert found == {
        "web/downloads.py", "web/publicity_calendar.py",  # written down by `taken`
        "states/imports/export.py", "states/subjects/listing.py", "states/own_data.py",  # written down with their run
        "states/open_data/conforming.py",  # as these
        "web/views/calendars.py",  # one's own, by an address of one's own
        "web/views/imports.py", "web/commands/imports.py", "states/imports/template.py",  # an empty form
        "states/spreadsheet.py", "states/documents/sheet.py", "states/documents/charts.py",  # papers of the agency
    }  # fmt: skip
