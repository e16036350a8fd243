"""A sealed box on pages, with hands in the browsers' place: what is sent, what is refused, what each page says."""

from __future__ import annotations

import io
import json
import logging
from pathlib import Path
from typing import Any

from werkzeug.test import TestResponse

from states.ballots import recount_sealed, store, tellers
from states.ballots.boxes import Box
from tests.ballots import again, box_at, closed
from tests.sealing import Hand, counted, counts_of, sealed_box, sealed_marks, share_all, vote
from tests.web.desk import BOTH_DESKS, Browser, Desk, Forms
from web.watching import logs

HANDS = ("office", "press")


def teller_page(browser: Browser, box: Box) -> TestResponse:
    return browser.get(f"/bo-phieu/{box.id}/kiem-phieu")


def cast_on_page(browser: Browser, desk: Desk, box: Box, member: str, letters: str) -> TestResponse:
    page = browser.get(f"/bo-phieu/{box.id}/phieu/{desk.cast.people[member]}")
    slips = sealed_marks(again(desk.cast, box), letters)
    return browser.send(page, "/bo", **{f"s{number}": slip for number, slip in slips.items()})


@BOTH_DESKS
def test_keys_slips_parts_and_counts_travel_and_nothing_else(desk: Desk) -> None:
    cast, box, held = desk.cast, box_at(desk.cast, names=2, tellers=HANDS), {name: Hand(name) for name in HANDS}
    voter = desk.browser("deputy")
    early = voter.get(f"/bo-phieu/{box.id}/phieu/{cast.people['deputy']}")
    assert (early.status_code, "Chưa đủ khóa của tổ kiểm phiếu" in early.text) == (403, True)
    browsers = {name: desk.browser(name) for name in HANDS}
    for name, hand in held.items():
        assert (
            browsers[name].send(teller_page(browsers[name], box), "/khoa-cong-khai", public=hand.public).status_code
            == 303
        )
    receipt = cast_on_page(voter, desk, box, "deputy", "ag")
    assert (receipt.status_code, "Đã bỏ phiếu" in receipt.text) == (200, True)
    assert receipt.headers["Cache-Control"] == "no-store, no-transform"
    code = receipt.text.split('ballot__code">')[1].partition("<")[0]
    closed(cast, box)
    now = again(cast, box)
    for name, hand in held.items():
        page = teller_page(browsers[name], box)
        given = browsers[name].get(f"/bo-phieu/{box.id}/niem-phong.json")
        assert (given.json["parts"], len(given.json["slips"])) == ({}, 2)
        parts = {f"part-{who}": part for who, part in hand.parts(now, cast.people[name], given.json["slips"]).items()}
        assert browsers[name].send(page, "/phan-mo", **parts).status_code == 303
    for name, hand in held.items():
        given = browsers[name].get(f"/bo-phieu/{box.id}/niem-phong.json").json
        counts = hand.opened(again(cast, box), cast.people[name], given)
        said = {f"c{number}": " ".join(map(str, one)) for number, one in counts.items()}
        assert browsers[name].send(teller_page(browsers[name], box), "/so-dem", **said).status_code == 303
    done = voter.get(f"/bo-phieu/{box.id}")
    assert "Kết quả kiểm phiếu" in done.text
    assert "có trong hòm" in voter.send(done, "/ma-nhan", code=code).text
    assert "Đã kiểm phiếu" in teller_page(browsers["office"], box).text


