"""Every list of every page may be taken as .xlsx and CSV, and holds what the page shows: found from the routes.

A new page with a table has its files by itself; a new page that lists otherwise marks its list, has a file of its own,
or stands below with the reason why it is no list.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, template_rendered
from lxml.html import HtmlElement, document_fromstring

import web
from states import exports
from states.imports.sheet import read_rows
from tests.roads import case_at
from tests.web.desk import Desk
from web.access import Kind, access_of
from web.page_lists import LIST, OWN, SECRET, lists, most
from workflow.files import FileStore

TEMPLATES = Path(web.__file__).parent / "templates"
MARKS = re.compile(r"call table\(|data-list=")
NO_LIST = {
    "calendars.index": "the address of one's own calendar",
    "demo_clock.form": "a form",
    "documents.index": "templates, each a file itself",
    "forgetting.index": "a form; whom it is about stands in the record, which is a table",
    "home.index": "the inbox under another address",
    "imports.index": "forms",
    "nominate.form": "a form",
    "office.index": "the ways to other pages",
    "office.head": "a form",
    "office.missing": "steps to take, each a link",
    "open_data.index": "forms, and the last runs",
    "overview.paper": "the overview for printing; its tables have their files there",
    "people_edit.new": "a form",
    "sign_in_rules.index": "a form",
    "why.start": "what may be begun and why not, in sentences",
    "tray.arrived": "a line for the inbox",
    "tray.choose": "a form over chosen rows of the inbox",
    "tray.sentences": "a form",
}
FULL = {  # these have rows in the cast's small agency
    "inbox.index", "complaints.index", "people.index", "units.index", "processes.index", "overview.index",
    "rights.index", "invitations.index", "corrections.index", "runs.index",
}  # fmt: skip


def pages(app: Flask) -> Iterator[tuple[str, str]]:
    """(endpoint, address) of every page for people that needs nothing in its address."""
    for rule in app.url_map.iter_rules():
        kind = access_of(app.view_functions[rule.endpoint]).kind
        if "GET" in (rule.methods or ()) and not rule.arguments and kind in (Kind.PERSON, Kind.OFFICE):
            yield rule.endpoint, rule.rule


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """Something stands on most lists."""
    cast, browser = desk.cast, desk.browser("office")
    case_at(cast, "office_check")
    case_at(cast, "identified", who="outsider")
    held = case_at(cast, "cultivating", who="colleague2")
    cast.act("office", held, "hold", hold_ground="complaint", hold_document=cast.upload("office"),
             complaint_kind="complaint", complaint_on="2025-03-03")  # fmt: skip
    browser.send(browser.get("/dinh-chinh"), "/dinh-chinh", field="post", wanted="=Trưởng phòng")
    browser.send(browser.get("/du-lieu-mo"), "/doi-chieu")
    cast.settle()
    return desk


def test_every_list_has_its_files_and_they_hold_what_it_shows(busy: Desk, tmp_path: Path) -> None:
    browser, drawn, found = busy.browser("office"), [], {}
    unlisted = {}
    with template_rendered.connected_to(lambda _sender, template, **_: drawn.append(template.name), busy.app):
        for endpoint, address in sorted(pages(busy.app)):
            drawn.clear()
            answer = browser.get(address)
            if answer.status_code != 200 or answer.mimetype != "text/html":
                continue
            whole = document_fromstring(answer.text)
            if marked := whole.xpath(f"//*[@{LIST}]"):
                found[endpoint] = (answer.text, marked)
            elif endpoint.partition(".")[0] not in SECRET and endpoint not in (*OWN, *NO_LIST):
                unlisted[endpoint] = [one for one in drawn if MARKS.search((TEMPLATES / one).read_text("utf-8"))]
    assert [one for one, templates in unlisted.items() if not templates] == [], "a list without files"
    assert set(found) >= FULL
    store = FileStore(tmp_path)
    for endpoint, (text, marked) in found.items():
        assert endpoint not in OWN
        for place in marked if endpoint in FULL else marked[:1]:
            _same(browser, store, text, place)


def _same(browser, store: FileStore, text: str, place: HtmlElement) -> None:
    """Both files of a list say what the page shows, row for row."""
    number = place.get(LIST)
    addresses = [one for one in document_fromstring(text).xpath("//p[@class='table-files']/a/@href")
                 if re.search(rf"bang={number}(&|$)", one)]  # fmt: skip
    assert len(addresses) == 2, number
    shown = place.xpath("./tbody/tr") if place.tag == "table" else place.xpath(".//*[@data-row]")
    _title, rows = lists(text)[number]
    assert len(rows) == len(shown) + 1 > 1
    sheet, flat = (browser.get(one) for one in addresses)
    assert (sheet.mimetype.rpartition(".")[2], flat.mimetype) == ("sheet", "text/csv")
    (store.root / "list.xlsx").write_bytes(sheet.data)
    said = [[cell.strip() for cell in row] for row in read_rows(store.root / "list.xlsx")]
    ours = [[str(cell if cell is not None else "").strip() for cell in row] for row in rows]
    assert [row[: len(ours[n])] for n, row in enumerate(said[: len(ours)])] == ours
    read = list(csv.reader(io.StringIO(flat.data.decode("utf-8-sig"))))
    assert len(read) == len(rows) + 2
    assert read[-1][0].startswith("Office Nguyễn xuất lúc"), "it bears its mark"


def test_it_leaves_as_every_list_does(busy: Desk) -> None:
    """Marked, on record, no formula; of whom one may not see nothing; a list that is not there is not found."""
    page = busy.browser("office").get("/dinh-chinh?tep=csv&bang=1")
    assert "'=Trưởng phòng" in page.data.decode("utf-8-sig")
    with busy.cast.app.database.read() as connection:
        (line,) = exports.listed(connection, busy.cast.agency_id)
    assert (line.what, line.detail["file"], line.detail["lines"]) == ("corrections.index", "corrections-index-1.csv", 1)
    assert busy.browser("head").get("/khieu-nai-to-cao?tep=csv&bang=1").status_code == 403
    assert busy.browser("head2").get("/viec?tep=csv&bang=1").data.decode("utf-8-sig").count("\n") >= 1
    for wrong in ("9", "x", "0", ""):
        assert busy.browser("office").get(f"/danh-ba?tep=csv&bang={wrong}").status_code == 404, wrong
    assert busy.browser("office").get("/danh-ba?tep=pdf&bang=1").mimetype == "text/html"


def test_beyond_a_days_number_it_is_refused_in_words(busy: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MOST_A_DAY", 0)
    answer = busy.browser("office").get("/danh-ba?tep=csv&bang=1")
    assert (answer.status_code, answer.mimetype) == (403, "text/html")


def test_a_file_holds_more_than_a_page(desk: Desk) -> None:
    with desk.app.test_request_context("/viec"):
        assert most(50) == 50
    with desk.app.test_request_context("/viec?tep=xlsx"):
        assert most(50) == 5_000


def test_words_of_cells() -> None:
    """What is seen, nothing that is not: buttons, boxes, words for screen readers; what stands apart is kept apart."""
    html = """<main><table data-list="1"><caption>Bảng</caption><thead><tr><th><span
    class="hidden-text">Việc</span></th>
    <th>Tên</th><th>Số</th></tr></thead><tbody><tr><td><input type="checkbox"></td><th><a>An</a><span
    class="table__sub">CNTT</span></th><td>007</td></tr><tr class="group"><th colspan="3">Nhóm</th></tr>
    <tr><td></td><td><ul><li>một</li><li>hai <button>Xóa</button></li></ul></td><td>12</td></tr></tbody>
    </table></main>"""
    assert lists(html) == {"1": ("Bảng", [["Tên", "Số"], ["An; CNTT", "007"], ["Nhóm"], ["một; hai", 12]])}
