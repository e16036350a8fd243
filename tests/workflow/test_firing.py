"""What a timer does when its moment comes: for every place somebody waits in, who is told what, when, and once."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from config import wiring
from config.settings import Settings
from scheduler.clock import Clock
from scheduler.jobs import table
from tasks.attach import attach
from tests.cast import SEED, Cast, make_cast, sound
from tests.databases import SqliteDatabases
from tests.plan_work import BY, WORK, launched, published, register, work_at
from tests.roads import ROADS, answer, begin, case_at, do
from tests.sittings import sitting_at
from tests.workflow.plans import shipped
from tests.workflow.test_yearly import stop, until
from tests.workflow.waiting import ASKS, CHILD_CASES, ENDS_WITH_ITS_STATE, MAY_WAIT, MOVES_ON, STATES, Place
from workflow.case import ask
from workflow.clock import ZONE, local_date
from workflow.definition import Held, State
from workflow.history import event
from workflow.identity import load_organisation
from workflow.inbox import inbox
from workflow.incidents import incident
from workflow.organisation_changes import declare_conflict
from workflow.outbox import delivery
from workflow.timers import due, timer
from workflow.worklist import work_item

CAME, REVIEW_BEGINS = "2025-03-03", "2025-12-01T00:00:01"
DEPUTIES = {"head": "colleague1", "office": "press", "clerk": "outsider", "director": "deputy", "mentor": "colleague2"}


# --- the table says everything ------------------------------------------------------------------------


def waiting_places() -> dict[str, tuple[State | Held, bool]]:
    """Every state and held part of the shipped definitions that waits for somebody: has it a deadline?"""
    found: dict[str, tuple[State | Held, bool]] = {}
    for process, definition in shipped().definitions.items():
        for name, place in [*definition.states.items(), *([("held", definition.held)] if definition.held else [])]:
            if place.owner:
                found[f"{process}.{name}"] = (place, place.due is not None)
    return found


def test_the_table_names_every_waiting_state_and_every_ask():
    places = waiting_places()
    assert {name for name, (_, due) in places.items() if due} == set(STATES) | set(MOVES_ON)
    assert {name for name, (_, due) in places.items() if not due} == set(MAY_WAIT)
    asks = {f"{name}.{one}" for name, (place, _) in places.items() for one in place.asks}
    assert asks == set(ASKS) | CHILD_CASES | ENDS_WITH_ITS_STATE


# --- coming there -------------------------------------------------------------------------------------


def come_to(cast: Cast, process: str, state: str) -> str:
    """A case that came into a state at nine on Monday 3 March (of the yearly review: on 1 December)."""
    if process in ("annual_review", "unit_report"):
        return _come_to_review(cast, process, state)
    if process == "sitting":
        cast.at("2025-02-03")
        return sitting_at(cast, state, lambda: cast.at(CAME))
    if process in WORK:
        return work_at(cast, process, state, lambda: cast.at(CAME))
    step = ROADS[process].get(state)
    if step is None:
        return cast.nominate() if process == "nominee" else begin(cast, process)
    cast.at("2025-02-03")
    case_id = case_at(cast, step.start, process=process)
    for who, action in step.before:
        do(cast, who, case_id, action)
    cast.at(CAME)
    do(cast, step.who, case_id, step.action)
    return case_id


def _come_to_review(cast: Cast, process: str, state: str) -> str:
    cast.at(REVIEW_BEGINS)
    cast.run_due()
    review = cast.cases("annual_review")[0].id
    if process == "unit_report":
        report = next(row.id for row in cast.cases(process) if row.unit_id == cast.units["cntt"])
        if state == "handed_in":
            do(cast, "head", report, "nothing")
        return report
    walk = (("office", "go_on"), ("office", "submit"), ("director", "approve"), ("clerk", "send"))
    for who, action in walk[: ("collecting", "consolidating", "approval", "sending", "filing").index(state)]:
        do(cast, who, review, action)
    return review


def all_away(cast: Cast) -> None:
    """Everybody who has a deputy is on leave for a year."""
    today = local_date(cast.now())
    for name, deputy in DEPUTIES.items():
        cast.absent(name, deputy, today, today + timedelta(days=365))


def moment(text: str) -> datetime:
    """Local time in Việt Nam."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


