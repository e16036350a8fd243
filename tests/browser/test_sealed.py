"""A sealed ballot in real browsers: keys given, slips sealed, opened together, counted again by the second counter."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from states.ballots import recount_sealed, tellers
from tests.ballots import again, ballot, box_at, closed
from tests.browser.axe import violations
from tests.browser.test_sitting import browser_of, send, unfold
from tests.browser.test_work import overflow, shot
from tests.cast import Cast
from tests.roads import do
from tests.sealing import Hand, raw, sealed_box, sealed_marks, text, vote
from tests.servers import served
from tests.sittings import rules, waiting
from tests.states.councils.test_secret import box_of
from tests.states.councils.test_sittings import opened
from tests.states.documents.test_deliver import shown, with_papers, words
from web.app import create_app

pytestmark = pytest.mark.browser

PHRASE = "bốn từ không liên quan"
PRESENT = ["director", "deputy", "head_office", "head2", "press", "office2"]
TELLERS = ("office", "press")


def fits(page: Page, *, looked_at: bool = True) -> None:
    """Nothing to scroll sideways, nothing axe finds in either theme; each page is looked at once."""
    if not looked_at:
        return
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        assert (overflow(page), violations(page)) == (0, [])


def test_a_sealed_ballot_from_the_secretarys_choice_to_the_minutes(
    sqlite_council: Cast, browser: Browser, tmp_path: Path
) -> None:
    cast = sqlite_council
    with_papers(cast, tmp_path)
    rules(cast).update(ballots="1", tie="fails")
    cases = waiting(cast, 2)
    sitting = opened(cast, cases, PRESENT)
    with served(create_app(cast.app)) as port:
        address = f"http://127.0.0.1:{port}"
        pages = {name: browser_of(cast, browser, address, name, 360) for name in (*PRESENT[:3], *TELLERS)}
        case_page = f"{address}/ho-so/{cast.row(sitting).code}"
        pages["office"].goto(case_page)
        form = unfold(pages["office"], "call_ballot")
        form.get_by_label("Mức 2").check()
        for name in TELLERS:
            form.get_by_label(f"{name.title()} Nguyễn", exact=True).check()
        send(pages["office"], "call_ballot")
        box = box_of(cast, sitting)
        assert box.status == "keys"
        home = f"{address}/bo-phieu/{box.id}"
        files = [key_given(pages[name], home, tmp_path / f"{name}.json", look=name == "office") for name in TELLERS]
        code = code_read(pages["press"])
        for name, mark in zip(PRESENT[:3], ("Đồng ý", "Không đồng ý", "Phiếu trắng"), strict=True):
            cast_sealed(pages[name], address, mark, code, tmp_path, look=name == "director")
        for name, letters in (("head2", "aa"), ("press", "ag"), ("office2", "ag")):
            vote(cast, again(cast, box), name, letters)
        for name in ("director", "office"):
            pages[name].goto(f"{address}/bo-phieu/{box.id}")
            pages[name].get_by_role("button", name="Đồng ý kết thúc bỏ phiếu").click()
        expect(pages["office"].get_by_text("Đã đóng và niêm phong hòm")).to_be_visible()
        fits(pages["office"])
        shot(pages["office"], "box-sealed", 360, tmp_path)
        for name in TELLERS:
            part_sent(pages[name], f"{address}/bo-phieu/{box.id}/kiem-phieu", tmp_path, look=name == "office")
        for name in TELLERS:
            counted(pages[name], f"{address}/bo-phieu/{box.id}/kiem-phieu", tmp_path, look=name == "office")
        done = again(cast, box)
        assert [done.counts[one] for one in cases] == [
            {"agreed": 4, "against": 1, "blank": 1, "invalid": 0},
            {"agreed": 2, "against": 3, "blank": 1, "invalid": 0},
        ]
        recounted(pages["office"], f"{address}/bo-phieu/{box.id}", files, tmp_path)
        pages["office"].goto(case_page)
        send(pages["office"], "count_box")
        for page in pages.values():
            page.context.close()
    in_the_minutes(cast, sitting, cases)


def key_given(page: Page, address: str, path: Path, *, look: bool = False) -> Path:
    """A phrase too short is told; the key is made, its file kept and tried, its public half given."""
    page.goto(address)
    expect(page.get_by_text("Chưa đủ khóa của tổ kiểm phiếu").first).to_be_visible()
    page.get_by_role("link", name="Trang của tổ kiểm phiếu").click()
    expect(page.get_by_text("Mất khóa hay quên cụm từ bí mật thì không ai")).to_be_visible()
    fits(page, looked_at=look)
    shot(page, "teller-key", 360, path.parent)
    page.get_by_label("Cụm từ bí mật", exact=True).first.fill("ngắn")
    page.get_by_role("button", name="Tạo khóa và tải tệp về").click()
    expect(page.get_by_text("Cụm từ bí mật cần ít nhất 12 ký tự")).to_be_visible()
    page.locator("#teller-new").fill(PHRASE)
    page.locator("#teller-again").fill(PHRASE)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Tạo khóa và tải tệp về").click()
    saved.value.save_as(path)
    assert saved.value.suggested_filename.startswith("khoa-kiem-phieu-HD-2025-")
    assert PHRASE not in path.read_text(encoding="utf-8")
    page.locator("#teller-file").set_input_files(path)
    page.locator("#teller-phrase").fill("một cụm từ khác hẳn")
    page.get_by_role("button", name="Thử tệp rồi giao nửa công khai").click()
    expect(page.get_by_text("Không mở được: sai cụm từ bí mật")).to_be_visible()
    page.locator("#teller-phrase").fill(PHRASE)
    fits(page, looked_at=look)
    page.get_by_role("button", name="Thử tệp rồi giao nửa công khai").click()
    expect(page.get_by_text("Đã giao nửa công khai của khóa")).to_be_visible()
    page.get_by_role("button", name="Thử khóa").click()
    expect(page.get_by_text("Khóa đúng")).to_be_visible()
    fits(page, looked_at=look)
    return path


def code_read(page: Page) -> str:
    """The code of all keys, as the last teller reads it."""
    code = page.locator(".sealed-code").inner_text()
    assert len(code.replace(" ", "")) == 20
    return code


def cast_sealed(page: Page, address: str, mark: str, code: str, folder: Path, *, look: bool) -> None:
    """All lines alike; what travels is sealed slips and nothing that was marked."""
    page.goto(f"{address}/bo-phieu")
    page.get_by_role("link", name="Bỏ phiếu", exact=True).click()
    expect(page.locator(".sealed-code")).to_have_text(code)
    expect(page.get_by_text("Mức 2: phiếu niêm phong trong trình duyệt")).to_be_visible()
    fits(page, looked_at=look)
    shot(page, "ballot-sealed", 360, folder)
    page.get_by_role("button", name="Xem lại phiếu").click()
    expect(page.locator("#sealed-missing li")).to_have_count(2)
    page.get_by_role("button", name=mark, exact=True).click()
    page.get_by_role("button", name="Xem lại phiếu").click()
    expect(page.get_by_text(f"● {mark}", exact=True)).to_have_count(2)
    fits(page, looked_at=look)
    with page.expect_request(lambda asked: asked.method == "POST") as posted:
        page.get_by_role("button", name="Niêm phong và bỏ phiếu").click()
    expect(page.get_by_role("heading", name="Đã bỏ phiếu")).to_be_visible()
    sent = dict(one.split("=", 1) for one in str(posted.value.post_data).split("&"))
    assert set(sent) == {"csrf_token", "code", "s1", "s2"}
    assert {len(sent["s1"]), len(sent["s2"])} == {194}, "as long as any other, whatever it says"


def part_sent(page: Page, address: str, folder: Path, *, look: bool = False) -> None:
    """With the key this browser keeps."""
    page.goto(address)
    expect(page.get_by_text("Trình duyệt này đang giữ khóa của bạn.")).to_be_visible()
    fits(page, looked_at=look)
    shot(page, "teller-share", 360, folder)
    page.get_by_role("button", name="Gửi phần mở của tôi").click()
    expect(page.get_by_text("Đã gửi phần mở.")).to_be_visible()


def counted(page: Page, address: str, folder: Path, *, look: bool) -> None:
    """Opened, looked at, sent."""
    page.goto(address)
    page.get_by_role("button", name="Mở và đếm").click()
    expect(page.get_by_role("heading", name="Trình duyệt này đếm được")).to_be_visible()
    fits(page, looked_at=look)
    shot(page, "teller-count", 360, folder)
    page.get_by_role("button", name="Gửi số đếm").click()
    expect(page.get_by_text("Đã ghi số đếm.")).to_be_visible()


def recounted(page: Page, address: str, files: list[Path], folder: Path) -> None:
    """The second counter, alone, with the tellers' files and phrases; a wrong phrase opens nothing."""
    page.goto(address)
    expect(page.get_by_role("heading", name="Kết quả kiểm phiếu")).to_be_visible()
    fits(page)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Tải danh sách phiếu").click()
    export = folder / "phieu.json"
    saved.value.save_as(export)
    code, told = run(export, files, f"{PHRASE}\n" * len(files))
    assert (code, "agreed=4\tagainst=1\tblank=1" in told, "opened" in told, "AGREES" in told) == (0, True, True, True)
    assert run(export, [], "")[0] == 0
    assert run(export, files, f"{PHRASE}\nsai\n")[0] != 0
    said: dict[str, Any] = json.loads(export.read_text(encoding="utf-8"))
    said["tellers"][0]["counted"]["1"] = [5, 0, 1, 0, 0]
    export.write_text(json.dumps(said), encoding="utf-8")
    code, told = run(export, files, f"{PHRASE}\n" * len(files))
    assert (code, "DOES NOT AGREE: paper 1" in told) == (1, True)


