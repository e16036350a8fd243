"""The live page of a sitting: what it counts, for whom, what it keeps to itself, and that it moves only if it must."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import sqlalchemy as sa

from tests.ballots import ballot
from tests.roads import answer, do
from tests.sittings import MEMBERS, convene, rules, waiting
from tests.states.councils.test_secret import box_of
from tests.states.councils.test_sittings import opened
from tests.web.desk import BOTH_COUNCILS, SCAN, Browser, Desk, Forms
from web.sign_in.model import sign_in
from web.sign_in.sessions import TOUCH
from workflow.clock import wall_now


def page(desk: Desk, sitting: str, who: str = "office", **asked: Any) -> str:
    answer = desk.browser(who).client.get(f"/phien-hop/{desk.code(sitting)}", query_string=asked)
    assert answer.status_code == 200
    return said(answer.text)


def said(text: str) -> str:
    """What a page says, its spaces as one."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


@BOTH_COUNCILS
def test_it_counts_who_is_there_and_names_the_rule_and_its_source(council: Desk) -> None:
    cast, desk = council.cast, council
    sitting = convene(cast, waiting(cast, 2))
    do(cast, "office", sitting, "invite")
    answer(cast, "mentor", sitting, "reply", attendance="present")
    text = page(desk, sitting)
    assert "1/9 báo dự, cần 6" in text
    assert "từ 2/3 tổng số thành viên trở lên" in text
    assert "Quy chế Hội đồng (theo NĐ 98/2023" in text
    do(cast, "office", sitting, "open", present=[cast.people[one] for one in ("director", *MEMBERS[:5])])
    text = page(desk, sitting)
    assert "6/9 có mặt, cần 6" in text
    assert "Đủ số phải có mặt" in text


def beat(text: str) -> str:
    """The address the page asks again."""
    return unescape(re.search(r'hx-get="([^"]+)"', text)[1])  # type: ignore[index]


def drawn(browser: Browser, text: str) -> tuple[int, set[str], str]:
    """Status of the next question, the parts that come anew, and the whole answer."""
    fresh = browser.client.get(beat(text))
    return fresh.status_code, set(re.findall(r'hx-swap-oob="innerHTML:#live-(\w+)"', fresh.text)), fresh.text


@BOTH_COUNCILS
def test_only_what_changed_is_drawn_anew(council: Desk) -> None:
    cast, desk = council.cast, council
    cases = waiting(cast, 3)
    sitting, browser = opened(cast, cases, ["director", *MEMBERS[:5]]), desk.browser("office")
    whole = browser.get(f"/phien-hop/{desk.code(sitting)}").text
    assert drawn(browser, whole)[0] == 204, "nothing moved: nothing is drawn"
    do(cast, "office", sitting, "attend", present=[cast.people[one] for one in ("director", *MEMBERS[:6])])
    status, parts, fresh = drawn(browser, whole)
    assert (status, parts) == (200, {"said", "now", "people"}), "the agenda stays where it is"
    assert "7/9 có mặt, cần 6" in fresh
    assert drawn(browser, fresh)[0] == 204
    do(cast, "office", sitting, "call_ballot")
    fresh = drawn(browser, fresh)[2]
    ballot(cast, box_of(cast, sitting), "director", "aaa")
    status, parts, fresh = drawn(browser, fresh)
    assert (status, parts) == (200, {"said", "now"})
    assert "Hòm phiếu vòng 1: 1/7 đã bỏ phiếu" in fresh
    do(cast, "director", sitting, "to_paper")
    do(cast, "office", sitting, "count", agreed=dict(zip(cases, (7, 6, 3), strict=True)))
    fresh = drawn(browser, fresh)[2]
    assert drawn(browser, fresh)[0] == 204
    assert "agenda" in drawn(browser, whole)[1]
    assert "hx-get" not in browser.get(f"/phien-hop/{desk.code(sitting)}?dung=1").text, "paused: it asks no more"


@BOTH_COUNCILS
def test_of_an_open_box_it_says_how_many_and_never_who_or_what(council: Desk) -> None:
    cast, desk = council.cast, council
    sitting = opened(cast, waiting(cast, 2), ["director", *MEMBERS[:6]])
    do(cast, "office", sitting, "call_ballot")
    before = page(desk, sitting)
    ballot(cast, box_of(cast, sitting), "deputy", "ag")
    after = page(desk, sitting)
    assert after.replace("1/7 đã bỏ phiếu", "0/7 đã bỏ phiếu").replace(" 1/7 ", " 0/7 ") == before
    ballot(cast, box_of(cast, sitting), "press", "ga")
    ballot(cast, box_of(cast, sitting), "head2", "gg")
    assert "Đồng ý" not in page(desk, sitting).replace("Đồng ý Kết luận", ""), "no mark of anybody's before the close"


