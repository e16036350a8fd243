"""The dossier on the pages: who keeps it, what it makes of the conditions, nobody else's business."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from states.subjects.records import dossier_record
from tests.roads import case_at
from tests.web.desk import BOTH_DESKS, SCAN, Browser, Desk, Forms

pytestmark = BOTH_DESKS


def _path(desk: Desk, case_id: str) -> str:
    return f"/ho-so/{desk.cast.row(case_id).code}/thanh-tich"


def _send(browser: Browser, page: str, part: str, **typed: Any) -> TestResponse:
    return browser.send(browser.get(page), part, **typed)


def _rows(desk: Desk) -> list[sa.RowMapping]:
    with desk.cast.app.database.read() as connection:
        return list(connection.execute(sa.select(dossier_record)).mappings())


def test_the_head_records_discipline_and_the_case_says_so_at_once(desk: Desk) -> None:
    case_id = case_at(desk.cast, "unit_appraisal")
    path, head = _path(desk, case_id), desk.browser("head")
    assert "Điều kiện xét: đạt cả" in head.get(f"/ho-so/{desk.cast.row(case_id).code}").text
    sent = {
        "starts_on": "01/01/2025",
        "ends_on": "31/12/2025",
        "decision_number": "9/QĐ-KL",
        "decided_on": "02/01/2025",
    }
    page = _send(head, f"{path}?loai=discipline", path, proof=("qd-9.pdf", SCAN), **sent)
    assert page.status_code == 303
    listed = head.get(path).text
    assert "9/QĐ-KL" in listed
    assert "Mở tệp" in listed
    shown = head.get(f"/ho-so/{desk.cast.row(case_id).code}").text
    assert "còn 1 chưa đạt" in shown or "còn 2 chưa đạt" in shown
    assert "Nghị định 152/2025/NĐ-CP" in shown or "Hết hiệu lực" in shown
    [row] = _rows(desk)
    assert (row["kind"], row["recorded_by"]) == ("discipline", desk.cast.people["head"])
    again = _send(head, f"{path}?loai=discipline", path, **sent)
    assert again.status_code == 303
    assert len(_rows(desk)) == 1


def test_a_contradiction_is_a_sentence_and_a_wrong_record_is_withdrawn_with_its_reason(desk: Desk) -> None:
    path, head = _path(desk, case_at(desk.cast, "cultivating")), desk.browser("head")
    assert _send(head, f"{path}?loai=rating", path, year="2024", value="htxsnv").status_code == 303
    refused = _send(head, f"{path}?loai=rating", path, year="2024", value="htnv")
    assert refused.status_code == 422
    assert "đã có bản ghi khác" in refused.text
    assert _send(head, path, f"{path}/rut", why="").status_code == 422
    assert _send(head, path, f"{path}/rut", why="Nhầm năm").status_code == 303
    assert _send(head, f"{path}?loai=rating", path, year="2024", value="htnv").status_code == 303
    assert "Nhầm năm" in head.get(path).text
    assert sorted(row["value"] for row in _rows(desk)) == ["htnv", "htxsnv"]


@pytest.mark.parametrize(
    "given", [{"year": "20x5"}, {"year": "1900"}, {"value": "xuất sắc"}, {"decided_on": "31/02/2025"}]
)
def test_bad_input_is_a_sentence(desk: Desk, given: dict[str, str]) -> None:
    path, head = _path(desk, case_at(desk.cast, "cultivating")), desk.browser("head")
    page = _send(head, f"{path}?loai=rating", path, **{"year": "2024", "value": "htxsnv", **given})
    assert page.status_code == 422
    assert not _rows(desk)


def test_colleagues_and_the_nominee_see_no_dossier(desk: Desk) -> None:
    case_id = case_at(desk.cast, "recognized_unit")
    for who in ("colleague1", "candidate", "head2", "outsider"):
        assert desk.browser(who).get(_path(desk, case_id)).status_code == 404, who
    assert "Điều kiện xét" not in desk.browser("candidate").get(f"/ho-so/{desk.cast.row(case_id).code}").text


def test_who_may_see_it_only_may_not_write(desk: Desk) -> None:
    path = _path(desk, case_at(desk.cast, "council_review"))
    director = desk.browser("director")
    page = director.get(path)
    assert page.status_code == 200
    assert f'action="{path}"' not in page.text
    token = next(form.fields["csrf_token"] for form in Forms(page.text).forms if "csrf_token" in form.fields)
    sent = {"kind": "rating", "year": "2024", "value": "htxsnv", "csrf_token": token}
    assert director.client.post(path, data=sent).status_code == 403
    assert not _rows(desk)


def test_what_the_dossier_says_reaches_nobody_by_way_of_refused_actions(desk: Desk) -> None:
    """Who brought the case and has no say in it reads that something is not met, not what stands in the dossier."""
    case_id = case_at(desk.cast, "unit_appraisal")
    path, head = _path(desk, case_id), desk.browser("head")
    _send(head, f"{path}?loai=discipline", path, starts_on="01/01/2025", decision_number="9/QĐ-KL")
    for who in ("nominator", "colleague1"):
        page = desk.browser(who).get(f"/ho-so/{desk.code(case_id)}")
        assert "9/QĐ-KL" not in page.text, who
