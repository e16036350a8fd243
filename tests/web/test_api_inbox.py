"""The tools around an item, by script: the same as on the page, seen by the same versions."""

from __future__ import annotations

from typing import Any

from tests.roads import case_at
from tests.web.desk import BOTH_DESKS, Desk
from tests.web.test_api import Script, problem


def first(script: Script) -> dict[str, Any]:
    found: dict[str, Any] = script.get("/work-items").json["items"][0]
    return found


@BOTH_DESKS
def test_taken_given_back_and_handed_on_at_the_version_seen(desk: Desk) -> None:
    case_at(desk.cast, "unit_appraisal")
    head = Script(desk, "head")
    seen = first(head)
    item = f"/work-items/{seen['id']}"
    assert problem(head.post(f"{item}/claim"))[0] == 428
    assert head.post(f"{item}/claim", If_Match=str(seen["version"])).status_code == 200
    assert first(head)["claimed_by"] == "Head Nguyễn"
    assert problem(head.post(f"{item}/release", If_Match=str(seen["version"]))) == (412, ["conflict.stale"])
    assert head.post(f"{item}/release", If_Match=str(first(head)["version"])).status_code == 200
    assert problem(Script(desk, "outsider").post(f"{item}/claim", If_Match=str(first(head)["version"])))[0] == 403
    to, why = desk.cast.people["mentor"], "Đi công tác cả tuần"
    now = str(first(head)["version"])
    assert problem(head.post(f"{item}/reassignment", {"to": "", "reason": why}, If_Match=now))[0] == 422
    done = head.post(f"{item}/reassignment", {"to": to, "reason": why}, If_Match=now)
    assert (done.status_code, done.json["action"]) == (200, "reassign")
    assert first(Script(desk, "mentor"))["id"] == seen["id"]


@BOTH_DESKS
def test_put_off_until_a_day_and_brought_back(desk: Desk) -> None:
    case_at(desk.cast, "unit_appraisal")
    head = Script(desk, "head")
    link = f"/viec/{first(head)['id']}"
    item = f"/work-items/{first(head)['id']}/postponement"
    assert link in desk.browser("head").get("/viec").text
    assert problem(head.post(item, {"until": "2031-01-01"}))[0] == 422
    assert problem(Script(desk, "outsider").post(item, {"until": "2025-03-05"}))[0] == 404
    assert head.post(item, {"until": "2025-03-05"}).status_code == 200
    assert link not in desk.browser("head").get("/viec").text
    assert head.post(item, {}).status_code == 200
    assert head.post(item, {}).status_code == 200, "twice is the same"
    assert link in desk.browser("head").get("/viec").text


@BOTH_DESKS
def test_undone_by_the_number_its_receipt_gave(desk: Desk) -> None:
    case_id = case_at(desk.cast, "unit_appraisal")
    head, path = Script(desk, "head"), f"/cases/{desk.code(case_id)}"
    body = {"inputs": {"reason": "Còn thiếu minh chứng của hai quý cuối năm."}}
    version = head.get(path).headers["ETag"]
    done = head.post(f"{path}/actions/send_back", body, If_Match=version, Idempotency_Key="một").json
    assert problem(Script(desk, "office").post(f"{path}/undo", {"event_seq": done["event_seq"]}))[0] == 403
    back = head.post(f"{path}/undo", {"event_seq": done["event_seq"]})
    assert back.status_code == 200, back.json
    assert (back.status_code, back.json["state"]) == (200, "unit_appraisal")
    assert problem(head.post(f"{path}/undo", {"event_seq": done["event_seq"]}))[0] in (403, 409, 412)


@BOTH_DESKS
def test_who_declares_a_conflict_is_out(desk: Desk) -> None:
    case_at(desk.cast, "unit_appraisal")
    head = Script(desk, "head")
    seen = first(head)
    why = {"reason": "Là vợ của người được xét"}
    done = head.post(f"/work-items/{seen['id']}/recusal", why, If_Match=str(seen["version"]))
    assert done.status_code == 200
    assert head.get("/work-items").json["items"] == []