@BOTH_COUNCILS
def test_after_the_count_each_name_has_its_numbers_its_verdict_and_why(council: Desk) -> None:
    cast, desk = council.cast, council
    rules(cast)["places"] = "2"
    cases = waiting(cast, 5)
    first, second, third, fourth, fifth = cases
    sitting = opened(cast, cases, ["director", *MEMBERS])
    do(cast, "head2", sitting, "stand_aside", conflicts=[first])
    do(cast, "office", sitting, "put_off", put_off=[fifth])
    do(cast, "office", sitting, "call_vote")
    agreed = {first: 8, second: 8, third: 8, fourth: 4}
    do(cast, "office", sitting, "count", agreed=agreed, against={fourth: 4}, blank={fourth: 1})
    text = page(desk, sitting)
    assert "3 trường hợp bỏ phiếu vòng sau, còn 2 vị trí" in text
    assert "Thư ký mở hồ sơ phiên họp và mở bỏ phiếu vòng sau" in text
    assert "4/9 đồng ý là chưa đủ, cần ít nhất 8 (từ 80 % tổng số thành viên trở lên; nguồn như trên)" in text
    assert "không đồng ý 4, phiếu trắng 1, phiếu không hợp lệ 0" in text
    do(cast, "office", sitting, "call_vote")
    do(cast, "office", sitting, "count", agreed={first: 8, second: 9, third: 8})
    text = page(desk, sitting)
    assert "2 trường hợp bằng phiếu ở vị trí cuối cùng, còn 1 vị trí" in text
    assert "Chủ tịch Hội đồng mở hồ sơ phiên họp và chọn đúng số vị trí còn lại" in text
    others = "không đồng ý 0, phiếu trắng 0, phiếu không hợp lệ 0"
    assert f"Vòng 1: 8/8 cần 7 {others} 1 người không tham gia Vòng 2: 8/8 cần 7" in text
    do(cast, "director", sitting, "decide", chair_for={first: "failed", third: "passed"})
    text = page(desk, sitting)
    assert "Bằng phiếu: theo ý kiến của Chủ tịch Hội đồng" in text
    assert "trường hợp bằng phiếu" not in text
    assert "5/5 trường hợp · 2 đạt · 2 không đạt · 1 hoãn xét" in text
    assert "1/5 trường hợp" in page(desk, sitting, **{"ket-qua": "deferred"})
    assert "1/5 trường hợp" in page(desk, sitting, tim="can bo cb01")
    assert "Chất lượng giới thiệu của đơn vị trong năm" in text
    do(cast, "office", sitting, "write")
    do(cast, "director", sitting, "sign")
    assert "Phiên họp đã kết thúc" in page(desk, sitting)


@BOTH_COUNCILS
def test_who_runs_the_sitting_follows_it_and_nobody_else(council: Desk) -> None:
    cast, desk = council.cast, council
    sitting = opened(cast, waiting(cast, 1), ["director", *MEMBERS[:6]])
    code = desk.code(sitting)
    assert [desk.browser(one).get(f"/phien-hop/{code}").status_code for one in ("director", "office")] == [200, 200]
    for who in ("deputy", "candidate", "head"):
        assert desk.browser(who).get(f"/phien-hop/{code}").status_code == 404, who
        assert desk.browser(who).get(f"/phien-hop/{code}/moi").status_code == 404, who
    assert f"/phien-hop/{code}" in desk.browser("office").get(f"/ho-so/{code}").text
    assert f"/phien-hop/{code}" not in desk.browser("deputy").get(f"/ho-so/{code}").text
    nominee = desk.code(waiting(cast, 1)[0])
    assert desk.browser("office").get(f"/phien-hop/{nominee}").status_code == 404, "no sitting"


