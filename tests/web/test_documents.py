"""Papers on pages: the case's, the clerk's templates, the registers; for the office alone, each agency its own."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from states.documents.base_templates import base_template
from tests.roads import case_at, do
from tests.states.documents.test_deliver import with_papers
from tests.web.conftest import Town
from tests.web.desk import Desk, Forms

HOME = "/van-ban"


@pytest.fixture
def made(desk: Desk, tmp_path: Path) -> str:
    """A case whose decision made its paper; its code."""
    with_papers(desk.cast, tmp_path / "files")
    case_id = case_at(desk.cast, "director_decision")
    do(desk.cast, "director", case_id, "recognize")
    desk.cast.settle()
    return desk.code(case_id)


def test_a_case_shows_its_papers_and_the_office_has_one_made_again(desk: Desk, made: str) -> None:
    office = desk.browser("office")
    page = office.get(f"/ho-so/{made}")
    assert "Quyết định công nhận" in page.text
    assert "Số: 01/QĐ-STTTT" in page.text
    assert "Đã lập" in page.text
    word = re.findall(r'href="(/tep/[^"]+)"[^>]*>.*?Bản Word', page.text)[0]
    with office.get(word) as answer:
        assert answer.data.startswith(b"PK")
    again = next(form.action for form in Forms(page.text).forms if form.action.endswith("/lap-lai"))
    assert office.send(page, again).status_code == 303
    assert "Đang lập" in office.get(f"/ho-so/{made}").text
    desk.cast.settle()
    assert "1 bản lập trước" in office.get(f"/ho-so/{made}").text
    head = desk.browser("head").get(f"/ho-so/{made}").text
    assert "Số: 01/QĐ-STTTT" in head
    assert "/lap-lai" not in head


def test_a_number_is_made_void_with_a_reason_once(desk: Desk, made: str) -> None:
    office = desk.browser("office")
    page = office.get(f"{HOME}/so")
    assert f"/ho-so/{made}" in page.text
    void = next(form.action for form in Forms(page.text).forms if form.action.endswith("/huy"))
    assert office.send(page, void, reason=" ").status_code == 422
    assert office.send(page, void, reason="Viết lại quyết định").status_code == 303
    assert "Viết lại quyết định" in office.get(f"{HOME}/so").text
    assert office.send(page, void, reason="lần nữa").status_code == 422
    assert "Số đã hủy" in office.get(f"/ho-so/{made}").text


def test_a_clerk_downloads_tries_replaces_and_gives_up_a_template(desk: Desk) -> None:
    office = desk.browser("office")
    page = office.get(HOME)
    assert office.get(f"{HOME}/mau/to_trinh.docx").data == base_template("to_trinh")
    assert office.get(f"{HOME}/mau/to_trinh.docx?thu=1").data.startswith(b"PK")
    changed = base_template("giay_khen")
    assert office.send(page, "/mau/to_trinh", file=("moi.docx", changed)).status_code == 303
    assert office.get(f"{HOME}/mau/to_trinh.docx").data == changed
    again = office.get(HOME)
    assert "moi.docx" in again.text
    assert office.send(again, "/mau/to_trinh/bo").status_code == 303
    assert office.get(f"{HOME}/mau/to_trinh.docx").data == base_template("to_trinh")
    refused = office.send(page, "/mau/to_trinh", file=("moi.docx", b"PK\x03\x04 no zip"))
    assert refused.status_code == 422
    assert "hỏng" in refused.text
    assert office.send(page, "/mau/to_trinh").status_code == 422
    assert office.get(f"{HOME}/mau/khong_co.docx").status_code == 404


def test_nobody_but_the_office_comes_here(town: Town) -> None:
    for path in (HOME, f"{HOME}/so", f"{HOME}/mau/to_trinh.docx"):
        assert town.signed_in("chi").get(path).status_code == 403
        assert town.signed_in("an").get(path).status_code == 200
    an = town.signed_in("an")
    for path in (f"{HOME}/mau/to_trinh", f"{HOME}/so/x/huy", f"{HOME}/x/lap-lai"):
        assert town.signed_in("chi").post(path, seen="/ho-so").status_code == 403
    assert an.post(f"{HOME}/x/lap-lai", seen=HOME).status_code == 404
    assert an.post(f"{HOME}/so/x/huy", {"reason": "a"}, seen=HOME).status_code == 422


def test_an_agencys_template_is_its_own(town: Town) -> None:
    an = town.signed_in("an")
    changed = base_template("giay_khen")
    sent = {"csrf_token": an.secret(HOME), "file": (io.BytesIO(changed), "moi.docx")}
    assert an.client.post(f"{HOME}/mau/to_trinh", data=sent, content_type="multipart/form-data").status_code == 303
    with town.database.read() as connection:
        from states.documents.templates import in_use

        assert set(in_use(connection, town.so.id)) == {"to_trinh"}
        assert in_use(connection, town.other.id) == {}


def test_the_office_goes_on_with_a_paper_register_and_loses_nothing_typed(desk: Desk, made: str) -> None:
    office = desk.browser("office")
    page = office.get(f"{HOME}/so")
    typed = {"so": "council", "nam": "2025", "last": "117", "reason": ""}
    wrong = office.send(page, "/mo-tiep", **typed)
    assert (wrong.status_code, 'value="117"' in wrong.text, "Ghi căn cứ" in wrong.text) == (422, True, True)
    again = office.send(wrong, "/mo-tiep", **{**typed, "last": "-1", "reason": "Sổ giấy"})
    assert (again.status_code, "Ghi một số từ 1 đến" in again.text) == (422, True)
    assert office.send(page, "/mo-tiep", **{**typed, "reason": "Sổ của Hội đồng năm 2025"}).status_code == 303
    shown = office.get(f"{HOME}/so?so=council&nam=2025").text
    assert "Đến số 117" in shown
    assert "Sổ của Hội đồng năm 2025" in shown
    begun = office.send(page, "/mo-tiep", **{**typed, "so": "agency", "reason": "Muộn"})
    assert begun.status_code == 422, "numbers were given already"
    assert desk.browser("head").client.post(f"{HOME}/so/mo-tiep").status_code in (400, 403)
