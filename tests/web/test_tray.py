"""The in-tray's tools: what they refuse, whose they are, and that looking changes nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa

from tests.roads import ENDORSED, case_at, do
from tests.sittings import staff
from tests.web.desk import BOTH_DESKS, Desk, Forms
from tests.web.test_inbox import lines
from web.sign_in.model import sign_in
from web.tray import presence
from workflow import clock
from workflow.db import metadata
from workflow.postponed import postponed

OF_SIGNING_IN = {"sign_in", "sign_in_attempt"}


def everything(desk: Desk) -> dict[str, list[str]]:
    with desk.cast.app.database.read() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(sa.select(table))))
            for table in metadata.sorted_tables
            if table.name not in OF_SIGNING_IN
        }


def item_of(desk: Desk, case_id: str) -> Any:
    return next(row for row in desk.cast.open_items(case_id) if row.kind == "state")


def endorsed(desk: Desk, who: str = "candidate") -> str:
    """A nominee whom the head may put forward without filling anything in."""
    case_id = case_at(desk.cast, "cultivating", who=who)
    for name, action in ENDORSED:
        if name != who:
            do(desk.cast, name, case_id, action)
    return case_id


@BOTH_DESKS
def test_what_a_letter_links_to_may_be_fetched_twice_and_changes_nothing(desk: Desk) -> None:
    case_id = case_at(desk.cast, "unit_appraisal")
    desk.cast.run_due()
    linked = {path for one in desk.cast.told.letters for path in re.findall(r"/(?:viec|ho-so)/[\w-]+", repr(one))}
    paths = linked | {f"/viec/{item_of(desk, case_id).id}", f"/ho-so/{desk.code(case_id)}", "/viec", "/viec/cung-quyet"}
    head = desk.browser("head")
    before = everything(desk)
    for path in sorted(paths) * 2:
        assert head.get(path).status_code == 200
    assert everything(desk) == before


@BOTH_DESKS
def test_put_off_leaves_ones_own_list_until_the_day_and_nobody_elses(desk: Desk) -> None:
    item = item_of(desk, case_at(desk.cast, "office_check"))
    office, path = desk.browser("office"), f"/viec/{item.id}"
    answer = office.send(office.get(path), f"{path}/hoan", until="05/03/2025")
    assert answer.status_code == 303
    assert lines(office.get("/viec").text) == []
    assert lines(office.get("/viec?tim=candidate").text) == ["Candidate Nguyễn"], "what one looks for is found"
    assert lines(desk.browser("office2").get("/viec").text) == ["Candidate Nguyễn"]
    desk.cast.at("2025-03-05")
    assert lines(office.get("/viec").text) == ["Candidate Nguyễn"]


@pytest.mark.parametrize("until", ["03/03/2025", "01/01/2030", "32/13/2025", ""])
def test_a_day_that_does_not_fit_is_told_and_comes_back(desk: Desk, until: str) -> None:
    item = item_of(desk, case_at(desk.cast, "office_check"))
    office, path = desk.browser("office"), f"/viec/{item.id}"
    answer = office.send(office.get(path), f"{path}/hoan", until=until)
    assert answer.status_code == 422
    assert f'value="{until}"' in answer.text
    with desk.cast.app.database.read() as connection:
        assert connection.execute(sa.select(postponed)).all() == []


def test_several_at_once_say_of_each_what_became_of_it(desk: Desk) -> None:
    first, second = endorsed(desk), case_at(desk.cast, "cultivating", who="colleague1")
    third = case_at(desk.cast, "identified", who="colleague2")
    head = desk.browser("head")
    chosen = "&".join(f"chon={item_of(desk, one).id}" for one in (first, second, third))
    page = head.get(f"/viec/cung-quyet?{chosen}&chon=khong-co")
    assert "Đưa ra bình xét: 1 hồ sơ" in page.text
    assert "mở ra để quyết định" in page.text
    answer = head.send(page, "/viec/cung-quyet")
    assert answer.status_code == 303
    assert desk.cast.row(first).state == "unit_appraisal"
    again = head.send(page, "/viec/cung-quyet")
    assert again.status_code == 303, "the same form again is the same answer"
    assert desk.cast.row(second).state == "cultivating"


def test_several_are_returned_for_one_reason_that_each_case_keeps(desk: Desk) -> None:
    first, second = case_at(desk.cast, "office_check"), case_at(desk.cast, "office_check", who=staff(desk.cast, 1)[0])
    third = case_at(desk.cast, "identified", who="colleague2")
    office = desk.browser("office")
    chosen = "&".join(f"chon={item_of(desk, one).id}" for one in (first, second))
    page = office.get(f"/viec/cung-quyet?{chosen}&cach=return")
    assert "Trả lại bổ sung: 2 hồ sơ" in page.text
    short = office.send(page, "/viec/cung-quyet", reason="ngắn")
    assert short.status_code == 422
    assert ">ngắn</textarea>" in short.text, "what was typed comes back"
    assert [desk.cast.row(one).state for one in (first, second)] == ["office_check"] * 2
    said = "Cả hai hồ sơ thiếu biên bản có chữ ký."
    done = office.send(short, "/viec/cung-quyet", reason=said)
    assert "Đã ghi 2/2 quyết định" in done.text
    for one in (first, second):
        assert desk.cast.row(one).state == "completion"
        assert said in office.get(f"/ho-so/{desk.code(one)}/lich-su").text
    assert desk.cast.row(third).state == "identified"


def test_a_list_offers_only_decisions_that_one_page_can_take(desk: Desk) -> None:
    case_id = case_at(desk.cast, "office_check")
    office = desk.browser("office")
    page = office.get(f"/viec/cung-quyet?chon={item_of(desk, case_id).id}")
    assert page.text.count('aria-current="page">Đồng ý') == 1
    assert "cach=refuse" in page.text
    sent = office.send(page, "/viec/cung-quyet", cach="return", reason="")
    assert sent.status_code == 422, "the form's word is not believed: a return needs its reason"
    forged = Forms(page.text).to("/viec/cung-quyet").fields["one"][0].rpartition(":")[0] + ":send_back"
    assert "Chưa ghi" in office.send(page, "/viec/cung-quyet", one=[forged]).text
    assert desk.cast.row(case_id).state == "office_check"


def test_a_signature_among_several_is_proven_first(desk: Desk) -> None:
    case_id = endorsed(desk)
    head = desk.browser("head")
    page = head.get(f"/viec/cung-quyet?chon={item_of(desk, case_id).id}")
    with desk.cast.app.database.write() as connection:
        connection.execute(sa.update(sign_in).values(proven_at=datetime(2020, 1, 1, tzinfo=UTC)))
    asked = head.send(page, "/viec/cung-quyet")
    assert "Xác nhận lại là bạn" in asked.text
    assert desk.cast.row(case_id).state == "cultivating"


def test_what_has_come_is_told_without_the_list(desk: Desk) -> None:
    case_at(desk.cast, "office_check")
    office = desk.browser("office")
    ask = re.search(r'data-arrivals="([^"]+)"', office.get("/viec?loai=nominee").text)
    assert ask
    address = unescape(ask[1])
    assert office.get(address).status_code == 204
    case_at(desk.cast, "office_check", who=staff(desk.cast, 1)[0])
    answer = office.get(address)
    assert (answer.status_code, answer.text) == (200, "Có 1 việc mới")
    assert answer.content_type.startswith("text/plain")
    assert office.get(address.replace("loai=nominee", "loai=benefit")).status_code == 204
    assert desk.browser("head").get(address).status_code == 204
    assert office.get("/viec/co-moi").status_code == 204


def test_ending_texts_are_not_told_again_on_a_day_one_has_rest_from_them(desk: Desk) -> None:
    desk.cast.at("2027-02-20")
    office = desk.browser("office")
    page = office.get("/viec")
    assert "Nghị định 152" in page.text
    assert "banner--calm" in page.text
    assert office.send(page, "/viec/de-mai-nhac").status_code == 303
    assert "banner--calm" not in office.get("/viec").text
    assert "banner--calm" in desk.browser("office2").get("/viec").text
    desk.cast.at("2027-02-22")
    assert "banner--calm" in office.get("/viec").text


def test_a_decision_that_moved_meanwhile_is_not_recorded(desk: Desk) -> None:
    case_id = endorsed(desk)
    head = desk.browser("head")
    page = head.get(f"/viec/cung-quyet?chon={item_of(desk, case_id).id}")
    do(desk.cast, "head", case_id, "propose")
    answer = head.send(page, "/viec/cung-quyet")
    assert "Chưa ghi" in answer.text
    assert "Đã ghi 0/1 quyết định" in answer.text


def test_a_filter_is_kept_shared_by_its_address_and_dropped_by_its_owner_alone(desk: Desk) -> None:
    case_at(desk.cast, "unit_appraisal")
    head = desk.browser("head")
    page = head.get("/viec?loai=nominee&han=week")
    assert head.send(page, "/viec/bo-loc", name=" ").status_code == 303
    assert "Nhập tên cho bộ lọc." in head.get("/viec").text
    head.send(page, "/viec/bo-loc", name="Tuần này")
    kept = head.get("/viec").text
    assert "/viec?loai=nominee&amp;han=week" in kept
    drop = re.search(r'action="(/viec/bo-loc/[\w-]+/bo)"', kept)
    assert drop
    office = desk.browser("office")
    token = re.search(r'name="csrf_token" value="([^"]+)"', office.get("/viec").text)
    assert token
    assert office.client.post(drop[1], data={"csrf_token": token[1]}).status_code == 404
    assert head.send(head.get("/viec"), drop[1]).status_code == 303
    assert "Tuần này" not in head.get("/viec").text.partition("</ul>")[2].partition("work__group")[0]


def test_ready_sentences_are_the_offices_and_stand_where_a_reason_is_asked(desk: Desk) -> None:
    case_at(desk.cast, "unit_appraisal")
    office = desk.browser("office")
    long = "x" * 301
    answer = office.send(office.get("/cau-mau"), "/cau-mau", **{"return": f"Thiếu biên bản.\n\n{long}", "refuse": ""})
    assert answer.status_code == 422
    assert long in answer.text
    office.send(office.get("/cau-mau"), "/cau-mau", **{"return": "Thiếu biên bản.\n <b>Sai mẫu</b>", "refuse": ""})
    page = desk.browser("head").get("/viec").text
    assert page.count("Thiếu biên bản.") == 1, "only where one returns"
    assert "&lt;b&gt;Sai mẫu&lt;/b&gt;" in page
    assert desk.browser("head").get("/cau-mau").status_code == 403


def test_who_looks_fades_by_itself(desk: Desk) -> None:
    cast = desk.cast
    item = item_of(desk, case_at(cast, "office_check"))
    now = clock.wall_now()

    def look(name: str, at: Any) -> Any:
        with cast.app.database.write() as connection:
            return presence.look(connection, cast.agency_id, item.id, cast.people[name], at)

    assert look("office", now) == []
    assert look("office2", now) == [cast.people["office"]]
    assert look("office2", now + timedelta(minutes=3)) == []


def test_who_may_not_undo_is_not_told_that_they_may(desk: Desk) -> None:
    case_id = case_at(desk.cast, "office_check")
    do(desk.cast, "office", case_id, "send_back")
    page = f"/ho-so/{desk.code(case_id)}"
    mine, others = (desk.browser(name).get(page).text for name in ("office", "head"))
    for text in (mine, others):
        assert "theo sau quyết định trong khoảng 30 giây" in text
    assert "Bạn còn hoàn tác được quyết định vừa ghi trong 30 giây" in mine
    assert "hoàn tác được" not in others
