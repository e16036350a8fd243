"""Merging units through the pages: looked at first, confirmed with a number, followed on its own page."""

from __future__ import annotations

import re

from tests.web.conftest import Browser
from tests.web.desk import Desk


def browser(desk: Desk, name: str) -> Browser:
    """A browser that sends a form's own secret."""
    return Browser(desk.browser(name).client)


def test_a_merge_is_looked_at_confirmed_and_followed(desk: Desk) -> None:
    cast = desk.cast
    case_id, office = cast.nominate(), browser(desk, "office")
    units = office.get("/don-vi").text
    path = f"/don-vi/{cast.units['cntt']}/hop-nhat"
    assert path in units
    asked = f"{path}?into={cast.units['bcvt']}&day=03/03/2025"
    page = office.get(asked)
    assert page.status_code == 200
    assert "Head2 Nguyễn" in page.text, "who would own the case"
    assert "mọi việc cần làm đều có người phụ trách" in page.text
    assert cast.row(case_id).unit_id == cast.units["cntt"]
    form = {"into": cast.units["bcvt"], "day": "03/03/2025", "_nonce": "one"}
    refused = office.post(path, {**form, "number": ""}, seen=asked)
    assert refused.status_code == 422
    first = office.post(path, {**form, "number": "45/QĐ-STTTT"}, seen=asked)
    again = office.post(path, {**form, "number": "45/QĐ-STTTT"}, seen=asked)
    assert first.status_code == again.status_code == 303
    assert first.location == again.location
    assert "Đang chờ" in office.get(first.location).text
    cast.run_due()
    assert "Hợp nhất đơn vị" in office.get("/viec").text, "the result waits in the inbox until it was seen"
    done = office.get(first.location).text
    assert "Đã xong" in done
    assert "Hợp nhất đơn vị" not in office.get("/viec").text
    assert re.search(r"Hồ sơ đã chuyển</dt><dd>1<", done)
    assert "45/QĐ-STTTT" in office.get(f"/ho-so/{desk.code(case_id)}/lich-su").text
    assert "Hợp nhất đơn vị" in office.get("/chay-nen").text


def test_a_merge_to_come_can_be_called_off(desk: Desk) -> None:
    cast, office = desk.cast, browser(desk, "office")
    path = f"/don-vi/{cast.units['cntt']}/hop-nhat"
    form = {"into": cast.units["bcvt"], "day": "01/07/2025", "_nonce": "later", "number": "46/QĐ-STTTT"}
    run = office.post(path, form, seen=path).location
    assert office.post(f"{run}/dung", seen=run).status_code == 303
    assert "Đã dừng" in office.get(run).text
    cast.at("2025-07-02")
    cast.run_due()
    assert office.get(path).status_code == 200


def test_only_the_office_merges_and_sees_it(desk: Desk) -> None:
    cast, office, head = desk.cast, browser(desk, "office"), browser(desk, "head")
    path = f"/don-vi/{cast.units['cntt']}/hop-nhat"
    form = {"into": cast.units["bcvt"], "day": "01/07/2025", "_nonce": "n", "number": "46/QĐ"}
    assert head.get(path).status_code == 403
    assert head.post(path, form, seen="/don-vi").status_code == 403
    run = office.post(path, form, seen=path).location
    assert head.get(run).status_code == 404
    assert office.get(f"{path}?into={cast.units['cntt']}&day=01/07/2025").status_code == 422
    assert office.get("/don-vi/nothing/hop-nhat?into=x").status_code in (404, 422)
