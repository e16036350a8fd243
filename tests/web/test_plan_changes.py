"""The pages of a change of rules: what was taken along is brought changed, checked, tried, in force, moved and back."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import sqlalchemy as sa
from werkzeug.test import TestResponse

from states.revisions.model import MOVED, revision_case
from tests.roads import case_at
from tests.web.conftest import PASSWORD, Browser
from tests.web.desk import Desk
from workflow.catalogue import plan_version

HOME = "/doi-quy-dinh"
REASON = "Quyết định 12/QĐ-STTTT sửa thời hạn"


def bring(browser: Browser, *files: tuple[str, bytes], seen: str = HOME) -> TestResponse:
    data = {"csrf_token": browser.secret(seen), "files": [(io.BytesIO(content), name) for name, content in files]}
    return browser.client.post(HOME, data=data, content_type="multipart/form-data")


def edited(archive: bytes, edit: Callable[[str], str]) -> bytes:
    """The files of an archive, each changed."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(kept, "w") as new:
        for name in old.namelist():
            new.writestr(name, edit(old.read(name).decode()))
    return kept.getvalue()


def renamed(text: str) -> str:
    """A longer time, and a state under another name."""
    longer = text.replace("accept_time:      10 working_days", "accept_time:      15 working_days")
    return re.sub(r"\bunit_appraisal\b", "unit_review", longer)


def step(browser: Browser, seen: str, to: str, **more: str) -> TestResponse:
    """Send the form of a page as it stands, and prove who sits there where that is asked."""
    revision = re.findall(r'name="revision" value="(\d+)"', browser.get(seen).text)[0]
    data = {"revision": revision, **more}
    answer = browser.post(to, data, seen=seen)
    if answer.status_code == 200 and "_proof" in answer.text:
        answer = browser.post(to, {**data, "_proof": PASSWORD}, seen=seen)
    return answer


def test_the_whole_way_on_pages(desk: Desk) -> None:
    cast, office = desk.cast, Browser(desk.browser("office").client)
    case_id, stuck = case_at(cast, "identified", who="colleague1"), case_at(cast, "unit_appraisal")
    archive = office.get(f"{HOME}/dang-ap-dung.zip").data
    brought = bring(office, ("ke-hoach.zip", edited(archive, renamed)))
    assert brought.status_code == 303
    here = brought.location
    assert "Đang kiểm tra" in office.get(here).text
    cast.run_due()
    assert "Không có chỗ nào sai." in office.get(here).text
    compared = office.get(f"{here}/so-sanh").text
    assert "10 ngày làm việc" in compared
    assert "15 ngày làm việc" in compared
    assert "process__state--changed" in compared
    way = re.findall(r'href="(/chay-thu\?[^"]+)"', office.get(f"{here}/mo-phong").text)[0].replace("&amp;", "&")
    assert office.get(way).text.count("selected") >= 4  # both versions and both paces are chosen

    cases = f"{here}/ho-so"
    assert step(office, cases, cases).status_code == 303
    cast.run_due()
    assert "cần chọn bước thay" in office.get(f"{cases}?kq=unmapped").text
    assert step(office, cases, cases, **{"state.nominee.unit_appraisal": "unit_review"}).status_code == 303
    cast.run_due()
    assert desk.code(stuck) in office.get(f"{cases}?kq=moved").text
    assert desk.code(stuck) not in office.get(f"{cases}?kq=unmapped").text
    book = office.get(f"{cases}.csv")
    assert (book.status_code, desk.code(case_id) in book.text) == (200, True)

    force = f"{here}/ap-dung"
    wrong = step(office, force, force, starts_on="01/01/2020", moves="move", reason="ngắn")
    assert (wrong.status_code, "Chọn từ hôm nay" in wrong.text, 'value="01/01/2020"' in wrong.text) == (422, True, True)
    today = f"{cast.now():%d/%m/%Y}"
    assert step(office, force, force, starts_on=today, moves="move", reason=REASON).status_code == 303
    assert step(office, force, f"{here}/duyet").status_code == 303
    cast.run_due()
    told = office.get(f"{here}/ket-qua").text
    assert "Chuyển hồ sơ, lần 1" in told
    assert cast.row(stuck).state == "unit_review"

    assert step(office, f"{here}/ket-qua", cases, back=re.findall(r'name="back" value="([^"]+)"', told)[0])
    cast.run_due()
    assert "Đây là chạy thử việc đưa hồ sơ trở lại phiên bản trước." in office.get(cases).text
    assert step(office, cases, f"{here}/chuyen").status_code == 303
    cast.run_due()
    assert cast.row(stuck).state == "unit_appraisal"
    assert "Đưa hồ sơ trở lại, lần 2" in office.get(f"{here}/ket-qua").text
    with cast.app.database.read() as connection:
        assert set(connection.scalars(sa.select(revision_case.c.outcome))) == {MOVED}
        assert connection.scalar(sa.select(sa.func.count()).select_from(plan_version)) == 2
    assert "QĐ-1" in office.get("/thiet-lap/lich-su").text
    assert desk.browser("head").get(here).status_code == 403


def test_what_was_sent_wrongly_is_said_where_it_stands(desk: Desk) -> None:
    cast, office = desk.cast, Browser(desk.browser("office").client)
    assert bring(office).status_code == 422
    assert "Tệp hỏng" in (page := bring(office, ("a.zip", b"PK no")).text) or "hỏng" in page
    archive = office.get(f"{HOME}/dang-ap-dung.zip").data
    here = bring(office, ("a.zip", edited(archive, lambda text: text.replace("to: ", "to: nowhere_")))).location
    cast.run_due()
    told = office.get(here).text
    assert "processes/nominee.yaml, dòng" in told
    assert "nowhere_" in told
    assert office.get(f"{here}/so-sanh").status_code == 404
    same = bring(office, ("a.zip", archive)).location
    cast.run_due()
    assert "không có gì để đổi" in office.get(same).text
    alias = bring(office, ("plan.yaml", b"a: &a [x]\nb: *a\n"), ("processes/x.yaml", b"process: x\n")).location
    cast.run_due()

    assert "plan.yaml, dòng 1" in (told := office.get(alias).text)
    assert "bí danh" in told