@BOTH_COUNCILS
def test_names_its_reader_has_no_part_in_are_left_out_with_their_counts(council: Desk) -> None:
    cast, desk = council.cast, council
    cases = waiting(cast, 3)
    sitting = opened(cast, cases, ["director", *MEMBERS])
    do(cast, "director", sitting, "stand_aside", conflicts=[cases[0]])
    do(cast, "office", sitting, "call_vote")
    do(cast, "office", sitting, "count", agreed=dict.fromkeys(cases, 8), against={cases[1]: 1})
    text, code = page(desk, sitting, "director"), desk.code(cases[0])
    assert code not in text
    assert "Có 1 trường hợp bạn không tham gia xét" in text
    assert code in page(desk, sitting, "office")


def test_on_paper_it_says_early_what_no_opinion_can_change_but_not_to_who_has_yet_to_write(council: Desk) -> None:
    cast, desk = council.cast, council
    cases = waiting(cast, 2)
    sitting = convene(cast, cases, form="papers")
    do(cast, "office", sitting, "circulate")
    said = {cases[0]: "agree", cases[1]: "against"}
    for member in MEMBERS:
        answer(cast, member, sitting, "opinion", opinion=said)
    text = page(desk, sitting)
    assert "8/9 đã trả lời, cần 6" in text
    assert "Chắc chắn đạt Các ý kiến còn lại không thay đổi được kết luận này" in text.replace("Chưa biểu quyết ", "")
    assert "Chắc chắn không đạt" in text
    assert "Chắc chắn" not in page(desk, sitting, "director"), "the chair has not written yet"
    answer(cast, "director", sitting, "opinion_chair", opinion=said)
    assert "Chắc chắn đạt" in page(desk, sitting, "director")


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(council: Desk) -> None:
    cast, desk = council.cast, council
    sitting, browser = opened(cast, waiting(cast, 1), ["director", *MEMBERS]), desk.browser("office")
    whole = browser.get(f"/phien-hop/{desk.code(sitting)}").text

    def seen() -> object:
        with cast.app.database.write() as connection:
            return connection.scalar(sa.select(sign_in.c.seen_at))

    with cast.app.database.write() as connection:
        connection.execute(sa.update(sign_in).values(seen_at=wall_now() - 2 * TOUCH))
    before = seen()
    assert drawn(browser, whole)[0] == 204
    assert seen() == before, "nobody sat there"
    browser.get(f"/phien-hop/{desk.code(sitting)}")
    assert seen() != before, "somebody opened it"


def test_whoever_runs_a_sitting_stays_at_it_and_sees_what_they_sign(council: Desk) -> None:
    cast, (first, second, *_) = council.cast, waiting(council.cast)
    sitting = convene(cast, [first, second])
    office, chair = council.browser("office"), council.browser("director")

    def turn(name: str) -> str:
        view = cast.app.engine.view(cast.actor(name), sitting)
        return next(f"/viec/{one.id}" for one in view.items if one.mine and one.kind == "state")

    done = office.send(office.get(turn("office")), "/lam/invite")
    assert (done.status_code, done.location) == (303, turn("office")), "on to the same sitting, not to other work"
    answer(cast, "mentor", sitting, "reply", attendance="present")
    ticked = Forms(office.get(turn("office")).text).to("/lam/open").fields["present"]
    assert ticked == [cast.people["mentor"]]
    do(cast, "office", sitting, "open", present=[cast.people[one] for one in ("director", *MEMBERS)])
    do(cast, "office", sitting, "call_vote")
    do(cast, "office", sitting, "count", agreed={first: 9, second: 2})
    done = office.send(office.get(turn("office")), "/lam/write", discussion="Hội đồng nhất trí.",
                       tally_file=("kiem-phieu.pdf", SCAN))  # fmt: skip
    assert not done.location.startswith(turn("director")), "the chair's turn is not the secretary's"
    before = said(chair.get(turn("director")).text.partition('id="quyet-dinh"')[0])
    assert "Kết quả kiểm phiếu" in before
    assert "Năm nay" not in before
    assert f"{cast.row(first).code} {cast.row(first).label}" in before


def test_asked_by_name_is_told_as_that(council: Desk) -> None:
    cast = council.cast
    sitting = convene(cast, waiting(cast, 1))
    do(cast, "office", sitting, "invite")
    text = said(council.browser("mentor").get(f"/ho-so/{council.code(sitting)}").text)
    assert "Bạn được hỏi đích danh, trả lời cho riêng mình" in text
    assert "chuyển việc" not in text.partition("Vì sao là bạn")[2][:80]