class Post:
    """What was written about one work item since somebody last looked."""

    def __init__(self, cast: Cast, item_id: str | None) -> None:
        self.cast, self.item_id = cast, item_id
        self.names = {person_id: name for name, person_id in cast.people.items()}
        cast.told.letters.clear()

    def nothing_due(self, when: datetime) -> bool:
        """Whether no timer of this item would fire when this moment came."""
        self.cast.at(when)
        of_item = sa.select(timer.c.id).where(timer.c.item_id == self.item_id)
        with self.cast.app.database.read() as connection:
            return not {timer_id for timer_id, _ in due(connection, 500)} & set(connection.scalars(of_item))

    def at(self, when: datetime) -> list[tuple[str, str, int | None, str | None]]:
        """(who, what, days ahead, in whose place) of what went out when this moment came."""
        self.cast.at(when)
        self.cast.run_due()
        new = [letter for letter in self.cast.told.letters if letter.get("item_id") == self.item_id]
        self.cast.told.letters.clear()
        return sorted(self._line(letter) for letter in new)

    def _line(self, letter: Any) -> tuple[str, str, int | None, str | None]:
        behalf = letter["on_behalf_of"]
        return self.names[letter["person_id"]], letter["template"], letter.get("offset"), self.names.get(behalf)


def expected(what: str, ahead: int | None, people: tuple[str, ...], away: bool) -> list[tuple[Any, ...]]:
    """The same lines, out of the table: the absent one's deputy in their place."""
    return sorted(
        (DEPUTIES[name], what, ahead, name) if away and name in DEPUTIES else (name, what, ahead, None)
        for name in people
    )


def check_moments(cast: Cast, place: Place, item: Any, *, away: bool) -> None:
    """Each moment sends its letters, to the minute, and none of them a second time."""
    assert local_date(item.due_at - timedelta(seconds=1)).isoformat() == place.times.last_day
    post = Post(cast, item.id)
    deadline = [(item.due_at.astimezone(ZONE), "", None, ())]
    rows = [(moment(when), what, ahead, people) for when, what, ahead, people in place.moments()]
    for when, what, ahead, people in sorted([*rows, *deadline], key=lambda row: row[0]):
        assert post.nothing_due(when - timedelta(seconds=1)), f"before {when}"
        assert post.at(when + timedelta(seconds=1)) == expected(what, ahead, people, away), f"at {when}"
    assert post.at(rows[-1][0] + timedelta(days=13)) == [], "and nothing follows"


def log(cast: Cast, item_id: str) -> list[tuple[str, dict[str, Any]]]:
    """The delivery log's lines of an item, notices apart."""
    lines = sa.select(delivery.c.kind, delivery.c.detail).where(delivery.c.item_id == item_id).order_by(delivery.c.at)
    with cast.app.database.read() as connection:
        return [(row.kind, row.detail) for row in connection.execute(lines) if row.kind in ("overdue", "dropped")]


def in_inbox(cast: Cast, name: str) -> set[str]:
    """The items a person finds."""
    with cast.app.database.read() as connection:
        org = load_organisation(connection, cast.agency_id, local_date(cast.now()))
        return {row.item_id for row in inbox(connection, org, cast.people[name]).rows}


# --- every state, every ask ---------------------------------------------------------------------------


def some_away(cast: Cast) -> bool:
    """One table, two ways: on SQLite everybody is there, on PostgreSQL deputies stand in."""
    if not cast.app.database.is_sqlite:
        all_away(cast)
    return not cast.app.database.is_sqlite