def test_what_is_wrong_is_said_on_the_tellers_page_and_nothing_is_kept(desk: Desk) -> None:
    cast, browser = desk.cast, desk.browser("office")
    box = box_at(cast, names=1, tellers=HANDS)
    wrong = browser.send(teller_page(browser, box), "/khoa-cong-khai", public="x")
    assert (wrong.status_code, "Đây không phải nửa công khai" in wrong.text) == (409, True)
    held = {name: Hand(name) for name in HANDS}
    for name, hand in held.items():
        tellers.give_key(cast.app.engine, cast.actor(name), box.id, hand.public)
    late = browser.client.post(
        f"/bo-phieu/{box.id}/khoa-cong-khai", data=_secret(browser, box) | {"public": held["office"].public}
    )
    assert (late.status_code, "không thay khóa được nữa" in late.text) == (409, True)
    vote(cast, again(cast, box), "deputy", "a")
    assert browser.get(f"/bo-phieu/{box.id}/niem-phong.json").status_code == 403
    closed(cast, box)
    short = browser.send(teller_page(browser, box), "/phan-mo", **{f"part-{cast.people['press']}": "A" * 40})
    assert (short.status_code, "Phần mở này không đủ" in short.text) == (409, True)
    share_all(cast, again(cast, box), held)
    for said in ("", "1 0 0 0", "2 0 0 0 0", "1 0 0 0 x", "-1 2 0 0 0", "9" * 50):
        bad = browser.send(teller_page(browser, box), "/so-dem", c1=said)
        assert (bad.status_code, "Số đếm không khớp" in bad.text) == (409, True), said
    browser.send(teller_page(browser, box), "/so-dem", c1="0 1 0 0 0")
    other = desk.browser("press")
    differ = other.send(teller_page(other, box), "/so-dem", c1="1 0 0 0 0")
    assert (differ.status_code, "không giống nhau: không ghi kết quả" in differ.text) == (409, True)
    accused = other.send(teller_page(other, box), "/phan-sai", against=cast.people["office"])
    assert accused.status_code == 303
    assert "báo phần mở sai" in teller_page(other, box).text
    assert "Kiểm phiếu niêm phong không thống nhất" in browser.get(f"/ho-so/{desk.code(box.case_id)}/lich-su").text


def _secret(browser: Browser, box: Box) -> dict[str, str]:
    page = browser.get(f"/bo-phieu/{box.id}")
    return {
        "csrf_token": next(
            form.fields["csrf_token"][0] for form in Forms(page.text).forms if "csrf_token" in form.fields
        )
    }


def test_nobody_else_is_a_teller(desk: Desk) -> None:
    box, _ = sealed_box(desk.cast, names=1)
    assert teller_page(desk.browser("outsider"), box).status_code == 404
    member = desk.browser("deputy")
    assert teller_page(member, box).status_code == 403
    for path, data in (
        ("khoa-cong-khai", {"public": "x"}),
        ("phan-mo", {}),
        ("so-dem", {}),
        ("phan-sai", {"against": "x"}),
    ):
        answer = member.client.post(f"/bo-phieu/{box.id}/{path}", data=_secret(member, box) | data)
        assert answer.status_code == 403, path
    assert member.get(f"/bo-phieu/{box.id}/niem-phong.json").status_code == 404
    assert box.id in desk.browser("press").get("/bo-phieu").text, "who counts finds the box without a seat in it"


def test_a_mark_that_is_not_sealed_is_refused_on_the_way_in(desk: Desk) -> None:
    """Without the script the page has no button; who sends marks all the same is told why they are not taken."""
    box, _ = sealed_box(desk.cast, names=1)
    browser = desk.browser("deputy")
    page = browser.get(f"/bo-phieu/{box.id}/phieu/{desk.cast.people['deputy']}")
    assert "Chủ tịch có thể hủy hòm và chuyển cả vòng sang phiếu giấy" in page.text
    data = {name: value[0] for name, value in Forms(page.text).to("/bo").fields.items()}
    looked = browser.client.post(f"/bo-phieu/{box.id}/phieu/{desk.cast.people['deputy']}/xem", data=data | {"p1": "a"})
    assert (looked.status_code, "không được gửi đi khi chưa niêm phong" in looked.text) == (422, True)
    for mark in ("", "a", "x" * 194):
        assert browser.send(page, "/bo", s1=mark).status_code == 422
    assert again(desk.cast, box).there == 0


def test_each_level_says_from_whom_it_is_secret_and_from_whom_not(desk: Desk) -> None:
    browser = desk.browser("deputy")
    plain, (sealed, _) = box_at(desk.cast, names=1, prefix="p"), sealed_box(desk.cast, names=1, prefix="s")
    texts = {
        box.id: browser.get(f"/bo-phieu/{box.id}/phieu/{desk.cast.people['deputy']}").text for box in (plain, sealed)
    }
    says = {
        plain.id: ("Mức 1:", "người quản trị máy chủ, cơ sở dữ liệu theo dõi đúng lúc đang bỏ phiếu;"),
        sealed.id: (
            "Mức 2:",
            "máy chủ gian dối",
            "một thành viên tổ kiểm phiếu, sau khi hòm đã mở",
            "giữ bằng chứng về phiếu",
        ),
    }
    for box_id, sentences in says.items():
        for other, text in texts.items():
            for one in sentences:
                assert (one in text) == (other == box_id), one
    assert not [one for one in texts.values() if "tuyệt đối" in one]


