"""Voting on pages: marked, looked over, cast once; the box closed by two; answers alike whatever is said."""

from __future__ import annotations

import io
import logging
import re
import statistics
import time
from collections import defaultdict
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from states.ballots import boxes, store
from states.ballots.boxes import Box
from tests.ballots import again, ballot, box_at, closed
from tests.roads import case_at, do
from tests.sittings import convene
from tests.states.ballots.test_closing import recounted
from tests.states.councils.test_sittings import MEMBERS, grant_members, staff
from tests.states.documents.test_deliver import with_papers
from tests.web.desk import BOTH_DESKS, Browser, Desk, Forms
from web.watching import logs

MARKS = {"a": 0, "g": 1, "b": 2}


def paper(browser: Browser, desk: Desk, box: Box, member: str) -> TestResponse:
    return browser.get(f"/bo-phieu/{box.id}/phieu/{desk.cast.people[member]}")


def values(page: TestResponse, number: int) -> list[str]:
    """The choices' names of one line, in the order for, against, blank."""
    part = page.text.split(f'name="p{number}" value="')[1:]
    return [one.partition('"')[0] for one in part]


def looked(browser: Browser, desk: Desk, box: Box, member: str, letters: str) -> TestResponse:
    page = paper(browser, desk, box, member)
    chosen = {f"p{number}": values(page, number)[MARKS[letter]] for number, letter in enumerate(letters, 1)}
    return browser.send(page, "/xem", **chosen)


@BOTH_DESKS
def test_mark_look_over_cast_and_never_again(desk: Desk) -> None:
    box, browser = box_at(desk.cast, names=3), desk.browser("deputy")
    assert f"/bo-phieu/{box.id}" in browser.get("/bo-phieu").text
    missing = browser.send(paper(browser, desk, box, "deputy"), "/xem")
    assert (missing.status_code, missing.text.count("Chưa đánh dấu:")) == (422, 6), "a line each, in summary and place"
    page = looked(browser, desk, box, "deputy", "agb")
    assert page.text.count("●") == 3
    corrected = browser.send(page, "/xem")
    assert corrected.text.count(" checked") == 3, "what was marked is marked still"
    receipt = browser.send(page, "/bo")
    code = receipt.text.split('ballot__code">')[1].partition("<")[0].replace(" ", "")
    assert (receipt.status_code, len(code)) == (200, 20)
    assert receipt.headers["Cache-Control"] == "no-store, no-transform"
    assert code in browser.send(page, "/bo").text.replace(" ", ""), "sent again, the answer was lost: the same receipt"
    with desk.cast.app.database.read() as connection:
        assert sorted((one.paper, one.mark) for one in store.slips(connection, box.id)) == [
            (1, "a"),
            (2, "g"),
            (3, "b"),
        ]
    second = paper(browser, desk, box, "deputy")
    assert (second.status_code, "không bỏ lại được" in second.text) == (403, True)
    form = Forms(page.text).to("/bo")
    another = {**form.fields, "code": ["A" * 20]}
    assert browser.client.post(form.action, data=another).status_code == 403


@BOTH_DESKS
def test_the_box_is_closed_by_two_and_recounted_by_anybody_who_sat_there(desk: Desk, tmp_path: Path) -> None:
    box, chair, secretary = box_at(desk.cast, names=2), desk.browser("director"), desk.browser("office")
    member = desk.browser("deputy")
    code = looked(member, desk, box, "deputy", "ag").text.split('name="code" value="')[1][:20]
    page = looked(member, desk, box, "deputy", "ag")
    receipt = member.send(page, "/bo", code=code)
    assert code[:5] in receipt.text
    before = chair.get(f"/bo-phieu/{box.id}")
    assert "1/2 người" in before.text
    assert "Kết quả kiểm phiếu" not in before.text
    early = member.client.post(f"/bo-phieu/{box.id}/phieu.json", data=_secret(member.get(f"/bo-phieu/{box.id}")))
    assert (early.status_code, "Hòm chưa đóng" in early.text) == (403, True)
    assert secretary.send(secretary.get(f"/bo-phieu/{box.id}"), "/khoa").status_code == 303
    assert again(desk.cast, box).status == "open"
    agreed = secretary.get(f"/bo-phieu/{box.id}").text
    assert ("Bạn đã đồng ý kết thúc" in agreed, "/khoa" in agreed) == (True, False), "who has agreed is not asked again"
    assert "Chủ tịch: chưa đồng ý (" in agreed
    assert chair.send(chair.get(f"/bo-phieu/{box.id}"), "/khoa").status_code == 303
    done = member.get(f"/bo-phieu/{box.id}")
    assert "Kết quả kiểm phiếu" in done.text
    assert again(desk.cast, box).root in done.text
    file = member.send(done, "/phieu.json")
    counted, told = recounted(tmp_path / "phieu.json", file.get_json())
    assert (counted, "AGREES" in told) == (0, True)
    script = member.get("/bo-phieu/dem-lai.py")
    assert script.text.count("\n") <= 40
    spaced = f"{code[:5].lower()} {code[5:]}"
    assert "có trong hòm" in member.send(done, "/ma-nhan", code=spaced).text
    assert "Không có phiếu của mã này" in member.send(done, "/ma-nhan", code="B" * 20).text


