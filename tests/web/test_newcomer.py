"""What a newcomer needs said: that the plan is over, that running cases keep a number, what of a form is compulsory."""

from __future__ import annotations

from datetime import timedelta

from states.office.running import running_elsewhere, running_under
from tests.roads import case_at
from tests.web.desk import BOTH_DESKS, Desk
from workflow.clock import move_to, wall_now


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
