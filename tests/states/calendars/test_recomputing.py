"""A changed calendar: planned for all open deadlines, agreed to, moved once each with an event; nothing silently."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from states.calendars import editing
from states.calendars.lines import Line, with_day_off, with_swap
from states.calendars.recomputing import Applying
from tasks import run as doing
from tests.cast import Cast
from tests.roads import case_at, do
from workflow import history, runs
from workflow.catalogue import agency_calendar, calendar_of, store_calendar
from workflow.due import Due, explain
from workflow.extending import Word
from workflow.history import event
from workflow.journal import journal
from workflow.message import Conflict, Invalid, Refused
from workflow.organisation_changes import add_agency
from workflow.runs import run
from workflow.timers import timer

SOURCE = "Công văn 1234/VPCP-KGVX ngày 01/3/2025"
REASON = "Thủ tướng quyết định nghỉ để khắc phục bão"
STORM = Line(date(2025, 3, 6), date(2025, 3, 6), "Nghỉ bão", SOURCE, expected=False)
# In on Monday 3 March 2025, five working days: the 10th. With Thursday the 6th off: the 11th.
BEFORE, AFTER = date(2025, 3, 10), date(2025, 3, 11)


def drafted(cast: Cast, line: Line = STORM, who: str = "office", change: Any = with_day_off) -> str:
    with cast.app.database.write() as connection:
        return editing.edit(
            connection, cast.app.database.new_id, cast.agency_id, cast.people[who], lambda data: change(data, line), 0
        )


def row(cast: Cast, edit_id: str) -> Any:
    with cast.app.database.read() as connection:
        return editing.find(connection, cast.agency_id, edit_id)


def step(cast: Cast, name: str, edit_id: str, *more: Any, revision: int | None = None) -> Any:
    seen = row(cast, edit_id)["revision"] if revision is None else revision
    with cast.app.database.write() as connection:
        return getattr(editing, name)(connection, cast.agency_id, edit_id, seen, *more)


def proposed(cast: Cast, line: Line = STORM, **more: Any) -> str:
    edit_id = drafted(cast, line, **more)
    run_now(cast, step(cast, "propose", edit_id, cast.people["office"], REASON))
    return edit_id


def agreed(cast: Cast, edit_id: str) -> str:
    return str(step(cast, "agree", edit_id, cast.people["director"]))


def run_now(cast: Cast, run_id: str) -> None:
    doing.run(cast.app, [run_id])


def release(cast: Cast, run_id: str) -> None:
    """The lease of dead hands ends."""
    with cast.app.database.write() as connection:
        connection.execute(sa.update(run).where(run.c.id == run_id).values(lease_until=None, attempts=0))


def moves(cast: Cast, edit_id: str) -> list[tuple[date, date, str]]:
    with cast.app.database.read() as connection:
        return [(one["due_from"], one["due_to"], one["outcome"]) for one in editing.moves(connection, edit_id)]


def due(cast: Cast, case_id: str) -> Due:
    return Due.from_json(next(one for one in cast.open_items(case_id) if one.kind == "state").due)


def recalendared(cast: Cast) -> list[Any]:
    with cast.app.database.read() as connection:
        return list(connection.execute(sa.select(event).where(event.c.kind == "recalendared").order_by(event.c.id)))


def armed(cast: Cast, case_id: str) -> list[tuple[str, str, str]]:
    with cast.app.database.read() as connection:
        mine = sa.select(timer).where(timer.c.case_id == case_id, timer.c.status == "armed").order_by(timer.c.due_at)
        return [(one.kind, one.name, one.due_at.strftime("%d/%m %H")) for one in connection.execute(mine)]


def test_it_is_planned_first_and_moves_only_when_agreed_to(cast: Cast) -> None:
    case_id = case_at(cast, "unit_appraisal")
    before = armed(cast, case_id)
    edit_id = proposed(cast)
    assert moves(cast, edit_id) == [(BEFORE, AFTER, "planned")]
    assert (due(cast, case_id).due_on, armed(cast, case_id), recalendared(cast)) == (BEFORE, before, [])
    with cast.app.database.read() as connection:
        told = connection.execute(sa.select(sa.func.count()).select_from(agency_calendar)).scalar_one()
    assert told == 0, "and what begins now is counted as before"
    run_now(cast, agreed(cast, edit_id))
    moved = due(cast, case_id)
    assert (moved.due_on, moved.calendar_version) == (AFTER, row(cast, edit_id)["version"])
    assert armed(cast, case_id) == [
        ("remind", "3", "05/03 01"), ("remind", "1", "10/03 01"), ("remind", "0", "11/03 01"), ("due", "", "11/03 17"),
        ("escalate", "office", "12/03 01"), ("escalate", "director", "18/03 01"),
    ]  # fmt: skip
    said = explain(moved, {})
    assert ("deadline.off_day", {"day": "2025-03-06", "label": "Nghỉ bão"}) in said
    assert ("deadline.recomputed", {"from": "2025-03-10", "on": "2025-03-03"}) in said
    [told_of] = recalendared(cast)
    assert {name: told_of.body[name] for name in ("due_from", "due_to", "calendar", "decision")} == {
        "due_from": "2025-03-10", "due_to": "2025-03-11", "calendar": moved.calendar_version, "decision": "LLV-1",
    }  # fmt: skip
    assert moves(cast, edit_id) == [(BEFORE, AFTER, "as_planned")]
    assert row(cast, edit_id)["status"] == "applied"
    with cast.app.database.read() as connection:
        assert history.verify(connection) == []
        noted = connection.scalars(sa.select(journal.c.body).where(journal.c.noun == "agency_calendar")).all()
    assert [one["edit_id"] for one in noted] == [edit_id]
    new = cast.nominate(who="colleague2")
    assert due(cast, new).due_on == date(2025, 3, 18), "ten working days, the sixth left out"


def test_a_version_of_an_open_form_stays_good(sqlite_cast: Cast) -> None:
    case_id = case_at(sqlite_cast, "unit_appraisal")
    [item], version = sqlite_cast.open_items(case_id), sqlite_cast.row(case_id).version
    run_now(sqlite_cast, agreed(sqlite_cast, proposed(sqlite_cast)))
    [after] = sqlite_cast.open_items(case_id)
    assert (after.version, sqlite_cast.row(case_id).version) == (item.version, version)


def test_what_changed_after_the_plan_is_worked_out_anew_and_said(cast: Cast) -> None:
    """One decided, one granted more time, one begun: nothing is moved by a plan that grew stale."""
    longer = case_at(cast, "unit_appraisal")
    decided, stays = (cast.nominate(who=who) for who in ("mentor", "colleague1"))
    edit_id = proposed(cast)
    assert len(moves(cast, edit_id)) == 3
    do(cast, "head", decided, "decline", reason="Chưa đủ thời gian theo dõi")
    say, item = cast.app.engine.about_time, next(iter(cast.open_items(longer)))
    say(cast.actor("head"), item.id, Word("ask", date(2025, 3, 14), REASON), item.version)
    request = next(one for one in cast.open_items(longer) if one.kind == "extension")
    say(cast.actor("director"), request.id, Word("grant"), request.version)
    late = cast.nominate(who="colleague2")
    run_now(cast, agreed(cast, edit_id))
    assert due(cast, longer).due_on == date(2025, 3, 14), "a day that was granted stands"
    assert due(cast, stays).due_on == due(cast, late).due_on == date(2025, 3, 18)
    assert sorted(outcome for _, _, outcome in moves(cast, edit_id)) == ["as_planned", "closed", "new", "other"]
    with cast.app.database.read() as connection:
        result = runs.find(connection, cast.agency_id, row(cast, edit_id)["run_id"])["result"]
    assert result == {"as_planned": 1, "other": 1, "new": 1, "stays": 0, "closed": 1}


def test_a_granted_day_that_becomes_a_day_off_is_the_next_working_day(sqlite_cast: Cast) -> None:
    case_id = case_at(sqlite_cast, "unit_appraisal")
    say, [item] = sqlite_cast.app.engine.about_time, sqlite_cast.open_items(case_id)
    say(sqlite_cast.actor("head"), item.id, Word("ask", date(2025, 3, 14), REASON), item.version)
    request = next(one for one in sqlite_cast.open_items(case_id) if one.kind == "extension")
    say(sqlite_cast.actor("director"), request.id, Word("grant"), request.version)
    storm = replace(STORM, first=date(2025, 3, 14), last=date(2025, 3, 14))
    run_now(sqlite_cast, agreed(sqlite_cast, proposed(sqlite_cast, storm)))
    assert due(sqlite_cast, case_id).due_on == date(2025, 3, 17)


def test_nobody_is_late_after_the_fact_and_what_is_over_stays(sqlite_cast: Cast) -> None:
    """Saturday the 8th is worked for Friday the 14th: the deadline of the 10th would have been the 8th."""
    case_id = case_at(sqlite_cast, "unit_appraisal")
    sqlite_cast.at("2025-03-10")
    swap = Line(date(2025, 3, 8), date(2025, 3, 8), "Làm bù", SOURCE, False, date(2025, 3, 14))
    edit_id = proposed(sqlite_cast, swap, change=with_swap)
    run_now(sqlite_cast, agreed(sqlite_cast, edit_id))
    assert due(sqlite_cast, case_id).due_on == BEFORE
    assert recalendared(sqlite_cast) == []


def test_reminders_move_where_the_day_does_not(sqlite_cast: Cast) -> None:
    """A nominee is due on Monday the 17th either way, when a worked Saturday makes up for the day off."""
    case_id = sqlite_cast.nominate()
    swap = Line(date(2025, 3, 8), date(2025, 3, 8), "Làm bù", SOURCE, False, date(2025, 3, 12))
    edit_id = proposed(sqlite_cast, swap, change=with_swap)
    assert moves(sqlite_cast, edit_id) == [(date(2025, 3, 17), date(2025, 3, 17), "planned")]
    run_now(sqlite_cast, agreed(sqlite_cast, edit_id))
    told = {name: at for kind, name, at in armed(sqlite_cast, case_id) if kind == "remind"}
    assert told["3"] == "11/03 01", "three working days before: Friday, Thursday, Tuesday"


def test_what_is_held_goes_on_by_the_new_calendar(sqlite_cast: Cast) -> None:
    case_id = case_at(sqlite_cast, "unit_appraisal", held=["complaint"])
    run_now(sqlite_cast, agreed(sqlite_cast, proposed(sqlite_cast)))
    do(sqlite_cast, "office", case_id, "clear")
    assert due(sqlite_cast, case_id).due_on == AFTER, "five working days were left"


KILLED = """
import os, signal, sys
from config import wiring
from config.settings import Settings
from states.calendars import recomputing
from tasks import run