@pytest.mark.parametrize("name", STATES)
def test_a_states_deadline_reaches_the_right_people_once(cast: Cast, name: str):
    process, state = name.split(".")
    case_id = come_to(cast, process, state)
    away = some_away(cast)
    cast.settle()
    item = next(one for one in cast.open_items(case_id) if one.kind == "state")
    check_moments(cast, STATES[name], item, away=away)
    assert [kind for kind, _ in log(cast, item.id)] == ["overdue"]
    assert item.id in in_inbox(cast, "office2"), "the plan adds the office as an owner"


@pytest.mark.parametrize("name", MOVES_ON)
def test_a_deadline_that_leads_on_does_so_by_itself(cast: Cast, name: str):
    process, state = name.split(".")
    owners, last_day, target = MOVES_ON[name]
    case_id = come_to(cast, process, state)
    item = next(one for one in cast.open_items(case_id) if one.kind == "state")
    assert local_date(item.due_at - timedelta(seconds=1)).isoformat() == last_day
    assert item.id in in_inbox(cast, owners[0])
    cast.at(item.due_at - timedelta(minutes=1))  # a second may pass while all that is due is done
    cast.run_due()
    assert cast.row(case_id).state == state
    assert Post(cast, item.id).nothing_due(item.due_at - timedelta(seconds=1))
    cast.at(item.due_at + timedelta(seconds=1))
    cast.run_due()
    assert cast.row(case_id).state == target


@pytest.mark.parametrize("name", ASKS)
def test_an_asks_deadline_reaches_the_right_people_once(cast: Cast, name: str):
    process, state, ask_name = name.split(".")
    place = ASKS[name]
    if state == "held":
        ground = "moving" if ask_name == "old_opinion" else "complaint"
        case_id = case_at(cast, "cultivating", process=process, held=[ground])
    elif process == "dissemination":
        readers = {"readers": [cast.people["deputy"]]} if ask_name == "read_named" else {}
        audience = {"read_all": "all", "read_named": "named", "spread": "units"}[ask_name]
        case_id = published(cast, audience=audience, read_by=BY, **readers)
    else:
        case_id = come_to(cast, process, state)
    cast.settle()
    theirs = in_inbox(cast, place.owners[0])
    away = some_away(cast)
    if place.opened != CAME:
        check_turn(cast, place, case_id, away=away)
    asked = [one for one in cast.open_items(case_id) if one.kind == "ask" and ask_of(cast, one) == ask_name]
    item = next(one for one in asked if place.opened != CAME or one.id in theirs)
    check_moments(cast, place, item, away=away)
    assert [kind for kind, _ in log(cast, item.id)] == ["overdue"]


def ask_of(cast: Cast, item: Any) -> str | None:
    """The name of the ask an item stands for."""
    with cast.app.database.read() as connection:
        return connection.scalar(sa.select(ask.c.name).where(ask.c.id == item.ask_id))


def check_turn(cast: Cast, place: Place, case_id: str, *, away: bool) -> None:
    """At eight on the day its turn comes the ask is opened, and its owners are told."""
    cast.at(moment(f"{place.opened}T07:59"))
    cast.run_due()
    assert [one for one in cast.open_items(case_id) if one.kind == "ask"] == []
    cast.told.letters.clear()
    cast.at(moment(f"{place.opened}T08:00:01"))
    cast.run_due()
    (item,) = [one for one in cast.open_items(case_id) if one.kind == "ask"]
    names = {person_id: name for name, person_id in cast.people.items()}
    told = sorted(
        (names[x["person_id"]], x["template"], None, names.get(x["on_behalf_of"]))
        for x in cast.told.letters if x["item_id"] == item.id
    )  # fmt: skip
    assert told == expected("decision", None, place.owners, away)


