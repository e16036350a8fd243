"""What awaits somebody beside work items stands in their inbox: ballots, the word to close, a sitting to convene."""

from __future__ import annotations

from datetime import timedelta

from states.office.running import running_elsewhere, running_under
from tests.ballots import ballot, box_at
from tests.roads import case_at
from tests.web.desk import BOTH_DESKS, Desk
from workflow.clock import move_to, wall_now

TITLE = "Đang chờ bạn"


@BOTH_DESKS
def test_a_ballot_stands_in_the_inbox_of_who_votes_until_it_is_cast(desk: Desk) -> None:
    box = box_at(desk.cast, names=2)
    paper = f"/bo-phieu/{box.id}/phieu/{desk.cast.people['deputy']}"
    page = desk.browser("deputy").get("/viec").text
    assert (TITLE in page, paper in page) == (True, True)
    assert paper not in desk.browser("director").get("/viec").text, "nobody else hears that they have not voted"
    assert TITLE not in desk.browser("head").get("/viec").text
    ballot(desk.cast, box, "deputy", "aa")
    assert paper not in desk.browser("deputy").get("/viec").text


@BOTH_DESKS
def test_the_word_to_close_is_asked_when_all_have_voted_or_the_other_has_said_it(desk: Desk) -> None:
    box = box_at(desk.cast, names=2)
    for member in ("director", "deputy"):
        assert "hãy kết thúc bỏ phiếu" not in desk.browser("director").get("/viec").text
        ballot(desk.cast, box, member, "aa")
    chair, keeper = desk.browser("director"), desk.browser("office")
    assert "hãy kết thúc bỏ phiếu" in chair.get("/viec").text
    keeper.send(keeper.get(f"/bo-phieu/{box.id}"), "/khoa")
    assert "còn chờ ý kiến của bạn" in chair.get("/viec").text
    assert TITLE not in keeper.get("/viec").text


@BOTH_DESKS
def test_who_calls_sittings_finds_the_cases_that_wait_for_one(desk: Desk) -> None:
    case_id = case_at(desk.cast, "council_review")
    address, code = "/gioi-thieu/sitting/convene", desk.code(case_id)
    inbox = desk.browser("office").get("/viec").text
    assert (address in inbox, code in inbox) == (True, True)
    assert address in desk.browser("office").get(f"/ho-so/{code}").text.split("pane__pair")[0]
    assert address not in desk.browser("head").get("/viec").text


@BOTH_DESKS
def test_the_end_of_the_plan_is_said_to_the_office_alone(desk: Desk) -> None:
    said = "đã hết thời gian thực hiện"
    assert said not in desk.browser("office").get("/viec").text
    with desk.cast.app.database.write() as connection:
        move_to(connection, wall_now() + timedelta(days=365 * 5))
    assert said in desk.browser("office").get("/viec").text
    assert said in desk.browser("office").get("/thiet-lap/con-thieu").text
    assert said not in desk.browser("head").get("/viec").text


def test_a_number_says_how_many_running_cases_keep_it(desk: Desk) -> None:
    cast = desk.cast
    case_at(cast, "identified")
    with cast.app.database.read() as connection:
        living = cast.app.catalogue.living_plan(connection, cast.agency_id)
        assert living is not None
        all_of_them = running_under(connection, cast.agency_id)
        assert all_of_them >= 1
        assert running_elsewhere(connection, cast.agency_id, living[0]) == 0
        assert running_elsewhere(connection, cast.agency_id, "another") == all_of_them


def test_the_take_up_form_says_what_is_compulsory_and_folds_empty_lines(desk: Desk) -> None:
    case_id = case_at(desk.cast, "identified")
    page = desk.browser("head").get(f"/ho-so/{desk.code(case_id)}").text
    form = page.split('name="strengths"')[0].rpartition("<form")[2] + page.split('name="strengths"')[1]
    assert "(bắt buộc)" in form
    first, _, spare = form.partition("dòng trống)")
    assert ('name="measures.0.what"' in first, 'name="measures.1.what"' in first) == (True, False)
    assert 'name="measures.1.what"' in spare, "without a script they are there to be opened"