application = wiring.build(Settings(database_url=sys.argv[1]))
note, done = recomputing._note, []
def killed(*given):
    note(*given)
    done.append(1)
    if len(done) == 2:
        os.kill(os.getpid(), signal.SIGKILL)  # the second case is written, and not committed
recomputing._note = killed
run.run(application, [sys.argv[2]])
"""


def test_killed_hard_it_goes_on_and_each_deadline_moves_once(cast: Cast) -> None:
    ids = [cast.nominate(who=who) for who in ("candidate", "mentor", "colleague1")]
    before, after = date(2025, 3, 17), date(2025, 3, 18)
    edit_id = proposed(cast)
    run_id = agreed(cast, edit_id)
    url = cast.app.database.engine.url.render_as_string(hide_password=False)
    dead = subprocess.run([sys.executable, "-c", KILLED, url, run_id], env={**os.environ}, timeout=60, check=False)
    assert dead.returncode == -signal.SIGKILL
    assert len(recalendared(cast)) == 1
    assert sorted(due(cast, one).due_on for one in ids) == [before, before, after]
    release(cast, run_id)
    run_now(cast, run_id)
    assert sorted(one.case_id for one in recalendared(cast)) == sorted(ids)
    assert moves(cast, edit_id) == [(before, after, "as_planned")] * 3
    release(cast, run_id)
    run_now(cast, run_id)
    assert len(recalendared(cast)) == 3
    with cast.app.database.read() as connection:
        assert history.verify(connection) == []


def test_a_stopped_run_does_not_leave_half_an_agency_behind(sqlite_cast: Cast) -> None:
    case_id = case_at(sqlite_cast, "unit_appraisal")
    edit_id = proposed(sqlite_cast)
    run_id = agreed(sqlite_cast, edit_id)
    with sqlite_cast.app.database.write() as connection:
        runs.stop(connection, sqlite_cast.agency_id, run_id)
    run_now(sqlite_cast, run_id)
    assert due(sqlite_cast, case_id).due_on == BEFORE
    run_now(sqlite_cast, step(sqlite_cast, "go_on", edit_id, sqlite_cast.people["office"]))
    assert (due(sqlite_cast, case_id).due_on, row(sqlite_cast, edit_id)["status"]) == (AFTER, "applied")


class Unwilling:
    """Hands that are told to stop at every step."""

    def __init__(self, cast: Cast, run_id: str) -> None:
        self._cast = cast
        claimed = runs.claim(cast.app.database, run_id)
        assert claimed is not None
        self.taken = claimed

    def at(self, done: int, total: int) -> None:
        raise runs.Stopped

    def finish(self, connection: sa.Connection, status: str = "done", **values: Any) -> None:
        runs.end(connection, self.taken, status, **values)


def test_told_to_stop_in_the_middle_it_goes_to_its_end(sqlite_cast: Cast) -> None:
    ids = [sqlite_cast.nominate(who=who) for who in ("candidate", "mentor")]
    edit_id = proposed(sqlite_cast)
    Applying(sqlite_cast.app.engine)(Unwilling(sqlite_cast, agreed(sqlite_cast, edit_id)))
    assert {due(sqlite_cast, one).due_on for one in ids} == {date(2025, 3, 18)}
    assert row(sqlite_cast, edit_id)["status"] == "applied"


# --- who, and one at a time ---------------------------------------------------------------------------


def test_of_two_who_edit_or_agree_the_second_is_told(cast: Cast) -> None:
    edit_id = drafted(cast)
    other = replace(STORM, first=date(2025, 3, 7), last=date(2025, 3, 7))

    def edit(revision: int) -> None:
        with cast.app.database.write() as connection:
            editing.edit(
                connection, cast.app.database.new_id, cast.agency_id, cast.people["office2"],
                lambda data: with_day_off(data, other), revision,
            )  # fmt: skip

    for stale in (0, 2):
        with pytest.raises(Conflict):
            edit(stale)
    edit(1)
    run_now(cast, step(cast, "propose", edit_id, cast.people["office"], REASON))
    with pytest.raises(Refused) as proposed_already:
        edit(3)
    assert proposed_already.value.reasons[0].key == "calendar.not_draft"
    seen = row(cast, edit_id)["revision"]
    agreed(cast, edit_id)
    with pytest.raises(Conflict):
        step(cast, "agree", edit_id, cast.people["director"], revision=seen)


def test_a_proposal_whose_ground_moved_is_not_agreed_to(sqlite_cast: Cast) -> None:
    """A new release brought another calendar meanwhile: the plan was made against the old one."""
    edit_id = proposed(sqlite_cast)
    with sqlite_cast.app.database.write() as connection:
        version, data = editing.shipped(connection)
        store_calendar(connection, with_day_off(data, replace(STORM, first=date(2025, 3, 20), last=date(2025, 3, 20))))
        assert editing.shipped(connection)[0] != version
    with pytest.raises(Conflict):
        agreed(sqlite_cast, edit_id)


def test_an_agencys_own_calendar_wins_over_a_release(sqlite_cast: Cast) -> None:
    edit_id = proposed(sqlite_cast)
    run_now(sqlite_cast, agreed(sqlite_cast, edit_id))
    with sqlite_cast.app.database.write() as connection:
        other = add_agency(connection, code="so-khac", name="Sở Khác")
        _, data = editing.shipped(connection)
        store_calendar(connection, with_day_off(data, replace(STORM, first=date(2025, 3, 20), last=date(2025, 3, 20))))
        own = connection.scalar(sa.select(calendar_of(sqlite_cast.agency_id)))
        assert own == row(sqlite_cast, edit_id)["version"]
        assert connection.scalar(sa.select(calendar_of(other))) == editing.shipped(connection)[0]
    case_id = sqlite_cast.nominate()
    assert due(sqlite_cast, case_id).due_on == date(2025, 3, 18)


def test_a_reason_is_needed_and_a_draft_can_be_given_up(sqlite_cast: Cast) -> None:
    edit_id = drafted(sqlite_cast)
    with pytest.raises(Invalid):
        step(sqlite_cast, "propose", edit_id, sqlite_cast.people["office"], "vì thế")
    step(sqlite_cast, "drop", edit_id)
    assert row(sqlite_cast, edit_id)["status"] == "given_up"
    again = proposed(sqlite_cast)
    step(sqlite_cast, "take_back", again)
    assert (row(sqlite_cast, again)["status"], moves(sqlite_cast, again)) == ("draft", [])


def test_where_the_plan_names_who_agrees_nobody_agrees_to_their_own(sqlite_cast: Cast) -> None:
    cast = sqlite_cast
    edit = row(cast, proposed(cast))
    with cast.app.database.read() as connection:
        found = cast.app.catalogue.living_plan(connection, cast.agency_id)
    assert found is not None
    plan = found[1].model_copy(update={"calendar_by": ("office", "director")})

    def keys(who: str, *, office: bool = True) -> list[str]:
        view = cast.app.engine.view(cast.actor("office"), cast.nominate(who=who))
        return [one.key for one in editing.against(view.org, plan, edit, cast.people[who], office=office)]

    assert keys("office") == ["calendar.four_eyes"]
    assert keys("head") == ["authority.role_missing"]
    assert keys("office2") == keys("director", office=False) == []
    cast.absent("office", "mentor", date(2025, 3, 1), date(2025, 3, 31))
    assert keys("mentor") == ["calendar.four_eyes"], "nor through who stands in for them"
    org = cast.app.engine.view(cast.actor("office"), cast.cases("nominee")[0].id).org
    assert [one.key for one in editing.against(org, found[1], edit, cast.people["office"], office=True)] == []
    assert editing.against(org, found[1], edit, cast.people["head"], office=False)
