"""What the plan's dates start by themselves, whoever slept on the day; and a yearly review from start to end."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from config import wiring
from config.installation import install
from config.settings import Settings
from scheduler.clock import Clock
from scheduler.jobs import table
from states.subjects.model import recognition
from tasks.attach import attach
from tests.cast import Cast, make_cast, open_cast, sound
from tests.databases import Databases
from tests.roads import do
from tests.statements import sent_to
from tests.workflow.plans import SHIPPED, changed
from workflow import stalls
from workflow.case import case_field, link
from workflow.catalogue import cadence_run, plan_version
from workflow.history import event
from workflow.incidents import incident
from workflow.message import Refused

UNIT_HEADS = {"vp": "head_office", "cntt": "head", "bcvt": "head2", "ttbc": "press"}


# --- databases ----------------------------------------------------------------------------------------


def _prepared(database_url: str, start: str, *edits: tuple[str, str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        plan = SHIPPED
        for file, old, new in edits:
            plan = changed(Path(folder), file, old, new, SHIPPED)
        make_cast(Settings(database_url=database_url), folder=plan, start=start).app.dispose()


def since_2024(database_url: str) -> None:
    """The seed's plan, put in force in November 2024."""
    _prepared(database_url, "2024-11-04")


def at_31_december(database_url: str) -> None:
    """The same plan, but its closing begins on the last day of the year."""
    _prepared(database_url, "2025-11-03", ("plan.yaml", "at: 1/12/2025,", "at: 31/12/2025,"))


def every_quarter(database_url: str) -> None:
    """A review each quarter."""
    _prepared(
        database_url, "2025-05-30",
        ("plan.yaml", "{start: annual_review, every: year, at: 1/12, phase: yearly}",
         "{start: annual_review, every: quarter, at: day 1 of last month of quarter}"),
        ("plan.yaml", "  closing:  {start: annual_review, at: 1/12/2025, with: {final: true}}", "# closing apart"),
        ("processes/annual_review.yaml", "code: SK-{year}", "code: SK-{period}"),
    )  # fmt: skip


def opened(databases: Databases, prepare: Callable[[str], None], start: str) -> Iterator[Cast]:
    """The cast of such a database."""
    with databases.fresh(prepare) as url:
        cast = open_cast(Settings(database_url=url, strict_texts=True), start=start)
        try:
            yield cast
            sound(cast)
        finally:
            cast.app.dispose()


@pytest.fixture
def cast_of_2024(databases: Databases) -> Iterator[Cast]:
    """It is November 2024."""
    yield from opened(databases, since_2024, "2024-11-04")


@pytest.fixture
def cast_at_year_end(databases: Databases) -> Iterator[Cast]:
    """It is 30 December 2025; tomorrow the closing is due."""
    yield from opened(databases, at_31_december, "2025-12-30")


@pytest.fixture
def quarterly_cast(databases: Databases) -> Iterator[Cast]:
    """It is 30 May 2025; on 1 June the review of the second quarter is due."""
    yield from opened(databases, every_quarter, "2025-05-30")


# --- short words --------------------------------------------------------------------------------------


def fields(cast: Cast, case_id: str) -> dict[str, Any]:
    """What a case holds."""
    with cast.app.database.read() as connection:
        rows = connection.execute(sa.select(case_field).where(case_field.c.case_id == case_id))
        return {row.name: row.value for row in rows}


def reports(cast: Cast) -> dict[str, Any]:
    """Unit code → its report's row."""
    codes = {unit_id: code for code, unit_id in cast.units.items()}
    return {codes[row.unit_id]: row for row in cast.cases("unit_report")}


def review(cast: Cast) -> Any:
    """The one review."""
    (row,) = cast.cases("annual_review")
    return row


def exemplar(cast: Cast, who: str, level: str = "unit") -> str:
    """Somebody recognised before this system."""
    today = cast.now().date().isoformat()
    return cast.app.engine.start(
        cast.actor("office"), process="nominee", action="brought_in", subject_type="subject",
        subject_id=cast.subject(who),
        inputs={"held_level": level, "decision_number": f"{who}/QĐ", "decided_on": today,
                "decision_file": cast.upload("office")},
    ).case_id  # fmt: skip


def begin_review(cast: Cast) -> None:
    """The plan's date comes; every unit is asked."""
    cast.at("2025-12-01T08:00:00")
    cast.run_due()


