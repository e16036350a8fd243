"""What the model found in the engine, each told as a short story that must go on ending well."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import SqliteDatabases
from tests.model import days
from tests.model.process import OWN_GROUND, Act, Ask, Place, Process, Step, Times
from tests.model.story import Make, telling
from tests.workflow.plans import registry
from workflow.loading import DefinitionError, load_plan
from workflow.message import Refused

LATE = Times(4, (1,), (Step("boss", 1),))
HOLD = (
    Act("pause", by=("office",), needs=("ground",), holds="ground"),
    Act("freeze", by=("boss",), holds=OWN_GROUND),
)
CLEAR = (Act("clear", needs=("ground",), releases="ground"), Act("thaw", releases="all"))
PUSH = Act("push", (("w1", ""),), by=("office",), while_held=True)
GROUND = {"ground": "complaint"}


@pytest.fixture
def tell(sqlite_databases: SqliteDatabases) -> Iterator[Make]:
    with telling(sqlite_databases) as make:
        yield make


def process(*first: Act, held: Times = LATE, asks: tuple[Ask, ...] = (), hold_asks: tuple[Ask, ...] = ()) -> Process:
    """Two states of work, an end, and a hold."""
    return Process(
        (
            Place("w0", "head", LATE, acts=(Act("go", (("w1", ""),)), PUSH, *first), asks=asks),
            Place("w1", "head", LATE, acts=(Act("end", (("done", ""),)), Act("stay", needs=("flag",)))),
            Place("done", end=True),
        ),
        HOLD,
        Place("held", "office", held, acts=CLEAR, asks=hold_asks),
    )


def test_a_hold_keeps_its_deadline_when_the_case_moves_on_in_it(tell: Make) -> None:
    story = tell(process(hold_asks=(Ask("h", "boss", LATE),)))
    story.act("chi", "pause", **GROUND)
    before = story.armed("held/"), story.armed("ask/h")
    assert [len(one) for one in before] == [3, 3], "reminder, end, escalation"
    story.act("chi", "push")
    assert (story.armed("held/"), story.armed("ask/h")) == before


def test_a_hold_may_end_by_itself_when_it_lasts_too_long(tell: Make) -> None:
    story = tell(process(held=Times(2, (), (Step("boss", 1, "act", "thaw"),))))
    story.act("giang", "freeze")
    story.later(days=1)
    assert story.rows()["row"]["holds"] == [OWN_GROUND]
    story.later(days=3)
    row = story.rows()
    assert (row["row"]["holds"], row["row"]["takers"]["held.thaw"]) == ([], (None, None))
    assert [one[:2] for one in row["items"]] == [(("state", ""), "open")]


def test_a_state_entered_in_a_hold_counts_its_days_from_the_release(tell: Make) -> None:
    story = tell(process())
    story.act("chi", "pause", **GROUND)
    story.act("chi", "push")
    story.later(days=7)
    story.act("chi", "held:clear", **GROUND)
    due = days.plus(story.now.date(), LATE.due)
    assert story.rows()["items"] == [(("state", ""), "open", 1, due, None)]
    story.act("binh", "stay", flag=True)
    assert story.rows()["items"] == [(("state", ""), "open", 1, due, None)], "nothing it hangs on has changed"


def test_nothing_to_report_is_no_answer_where_the_plan_does_not_say_so(tell: Make) -> None:
    story = tell(process(asks=(Ask("a", "boss", LATE), Ask("b", "boss", LATE, nil=True))))
    ids = {key[1]: ask_id for key, (_, ask_id) in story.rows()["ids"].items() if ask_id}
    answer, actor, reason = story.world.app.engine.answer, story.world.actor("giang"), {"reason": "Không có gì để nói"}
    with pytest.raises(Refused) as raised:
        answer(actor, ask_id=ids["a"], inputs=reason, nil=True)
    assert [one.key for one in raised.value.reasons] == ["ask.no_nil"]
    assert story.rows()["row"]["events"] == 1
    answer(actor, ask_id=ids["b"], inputs=reason, nil=True)
    assert ("b", False, "nil") in story.rows()["asks"]


def test_an_asks_lateness_may_take_an_action_of_its_state(tell: Make) -> None:
    late = Times(2, (), (Step("boss", 1, "act", "go"),))
    story = tell(process(asks=(Ask("a", "boss", late),)))
    story.later(days=4)
    assert story.rows()["row"]["state"] == "w1"


def test_the_lateness_of_what_a_hold_asks_may_end_the_hold(tell: Make) -> None:
    late = Times(2, (), (Step("boss", 1, "act", "thaw"),))
    story = tell(process(hold_asks=(Ask("h", "boss", late),)))
    story.act("giang", "freeze")
    story.later(days=4)
    row = story.rows()["row"]
    assert (row["holds"], row["state"]) == ([], "w0")
    assert "held.thaw" in row["takers"]


@pytest.mark.parametrize("where", ["asks", "hold_asks"])
def test_an_asks_lateness_names_an_action_there_is(where: str, tmp_path: Path) -> None:
    late = Times(2, (), (Step("boss", 1, "act", "vanish"),))
    process(**{where: (Ask("a", "boss", late),)}).write(tmp_path)  # type: ignore[arg-type]
    with pytest.raises(DefinitionError) as raised:
        load_plan(tmp_path, registry=registry())
    assert [one.message.params["name"] for one in raised.value.defects] == ["vanish"]
    assert raised.value.defects[0].message.key.endswith("unknown_action")