def run(export: Path, files: list[Path], phrases: str) -> tuple[int, str]:
    """As tellers run it: from another folder, without the product on its path."""
    ran = subprocess.run(
        [sys.executable, "-I", recount_sealed.__file__, str(export), *map(str, files)],
        input=phrases, capture_output=True, text=True, check=False, cwd=export.parent,
    )  # fmt: skip
    return ran.returncode, ran.stdout


def in_the_minutes(cast: Cast, sitting: str, cases: list[str]) -> None:
    """Minutes and record of the count say what the tellers counted."""
    do(cast, "office", sitting, "write", discussion="Hội đồng nhất trí.")
    cast.settle()
    papers = {one.row["name"]: one for one in shown(cast, sitting)}
    for name in ("minutes", "tally"):
        lines = words(cast, papers[name]).split("\n")
        for case_id, agreed in zip(cases, ("4", "2"), strict=True):
            at = lines.index(cast.row(case_id).label)
            assert (lines[at + 2], lines[at + 8]) == (agreed, "Không đạt"), (name, lines[at : at + 9])
    assert "Press Nguyễn" in words(cast, papers["tally"])


def test_a_false_part_is_found_by_the_other_tellers_browser(
    sqlite_cast: Cast, browser: Browser, tmp_path: Path
) -> None:
    """One teller sends a part of another key: the browser names them, counts nothing, and the history says so."""
    cast = sqlite_cast
    box = box_at(cast, names=1, tellers=TELLERS)
    with served(create_app(cast.app)) as port:
        address = f"http://127.0.0.1:{port}/bo-phieu/{box.id}"
        honest = browser_of(cast, browser, f"http://127.0.0.1:{port}", "office", 1280)
        key_given(honest, address, tmp_path / "office.json")
        liar = Hand("press")
        tellers.give_key(cast.app.engine, cast.actor("press"), box.id, liar.public)
        box = again(cast, box)
        vote(cast, box, "deputy", "a")
        closed(cast, box)
        now, person = again(cast, box), cast.people["press"]
        tellers.share(cast.app.engine, cast.actor("press"), box.id, liar.sealed(now, person, bytes(range(32))))
        part_sent(honest, f"{address}/kiem-phieu", tmp_path)
        honest.goto(f"{address}/kiem-phieu")
        honest.get_by_role("button", name="Mở và đếm").click()
        expect(honest.get_by_role("heading", name="Phần mở sai của:")).to_be_visible()
        expect(honest.locator("#teller-misfit-" + person)).to_have_text("Press Nguyễn")
        expect(honest.locator("#teller-counted")).to_be_hidden()
        fits(honest)
        honest.get_by_role("button", name="Báo phần mở sai, không đếm").click()
        expect(honest.get_by_text("Đã ghi vào lịch sử phiên họp: phần mở sai")).to_be_visible()
        expect(honest.get_by_text("báo phần mở sai", exact=True)).to_be_visible()
        honest.context.close()
    assert again(cast, box).status == "sealed"