@pytest.mark.parametrize("name", MAY_WAIT)
def test_a_place_that_may_wait_arms_no_deadline(cast: Cast, name: str):
    state = name.split(".")[1]
    if state == "registered":
        case_id = register(cast, launched(cast), "nominator").case_id
    else:
        case_id = case_at(cast, "cultivating", held=["complaint"]) if state == "held" else case_at(cast, state)
    kind = "held" if state == "held" else "state"
    item = next(one for one in cast.open_items(case_id) if one.kind == kind)
    with cast.app.database.read() as connection:
        of_item = sa.select(sa.func.count()).select_from(timer).where(timer.c.item_id == item.id)
        assert connection.scalar(of_item) == 0
    assert item.due_at is None
    assert all(item.id in in_inbox(cast, owner) for owner in MAY_WAIT[name])


# --- what was slept through ---------------------------------------------------------------------------


def test_of_several_overdue_reminders_only_the_latest_goes_and_each_dropped_one_is_logged(cast: Cast):
    cast.at(CAME)
    case_id = cast.nominate()
    cast.settle()
    (item,) = cast.open_items(case_id)
    post = Post(cast, item.id)
    assert post.at(moment("2025-03-17T10:00")) == [("head", "reminder", 0, None)]
    assert log(cast, item.id) == [
        ("dropped", {"why": "later_reminder", "offset": ahead, "timer": timer_id})
        for ahead, timer_id in timers_of(cast, item.id, "remind")[:3]
    ]


def test_a_reminder_that_is_tried_again_after_a_later_one_went_is_dropped(cast: Cast):
    cast.at(CAME)
    case_id = cast.nominate()
    cast.settle()
    (item,) = cast.open_items(case_id)
    cast.at(moment("2025-03-17T10:00"))
    post = Post(cast, item.id)
    *_, (ahead, timer_id), (_, last) = reminders = timers_of(cast, item.id, "remind")
    assert len(reminders) == 4
    assert [cast.app.engine.fire(one) for one in (last, timer_id)] == [True, True]
    assert post.at(cast.now()) == [("head", "reminder", 0, None)]
    assert log(cast, item.id)[0] == ("dropped", {"why": "later_reminder", "offset": ahead, "timer": timer_id})


def test_two_clocks_at_once_remind_once_of_each_item_and_log_each_dropped_reminder_once(cast: Cast):
    cast.at(CAME)
    cases = [cast.nominate(who=who) for who in ("candidate", "mentor", "colleague1", "colleague2", "colleague3")]
    cast.settle()
    items = [item.id for case_id in cases for item in cast.open_items(case_id)]
    cast.told.letters.clear()
    cast.at(moment("2025-03-17T10:00"))
    other = wiring.build(cast.app.settings, handlers={"notice": cast.told})
    dispatchers = [attach(app, None, works_itself=True) for app in (cast.app, other)]
    clocks = [Clock(table(one.application, one.sweep)) for one in dispatchers]
    for clock in clocks:
        clock.start()
    try:
        assert until(lambda: len(reminded(cast)) >= len(items) and not ripe(cast))
        assert not until(lambda: len(reminded(cast)) > len(items), seconds=2.5), "nor later"
    finally:
        clocks[1].stop()
        stop(clocks[0])
        for dispatcher in dispatchers:
            dispatcher.stop()
        other.dispose()
    assert sorted(reminded(cast)) == sorted((item_id, cast.people["head"], 0) for item_id in items)
    for item_id in items:
        reminders = timers_of(cast, item_id, "remind")
        assert [ahead for ahead, _ in reminders] == [7, 3, 1, 0]
        dropped = sorted(log(cast, item_id), key=lambda line: -line[1]["offset"])  # either clock may write first
        assert dropped == [
            ("dropped", {"why": "later_reminder", "offset": ahead, "timer": timer_id})
            for ahead, timer_id in reminders[:3]
        ]


def reminded(cast: Cast) -> list[tuple[str, str, int]]:
    """(item, person, days ahead) of every letter that reminds."""
    return [(x["item_id"], x["person_id"], x["offset"]) for x in cast.told.letters if x["template"] == "reminder"]


def ripe(cast: Cast) -> list[tuple[str, str]]:
    """What should have fired by now."""
    with cast.app.database.read() as connection:
        return due(connection, 100)


