"""What it means that somebody who was asked said nothing by the deadline: agreed, waited for, or told further."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.databases import SqliteDatabases
from tests.model.process import Act, Ask, Place, Process, Step, Times
from tests.model.story import Make, Story, telling
from workflow.case import ask
from workflow.history import event
from workflow.worklist import work_item

TWO_DAYS = Times(2, (), (Step("boss", 1),))


@pytest.fixture
def tell(sqlite_databases: SqliteDatabases) -> Iterator[Make]:
    with telling(sqlite_databases) as make:
        yield make


def consulting(silence: str, *, says: str = "stance", times: Times = TWO_DAYS) -> Process:
    """An office that decides once the boss was consulted; a hold beside it."""
    consult = Ask("consult", "boss", times, answer=("stance",), silence=silence, says=says)
    decide = Act("decide", (("done", ""),), guard="all consult")
    agreed = Act("agreed", (("done", ""),), guard="all consult are agrees", needs=("flag",))
    first = Place("w0", "office", Times(9, (), (Step("boss", 1),)), acts=(decide, agreed), asks=(consult,))
    pause = Act("pause", by=("office",), needs=("ground",), holds="ground")
    held = Place("held", "office", acts=(Act("clear", needs=("ground",), releases="ground"),))
    return Process((first, Place("done", end=True)), (pause,), held)


def the_ask(story: Story) -> Any:
    (row,) = story.stored(ask)
    return row


def options(story: Story, action: str) -> list[str]:
    """Why an action is refused now."""
    view = story.world.app.engine.view(story.world.actor("chi"), story.case_id)
    return [reason.key for option in view.options if option.name == action for reason in option.refusals]


def test_silence_that_agrees_ends_the_waiting_at_the_deadline_and_is_written_as_silence(tell: Make) -> None:
    story = tell(consulting("agrees"))
    assert options(story, "decide") == ["condition.all"]
    story.later(days=2)
    assert the_ask(story).status == "open"  # the second working day is the last one, to its end
    story.later(days=1)
    assert (the_ask(story).status, the_ask(story).says, the_ask(story).answered_by) == ("silent", "agrees", None)
    (said,) = story.stored(event, event.c.kind == "silent")
    assert (said.actor_id, said.body["cause"], said.body["action"]) == (None, "deadline", "consult")
    assert [row.closed_how for row in story.stored(work_item, work_item.c.kind == "ask")] == ["silent"]
    story.act("chi", "agreed", flag=True)
    assert story.rows()["row"]["state"] == "done"


def test_an_answer_in_time_is_the_answer_and_silence_no_longer_speaks(tell: Make) -> None:
    story = tell(consulting("agrees"))
    row = the_ask(story)
    story.world.app.engine.answer(story.world.actor("giang"), ask_id=row.id, inputs={"stance": "objects"})
    story.later(days=4)
    assert (the_ask(story).status, the_ask(story).says) == ("answered", "objects")
    assert options(story, "decide") == []
    assert options(story, "agreed") == ["condition.all"]


@pytest.mark.parametrize("silence", ["waits", "escalates"])
def test_silence_that_does_not_speak_leaves_the_case_waiting(tell: Make, silence: str) -> None:
    story = tell(consulting(silence))
    story.later(days=20)
    assert the_ask(story).status == "open"
    assert options(story, "decide") == ["condition.all"]


def test_a_hold_stops_the_days_of_those_asked(tell: Make) -> None:
    story = tell(consulting("agrees"))
    story.act("chi", "pause", ground="complaint")
    story.later(days=30)
    assert the_ask(story).status == "open"
    story.act("chi", "held:clear", ground="complaint")
    story.later(days=1)
    assert the_ask(story).status == "open"
    story.later(days=4)
    assert the_ask(story).status == "silent"
