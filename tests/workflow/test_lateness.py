"""What becomes of a timer, by kind, in a process made for it: who is told, what stays, when it comes again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.databases import SqliteDatabases
from tests.model import days
from tests.model.process import Act, Ask, Place, Process, Step, Times
from tests.model.story import Make, Story, telling
from tests.model.world import MONDAY
from workflow.history import event
from workflow.incidents import incident
from workflow.organisation_changes import revoke_role, set_absence
from workflow.outbox import delivery, outbox
from workflow.timers import timer
from workflow.worklist import candidate, work_item

BOSS = Step("boss", 1)
MONTH = timedelta(days=31)
NEVER = Times()


@pytest.fixture
def tell(sqlite_databases: SqliteDatabases) -> Iterator[Make]:
    with telling(sqlite_databases) as make:
        yield make


def waiting(
    *steps: Step, remind: tuple[int, ...] = (), asks: tuple[Ask, ...] = (), hold: Times = NEVER,
    hold_asks: tuple[Ask, ...] = (),
) -> Process:  # fmt: skip
    """An office that has four working days; a hold beside it."""
    first = Place("w0", "office", Times(4, remind, steps or (BOSS,)), acts=(Act("go", (("done", ""),)),), asks=asks)
    pause = Act("pause", by=("office",), needs=("ground",), holds="ground")
    held = Place("held", "boss", hold, acts=(Act("clear", needs=("ground",), releases="ground"),), asks=hold_asks)
    return Process((first, Place("done", end=True)), (pause,), held)


def letters(story: Story, template: str) -> list[Any]:
    rows = story.stored(outbox, outbox.c.kind == "notice")
    return [row for row in rows if row.payload["template"] == template]


def told(story: Story, template: str) -> list[str]:
    """Whom notices of a kind go to, by name."""
    return sorted(story.world.names[row.recipient.removeprefix("person:")] for row in letters(story, template))


def kinds(story: Story, kind: str) -> list[Any]:
    return sorted(story.stored(timer, timer.c.kind == kind), key=lambda row: row.due_at)


# --- by kind ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["remind", "due", "escalate"])
def test_what_comes_due_for_a_closed_item_is_dropped(tell: Make, kind: str) -> None:
    story = tell(waiting(Step("boss", 1, "add_owner"), remind=(1,)))
    story.act("chi", "go")
    (row,) = kinds(story, kind)
    assert row.status == "cancelled"
    story.put(timer, timer.c.id == row.id, status="armed")
    written = len(story.stored(event)), len(letters(story, "reminder") + letters(story, "escalation"))
    story.world.at(MONDAY + MONTH)
    assert story.world.app.engine.fire(row.id)
    assert kinds(story, kind)[0].status == "dropped"
    assert (len(story.stored(event)), len(letters(story, "reminder") + letters(story, "escalation"))) == written
    assert story.stored(delivery, delivery.c.kind == "overdue") == []
    dropped = story.stored(delivery, delivery.c.kind == "dropped")
    assert [(one.topic, one.item_id, one.detail) for one in dropped] == (
        [("reminder", row.item_id, {"why": "closed", "offset": 1, "timer": row.id})] if kind == "remind" else []
    )


def test_a_reminder_says_how_far_ahead_it_is_and_in_whose_place_one_acts(tell: Make) -> None:
    story = tell(waiting(remind=(3, 1)))
    with story.world.app.database.write() as connection:
        set_absence(
            connection, story.world.agency_id, person_id=story.world.ids["chi"], deputy_id=story.world.ids["hoa"],
            days=(MONDAY.date(), MONDAY.date() + MONTH),
        )  # fmt: skip
    story.later(days=1, hours=1)  # Tuesday: three working days before Friday
    rows = {story.world.names[row.recipient.removeprefix("person:")]: row.payload for row in letters(story, "reminder")}
    assert {name: (row["offset"], row["on_behalf_of"]) for name, row in rows.items()} == {
        "dung": (3, None), "hoa": (3, story.world.ids["chi"]),
    }  # fmt: skip
    (item,) = story.stored(work_item)
    assert {row["item_id"] for row in rows.values()} == {item.id}


def test_of_two_reminders_slept_through_the_later_goes_and_the_other_never(tell: Make) -> None:
    story = tell(waiting(remind=(3, 1)))
    story.later(days=3, hours=1)
    early, late = kinds(story, "remind")
    assert (early.status, late.status) == ("dropped", "fired")
    assert {row.payload["offset"] for row in letters(story, "reminder")} == {1}
    dropped = story.stored(delivery, delivery.c.kind == "dropped")
    assert [one.detail for one in dropped] == [{"why": "later_reminder", "offset": 3, "timer": early.id}]
    sent = len(letters(story, "reminder"))
    story.put(timer, timer.c.id == early.id, status="armed")  # as when it could not fire and is tried again
    assert story.world.app.engine.fire(early.id)
    assert kinds(story, "remind")[0].status == "dropped"
    assert len(letters(story, "reminder")) == sent


def test_a_reminder_is_not_dropped_for_one_of_another_item_or_one_to_come(tell: Make) -> None:
    ask = Ask("a", "boss", Times(4, (1,), (BOSS,)))
    story = tell(waiting(remind=(3, 1), asks=(ask,)))
    story.later(days=1, hours=1)
    assert [row.status for row in kinds(story, "remind")] == ["fired", "armed", "armed"]
    story.later(days=2)
    assert [row.status for row in kinds(story, "remind")] == ["fired", "fired", "fired"]
    assert told(story, "reminder") == ["chi", "chi", "dung", "dung", "giang"]


def test_a_passed_deadline_is_noted_once_with_its_moment(tell: Make) -> None:
    story = tell(waiting())
    story.later(days=6)
    (row,) = kinds(story, "due")
    (item,) = story.stored(work_item)
    noted = story.stored(delivery, delivery.c.kind == "overdue")
    assert [(one.item_id, one.person_id, one.topic, one.detail) for one in noted] == [
        (item.id, None, "deadline", {"due_at": row.due_at.isoformat()})
    ]
    assert row.status == "fired"
    assert row.done_at is not None


def test_lateness_tells_only_whom_it_names(tell: Make) -> None:
    story = tell(waiting(Step("boss", 1), Step("head", 2)))
    story.later(days=5, hours=1)  # Saturday is off, Monday is the first working day after Friday
    assert told(story, "escalation") == []
    story.later(days=2)
    assert told(story, "escalation") == ["giang"]
    story.later(days=1)
    assert told(story, "escalation") == ["binh", "giang"], "the head of the case's own unit, and nobody else"
    (item,) = story.stored(work_item)
    assert {row.payload["item_id"] for row in letters(story, "escalation")} == {item.id}
    assert len({row.topic for row in letters(story, "escalation")}) == 2, "each timer's word is one of its own"
    assert story.stored(event, event.c.kind == "escalated") == []


def test_lateness_reaches_the_deputy_and_says_for_whom(tell: Make) -> None:
    story = tell(waiting(Step("boss", 1)))
    with story.world.app.database.write() as connection:
        set_absence(
            connection, story.world.agency_id, person_id=story.world.ids["giang"], deputy_id=story.world.ids["hoa"],
            days=(MONDAY.date(), MONDAY.date() + MONTH),
        )  # fmt: skip
    story.later(days=8)
    (row,) = letters(story, "escalation")
    assert told(story, "escalation") == ["hoa"]
    assert row.payload["on_behalf_of"] == story.world.ids["giang"]


def test_an_owner_is_added_once_with_a_line_in_the_history(tell: Make) -> None:
    story = tell(waiting(Step("head", 1, "add_owner")))
    story.later(days=8)
    (row,) = story.stored(event, event.c.kind == "escalated")
    (item,) = story.stored(work_item)
    assert (row.body["refs"], row.body["to_role"], row.body["cause"], row.actor_id) == (
        [item.id], "head", "deadline", None,
    )  # fmt: skip
    added = story.stored(candidate, candidate.c.why == "added")
    assert [(one.role, one.item_id, one.is_open) for one in added] == [("head", item.id, True)]
    assert told(story, "escalation") == ["binh"]
    story.act("binh", "go")


def test_who_is_told_of_their_own_delay_is_its_owner_still(tell: Make) -> None:
    """Or who is added after them would be as much to blame as they are."""
    story = tell(waiting(Step("office", 1, "add_owner"), Step("boss", 2, "add_owner")))
    story.later(days=9)
    found = [(one.role, one.why) for one in story.stored(candidate)]
    assert sorted(found) == [("boss", "added"), ("office", "owner")]


@pytest.mark.parametrize("mode", ["tell", "add_owner"])
def test_lateness_that_nobody_hears_is_an_incident_of_its_own(tell: Make, mode: str) -> None:
    story = tell(waiting(Step("boss", 1, mode)))
    with story.world.app.database.write() as connection:
        for one in story.world.people.granted:
            if one.role in ("boss", "office"):
                revoke_role(connection, story.world.agency_id, one.id, last_day=MONDAY.date() - timedelta(days=1))
    story.later(days=8)
    (row,) = story.stored(incident, incident.c.kind == "unheard")
    (timer_row,) = kinds(story, "escalate")
    assert (row.dedupe_key, row.case_id) == (f"unheard:{timer_row.id}", story.case_id)
    assert row.reason["params"]["roles"] == ["Giám đốc"]
    assert told(story, "escalation") == []


def test_one_that_is_heard_opens_no_incident(tell: Make) -> None:
    story = tell(waiting(Step("boss", 1), Step("head", 1, "add_owner")))
    story.later(days=8)
    assert story.stored(incident) == []


def test_a_role_that_is_told_at_the_desk_needs_nobody_to_hold_it(tell: Make) -> None:
    story = tell(waiting(Step("desk", 1)))
    story.later(days=8)
    (row,) = letters(story, "escalation")
    (timer_row,) = kinds(story, "escalate")
    assert (row.recipient, row.payload["desk"], row.case_id) == ("desk:desk", "desk", story.case_id)
    assert row.topic.endswith(timer_row.id)
    assert story.stored(incident) == []


# --- again and again ----------------------------------------------------------------------------------


def test_a_repeated_word_keeps_its_hour_its_step_and_its_count(tell: Make) -> None:
    story = tell(waiting(Step("head", 1), Step("boss", 2, every=3)))
    due = days.plus(MONDAY.date(), 4)
    first, second, third = (days.at(days.plus(due, amount), days.HOUR) for amount in (2, 5, 8))
    story.later(days=(first.date() - MONDAY.date()).days, hours=1)
    again = [row for row in kinds(story, "escalate") if row.name == "boss"]
    assert [(row.status, row.due_at, row.detail) for row in again] == [
        ("fired", first, {"step": 1, "repeat": 0}), ("armed", second, {"step": 1, "repeat": 1}),
    ]  # fmt: skip
    assert again[1].item_id == again[0].item_id
    story.later(days=(third.date() - story.now.date()).days + 1)
    again = [row for row in kinds(story, "escalate") if row.name == "boss"]
    assert [row.detail["repeat"] for row in again] == [0, 1, 3], "of the turns that passed unseen one is told"
    assert len(letters(story, "escalation")) == 1 + 2
    assert [row.status for row in again] == ["fired", "fired", "armed"]


def test_an_asks_lateness_is_told_by_the_asks_own_steps(tell: Make) -> None:
    ask = Ask("a", "boss", Times(1, (), (Step("head", 1, "add_owner"),)))
    story = tell(waiting(Step("boss", 9), asks=(ask,)))
    story.later(days=2, hours=1)
    (row,) = story.stored(event, event.c.kind == "escalated")
    (item,) = story.stored(work_item, work_item.c.kind == "ask")
    assert (row.body["refs"], row.body["to_role"]) == ([item.id], "head")
    assert told(story, "escalation") == ["binh"]


def test_a_holds_lateness_is_told_by_the_holds_own_steps(tell: Make) -> None:
    story = tell(waiting(Step("head", 1), hold=Times(1, (), (Step("office", 1, "add_owner"),))))
    story.act("chi", "pause", ground="moving")
    story.later(days=2, hours=1)
    (row,) = story.stored(event, event.c.kind == "escalated")
    assert row.body["to_role"] == "office"
    story.act("dung", "held:clear", ground="moving")


def test_a_timer_nobody_knows_or_whose_moment_is_to_come_does_nothing(tell: Make) -> None:
    story = tell(waiting())
    fire = story.world.app.engine.fire
    (row,) = kinds(story, "due")
    assert not fire("nobody knows it")
    story.world.at(row.due_at - timedelta(minutes=5))
    assert not fire(row.id)
    story.world.at(row.due_at + timedelta(seconds=1))
    assert fire(row.id)
    assert not fire(row.id)
    assert len(story.stored(delivery, delivery.c.kind == "overdue")) == 1


def turns(story: Story, name: str) -> list[tuple[str, Any]]:
    """(status, moment) of a rhythm's turns; its count and where it began are the same for all."""
    rows = kinds(story, "rhythm")
    assert [row.detail["number"] for row in rows] == list(range(1, len(rows) + 1))
    assert {row.name for row in rows} == {name}
    assert len({(row.detail["began"], row.detail["visit"]) for row in rows}) == 1
    return [(row.status, row.due_at) for row in rows]


