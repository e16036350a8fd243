"""A new version goes all its way: checked, tried, agreed to, in force, cases moved as tried and brought back."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from states.revisions import changing
from states.revisions.model import MOVED, REFUSED, revision_case
from tests.cast import Cast
from tests.new_rules import standing
from tests.roads import case_at, do
from tests.rule_changes import TIME, brought, files, living, pinned, proposed, row, step, tried, work
from workflow.history import verify
from workflow.message import Conflict, Invalid, Refused


def test_all_the_way_there_and_back(cast: Cast) -> None:
    base, _ = files(cast)
    case_id = case_at(cast, "identified")
    cast.settle()
    before = standing(cast, case_id)
    change_id = brought(cast)
    assert work(cast, change_id)["status"] == "done"
    assert (row(cast, change_id)["status"], row(cast, change_id)["findings"]) == ("checked", [])
    assert living(cast) == base  # checked, and nothing is in force

    assert tried(cast, change_id)[MOVED] == 1
    assert standing(cast, case_id) == before
    proposed(cast, change_id)
    step(cast, "agree", change_id, cast.people["director"])
    assert living(cast) == base
    assert work(cast, change_id)["result"] == {
        "in_force": 1, "cases_moved": 1, "cases_stays": 0, "cases_unmapped": 0,
    }  # fmt: skip
    new = str(row(cast, change_id)["plan_id"])
    assert (living(cast), pinned(cast, case_id), row(cast, change_id)["status"]) == (new, new, "in_force")
    assert standing(cast, case_id) != before

    with cast.app.database.read() as connection:
        (moved,) = changing.revisions(connection, row(cast, change_id))
    assert tried(cast, change_id, moved["id"])[MOVED] == 1
    step(cast, "move", change_id)
    assert work(cast, change_id)["result"]["cases_moved"] == 1
    assert (standing(cast, case_id), pinned(cast, case_id)) == (before, base)
    with cast.app.database.read() as connection:
        assert verify(connection, cast.agency_id) == []


def test_what_came_otherwise_than_tried_stays_and_says_so(sqlite_cast: Cast) -> None:
    cast = sqlite_cast
    case_id, moving = case_at(cast, "identified"), case_at(cast, "identified", who="colleague1")
    change_id = brought(cast)
    work(cast, change_id)
    tried(cast, change_id)
    proposed(cast, change_id)
    do(cast, "head", moving, "take_up")
    new = case_at(cast, "identified", who="colleague2")
    step(cast, "agree", change_id, cast.people["office2"])
    work(cast, change_id)
    with cast.app.database.read() as connection:
        lines = {one.case_id: one for one in connection.execute(sa.select(revision_case))}
    told = {one: (lines[one].outcome, [why["key"] for why in lines[one].reasons]) for one in (moving, new)}
    assert lines[case_id].outcome == MOVED
    assert told == {moving: (REFUSED, ["revision.otherwise"]), new: (REFUSED, ["revision.untried"])}


def test_what_is_wrong_is_told_with_its_file_and_line(sqlite_cast: Cast) -> None:
    _, now = files(sqlite_cast)
    broken = now["processes/nominee.yaml"].replace("to: ", "to: nowhere_")
    change_id = brought(sqlite_cast, {**now, "processes/nominee.yaml": broken})
    assert work(sqlite_cast, change_id)["status"] == "done"
    found = row(sqlite_cast, change_id)
    assert (found["status"], found["plan_id"]) == ("unsound", None)
    assert found["findings"][0]["file"] == "processes/nominee.yaml"
    assert found["findings"][0]["line"] > 1


def test_nothing_is_proposed_untried_late_or_without_a_ground(sqlite_cast: Cast) -> None:
    change_id = brought(sqlite_cast)
    work(sqlite_cast, change_id)
    with pytest.raises(Invalid) as wrong:
        step(sqlite_cast, "propose", change_id, sqlite_cast.people["office"], starts_on=date(2020, 1, 1), moves=True,
             reason="ngắn")  # fmt: skip
    assert set(wrong.value.fields) == {"starts_on", "moves", "reason"}
    with pytest.raises(Conflict):
        step(sqlite_cast, "give_up", change_id, seen=1)


def test_another_version_in_force_meanwhile_stops_it(sqlite_cast: Cast) -> None:
    cast = sqlite_cast
    first, second = brought(cast), brought(cast, {
        name: text.replace(TIME, TIME.replace("10", "12"))
        for name, text in files(cast)[1].items()
    })  # fmt: skip
    for one in (first, second):
        work(cast, one)
        proposed(cast, one, moves=False)
    step(cast, "agree", first, cast.people["office"])
    step(cast, "agree", second, cast.people["office"])
    work(cast, first)
    assert work(cast, second)["status"] == "failed"
    assert living(cast) == row(cast, first)["plan_id"]


def test_on_its_day_and_not_before(sqlite_cast: Cast) -> None:
    cast = sqlite_cast
    base, _ = files(cast)
    change_id = brought(cast)
    work(cast, change_id)
    proposed(cast, change_id, moves=False, starts_on=date(2025, 3, 10))
    step(cast, "agree", change_id, cast.people["office"])
    work(cast, change_id)
    assert living(cast) == base
    cast.at("2025-03-10")
    assert work(cast, change_id)["status"] == "done"
    assert living(cast) == row(cast, change_id)["plan_id"]


def test_four_eyes_where_the_plan_says_so(sqlite_cast: Cast) -> None:
    cast = sqlite_cast
    change_id = brought(cast)
    work(cast, change_id)
    proposed(cast, change_id, moves=False)
    org = cast.app.engine.view(cast.actor("office"), cast.nominate()).org
    with cast.app.database.read() as connection:
        plan = cast.app.catalogue.plan(connection, living(cast))
    asked = plan.model_copy(update={"plan_by": ("office", "director")})
    found = row(cast, change_id)
    assert changing.against(org, plan, found, cast.people["office"]) == []
    assert [one.key for one in changing.against(org, asked, found, cast.people["office"])] == ["calendar.four_eyes"]
    assert changing.against(org, asked, found, cast.people["director"]) == []
    assert [one.key for one in changing.against(org, asked, found, cast.people["head"])] == ["authority.role_missing"]


def test_only_one_run_at_a_time(sqlite_cast: Cast) -> None:
    change_id = brought(sqlite_cast)
    with pytest.raises(Refused):
        step(sqlite_cast, "give_up", change_id)