def hand_in(cast: Cast, unit: str, verdicts: dict[str, str] | None = None) -> None:
    """A unit's head reports: with a verdict on each exemplar, or that there is nothing."""
    report = reports(cast)[unit].id
    if verdicts:
        cast.act(UNIT_HEADS[unit], report, "hand_in", narrative="Năm nay làm tốt", verdict=verdicts)
    else:
        cast.act(UNIT_HEADS[unit], report, "nothing", reason="Năm nay không có điển hình")


def all_hand_in(cast: Cast, **verdicts: dict[str, str]) -> None:
    """Every unit reports, and the office hears of it."""
    for unit in UNIT_HEADS:
        hand_in(cast, unit, verdicts.get(unit))
    cast.settle()


def approve(cast: Cast) -> None:
    """The office sums up, the Director approves, everybody hears."""
    do(cast, "office", review(cast).id, "submit")
    do(cast, "director", review(cast).id, "approve")
    cast.settle()
    cast.settle()
    do(cast, "clerk", review(cast).id, "send")
    do(cast, "office", review(cast).id, "file")


def happened(cast: Cast, case_id: str) -> list[str]:
    """The names of the actions a case took, in order."""
    rows = sa.select(event.c.body).where(event.c.case_id == case_id, event.c.kind == "action").order_by(event.c.seq)
    with cast.app.database.read() as connection:
        return [body["action"] for body in connection.scalars(rows)]


# --- once, whatever slept ------------------------------------------------------------------------------


def test_a_clock_stopped_over_31_december_and_restarted_on_4_january_starts_one_review(cast_at_year_end: Cast):
    cast = cast_at_year_end
    cast.run_due()
    assert cast.cases("annual_review") == []
    cast.at("2026-01-04")
    assert cast.app.engine.start_due_cadences() == 1
    assert cast.app.engine.start_due_cadences() == 0
    cast.run_due()
    assert (review(cast).period, review(cast).code, review(cast).year) == ("2025", "SK-2025", 2025)
    assert set(reports(cast)) == set(UNIT_HEADS)
    cast.at("2026-01-05")
    cast.run_due()
    assert len(cast.cases("annual_review")) == 1


def test_each_agency_has_its_own_review(cast_at_year_end: Cast, tmp_path: Path):
    cast = cast_at_year_end
    folder = changed(tmp_path, "plan.yaml", "agency: so-tttt\n", "agency: so-khac\n", SHIPPED)
    changed(tmp_path, "plan.yaml", "at: 1/12/2025,", "at: 31/12/2025,", SHIPPED)
    shutil.rmtree(folder / "templates", ignore_errors=True)
    other, _ = install(cast.app, folder, by="tests", name="Sở Khác")
    cast.at("2026-01-04")
    cast.run_due()
    assert sorted(row.agency_id for row in cast.cases("annual_review")) == sorted([cast.agency_id, other])
    with cast.app.database.read() as connection:
        ledger = connection.execute(
            sa.select(cadence_run.c.agency_id, cadence_run.c.period).where(cadence_run.c.process == "annual_review")
        ).all()
    assert sorted(ledger) == sorted([(cast.agency_id, "2025"), (other, "2025")])


def test_two_clocks_at_the_same_moment_start_one_review(cast_at_year_end: Cast):
    cast = cast_at_year_end
    cast.at("2026-01-04")
    applications = [wiring.build(cast.app.settings) for _ in range(4)]
    together, started = threading.Barrier(len(applications)), []

    def strike(application: wiring.Application) -> None:
        together.wait()
        started.append(application.engine.start_due_cadences())

    threads = [threading.Thread(target=strike, args=[one]) for one in applications]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in applications:
        one.dispose()
    with cast.app.database.read() as connection:
        assert sum(started) == connection.scalar(sa.select(sa.func.count()).select_from(cadence_run))
    assert review(cast).period == "2025"
    cast.run_due()
    assert len(cast.cases("unit_report")) == len(UNIT_HEADS)


def test_a_clock_stopped_over_two_quarters_starts_both(quarterly_cast: Cast):
    cast = quarterly_cast
    cast.run_due()
    assert cast.cases("annual_review") == []
    cast.at("2025-10-02")
    cast.run_due()
    assert [(row.code, row.period) for row in cast.cases("annual_review")] == [
        ("SK-2025-Q2", "2025-Q2"), ("SK-2025-Q3", "2025-Q3"),
    ]  # fmt: skip
    assert len(cast.cases("unit_report")) == 2 * len(UNIT_HEADS)


