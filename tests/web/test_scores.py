"""Scoring in the browser, without a script; and every way by which one judge might read another's scores too early."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from python_calamine import load_workbook

from config.settings import Settings
from tests.cast import open_cast
from tests.databases import SqliteDatabases
from tests.roads import do
from tests.states.criteria.test_scoring import GOOD, before_the_judges, give, prepare
from tests.web.desk import SCAN, Desk, open_desk
from tests.web.test_api import Script

WORDS = "Hiếm có, nên nêu gương toàn ngành"


@pytest.fixture
def desk(sqlite_databases: SqliteDatabases, tmp_path: Path) -> Iterator[Desk]:
    with sqlite_databases.fresh(prepare) as url:
        cast = open_cast(Settings(database_url=url, strict_texts=True))
        try:
            yield open_desk(cast, tmp_path)
        finally:
            cast.app.dispose()


@pytest.fixture
def code(desk: Desk) -> str:
    return desk.code(before_the_judges(desk.cast))


def sheet(**changed: str) -> dict[str, str]:
    return {"score-influence": "4", "score-leading": "3", "score-acclaimed": "2", "words": WORDS} | changed


def test_a_judge_finds_the_case_scores_it_and_then_sees_the_others(desk: Desk, code: str):
    browser = desk.browser("judge1")
    waiting = browser.get("/cham-diem").text
    assert code in waiting
    assert 'aria-current="page"' in waiting
    page = browser.get(f"/ho-so/{code}")
    assert "Đã chấm 0/9 người" in page.text
    assert "4 – Nổi bật" in page.text
    answer = browser.send(page, "cham-diem", **sheet())
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/ho-so/{code}#cham-diem")
    page = browser.get(f"/ho-so/{code}")
    assert "3,13" in page.text
    assert "đúng bằng 47/15" in page.text
    assert "Kế hoạch 15/KH-STP mục I.2" in page.text
    assert code not in browser.get("/cham-diem").text


def test_nothing_ticked_or_typed_is_lost_on_an_error(desk: Desk, code: str):
    browser = desk.browser("judge1")
    answer = browser.send(browser.get(f"/ho-so/{code}"), "cham-diem", **sheet(**{"score-leading": ""}))
    assert answer.status_code == 422
    assert "Chọn một mức cho tiêu chí “Nhân tố nổi trội, dẫn đầu”." in answer.text
    assert WORDS in answer.text
    assert 'name="score-influence" value="4" checked' in answer.text
    answer = browser.send(answer, "cham-diem", **{"score-leading": "3"})
    assert answer.status_code == 303


def test_another_window_is_told_and_keeps_what_was_typed(desk: Desk, code: str):
    browser = desk.browser("judge1")
    page = browser.get(f"/ho-so/{code}")
    browser.send(page, "cham-diem", **sheet())
    answer = browser.send(page, "cham-diem", **sheet(words="Bản khác"))
    assert answer.status_code == 409
    assert "cửa sổ khác" in answer.text
    assert "Bản khác" in answer.text


def test_a_case_that_moved_on_takes_no_scores(desk: Desk, code: str):
    browser = desk.browser("judge1")
    page = browser.get(f"/ho-so/{code}")
    case_id = next(row.id for row in desk.cast.cases("nominee"))
    do(desk.cast, "head", case_id, "honour")
    answer = browser.send(page, "cham-diem", **sheet())
    assert answer.status_code in (403, 422)
    assert "Đợt chấm này đã khép lại" in answer.text


def test_no_page_no_file_no_interface_gives_scores_away_too_early(desk: Desk, code: str):
    """judge1 has scored; judge2 has not, member and head2 are no judges and decide nothing."""
    first = desk.browser("judge1")
    assert first.send(first.get(f"/ho-so/{code}"), "cham-diem", **sheet()).status_code == 303
    ways = (
        f"/ho-so/{code}", f"/ho-so/{code}/lich-su", f"/ho-so/{code}/cham-diem.csv", "/cham-diem", "/", "/ho-so",
        "/viec", "/chi-tieu",
    )  # fmt: skip
    scripts = (
        f"/api/v1/cases/{code}", f"/api/v1/cases/{code}/history", f"/api/v1/cases/{code}/actions", "/api/v1/cases",
        "/api/v1/work-items",
    )  # fmt: skip
    for who in ("judge2", "member", "head2"):
        browser, token = desk.browser(who), desk.token(who)
        texts = {way: browser.get(way).text for way in ways}
        texts |= {way: desk.app.test_client().get(way, headers=token).text for way in scripts}
        for way, text in texts.items():
            for given in (WORDS, json.dumps(WORDS)[1:-1], "47/15", "3,13", "đúng bằng", "Từng phiếu"):
                assert given not in text, (who, way, given)
        for word in WORDS.split():  # nor does a search find the case by what was said of it
            found = desk.app.test_client().get(f"/api/v1/cases?search={word}", headers=token).json["cases"]
            assert found == []
    for given in (WORDS, "47/15", "Từng phiếu"):
        assert given in first.get(f"/ho-so/{code}").text, "who has scored does see it"
    book = desk.browser("judge2").get(f"/ho-so/{code}/cham-diem.xlsx")
    rows = load_workbook(io.BytesIO(book.data)).get_sheet_by_index(0).to_python()
    assert len(rows) == 1, "headings alone"


def test_who_decides_reads_them_all_and_so_does_the_file(desk: Desk, code: str):
    case_id = next(row.id for row in desk.cast.cases("nominee"))
    for number in (1, 2):
        give(desk.cast, f"judge{number}", case_id, GOOD, "=1+1")
    browser = desk.browser("head")
    page = browser.get(f"/ho-so/{code}").text
    assert "2 phiếu" in page
    assert "Đã chấm 2/9 người" in page
    text = browser.get(f"/ho-so/{code}/cham-diem.csv").data.decode("utf-8-sig")
    assert text.count("'=1+1") == 2
    assert "47/15" in text
    assert browser.get(f"/ho-so/{code}/cham-diem.ods").status_code == 404


def test_a_forged_form_is_refused_in_words(desk: Desk, code: str):
    browser = desk.browser("judge1")
    page = browser.get(f"/ho-so/{code}")
    for typed in ({"score-leading": "٣"}, {"visit": "x"}, {"criteria_hash": "<b>"}, {"revision": "99999999999999"}):
        answer = browser.send(page, "cham-diem", **sheet(**typed))
        assert answer.status_code in (403, 409, 422), typed
    outsider = desk.browser("head2")
    assert outsider.client.post(f"/ho-so/{code}/cham-diem", data={}).status_code in (400, 403, 404)


def test_a_judge_too_close_to_the_case_is_out_of_it_and_their_scores_with_them(desk: Desk, code: str):
    browser = desk.browser("judge1")
    browser.send(browser.get(f"/ho-so/{code}"), "cham-diem", **sheet())
    page = browser.get(f"/ho-so/{code}")
    answer = browser.send(page, "cham-diem/xung-dot", reason="")
    assert (answer.status_code, 'id="f-recuse-reason-error"' in answer.text) == (422, True)
    answer = browser.send(page, "cham-diem/xung-dot", reason="Là em ruột của người được xét")
    assert answer.status_code == 303
    assert browser.get(f"/ho-so/{code}").status_code == 404
    assert code not in browser.get("/cham-diem").text
    page = desk.browser("head").get(f"/ho-so/{code}").text
    assert "Đã chấm 0/8 người" in page
    assert "47/15" not in page


def test_papers_are_bound_and_shown_beside_the_criterion(desk: Desk, code: str):
    browser = desk.browser("head")
    answer = browser.send(
        browser.get(f"/ho-so/{code}"), "minh-chung-tieu-chi", criterion="at_home.leading", files=("so-lieu.pdf", SCAN)
    )
    assert answer.status_code == 303
    assert "so-lieu.pdf" in desk.browser("judge1").get(f"/ho-so/{code}").text
    answer = browser.send(browser.get(f"/ho-so/{code}"), "minh-chung-tieu-chi", criterion="at_home.leading")
    assert (answer.status_code, "Chọn ít nhất một tệp" in answer.text) == (422, True)
    answer = browser.send(
        browser.get(f"/ho-so/{code}"), "minh-chung-tieu-chi", criterion="at_home.leading", files=("x.exe", b"MZ")
    )
    assert answer.status_code == 422


def test_a_script_scores_as_a_page_does_and_sees_as_little(desk: Desk, code: str):
    give(desk.cast, "judge2", desk.cast.cases("nominee")[0].id, GOOD, WORDS)
    judge, path = Script(desk, "judge1"), f"/cases/{code}/scores"
    assert [one["code"] for one in judge.get("/scores").json["cases"]] == [code]
    before = judge.get(path)
    found = before.json
    assert (found["sees"], found["others"], found["result"], found["mine"]) == (False, [], None, None)
    assert WORDS not in before.text
    assert "47/15" not in before.text
    body = {"scores": dict.fromkeys(GOOD, 9), "visit": found["visit"], "criteria_hash": found["criteria_hash"]}
    wrong = judge.post(path, body, If_Match=before.headers["ETag"])
    assert (wrong.status_code, set(wrong.json["fields"])) == (422, set(GOOD))
    after = judge.post(path, {**body, "scores": GOOD}, If_Match=before.headers["ETag"])
    assert (after.status_code, after.json["result"]["mean"], after.headers["ETag"]) == (200, "47/15", '"1"')
    assert [one["words"] for one in after.json["others"]] == [WORDS]
    assert judge.post(path, {**body, "scores": GOOD, "words": "Cũ"}, If_Match='"0"').status_code == 412
    outsider = Script(desk, "head")
    assert outsider.post(path, {**body, "scores": GOOD}, If_Match='"0"').status_code == 403
    kept_out = Script(desk, "judge3")
    assert kept_out.post(f"{path}/recusal", {"reason": "Là em ruột của người được xét"}).status_code == 200
    assert kept_out.get(path).status_code == 404