@pytest.mark.parametrize("held", [False, True])
def test_a_rhythm_asks_again_unless_it_still_waits(tell: Make, held: bool) -> None:
    asks = (Ask("r", "boss", Times(9, (), (BOSS,)), every=2),)
    story = tell(waiting(asks=() if held else asks, hold_asks=asks if held else ()))
    if held:
        story.act("chi", "pause", ground="moving")
    first, second, third = (days.at(days.plus(MONDAY.date(), amount), days.HOUR) for amount in (2, 4, 6))
    assert turns(story, "r") == [("armed", first)]
    story.later(days=2, hours=1)
    assert turns(story, "r") == [("fired", first), ("armed", second)]
    (item,) = story.stored(work_item, work_item.c.kind == "ask")
    assert kinds(story, "rhythm")[0].detail["visit"] == (0 if held else 1)
    story.later(days=2)
    assert turns(story, "r") == [("fired", first), ("fired", second), ("armed", third)]
    assert [one.id for one in story.stored(work_item, work_item.c.kind == "ask")] == [item.id], "it still waits"
    story.world.app.engine.answer(story.world.actor("giang"), ask_id=item.ask_id, inputs={"note": "Đã xong"})
    story.later(days=4)
    assert [one.status for one in story.stored(work_item, work_item.c.kind == "ask")] == ["closed", "open"]