def test_the_plans_years_are_reviewed_and_the_last_one_closes_the_phase(cast_of_2024: Cast):
    cast = cast_of_2024
    cast.at("2026-02-02")
    cast.run_due()
    first, last = cast.cases("annual_review")
    assert (first.code, fields(cast, first.id).get("final")) == ("SK-2024", None)
    assert (last.code, fields(cast, last.id)["final"]) == ("SK-2025", True)


def test_a_plan_loaded_again_starts_nothing_twice(cast_of_2024: Cast, tmp_path: Path):
    cast = cast_of_2024
    cast.at("2024-12-02")
    cast.run_due()
    folder = changed(
        tmp_path, "plan.yaml", "director_time:    5 working_days", "director_time:    6 working_days", SHIPPED
    )
    _, new = install(cast.app, folder, by="tests")
    assert new
    cast.run_due()
    assert [row.code for row in cast.cases("annual_review")] == ["SK-2024"]


def test_a_cadence_that_cannot_start_is_an_incident_and_stops_no_other(cast_at_year_end: Cast, tmp_path: Path):
    cast = cast_at_year_end
    folder = changed(tmp_path, "plan.yaml", "agency: so-tttt\n", "agency: so-khac\n", SHIPPED)
    changed(tmp_path, "plan.yaml", "at: 1/12/2025,", "at: 31/12/2025,", SHIPPED)
    other, _ = install(cast.app, folder, by="tests", name="Sở Khác")
    cast.at("2026-01-04")
    broken = sa.update(plan_version).where(plan_version.c.agency_id == cast.agency_id)
    with cast.app.database.write() as connection:
        canonical = connection.scalar(
            sa.select(plan_version.c.canonical).where(plan_version.c.agency_id == cast.agency_id)
        )
        spoilt = str(canonical).replace('"start":"annual_review"', '"start":"no_such_life"')
        connection.execute(broken.values(canonical=spoilt))
    fresh = wiring.build(cast.app.settings)
    assert fresh.engine.start_due_cadences() >= 1
    fresh.dispose()
    assert [row.agency_id for row in cast.cases("annual_review")] == [other]
    with cast.app.database.write() as connection:
        (row,) = connection.execute(sa.select(incident).where(incident.c.kind == "cadence")).all()
        connection.execute(broken.values(canonical=canonical))
    assert (row.agency_id, row.status) == (cast.agency_id, "open")
    assert cast.app.engine.start_due_cadences() == 1
    with cast.app.database.read() as connection:
        assert connection.scalar(sa.select(incident.c.status).where(incident.c.id == row.id)) == "repaired"


def test_a_look_at_the_dates_costs_the_same_for_any_number_of_agencies(cast_at_year_end: Cast, tmp_path: Path):
    cast = cast_at_year_end
    cast.run_due()
    with sent_to(cast.app.database) as one:
        assert cast.app.engine.start_due_cadences() == 0
    folder = changed(tmp_path, "plan.yaml", "agency: so-tttt\n", "agency: so-khac\n", SHIPPED)
    install(cast.app, folder, by="tests", name="Sở Khác")
    cast.app.engine.start_due_cadences()
    with sent_to(cast.app.database) as two:
        assert cast.app.engine.start_due_cadences() == 0
    assert len(one) == len(two) <= 6


# --- the clock really drives ---------------------------------------------------------------------------