def test_what_other_hands_spoil_and_withhold_is_told_before_the_count_is_sent(
    sqlite_cast: Cast, browser: Browser, tmp_path: Path
) -> None:
    """A slip whose tags were altered, and one that the other teller does not open although it fits."""
    cast = sqlite_cast
    box = box_at(cast, names=1, tellers=TELLERS)
    with served(create_app(cast.app)) as port:
        address = f"http://127.0.0.1:{port}/bo-phieu/{box.id}"
        page = browser_of(cast, browser, f"http://127.0.0.1:{port}", "office", 360)
        key_given(page, address, tmp_path / "office.json")
        other = Hand("press")
        tellers.give_key(cast.app.engine, cast.actor("press"), box.id, other.public)
        box = again(cast, box)
        altered = bytearray(raw(sealed_marks(box, "a")[1]))
        altered[-1] ^= 1
        altered[-17] ^= 1
        ballot(cast, box, "deputy", {1: text(bytes(altered))})
        vote(cast, box, "director", "g")
        closed(cast, box)
        now, person = again(cast, box), cast.people["press"]
        tellers.share(cast.app.engine, cast.actor("press"), box.id, other.sealed(now, person, bytes(64)))
        part_sent(page, f"{address}/kiem-phieu", tmp_path)
        page.goto(f"{address}/kiem-phieu")
        page.get_by_role("button", name="Mở và đếm").click()
        expect(page.locator("#teller-spoilt")).to_be_visible()
        expect(page.locator("#teller-withheld-" + person)).to_contain_text("Press Nguyễn không chịu mở: 1")
        expect(page.locator("[data-kind]")).to_have_text(["0", "0", "0", "0", "2"])
        page.context.close()


def test_without_a_script_it_says_what_to_do_instead(sqlite_cast: Cast, browser: Browser) -> None:
    box, _ = sealed_box(sqlite_cast, names=1)
    with served(create_app(sqlite_cast.app)) as port:
        address = f"http://127.0.0.1:{port}"
        signed_in = browser_of(sqlite_cast, browser, address, "deputy", 360)
        cookies = signed_in.context.cookies()
        context = browser.new_context(locale="vi-VN", viewport={"width": 360, "height": 800}, java_script_enabled=False)
        context.add_cookies([{"name": one["name"], "value": one["value"], "url": address} for one in cookies])
        page = context.new_page()
        page.goto(f"{address}/bo-phieu/{box.id}/phieu/{sqlite_cast.people['deputy']}")
        expect(page.get_by_text("Nếu dòng này không tự ẩn")).to_be_visible()
        expect(page.get_by_text("Chủ tịch có thể hủy hòm và chuyển cả vòng sang phiếu giấy")).to_be_visible()
        assert not [one for one in page.locator("button").all() if one.is_visible() and "bỏ phiếu" in one.inner_text()]
        context.close()
        signed_in.context.close()