@pytest.mark.parametrize("asked", [{"needs": ("note",)}, {"guard": "flag is yes"}])
def test_lateness_takes_an_action_only_under_the_rules_of_a_person(tell: Make, asked: Any) -> None:
    steps = (Step("boss", 1, "act", action="go"), Step("boss", 2, "tell"))
    first = Place("w0", "office", Times(4, (), steps), acts=(Act("go", (("done", ""),), **asked),))
    story = tell(Process((first, Place("done", end=True)), (), None))
    story.later(days=8)
    (row,) = story.stored(incident, incident.c.kind == "late_refused")
    assert row.reason["params"]["action"] == "Việc go"
    assert story.rows()["row"]["state"] == "w0", "nothing moved"
    story.later(days=3)
    assert letters(story, "escalation"), "the next step came in its turn"


def test_a_wait_of_days_stands_still_during_a_hold_as_a_deadline_does(tell: Make) -> None:
    """`when: after 4 working_days`, held for two weeks after the first: three working days are left, and no fewer."""
    acts = (Act("wait", (("done", ""),), when="after 4 working_days"), Act("stay", needs=("flag",), by=("staff",)))
    first = Place("w0", "office", Times(30, (), (BOSS,)), acts=acts)
    pause = Act("pause", by=("office",), needs=("ground",), holds="ground")
    held = Place("held", "boss", NEVER, acts=(Act("clear", needs=("ground",), releases="ground"),))
    story = tell(Process((first, Place("done", end=True)), (pause,), held))
    story.later(days=1)
    story.act("chi", "pause", ground="complaint")
    story.later(days=14)
    story.act("giang", "held:clear", ground="complaint")
    story.act("hoa", "stay", flag=True)
    assert story.rows()["row"]["state"] == "w0", "the days of the hold do not count"
    story.later(days=3)
    assert story.rows()["row"]["state"] == "w0"
    story.later(days=3)
    assert story.rows()["row"]["state"] == "done"