def until(true: Callable[[], bool], seconds: float = 15) -> bool:
    """Whether it became true in time."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def stop(clock: Clock) -> None:
    """Tick no more, and let what ticks end."""
    clock.stop()
    assert until(lambda: not [t for t in threading.enumerate() if t.name.startswith("ThreadPoolExecutor")])


def test_only_the_clocks_thread_makes_things_happen(cast: Cast):
    """Nothing else in an installation looks at the time: stop APScheduler, and all dates pass unheard."""
    cast.at("2025-03-03")
    cast.nominate()
    cast.settle()
    cast.told.letters.clear()
    reminders = lambda: [x["offset"] for x in cast.told.letters if x["template"] == "reminder"]  # noqa: E731
    dispatcher = attach(cast.app, None, works_itself=True)
    clock = Clock(table(cast.app, dispatcher.sweep))
    cast.at("2025-03-06T08:00:01")
    assert not until(lambda: bool(reminders()), seconds=1.5), "the clock was never started"
    clock.start()
    assert until(lambda: reminders() == [7])
    stop(clock)
    cast.at("2025-12-01T08:00:00")
    assert not until(lambda: len(reminders()) > 1 or bool(cast.cases("annual_review")), seconds=2.5)
    again = Clock(table(cast.app, dispatcher.sweep))
    again.start()
    assert until(lambda: len(cast.cases("unit_report")) == len(UNIT_HEADS))
    stop(again)
    dispatcher.stop()


# --- a review, from its start to its end ---------------------------------------------------------------


def test_every_unit_is_asked_and_its_head_is_told(cast: Cast):
    mine, yours = exemplar(cast, "candidate"), exemplar(cast, "outsider")
    cast.told.letters.clear()
    begin_review(cast)
    assert fields(cast, review(cast).id)["final"] is True
    found = reports(cast)
    assert set(found) == set(UNIT_HEADS), "and not the Sở's leaders, who are no reporting unit"
    assert {row.state for row in found.values()} == {"drafting"}
    for unit, head in UNIT_HEADS.items():
        asked = [x["person_id"] for x in cast.told.letters if x["case_id"] == found[unit].id]
        assert asked == [cast.people[head]]
    assert fields(cast, found["cntt"].id)["exemplars"] == [mine]
    assert fields(cast, found["bcvt"].id)["exemplars"] == [yours]
    told = {x["person_id"] for x in cast.told.letters if x["case_id"] == review(cast).id}
    assert told == {cast.people[name] for name in ("office", "office2", *UNIT_HEADS.values())}


def test_the_last_report_moves_the_review_on(cast: Cast):
    begin_review(cast)
    for unit in ("vp", "cntt", "bcvt"):
        hand_in(cast, unit)
    cast.settle()
    assert review(cast).state == "collecting"
    hand_in(cast, "ttbc")
    cast.settle()
    assert review(cast).state == "consolidating"


def test_a_nil_report_needs_a_reason_and_a_unit_without_exemplars(cast: Cast):
    exemplar(cast, "candidate")
    begin_review(cast)
    with pytest.raises(Refused) as refused:
        hand_in(cast, "cntt")
    assert [reason.key for reason in refused.value.reasons] == ["guard.no_exemplars_here"]
    hand_in(cast, "bcvt")
    assert reports(cast)["bcvt"].state == "handed_in"


def test_the_office_returns_a_report_and_the_review_waits_for_it(cast: Cast):
    begin_review(cast)
    for unit in ("vp", "cntt", "bcvt"):
        hand_in(cast, unit)
    cast.settle()
    cast.act("office", reports(cast)["cntt"].id, "send_back", reason="Thiếu số liệu quý IV")
    cast.told.letters.clear()
    cast.settle()
    assert any(x["person_id"] == cast.people["head"] and x["template"] == "decision" for x in cast.told.letters)
    hand_in(cast, "ttbc")
    cast.settle()
    assert review(cast).state == "collecting", "one report is with its unit again"
    hand_in(cast, "cntt")
    cast.settle()
    assert review(cast).state == "consolidating"


def test_a_silent_unit_escalates_and_is_left_out(cast: Cast):
    begin_review(cast)
    for unit in ("vp", "cntt", "ttbc"):
        hand_in(cast, unit)
    cast.settle()
    silent = reports(cast)["bcvt"].id
    cast.told.letters.clear()
    for day in ("2025-12-15", "2025-12-19"):
        cast.at(f"{day}T08:00:01")
        cast.run_due()
    late = [x["person_id"] for x in cast.told.letters if x["case_id"] == silent and x["template"] == "escalation"]
    assert sorted(late) == sorted(cast.people[name] for name in ("office", "office2", "director"))
    cast.act("office", reports(cast)["ttbc"].id, "send_back", reason="Thiếu số liệu tập huấn")
    cast.settle()
    do(cast, "office", review(cast).id, "go_on")
    hand_in(cast, "ttbc")
    cast.settle()
    approve(cast)
    assert review(cast).state == "archived"
    units = {row["name"]: row["has_reported"] for row in fields(cast, review(cast).id)["units"]}
    assert [one for one, reported in units.items() if not reported] == [f"unit.{cast.units['bcvt']}"]
    assert {unit: row.state for unit, row in reports(cast).items()} == {
        "vp": "reported", "cntt": "reported", "ttbc": "reported", "bcvt": "missing",
    }  # fmt: skip


def test_verdicts_reach_the_exemplars_once_the_director_has_approved(cast: Cast):
    onward, enough, higher = (
        exemplar(cast, "candidate"),
        exemplar(cast, "mentor"),
        exemplar(cast, "outsider", "department"),
    )
    begin_review(cast)
    all_hand_in(cast, cntt={onward: "continue", enough: "withdraw"}, bcvt={higher: "promote"})
    assert review(cast).state == "consolidating"
    assert [happened(cast, one) for one in (onward, enough, higher)] == [["brought_in"]] * 3
    cast.told.letters.clear()
    approve(cast)
    assert happened(cast, onward) == ["brought_in", "go_on"]
    assert happened(cast, enough) == ["brought_in", "let_go"]
    assert happened(cast, higher) == ["brought_in", "promote"]
    assert [cast.row(one).stage for one in (onward, enough, higher)] == ["recognized", "closed", "recognized"]
    promoted = {x["person_id"] for x in cast.told.letters if x["case_id"] == higher and x.get("action") == "promote"}
    assert promoted == {cast.people[name] for name in ("head2", "office", "office2")}
    with cast.app.database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(recognition)) == 3, (
            "a record is not undone by it"
        )


def test_a_returned_review_is_summed_up_again(cast: Cast):
    begin_review(cast)
    all_hand_in(cast)
    do(cast, "office", review(cast).id, "submit")
    cast.act("director", review(cast).id, "send_back", reason="Bổ sung so sánh với năm trước")
    assert review(cast).state == "consolidating"
    approve(cast)
    assert review(cast).ended_at is not None
    assert {row.state for row in reports(cast).values()} == {"reported"}


def test_a_verdict_waits_for_an_exemplar_that_is_climbing(cast: Cast):
    climbing = exemplar(cast, "candidate")
    begin_review(cast)
    do(cast, "head", climbing, "climb")
    all_hand_in(cast, cntt={climbing: "withdraw"})
    approve(cast)
    assert cast.row(climbing).stage == "appraisal", "what is under way is not cut off"
    with cast.app.database.read() as connection:
        kept = sa.select(link.c.answer, link.c.taken_at).where(link.c.case_id == climbing)
        assert connection.execute(kept).all() == [("withdraw", None)]
        assert connection.scalar(sa.select(sa.func.count()).select_from(incident)) == 0
    do(cast, "office", climbing, "refuse")
    assert cast.row(climbing).stage == "closed", "back at its level it hears what was said of it"
    assert happened(cast, climbing)[-2:] == ["refuse", "let_go"]


def test_who_is_on_hold_is_put_forward_for_nothing(cast: Cast):
    """The report leaves them out, without a word: why somebody is on hold is not for it to tell."""
    held, free, kept = exemplar(cast, "candidate"), exemplar(cast, "mentor"), exemplar(cast, "colleague3")
    begin_review(cast)
    for one in (held, kept):
        do(cast, "office", one, "hold")
    all_hand_in(cast, cntt={held: "promote", free: "promote", kept: "continue"})
    approve(cast)
    said = {row["name"]: row["cases"] for row in fields(cast, review(cast).id)["verdicts"]}
    assert said == {"continue": [kept], "promote": [free], "withdraw": []}


def test_a_held_exemplar_hears_its_verdict_after_the_release(cast: Cast):
    held = exemplar(cast, "candidate")
    begin_review(cast)
    do(cast, "office", held, "hold")
    all_hand_in(cast, cntt={held: "withdraw"})
    approve(cast)
    assert cast.row(held).stage == "recognized"
    do(cast, "office", held, "clear")
    assert cast.row(held).stage == "closed"


def test_next_years_review_is_another_case(cast_of_2024: Cast):
    cast = cast_of_2024
    cast.at("2024-12-01T08:00:00")
    cast.run_due()
    for unit in UNIT_HEADS:
        hand_in(cast, unit)
    cast.settle()
    approve(cast)
    assert review(cast).state == "archived"
    cast.at("2025-12-01T08:00:00")
    cast.run_due()
    assert [(row.code, row.state) for row in cast.cases("annual_review")] == [
        ("SK-2024", "archived"), ("SK-2025", "collecting"),
    ]  # fmt: skip
    assert stalls.stalls(cast.app.engine) == []


def test_a_report_keeps_the_counts_of_the_day_it_was_handed_in(cast: Cast):
    mine = exemplar(cast, "candidate")
    cast.nominate(who="colleague1")
    begin_review(cast)
    hand_in(cast, "cntt", {mine: "continue"})
    cast.nominate(who="colleague2")
    counts = fields(cast, reports(cast)["cntt"].id)["counts"]
    assert [row["value"] for row in counts if row["key"] == "review.nominated"] == [1]