def timers_of(cast: Cast, item_id: str, kind: str) -> list[tuple[int | None, str]]:
    """(days ahead, id) of an item's timers of a kind, the first due first."""
    rows = sa.select(timer).where(timer.c.item_id == item_id, timer.c.kind == kind).order_by(timer.c.due_at)
    with cast.app.database.read() as connection:
        return [(row.detail.get("offset"), row.id) for row in connection.execute(rows)]


def test_an_overdue_reminder_of_a_closed_item_is_dropped_and_logged(cast: Cast):
    cast.at(CAME)
    case_id = cast.nominate()
    cast.settle()
    (item,) = cast.open_items(case_id)
    cast.at(moment("2025-03-13T10:00"))  # the clock stood still on the 6th and the 12th
    do(cast, "head", case_id, "decline")
    cast.told.letters.clear()
    cast.at(moment("2025-04-30T10:00"))
    cast.run_due()
    assert [x for x in cast.told.letters if x["template"] in ("reminder", "escalation")] == []
    first, second, *_ = timers_of(cast, item.id, "remind")
    assert log(cast, item.id) == [
        ("dropped", {"why": "closed", "offset": ahead, "timer": timer_id}) for ahead, timer_id in (first, second)
    ]


def test_a_timer_fires_once_however_often_hands_reach_for_it(cast: Cast):
    cast.at(CAME)
    case_id = cast.nominate()
    cast.settle()
    (item,) = cast.open_items(case_id)
    cast.at(moment("2025-03-06T08:30"))
    _, timer_id = timers_of(cast, item.id, "remind")[0]
    assert [cast.app.engine.fire(timer_id) for _ in range(3)] == [True, False, False]
    cast.told.letters.clear()
    cast.run_due()
    assert [x["offset"] for x in cast.told.letters] == [7]


def test_a_timer_waits_for_its_moment(cast: Cast):
    cast.at(CAME)
    case_id = cast.nominate()
    (item,) = cast.open_items(case_id)
    _, timer_id = timers_of(cast, item.id, "remind")[0]
    cast.app.engine.fire(timer_id)
    cast.settle()
    assert [x for x in cast.told.letters if x["template"] == "reminder"] == []
    cast.told.letters.clear()
    cast.at(moment("2025-03-06T08:30"))
    cast.run_due()
    assert [x["offset"] for x in cast.told.letters] == [7]


def test_a_deadlines_reminders_stop_while_the_case_is_held_and_go_on_with_the_days_left(cast: Cast):
    cast.at(CAME)
    case_id = cast.nominate()
    cast.settle()
    do(cast, "office", case_id, "hold")
    cast.told.letters.clear()
    cast.at("2025-06-02")
    cast.run_due()
    late = [x for x in cast.told.letters if x["template"] in ("reminder", "escalation") and x["offset"] != 0]
    assert {x["item_id"] for x in late} <= {item.id for item in cast.open_items(case_id)}, "only the hold's own asks"
    do(cast, "office", case_id, "clear")
    item = next(one for one in cast.open_items(case_id) if one.kind == "state")
    assert item.due["due_on"] == "2025-06-16", "ten working days were left"
    cast.settle()
    post = Post(cast, item.id)
    assert post.at(moment("2025-06-05T08:01")) == [("head", "reminder", 7, None)]


# --- check-ins ----------------------------------------------------------------------------------------


def asked(cast: Cast, case_id: str, name: str) -> list[tuple[int, str]]:
    """(number, status) of every turn of an ask."""
    rows = sa.select(ask).where(ask.c.case_id == case_id, ask.c.name == name).order_by(ask.c.opened_at, ask.c.number)
    with cast.app.database.read() as connection:
        return [(row.number, row.status) for row in connection.execute(rows)]


def check_ins(cast: Cast, case_id: str) -> list[Any]:
    """The open ones."""
    return [item for item in cast.open_items(case_id) if item.kind == "ask"]


