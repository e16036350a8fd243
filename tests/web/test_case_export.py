"""The list of cases as .xlsx: what one may see and no more, narrowed as on the page, made by a run, once."""

from __future__ import annotations

import re

from states.imports.sheet import read_rows
from states.subjects import listing
from tests.web.conftest import Browser
from tests.web.desk import Desk
from workflow import files, runs


def made(desk: Desk, name: str, narrowed: str = "") -> list[list[str]]:
    """The rows of the file that somebody gets."""
    cast, browser = desk.cast, Browser(desk.browser(name).client)
    cast.app.doers[listing.KIND] = listing.ListingCases(cast.app.database, cast.app.files, cast.app.catalogue)
    nonce = re.search(r'name="_nonce" value="([^"]+)"', browser.get("/ho-so").text)
    form = {"_nonce": nonce[1] if nonce else name}
    ordered = browser.post(f"/ho-so/xuat{narrowed}", form, seen="/ho-so")
    assert ordered.status_code == 303
    assert ordered.location == browser.post(f"/ho-so/xuat{narrowed}", form, seen="/ho-so").location
    cast.run_due()
    page = browser.get(ordered.location).text
    file_id = re.search(r'href="/tep/([^"]+)"', page)[1]
    assert browser.get(f"/tep/{file_id}").data.startswith(b"PK")
    with cast.app.database.read() as connection:
        row = files.find(connection, cast.agency_id, file_id)
        (run, *_) = runs.listed(connection, cast.agency_id, asked_by=cast.people[name])
    rows = read_rows(cast.app.files.path(cast.agency_id, row["digest"]))
    assert run["result"]["lines"] == len(rows) - 1
    return rows


def test_the_list_of_cases_comes_as_a_file(desk: Desk) -> None:
    first, second = desk.cast.nominate(), desk.cast.nominate(who="outsider")
    codes = {desk.code(first), desk.code(second)}
    rows = made(desk, "office")
    assert {row[0] for row in rows[1:]} == codes
    (line,) = [row for row in rows if row[0] == desk.code(first)]
    assert line[1:6] == ["Candidate Nguyễn", "Xét công nhận điển hình tiên tiến", "Nhân tố mới", "",
                         "Phòng Công nghệ thông tin"]  # fmt: skip
    assert (line[7], line[8]) == ("03/03/2025", "17/03/2025")
    narrowed = made(desk, "office", f"?donvi={desk.cast.units['bcvt']}")
    assert {row[0] for row in narrowed[1:]} == {desk.code(second)}
    assert made(desk, "head2")[1:] == [row for row in rows[1:] if row[0] == desk.code(second)]
