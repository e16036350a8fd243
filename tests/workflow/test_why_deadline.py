"""The alarms told are those armed, each with the sum it came by; what moved, fired or fell silent says why."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.cast import Cast
from tests.roads import case_at
from workflow.deadlines import escalation_time, parse_duration, reminder_times
from workflow.due import Due, explain
from workflow.explain import CaseView
from workflow.reasons import Line, Part, Why
from workflow.why_case import explained, of_deadline
from workflow.why_deadline import closed
from workflow.worklist import find_item


def why(cast: Cast, case_id: str, name: str = "head") -> tuple[CaseView, Why, Any]:
    view, behind = explained(cast.app.engine, cast.actor(name), case_id)
    item = next(one for one in view.items if one.kind == "state")
    return view, of_deadline(view, behind, item.id), item


def part(found: Why, name: str) -> Part:
    return next(one for one in found.parts if one.title.key == f"explain.part.{name}")


def fates(found: Why) -> list[str]:
    said = (under.said.key for one in part(found, "follows").lines for under in one.under)
    return [key.rpartition(".")[2] for key in said if key.startswith("explain.fate.")]


def test_the_day_is_the_deadlines_own_sum(sqlite_cast: Cast) -> None:
    view, found, item = why(sqlite_cast, case_at(sqlite_cast, "unit_appraisal"))
    own = [key for key, _ in explain(Due.from_json(item.due), view.definition.field_titles())]
    assert [one.said.key for one in part(found, "until").lines][: len(own)] == own


def test_every_alarm_is_at_the_moment_its_sum_gives(sqlite_cast: Cast) -> None:
    """The words name an offset or a length; from them alone the deadline's own functions come to the armed moment."""
    view, found, item = why(sqlite_cast, case_at(sqlite_cast, "unit_appraisal"))
    due, plan = Due.from_json(item.due), view.plan
    with sqlite_cast.app.database.read() as connection:
        calendar = sqlite_cast.app.catalogue.calendar_of(connection, sqlite_cast.agency_id)
    remind = dict(reminder_times(due, range(30), start=item.opened_at, calendar=calendar, hour=plan.remind_hour))
    told = {"remind": 0, "due": 0, "escalate": 0}
    for one in part(found, "follows").lines:
        kind = one.said.key.rpartition(".")[2]
        told[kind] += 1
        assert one.said.params["at"] == _moment(one, kind, due, remind, calendar, plan.remind_hour), one
        assert one.sign == "later"
    assert all(told.values())


def _moment(one: Line, kind: str, due: Due, remind: dict[int, Any], calendar: Any, hour: int) -> Any:
    said = one.under[0].said
    if kind == "due":
        return due.due_at
    if kind == "remind":
        return remind[said.params.get("count", 0)]
    length = f"{said.params['amount']} {said.params['unit'].key.removeprefix('unit.')}"
    return escalation_time(due, parse_duration(length), calendar=calendar, hour=hour)


def test_what_fired_and_what_was_too_late_say_so(sqlite_cast: Cast) -> None:
    cast, case_id = sqlite_cast, case_at(sqlite_cast, "unit_appraisal")
    cast.at("2025-05-05")
    cast.run_due()
    _, found, _ = why(cast, case_id)
    assert {"fired", "later_reminder"} <= set(fates(found))


def test_done_in_time_its_alarms_fall_silent_and_it_says_who_did_it(sqlite_cast: Cast) -> None:
    cast, case_id = sqlite_cast, case_at(sqlite_cast, "unit_appraisal")
    view, _, item = why(cast, case_id)
    cast.later(hours=1)
    cast.act("head", case_id, "recognize", unit_minutes=cast.upload("head"))
    with cast.app.database.read() as connection:
        row = dict(find_item(connection, cast.agency_id, item.id))
        found = closed(connection, row, view, "deadline")
    assert part(found, "closed").lines[0].said.key == "explain.closed.by"
    assert set(fates(found)) == {"closed"}


def test_a_hold_stops_the_day_and_its_alarms(sqlite_cast: Cast) -> None:
    cast, case_id = sqlite_cast, case_at(sqlite_cast, "unit_appraisal", held=["complaint"])
    view, behind = explained(cast.app.engine, cast.actor("office"), case_id)
    item = next(one for one in view.items if one.kind == "state")
    found = of_deadline(view, behind, item.id)
    assert "explain.due.suspended" in [one.said.key for one in part(found, "until").lines]
    assert set(fates(found)) == {"held"}
    assert date(2025, 3, 3) <= Due.from_json(item.due).due_on
