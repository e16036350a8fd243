"""Xin gia hạn on the pages and in the API: asked for, answered, refused in words with what was typed."""

from __future__ import annotations

from datetime import date

from tests.roads import case_at
from tests.web.desk import BOTH_DESKS, Desk, Forms
from tests.web.test_api import Script, problem
from workflow.due import Due

REASON = "Chờ số liệu của Phòng Kế hoạch - Tài chính"


def due_on(desk: Desk, case_id: str) -> date:
    item = next(one for one in desk.cast.open_items(case_id) if one.kind == "state")
    return Due.from_json(item.due).due_on


@BOTH_DESKS
def test_it_is_asked_for_and_granted_on_the_decision_screen(desk: Desk) -> None:
    case_id = case_at(desk.cast, "unit_appraisal")
    head = desk.browser("head")
    page = head.get("/viec")
    assert "Chọn một ngày làm việc từ 11/03/2025 đến 24/03/2025." in page.text
    assert "Director" in page.text or "Giám đốc" in page.text
    wrong = head.send(page, "/gia-han", until="15/03/2025", reason=REASON)
    assert wrong.status_code == 422
    assert "15/03/2025 là ngày nghỉ. Chọn một ngày làm việc." in wrong.text
    assert f">{REASON}</textarea>" in wrong.text, "what was typed comes back"
    assert 'value="15/03/2025"' in wrong.text
    assert head.send(page, "/gia-han", until="14/03/2025", reason=REASON).status_code == 303
    assert "Đã có một đề nghị gia hạn cho việc này đang chờ trả lời." in head.get("/viec").text

    director = desk.browser("director")
    page = director.get("/viec")
    assert "Xin gia hạn: Bình xét tại phòng, đơn vị" in page.text
    assert "Head Nguyễn xin gia hạn" in page.text
    assert REASON in page.text
    assert director.send(page, "/gia-han/dong-y", until="13/03/2025", reason="").status_code == 303
    assert due_on(desk, case_id) == date(2025, 3, 13)
    told = head.get(f"/ho-so/{desk.code(case_id)}/lich-su").text
    assert "Hạn 10/03/2025, xin đến 14/03/2025" in told
    assert "Hạn: 10/03/2025 → 13/03/2025" in told
    assert "được gia hạn từ 10/03/2025 đến 13/03/2025" in head.get("/viec").text


def test_a_refusal_needs_its_reason(desk: Desk) -> None:
    case_id = case_at(desk.cast, "unit_appraisal")
    head, director = desk.browser("head"), desk.browser("director")
    head.send(head.get("/viec"), "/gia-han", until="14/03/2025", reason=REASON)
    page = director.get("/viec")
    assert director.send(page, "/gia-han/tu-choi", reason="không").status_code == 422
    assert director.send(page, "/gia-han/tu-choi", reason="Kết quả phải có trước ngày họp").status_code == 303
    assert due_on(desk, case_id) == date(2025, 3, 10)
    again = director.send(page, "/gia-han/dong-y", until="14/03/2025")
    assert again.status_code == 409, "who had it open is told that it was answered"


def test_who_does_not_have_the_item_is_refused(desk: Desk) -> None:
    case_id = case_at(desk.cast, "unit_appraisal")
    [item] = desk.cast.open_items(case_id)
    fields = {"until": "14/03/2025", "reason": REASON, "_item_version": str(item.version)}
    for who, status in (("office", 403), ("head2", 404)):
        for name in ("gia-han", "gia-han/dong-y", "gia-han/tu-choi"):
            client = desk.browser(who).client
            fields["csrf_token"] = Forms(client.get("/viec").text).forms[0].fields["csrf_token"][0]
            assert client.post(f"/viec/{item.id}/{name}", data=fields).status_code == status
    assert desk.cast.open_items(case_id) == [item]


def test_a_script_asks_and_grants(desk: Desk) -> None:
    case_id = case_at(desk.cast, "unit_appraisal")
    head, director = Script(desk, "head"), Script(desk, "director")
    [item] = head.get("/work-items").json["items"]
    path, seen = f"/work-items/{item['id']}/extension", f'"{item["version"]}"'
    body = {"word": "ask", "until": "2025-03-14", "reason": REASON}
    assert problem(head.post(path, body)) == (428, ["api.version_missing"])
    outside = head.post(path, {**body, "until": "2026-03-14"}, If_Match=seen, Idempotency_Key="a")
    assert problem(outside) == (422, ["extension.out_of_bounds"])
    done = head.post(path, body, If_Match=seen, Idempotency_Key="b")
    assert (done.status_code, done.json["action"]) == (200, "ask")
    assert head.post(path, body, If_Match=seen, Idempotency_Key="b").json == {**done.json, "repeated": True}
    [request] = director.get("/work-items").json["items"]
    assert request["kind"] == "extension"
    path, seen = f"/work-items/{request['id']}/extension", f'"{request["version"]}"'
    assert problem(head.post(path, {"word": "grant"}, If_Match=seen, Idempotency_Key="c"))[0] == 403
    assert director.post(path, {"word": "grant"}, If_Match=seen, Idempotency_Key="c").status_code == 200
    assert due_on(desk, case_id) == date(2025, 3, 14)
