"""Every reason that speaks against an action, in the words a person reads; and who is told to have been first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from tests.databases import SqliteDatabases
from tests.model.process import Act, Ask, Place, Process, Step, Times
from tests.model.story import Make, Story, telling
from workflow.case import ask
from workflow.definition import Action
from workflow.draft import SYSTEM
from workflow.facts import load_case
from workflow.message import Conflict, Message, Refused
from workflow.permission import action_title, why_not
from workflow.worklist import candidate, work_item

LATE = Times(3, (), (Step("boss", 1),))
OFFICE = Place(
    "w0", "office", LATE,
    acts=(
        Act("go", (("w1", ""),), guard="all consult"), Act("note", needs=("note",)), Act("look", while_held=True),
        Act("stop", needs=("ground",), holds="ground"), Act("audit", holds="audit"),
        Act("clear", while_held=True, releases="audit"), Act("open_all", while_held=True, releases="all"),
    ),
    asks=(Ask("consult", "boss", LATE),),
)  # fmt: skip
HELD = Place("held", "office", acts=(Act("end_it", needs=("ground",), releases="ground"),))
LIFE = Process(
    (OFFICE, Place("w1", "office", acts=(Act("end", (("done", ""),)),)), Place("done", end=True)), (), HELD
)  # fmt: skip


@pytest.fixture
def tell(sqlite_databases: SqliteDatabases) -> Iterator[Make]:
    with telling(sqlite_databases) as make:
        yield make


@pytest.fixture
def story(tell: Make) -> Story:
    return tell(LIFE)


def refused(call: Any, kind: type[Refused] = Refused) -> list[Message]:
    """The reasons."""
    with pytest.raises(kind) as raised:
        call()
    return list(raised.value.reasons)


def act(story: Story, who: str, action: str, version: int | None = None, **inputs: Any) -> Any:
    """As a page sends it, of the case as it is or as it was seen."""
    seen = version or story.rows()["row"]["version"]
    engine = story.world.app.engine
    return lambda: engine.act(
        story.world.actor(who), case_id=story.case_id, action=action, inputs=inputs, case_version=seen
    )


def test_what_is_not_done_here_is_named_with_where_the_case_stands(story: Story) -> None:
    words = {"action": "Việc end", "state": "Nơi w0"}
    assert refused(act(story, "chi", "end")) == [Message("action.not_here", words)]
    assert refused(act(story, "chi", "held:end_it", ground="moving"))[0].key == "hold.none"
    unknown = refused(act(story, "chi", "fly"))
    assert unknown == [Message("action.not_here", {"action": "fly", "state": "Nơi w0"})]


def test_a_guard_that_says_no_is_heard(story: Story) -> None:
    assert [one.key for one in refused(act(story, "chi", "go"))] == ["condition.all"]
    (row,) = story.stored(ask)
    story.world.app.engine.answer(story.world.actor("giang"), ask_id=row.id, inputs={"note": "Đồng ý"})
    assert act(story, "chi", "go")().state == "w1"


def test_during_a_hold_only_what_may_be_done_in_one_is_the_owners(story: Story) -> None:
    act(story, "chi", "stop", ground="complaint")()
    with pytest.raises(Refused) as kept:
        act(story, "chi", "note", note="x")()
    assert kept.value.reasons == (Message("hold.refuses", {"grounds": ("Căn cứ",)}),)
    assert kept.value.status == "refused", "it is not who asks that is wrong"
    assert act(story, "chi", "look")().action == "look"
    assert [one.key for one in refused(act(story, "an", "look"))] == ["authority.role_missing"]
    (row,) = story.stored(ask)
    (waits,) = story.stored(work_item, work_item.c.kind == "ask")
    story.put(work_item, work_item.c.id == waits.id, status="open")  # as if one had been left open by the hold
    answer = lambda: story.world.app.engine.answer(  # noqa: E731
        story.world.actor("giang"), ask_id=row.id, inputs={"note": "Đồng ý"}
    )
    assert refused(answer) == [Message("ask.not_open", {"title": "Hỏi consult"})]


def reasons(story: Story, name: str) -> list[Message]:
    """What speaks against an action of this state, the action as it is."""
    return against(story, lambda action: action, name)


def against(story: Story, change: Any, name: str) -> list[Message]:
    """What speaks against an action of this state, changed as said."""
    engine = story.world.app.engine
    with story.world.app.database.read() as connection:
        facts = load_case(connection, engine, story.case_id, None)
        draft = engine.draft_for(connection, facts, SYSTEM)
        action: Action = change(draft.facts.life.definition.actions_in("w0")[name])
        return why_not(draft, action, story.world.ids["chi"], held=False)[1]


def test_grounds_that_no_form_can_make_right(story: Story) -> None:
    assert reasons(story, "clear") == [Message("hold.not_open", {"ground": ("Việc audit",)})]
    act(story, "chi", "audit")()
    assert reasons(story, "clear") == []
    again = against(story, lambda action: action.model_copy(update={"while_held": True}), "audit")
    assert again == [Message("hold.open_already", {"ground": ("Việc audit",)})]
    other = against(story, lambda action: action.model_copy(update={"while_held": True}), "stop")
    assert other == [], "another ground is still left to add"


def test_outside_of_its_days_an_action_says_which_they_are(story: Story) -> None:
    of = lambda days: against(story, lambda action: action.model_copy(update={"window": days}), "note")  # noqa: E731
    words = {"first": date(2025, 3, 10), "last": date(2025, 3, 20)}
    assert of("10/3/2025..20/3/2025") == [Message("action.window", words)]
    assert of("3/3/2025..20/3/2025") == []


def test_who_was_first_is_named_and_what_they_did(story: Story) -> None:
    act(story, "dung", "stop", ground="complaint")()
    act(story, "dung", "held:end_it", ground="complaint")()
    (stale,) = refused(act(story, "chi", "note", version=1, note="x"), Conflict)
    assert stale.key == "conflict.stale"
    assert {name: stale.params[name] for name in ("name", "action", "on_behalf_of")} == {
        "name": "dung", "action": "Việc end_it", "on_behalf_of": "",
    }  # fmt: skip
    assert stale.params["at"].tzinfo is not None


def test_an_escalation_is_nobodys_decision(tell: Make) -> None:
    steps = (Step("boss", 1, "add_owner"),)
    acts = (Act("note", needs=("note",)), Act("go", (("done", ""),)))
    story = tell(Process((Place("w0", "office", Times(1, (), steps), acts=acts), Place("done", end=True))))
    story.act("dung", "note", note="x")
    story.later(days=3)
    assert "boss" in {row.role for row in story.stored(candidate)}
    (stale,) = refused(act(story, "chi", "note", version=1, note="y"), Conflict)
    assert (stale.params["name"], stale.params["action"]) == ("dung", "Việc note")


def test_an_item_that_a_hold_put_aside_may_come_back_and_one_left_behind_was_decided(story: Story) -> None:
    (seen,) = story.stored(work_item, work_item.c.kind == "state")
    engine, chi = story.world.app.engine, story.world.actor("chi")
    act(story, "dung", "stop", ground="complaint")()

    def late(version: int) -> Any:
        return lambda: engine.act(
            chi, case_id=story.case_id, action="look", inputs={}, case_version=story.rows()["row"]["version"],
            item_id=seen.id, item_version=version,
        )  # fmt: skip

    assert late(seen.version)().action == "look", "an item that rests is no conflict"
    act(story, "dung", "held:end_it", ground="complaint")()
    (open_again,) = story.stored(work_item, work_item.c.kind == "state", work_item.c.status == "open")
    assert open_again.id != seen.id
    assert refused(late(seen.version), Conflict)[0].key == "conflict.stale", "not decided: it is asked again"
    act(story, "dung", "note", note="x")()
    assert refused(late(seen.version), Conflict)[0].key == "conflict.stale"


def test_one_moment_is_one_version_however_many_events_it_has(tell: Make) -> None:
    first = Place("w0", "office", acts=(Act("go", (("w1", ""),), needs=("stance",)), Act("stay")))
    passed = Place("w1", "office", acts=(Act("on", (("w2", ""),), when="stance is agrees"),))
    story = tell(Process((first, passed, Place("w2", "office", acts=(Act("end", (("done", ""),)),)),
                          Place("done", end=True))))  # fmt: skip
    assert act(story, "dung", "go", stance="agrees")().state == "w2"
    assert story.rows()["row"]["version"] == 2
    assert refused(act(story, "chi", "go", version=1, stance="agrees"), Conflict)[0].key == "conflict.decided"


def test_what_was_done_is_called_as_it_was_called_where_it_was_done(story: Story) -> None:
    engine = story.world.app.engine
    with story.world.app.database.read() as connection:
        definition = load_case(connection, engine, story.case_id, None).life.definition
    done = {"begin": "", "note": "w0", "end_it": "w0", "consult": "w0", "fly": "w0"}
    titles = [action_title(definition, {"action": name, "from": state}) for name, state in done.items()]
    assert titles == ["Bắt đầu", "Việc note", "Việc end_it", "Hỏi consult", "fly"]


def test_four_eyes_look_at_the_action_of_the_state_they_name(tell: Make) -> None:
    def process(*not_by: str) -> Process:
        first = Place("w0", "office", acts=(Act("go", (("w1", ""),)), Act("back", (("done", ""),))))
        second = Place("w1", "office", acts=(Act("go", (("done", ""),), not_by=not_by),))
        return Process((first, second, Place("done", end=True)))

    story = tell(process("w0.go"))
    act(story, "dung", "go")()
    assert [one.key for one in refused(act(story, "dung", "go"))] == ["authority.four_eyes"]
    assert act(story, "chi", "go")().state == "done"
    story = tell(process("w0.back"))
    act(story, "dung", "go")()
    assert act(story, "dung", "go")().state == "done"