def test_what_is_sent_and_answered_is_as_long_whatever_was_voted(desk: Desk) -> None:
    seen: dict[str, set[int]] = {"sent": set(), "receipt": set(), "after": set()}
    for letters in ("aa", "gg", "bb", "ag"):
        box, _ = sealed_box(desk.cast, names=2, prefix=letters)
        seen["sent"].add(sum(map(len, sealed_marks(box, letters).values())))
        browser = desk.browser("deputy")
        seen["receipt"].add(len(cast_on_page(browser, desk, box, "deputy", letters).data))
        seen["after"].add(len(browser.get(f"/bo-phieu/{box.id}").data))
    assert {name: len(found) for name, found in seen.items()} == dict.fromkeys(seen, 1)


def test_the_list_of_sealed_slips_goes_to_who_counts_and_closes_alone(desk: Desk, tmp_path: Path) -> None:
    """With it a voter with a program of their own could prove a vote; those who must recount get it."""
    cast, (box, held) = desk.cast, sealed_box(desk.cast, names=1)
    vote(cast, box, "deputy", "a")
    counted(cast, box, held)
    member, teller = desk.browser("deputy"), desk.browser("press")
    page = member.get(f"/bo-phieu/{box.id}")
    assert ("/phieu.json" in page.text, "chỉ giao cho tổ kiểm phiếu" in page.text) == (False, True)
    refused = member.client.post(f"/bo-phieu/{box.id}/phieu.json", data=_secret(member, box))
    assert refused.status_code == 403
    file = teller.send(teller.get(f"/bo-phieu/{box.id}"), "/phieu.json")
    said = file.get_json()
    assert (said["format"], said["box"], said["code"]) == ("neuguong sealed ballots 1", box.id, box.code)
    (tmp_path / "phieu.json").write_text(json.dumps(said), encoding="utf-8")
    assert recount_sealed.recount(str(tmp_path / "phieu.json"), []) == 0
    said["slips"][0][2] = sealed_marks(box, "g")[1]
    (tmp_path / "phieu.json").write_text(json.dumps(said), encoding="utf-8")
    assert recount_sealed.recount(str(tmp_path / "phieu.json"), []) == 1
    assert teller.get("/bo-phieu/dem-lai-niem-phong.py").data == Path(recount_sealed.__file__).read_bytes()


def test_logs_and_the_interface_tell_nothing_of_a_sealed_box(desk: Desk) -> None:
    stream, (box, held) = io.StringIO(), sealed_box(desk.cast, names=1)
    root = logging.getLogger()
    kept = (root.handlers, root.level)
    logs.set_up("json", stream=stream)
    try:
        voter, teller = desk.browser("deputy"), desk.browser("office")
        cast_on_page(voter, desk, box, "deputy", "a")
        closed(desk.cast, box)
        share_all(desk.cast, box, held)
        given = teller.get(f"/bo-phieu/{box.id}/niem-phong.json")
        said = {
            f"c{number}": " ".join(map(str, one)) for number, one in counts_of(desk.cast, box, held["office"]).items()
        }
        teller.send(teller_page(teller, box), "/so-dem", **said)
    finally:
        root.handlers, _ = kept
        root.setLevel(kept[1])
    told = stream.getvalue()
    assert "ballots 200" in told
    secrets: list[Any] = [
        box.id,
        *(slip[2] for slip in given.json["slips"]),
        *given.json["parts"].values(),
        "niem-phong",
    ]
    lines = [line for line in told.splitlines() if '"logger": "neuguong.request"' in line and "ballots" in line]
    assert lines
    assert not [one for one in secrets if one in told]
    api = desk.app.test_client().get(f"/api/v1/cases/{desk.code(box.case_id)}", headers=desk.token("office", "read"))
    with desk.cast.app.database.read() as connection:
        hidden = [one.mark for one in store.slips(connection, box.id)] + store.receipts(connection, box.id)
    assert not [one for one in hidden if one in api.text]