def cultivated(cast: Cast) -> str:
    """A nominee in cultivation since 3 March: check-ins are due every three months, ten working days each."""
    return come_to(cast, "nominee", "cultivating")


def test_two_missed_check_ins_reach_the_heads_inbox(cast: Cast):
    case_id = cultivated(cast)
    for day in ("2025-06-03", "2025-06-19", "2025-09-03"):
        cast.at(f"{day}T08:00:01")
        cast.run_due()
    (second,) = check_ins(cast, case_id)
    assert second.id in in_inbox(cast, "mentor")
    cast.told.letters.clear()
    cast.at("2025-09-18T00:00:01")
    cast.run_due()
    (third,) = check_ins(cast, case_id)
    assert third.id in in_inbox(cast, "head")
    assert third.id not in in_inbox(cast, "mentor")
    letters = [x for x in cast.told.letters if x["item_id"] == third.id]
    assert [(x["template"], x["person_id"], x["missed"]) for x in letters] == [("missed", cast.people["head"], 2)]
    assert asked(cast, case_id, "check_in") == [(1, "missed"), (2, "missed"), (10_002, "open")]
    answer(cast, "head", case_id, "check_in")
    assert asked(cast, case_id, "check_in")[-1] == (10_002, "answered")


def test_only_the_head_is_reminded_of_what_the_mentor_missed_twice(cast: Cast):
    case_id = cultivated(cast)
    for day in ("2025-06-03", "2025-06-19", "2025-09-03", "2025-09-18"):
        cast.at(f"{day}T08:00:01")
        cast.run_due()
    (item,) = check_ins(cast, case_id)
    post = Post(cast, item.id)
    assert post.at(item.due_at - timedelta(hours=1)) == [("head", "reminder", 0, None)]


def test_an_answer_between_two_misses_starts_the_count_anew(cast: Cast):
    case_id = cultivated(cast)
    for day in ("2025-06-03", "2025-06-19", "2025-09-03"):
        cast.at(f"{day}T08:00:01")
        cast.run_due()
    answer(cast, "mentor", case_id, "check_in")
    for day in ("2025-12-03", "2025-12-19"):
        cast.at(f"{day}T08:00:01")
        cast.run_due()
    assert [status for _, status in asked(cast, case_id, "check_in")] == ["missed", "answered", "missed"]
    assert check_ins(cast, case_id) == []


def test_never_two_check_ins_are_open(cast: Cast):
    case_id = cultivated(cast)
    most = 0
    for week in range(2, 80, 3):
        cast.at(moment("2025-03-03T09:00") + timedelta(weeks=week))
        cast.run_due()
        most = max(most, len(check_ins(cast, case_id)))
    assert most == 1
    (item,) = check_ins(cast, case_id)
    assert item.id in in_inbox(cast, "head"), "and after a year and a half it is still the head's"


def test_a_clock_that_slept_for_a_year_asks_once(cast: Cast):
    case_id = cultivated(cast)
    cast.at("2026-03-10")
    cast.run_due()
    assert asked(cast, case_id, "check_in") == [(1, "open")]
    (item,) = check_ins(cast, case_id)
    assert item.due["due_on"] == "2026-03-24", "ten working days from the day the mentor was asked"


def test_a_missed_check_in_stands_in_the_history(cast: Cast):
    case_id = cultivated(cast)
    for day in ("2025-06-03", "2025-06-19"):
        cast.at(f"{day}T08:00:01")
        cast.run_due()
    with cast.app.database.read() as connection:
        rows = connection.execute(sa.select(event).where(event.c.case_id == case_id, event.c.kind == "missed")).all()
    assert [(row.body["action"], row.body["cause"]) for row in rows] == [("check_in", "deadline")]