def _secret(page: TestResponse) -> dict[str, str]:
    found = [form.fields["csrf_token"][0] for form in Forms(page.text).forms if "csrf_token" in form.fields]
    return {"csrf_token": found[0]}


def test_nobody_else_finds_the_box_and_no_script_votes(desk: Desk) -> None:
    box, stranger = box_at(desk.cast, names=1), desk.browser("outsider")
    for path in ("", f"/phieu/{desk.cast.people['deputy']}"):
        assert stranger.get(f"/bo-phieu/{box.id}{path}").status_code == 404
    assert box.id not in stranger.get("/bo-phieu").text
    neighbour = desk.browser("director")
    assert paper(neighbour, desk, box, "deputy").status_code == 403
    header = desk.token("deputy", "read", "act")
    client = desk.app.test_client()
    assert client.get(f"/bo-phieu/{box.id}", headers=header).status_code == 303, "to sign-in: tokens open no page"
    pages = [rule.rule for rule in desk.app.url_map.iter_rules() if rule.endpoint.startswith("ballots.")]
    assert not [one for one in pages if not one.startswith("/bo-phieu")]
    api = client.get(f"/api/v1/cases/{desk.code(box.case_id)}", headers=desk.token("office", "read"))
    assert api.status_code == 200
    ballot(desk.cast, box, "deputy", "a")
    assert client.get(f"/api/v1/cases/{desk.code(box.case_id)}", headers=desk.token("office", "read")).data == api.data


def test_names_of_choices_are_new_on_each_page_and_say_nothing(desk: Desk) -> None:
    box, browser = box_at(desk.cast, names=2), desk.browser("deputy")
    first, second = (paper(browser, desk, box, "deputy") for _ in range(2))
    seen = [one for page in (first, second) for number in (1, 2) for one in values(page, number)]
    assert len(set(seen)) == 12
    assert {len(one) for one in seen} == {24}
    mixed = browser.send(first, "/xem", p1=values(second, 1)[0], p2=values(first, 1)[0])
    assert mixed.status_code == 422, "another page's name, or another line's, marks nothing"


def test_six_hundred_lines_are_marked_alike_with_one_button(desk: Desk) -> None:
    box, browser = box_at(desk.cast, names=40), desk.browser("deputy")
    page = paper(browser, desk, box, "deputy")
    against_all = page.text.split('name="all" value="')[2].partition('"')[0]
    marked = browser.send(page, "/xem", p7=values(page, 7)[0], all=against_all)
    assert marked.text.count(" checked") == 40
    looked_over = browser.send(marked, "/xem")
    assert looked_over.text.count("● Không đồng ý") == 39
    assert looked_over.text.count("● Đồng ý") == 1


def test_every_answer_is_as_long_whatever_was_chosen(desk: Desk) -> None:
    """Sizes of what is sent and of what comes back, of the look and of the receipt."""
    lengths: dict[str, set[int]] = defaultdict(set)
    for letters in ("aa", "gg", "bb", "ab", "ga"):
        box, browser = box_at(desk.cast, names=2, prefix=letters), desk.browser("deputy")
        page = looked(browser, desk, box, "deputy", letters)
        form = Forms(page.text).to("/bo")
        lengths["sent"].add(sum(len(name) + len(value[0]) for name, value in form.fields.items()))
        lengths["look"].add(len(page.data))
        lengths["receipt"].add(len(browser.send(page, "/bo").data))
        lengths["after"].add(len(browser.get(f"/bo-phieu/{box.id}").data))
    assert {name: len(found) for name, found in lengths.items()} == dict.fromkeys(lengths, 1)


def test_the_look_takes_as_long_whatever_was_chosen(desk: Desk) -> None:
    """Interleaved, in processor time of the one thread that answers: others at work make no difference."""
    box, browser = box_at(desk.cast, names=20), desk.browser("deputy")
    page, took = paper(browser, desk, box, "deputy"), defaultdict(list)
    form = Forms(page.text).to("/xem")
    for _ in range(25):
        for letter, place in MARKS.items():
            chosen = {f"p{number}": values(page, number)[place] for number in range(1, 21)}
            data = {**{name: value[0] for name, value in form.fields.items()}, **chosen}
            began = time.thread_time()
            answer = browser.client.post(form.action, data=data)
            took[letter].append(time.thread_time() - began)
            assert answer.status_code == 200
    medians = [statistics.median(found) for found in took.values()]
    assert max(medians) < 1.25 * min(medians), medians