def test_a_late_check_of_the_province_stays_open_and_is_not_asked_twice(cast: Cast):
    case_id = come_to(cast, "nominee", "at_province")
    for day in ("2025-03-17", "2025-03-21", "2025-03-31", "2025-04-15"):
        cast.at(f"{day}T08:00:01")
        cast.run_due()
    assert asked(cast, case_id, "chase") == [(1, "open")]
    answer(cast, "office", case_id, "chase")
    cast.at("2025-05-15")
    cast.run_due()
    assert [status for _, status in asked(cast, case_id, "chase")] == ["answered", "open"]


# --- escalation that comes again ----------------------------------------------------------------------


def test_after_a_long_silence_a_repeated_escalation_is_one_word_not_ten(cast: Cast):
    case_id = come_to(cast, "merit_request", "at_province")
    cast.settle()
    item = next(one for one in cast.open_items(case_id) if one.kind == "state")
    post = Post(cast, item.id)
    told = post.at(moment("2025-12-15T10:00"))
    assert [line for line in told if line[0] == "director"] == [("director", "escalation", None, None)]
    armed = sa.select(timer.c.due_at).where(timer.c.item_id == item.id, timer.c.status == "armed")
    with cast.app.database.read() as connection:
        (again,) = connection.scalars(armed).all()
    assert again > cast.now()


def test_nobody_is_told_of_an_item_that_was_closed_before_its_escalation(cast: Cast):
    case_id = come_to(cast, "nominee", "unit_appraisal")
    cast.settle()
    (item,) = [one for one in cast.open_items(case_id) if one.kind == "state"]
    cast.at("2025-03-11T00:30:00")
    cast.run_due()
    post = Post(cast, item.id)
    do(cast, "head", case_id, "recognize")
    assert post.at(moment("2025-06-01T10:00")) == []
    with cast.app.database.read() as connection:
        status = sa.select(timer.c.status).where(timer.c.item_id == item.id, timer.c.kind == "escalate")
        assert set(connection.scalars(status)) == {"cancelled"}
        assert connection.scalar(sa.select(work_item.c.status).where(work_item.c.id == item.id)) == "closed"


def test_lateness_that_finds_nobody_is_an_incident(cast: Cast):
    case_id = come_to(cast, "nominee", "unit_appraisal")
    with cast.app.database.write() as connection:
        subject_id = cast.row(case_id).subject_id
        director = cast.people["director"]
        declare_conflict(connection, cast.agency_id, person_id=director, subject_id=subject_id, kind="kin")
    cast.told.letters.clear()
    cast.at("2025-03-17T08:00:01")
    cast.run_due()
    assert director not in {x.get("person_id") for x in cast.told.letters}
    with cast.app.database.read() as connection:
        (row,) = connection.execute(sa.select(incident).where(incident.c.case_id == case_id)).all()
    assert (row.kind, row.reason["params"]) == ("unheard", {"roles": ["Giám đốc Sở"]})


ENGLISH = "      period_over: The period is over\n"


def test_the_end_of_the_plans_period_moves_a_case_that_waits_for_it(tmp_path: Path, sqlite_databases: SqliteDatabases):
    folder = tmp_path / "plan"
    shutil.copytree(SEED, folder)
    process = folder / "processes" / "nominee.yaml"
    waits = "  period_over: {title: Hết giai đoạn, when: period ended, to: closed}\n"
    process.write_text(process.read_text(encoding="utf-8") + waits, encoding="utf-8")
    english = folder / "en.yaml"
    text = english.read_text(encoding="utf-8")
    english.write_text(text.replace("\n    everywhere:\n", f"\n    everywhere:\n{ENGLISH}", 1), encoding="utf-8")
    with sqlite_databases.fresh() as url:
        cast = make_cast(Settings(database_url=url, strict_texts=True), folder=folder)
        case_id = cast.nominate()
        cast.at("2025-12-31")
        cast.run_due()
        assert cast.row(case_id).ended_at is None
        cast.at("2026-01-01T00:00:01")
        cast.run_due()
        assert cast.row(case_id).state == "closed"
        sound(cast)
        cast.app.dispose()