def test_logs_and_metrics_tell_the_status_alone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    stream, box, browser = io.StringIO(), box_at(desk.cast, names=1), desk.browser("deputy")
    root = logging.getLogger()
    kept = (root.handlers, root.level)
    logs.set_up("json", stream=stream)
    try:
        page = looked(browser, desk, box, "deputy", "a")
        chosen = Forms(page.text).to("/bo").fields
        receipt = browser.send(page, "/bo")
        monkeypatch.setattr(store, "add", _breaks)
        broken = box_at(desk.cast, names=1, prefix="zz")
        assert browser.send(looked(browser, desk, broken, "deputy", "a"), "/bo").status_code == 500
    finally:
        root.handlers, _ = kept
        root.setLevel(kept[1])
    told = stream.getvalue()
    assert "ballots 200" in told
    assert receipt.status_code == 200
    for secret in (box.id, desk.cast.people["deputy"], chosen["p1"][0], chosen["code"][0], chosen["page"][0], "a vote",
                   "milliseconds\": 0", "/bo-phieu", "request_id"):  # fmt: skip
        lines = [line for line in told.splitlines() if "ballots" in line]
        assert not [line for line in lines if secret in line], secret
    assert "bo-phieu" not in _metrics(desk)


def _breaks(*_: object) -> None:
    raise RuntimeError("a vote of somebody")


def _metrics(desk: Desk) -> str:
    from prometheus_client import REGISTRY, generate_latest

    return generate_latest(REGISTRY).decode()


def test_who_stands_aside_reads_neither_the_name_nor_its_count(desk: Desk) -> None:
    box, browser = box_at(desk.cast, names=2, aside={"deputy": {1}}), desk.browser("deputy")
    page = paper(browser, desk, box, "deputy")
    assert ("Cán bộ cb00" in page.text, "Cán bộ cb01" in page.text) == (False, True)
    ballot(desk.cast, box, "deputy", "a")
    closed(desk.cast, box)
    done = browser.get(f"/bo-phieu/{box.id}")
    assert ("Cán bộ cb00" in done.text, "Cán bộ cb01" in done.text) == (False, True)
    assert "/phieu.json" not in done.text
    refused = browser.client.post(f"/bo-phieu/{box.id}/phieu.json", data=_secret(done))
    assert (refused.status_code, "không tải được danh sách phiếu" in refused.text) == (403, True)


def test_the_sittings_page_leads_to_its_box_and_counts_what_it_held(desk: Desk, tmp_path: Path) -> None:
    """From the secretary's button to the count that nobody typed, all of it on pages."""
    cast = desk.cast
    grant_members(cast)
    cases = [case_at(cast, "council_review", who=name) for name in staff(cast, 2)]
    sitting, everybody = convene(cast, cases), ("director", *MEMBERS)
    do(cast, "office", sitting, "invite")
    do(cast, "office", sitting, "open", present=[cast.people[name] for name in everybody])
    secretary, code = desk.browser("office"), desk.code(sitting)
    opened = secretary.send(secretary.get(f"/ho-so/{code}"), "move-call_ballot")
    assert opened.status_code == 303
    page = secretary.get(f"/ho-so/{code}")
    address = re.search(r"/bo-phieu/[0-9a-f-]{36}", page.text)
    assert address is not None
    with cast.app.database.read() as connection:
        box = boxes.find(connection, cast.agency_id, address[0].rpartition("/")[2])
    assert "move-count_box" not in page.text
    blocked = page.text.partition("Chưa thể «Ghi nhận kết quả kiểm phiếu»")[2].partition("</div></div>")[0]
    assert "Hòm phiếu chưa đóng" in blocked, "said before the form is filled in, by the guard itself"
    assert f'href="{address[0]}"' in blocked
    for name in everybody:
        browser = desk.browser(name)
        receipt = browser.send(looked(browser, desk, box, name, "ag"), "/bo")
        assert receipt.status_code == 200, name
    for name in ("director", "office"):
        browser = desk.browser(name)
        assert browser.send(browser.get(address[0]), "/khoa").status_code == 303
    cast.settle()
    with_papers(cast, tmp_path / "files")
    page = secretary.get(f"/ho-so/{code}")
    assert not [one for one in Forms(page.text).to("move-count_box").names if one.startswith("agreed")]
    done = secretary.send(page, "move-count_box")
    assert done.status_code == 303
    assert cast.row(sitting).state == "drafting"
    cast.settle()
    writing = secretary.get(f"/ho-so/{code}").text
    assert "Tải bản hệ thống đã lập để ký rồi nộp" in writing, "the paper to sign, at the field that asks for its scan"
    assert "«Đếm lại phiếu giấy»" not in writing.partition('id="quyet-dinh"')[0], "there was no paper: no obstacle"
    held = cast.app.engine.view(cast.actor("office"), sitting).fields
    assert held["verdict"] == {cases[0]: "passed", cases[1]: "failed"}
    history = secretary.get(f"/ho-so/{code}/lich-su").text
    assert "Đóng hòm phiếu kín, niêm phong và kiểm phiếu" in history
