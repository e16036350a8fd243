"""The engine's commands, one by one: what each gives back, refuses, leaves behind, and does when it is sent again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from states.subjects.enrol import enrol_person
from tests.databases import SqliteDatabases
from tests.model.process import Act, Ask, Place, Process, Step, Times
from tests.model.story import Story, telling
from tests.model.world import MONDAY
from workflow import hearing, witness
from workflow.case import case
from workflow.commands import Receipt
from workflow.db import uuid7
from workflow.draft import SYSTEM, Draft
from workflow.facts import load_case
from workflow.history import event, event_detail
from workflow.idempotency import idempotency
from workflow.message import Conflict, Invalid, NotFound, Refused
from workflow.organisation import conflict
from workflow.organisation_changes import touched
from workflow.registry import SubjectFacts, SubjectPort
from workflow.starting import Beginning
from workflow.timers import timer
from workflow.worklist import work_item

LATE = Times(3, (1,), (Step("boss", 1),))
REASON = "Bận công tác dài ngày"
LIFE = Process(
    (
        Place(
            "w0", "office", LATE, acts=(Act("go", (("w1", ""),), needs=("flag",), verb="approve"), Act("stay")),
            asks=(Ask("a", "boss", LATE, nil=True), Ask("b", "boss", LATE)),
        ),
        Place("w1", "head", LATE, acts=(Act("end", (("done", ""),), verb="refuse"),)),
        Place("done", end=True),
    )
)  # fmt: skip


@pytest.fixture
def story(sqlite_databases: SqliteDatabases) -> Iterator[Story]:
    with telling(sqlite_databases) as tell:
        yield tell(LIFE)


@pytest.fixture
def woken(story: Story) -> list[int]:
    """One entry each time something was committed."""
    seen: list[int] = []
    story.world.app.listeners.append(lambda: seen.append(1))
    return seen


@pytest.fixture
def heard() -> Iterator[list[Any]]:
    """What whoever counts is told."""
    told: list[Any] = []
    listen = lambda *said: told.append(said)  # noqa: E731
    witness.listeners.append(listen)
    yield told
    witness.listeners.remove(listen)


def subject(story: Story, name: str = "hoa") -> str:
    with story.world.app.database.write() as connection:
        return enrol_person(connection, story.world.agency_id, story.world.ids[name])


def start(story: Story, by: str = "an", who: str = "hoa", flag: bool = True, **more: Any) -> Receipt:
    given = {"process": "life", "action": "begin", "subject_type": "subject", "inputs": {"flag": flag}} | more
    return story.world.app.engine.start(story.world.actor(by), **{"subject_id": subject(story, who), **given})


def act(story: Story, person: str, action: str, inputs: dict[str, Any] | None = None, **more: Any) -> Receipt:
    given = {"case_id": story.case_id, "case_version": story.rows()["row"]["version"]} | more
    return story.world.app.engine.act(story.world.actor(person), action=action, inputs=inputs or {}, **given)


def item(story: Story, kind: str = "state") -> Any:
    return story.stored(work_item, work_item.c.kind == kind, work_item.c.status == "open")[0]


def ask_id(story: Story, name: str = "a") -> str:
    return str(story.rows()["ids"]["ask", name][1])


def answer(story: Story, inputs: dict[str, Any], **more: Any) -> Receipt:
    given = more if "ask_id" in more else {"ask_id": ask_id(story), **more}
    return story.world.app.engine.answer(story.world.actor("giang"), inputs=inputs, **given)


def why(call: Any, kind: type[Refused] = Refused) -> tuple[str, list[str]]:
    """How and with which words it was refused."""
    with pytest.raises(kind) as raised:
        call()
    assert type(raised.value) is kind
    return raised.value.status, [reason.key for reason in raised.value.reasons]


# --- start --------------------------------------------------------------------------------------------


def test_a_start_says_what_was_begun(story: Story, woken: list[int]) -> None:
    receipt = start(story)
    (row,) = story.stored(case, case.c.id == receipt.case_id)
    assert receipt == Receipt(row.id, "HS-2025-0002", 1, 1, "begin", "w0", "Nơi w0", repeated=False)
    assert (row.code, row.state, row.version, row.chain_seq) == ("HS-2025-0002", "w0", 1, 1)
    assert woken == [1]


def test_who_counts_hears_of_each_decision_and_of_each_timer_once(
    story: Story, heard: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    start(story)
    act(story, "chi", "stay")
    seen = item(story)
    engine = story.world.app.engine
    engine.reassign(story.world.actor("chi"), seen.id, story.world.ids["an"], REASON, seen.version)
    answer(story, {"note": REASON})
    assert [(what, labels["verb"]) for what, _, labels in heard] == [
        ("decision", "start"), ("decision", "act"), ("decision", "reassign"), ("decision", "answer"),
    ]  # fmt: skip
    assert {labels["process"] for _, _, labels in heard} == {"life"}
    heard.clear()
    story.world.at(MONDAY + timedelta(days=4, hours=1))
    (late, *_) = sorted(story.stored(timer, timer.c.kind == "escalate"), key=lambda row: row.due_at)
    story.world.at(late.due_at + timedelta(seconds=90))
    with monkeypatch.context() as patched:  # other hands were quicker
        patched.setattr(engine, "change", lambda *_, **__: False)
        assert not engine.fire(late.id)
    assert [engine.fire(late.id), engine.fire(late.id)] == [True, False]
    again, (what, value, labels) = heard
    assert (again[0], dict(again[2])) == ("repeat", {"kind": "timer"})
    assert (what, dict(labels)) == ("timer", {"kind": "escalate"})
    assert 90 <= value < 120, "how late it was"


def test_a_start_says_by_which_entry_it_came(story: Story) -> None:
    actor = replace(story.world.actor("an"), channel="api")
    begun = story.world.app.engine.start(
        actor, process="life", action="begin", subject_type="subject", subject_id=subject(story, "dung"),
        inputs={"flag": True},
    )  # fmt: skip
    (first,) = story.stored(event, event.c.case_id == begun.case_id)
    assert (first.body["channel"], first.body["actor"]) == ("api", actor.person_id)


def test_a_start_sent_again_under_its_key_is_the_first_one(story: Story, woken: list[int]) -> None:
    calls: list[int] = []
    first = start(story, key="k", also=[lambda _: calls.append(1)])
    again = start(story, key="k", also=[lambda _: calls.append(1)])
    assert again == replace(first, repeated=True)
    assert (calls, woken) == ([1], [1])
    assert len(story.stored(case)) == 2


@pytest.mark.parametrize("other", [
    {"flag": False}, {"who": "binh"}, {"whom": {"name": "Hoa"}}, {"action": "other"}, {"process": "other"},
    {"subject_type": "unit"},
])  # fmt: skip
def test_a_key_stands_for_all_that_was_asked(story: Story, other: dict[str, Any]) -> None:
    start(story, key="k")
    assert why(lambda: start(story, key="k", **other)) == ("key_reused", ["error.key_reused"])


def test_a_new_subject_is_known_under_a_key_by_its_name(story: Story) -> None:
    first = start(story, key="k", whom={"name": "Bảy"})
    assert start(story, who="binh", key="k", whom={"name": "Bảy"}) == replace(first, repeated=True)


def test_what_a_refused_start_brought_along_is_gone_with_it(story: Story, woken: list[int]) -> None:
    def along(connection: sa.Connection) -> None:
        enrol_person(connection, story.world.agency_id, story.world.ids["binh"])

    known = len(story.stored(case))
    assert why(lambda: start(story, by="hoa", who="hoa", also=[along])) == ("forbidden", ["authority.own_case"])
    assert why(lambda: start(story, inputs={}, also=[along], key="k"), Invalid)[0] == "invalid"
    assert (len(story.stored(case)), woken, story.stored(idempotency)) == (known, [], [])
    subjects = sa.table("subject", sa.column("person_id"))
    assert story.world.ids["binh"] not in [row.person_id for row in story.stored(subjects)]


@pytest.mark.parametrize("wrong", [
    {"process": "death"}, {"action": "resume"}, {"subject_id": "nobody"}, {"subject_type": "agency"},
])  # fmt: skip
def test_nothing_begins_of_what_there_is_not(story: Story, wrong: dict[str, Any]) -> None:
    assert why(lambda: start(story, **wrong), NotFound)[0] == "not_found"


def test_two_that_keep_colliding_are_told_it_is_busy(story: Story) -> None:
    tries: list[int] = []

    def collide(_: sa.Connection) -> None:
        tries.append(1)
        raise sa.exc.IntegrityError("", None, Exception())

    assert why(lambda: start(story, also=[collide])) == ("busy", ["error.busy"])
    assert len(tries) == 3


def test_a_case_begun_by_the_engine_begins_once(story: Story, woken: list[int]) -> None:
    what = Beginning(
        agency_id=story.world.agency_id, process="life", subject_type="subject", subject_id=subject(story),
        action="begin", start_key="child:1",
    )  # fmt: skip
    begin = story.world.app.engine.begin
    assert begin(what, finish=lambda _: False) is None
    assert (len(story.stored(case)), woken) == (1, [])
    receipt = begin(what, finish=lambda _: True)
    assert receipt is not None
    assert (receipt.action, receipt.state, receipt.event_seq, receipt.repeated) == ("begin", "w0", 1, False)
    (row,) = story.stored(case, case.c.start_key == "child:1")
    assert (row.id, row.code) == (receipt.case_id, receipt.code)
    assert begin(what) is None
    assert (len(story.stored(case)), woken) == (2, [1])
    other = begin(replace(what, start_key="child:2"))
    assert other is not None
    assert other.case_id != receipt.case_id


# --- act ----------------------------------------------------------------------------------------------


def test_an_act_says_what_became_of_the_case(story: Story, woken: list[int]) -> None:
    receipt = act(story, "chi", "go", {"flag": True})
    assert receipt == Receipt(story.case_id, "HS-2025-0001", 2, 2, "go", "w1", "Nơi w1", repeated=False)
    assert woken == [1]
    last = max(story.stored(event), key=lambda row: row.seq)
    assert (last.actor_id, last.body["action"], last.body["from"], last.body["to"], last.body["channel"]) == (
        story.world.ids["chi"], "go", "w0", "w1", "page",
    )  # fmt: skip
    assert (last.body["role"], last.body["authority"]) == ("office", "authority.role")


def test_an_act_sent_again_under_its_key_is_the_first_one(story: Story, woken: list[int]) -> None:
    first = act(story, "chi", "go", {"flag": True}, key="k", case_version=1)
    assert act(story, "chi", "go", {"flag": True}, key="k", case_version=1) == replace(first, repeated=True)
    reused = ("key_reused", ["error.key_reused"])
    assert why(lambda: act(story, "chi", "go", {"flag": False}, key="k")) == reused
    assert why(lambda: act(story, "chi", "stay", {"flag": True}, key="k")) == reused
    assert why(lambda: act(story, "chi", "go", {"flag": True}, key="k", item_id="another")) == reused
    assert len(story.stored(event)) == 2
    assert woken == [1]


def test_a_case_of_elsewhere_is_not_found(story: Story) -> None:
    stranger = replace(story.world.actor("chi"), agency_id=uuid7())
    engine, seen = story.world.app.engine, item(story)
    calls = [
        lambda: engine.act(stranger, case_id=story.case_id, action="stay", inputs={}, case_version=1),
        lambda: engine.answer(stranger, ask_id=ask_id(story), inputs={"note": REASON}),
        lambda: engine.claim(stranger, seen.id, seen.version),
        lambda: engine.reassign(stranger, seen.id, story.world.ids["an"], REASON, seen.version),
        lambda: engine.view(stranger, story.case_id),
        lambda: act(story, "chi", "stay", case_id="nobody"),
        lambda: answer(story, {"note": REASON}, ask_id="nobody"),
        lambda: engine.claim(story.world.actor("chi"), "nobody", 1),
    ]
    assert [why(call, NotFound)[1][0] for call in calls] == [
        "error.not_found.case", "error.not_found.ask", "error.not_found.item", "error.not_found.item",
        "error.not_found.case", "error.not_found.case", "error.not_found.ask", "error.not_found.item",
    ]  # fmt: skip


def test_who_saw_another_version_is_told_who_moved_it(story: Story) -> None:
    seen = item(story)
    act(story, "chi", "stay")
    assert why(lambda: act(story, "dung", "stay", case_version=1), Conflict) == ("stale", ["conflict.stale"])
    act(story, "chi", "go", {"flag": True})
    gone = lambda: act(story, "dung", "go", {"flag": True}, case_version=2)  # noqa: E731
    assert why(gone, Conflict) == ("decided", ["conflict.decided"])
    with pytest.raises(Conflict) as raised:
        act(story, "dung", "go", {"flag": True}, case_version=2, item_id=seen.id, item_version=1)
    params = raised.value.reasons[0].params
    assert (raised.value.decided, params["name"], params["action"]) == (True, "chi", "Việc go")


def test_an_item_claimed_meanwhile_is_seen_anew(story: Story) -> None:
    seen, engine = item(story), story.world.app.engine

    def claim() -> None:
        engine.claim(story.world.actor("dung"), seen.id, 1)

    def late() -> Receipt:
        return act(story, "chi", "stay", item_id=seen.id, item_version=1, before_write=claim)

    assert why(late, Conflict) == ("stale", ["conflict.stale"])
    assert story.rows()["row"]["version"] == 1


def test_rights_that_keep_moving_are_tried_three_times(story: Story, woken: list[int]) -> None:
    tries: list[int] = []

    def touch() -> None:
        tries.append(1)
        with story.world.app.database.write() as connection:
            touched(connection, story.world.agency_id, [story.world.ids["chi"]])

    assert why(lambda: act(story, "chi", "stay", before_write=touch)) == ("busy", ["error.busy"])
    assert (len(tries), len(story.stored(event)), woken) == (3, 1, [])

    def once() -> None:
        if len(tries) == 3:
            touch()

    assert act(story, "chi", "stay", before_write=once).event_seq == 2


# --- answer -------------------------------------------------------------------------------------------


def test_an_answer_leaves_the_case_where_it_is(story: Story, woken: list[int]) -> None:
    receipt = answer(story, {"note": REASON}, key="k", item_version=1)
    assert receipt == Receipt(story.case_id, "HS-2025-0001", 2, 1, "answer", "w0", "Nơi w0", repeated=False)
    assert answer(story, {"note": REASON}, key="k", ask_id=receipt_ask(story)) == replace(receipt, repeated=True)
    assert woken == [1]
    (row,) = story.stored(event, event.c.kind == "answered")
    assert row.body["channel"] == "page"
    assert (row.actor_id, row.body["action"], row.body["nil"], row.body["role"]) == (
        story.world.ids["giang"], "a", False, "boss",
    )  # fmt: skip


def receipt_ask(story: Story) -> str:
    """The ask the answer was given to: its item is closed by now."""
    (row,) = story.stored(event, event.c.kind == "answered")
    return str(row.body["refs"][0])


def test_an_answers_key_stands_for_the_ask_and_for_nil(story: Story) -> None:
    first, second = ask_id(story), ask_id(story, "b")
    answer(story, {"reason": REASON}, nil=True, key="k", ask_id=first)
    reused = ("key_reused", ["error.key_reused"])
    assert why(lambda: answer(story, {"reason": REASON}, key="k", ask_id=first)) == reused
    assert why(lambda: answer(story, {"reason": REASON}, nil=True, key="k", ask_id=second)) == reused
    assert why(lambda: answer(story, {"reason": REASON}, nil=True, ask_id=first), Conflict)[0] == "decided"


def test_an_answer_wants_its_own_form(story: Story) -> None:
    assert why(lambda: answer(story, {}), Invalid) == ("invalid", ["form.missing"])
    assert why(lambda: answer(story, {"note": REASON}, nil=True), Invalid)[0] == "invalid"
    assert why(lambda: answer(story, {"reason": "không"}, nil=True), Invalid) == ("invalid", ["form.reason_too_short"])
    assert why(lambda: answer(story, {"note": REASON}, item_version=7), Conflict) == ("stale", ["conflict.stale"])
    for_chi = lambda: story.world.app.engine.answer(  # noqa: E731
        story.world.actor("chi"), ask_id=ask_id(story), inputs={"note": REASON}
    )
    assert why(for_chi) == ("forbidden", ["authority.role_missing"])
    assert len(story.stored(event)) == 1


# --- items --------------------------------------------------------------------------------------------


def test_a_claim_and_its_release(story: Story) -> None:
    engine, chi = story.world.app.engine, story.world.actor("chi")
    engine.claim(chi, item(story).id, 1)
    assert (item(story).claimed_by, item(story).version) == (chi.person_id, 2)
    engine.claim(chi, item(story).id, 2, release=True)
    assert (item(story).claimed_by, item(story).claimed_at, item(story).version) == (None, None, 3)
    assert why(lambda: engine.claim(chi, item(story).id, 2), Conflict) == ("stale", ["conflict.stale"])
    an = story.world.actor("an")
    assert why(lambda: engine.claim(an, item(story).id, 3)) == ("forbidden", ["authority.role_missing"])
    assert len(story.stored(event)) == 1, "a courtesy is no line of the history"


def test_a_claim_that_comes_a_moment_late_is_told(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workflow.engine.claim_item", lambda *_, **__: False)
    claim = lambda: story.world.app.engine.claim(story.world.actor("chi"), item(story).id, 1)  # noqa: E731
    assert why(claim, Conflict) == ("stale", ["conflict.stale"])


def test_an_item_is_handed_over_with_a_reason_that_is_kept(story: Story, woken: list[int]) -> None:
    engine, chi, ident = story.world.app.engine, story.world.actor("chi"), story.world.ids["an"]
    assert why(lambda: engine.reassign(chi, item(story).id, ident, "bận", 1), Invalid)[0] == "invalid"
    own = lambda: engine.reassign(chi, item(story).id, story.world.ids["khanh"], REASON, 1)  # noqa: E731
    assert why(own) == ("refused", ["authority.own_case"])
    receipt = engine.reassign(chi, item(story).id, ident, REASON, 1)
    assert receipt == Receipt(story.case_id, "HS-2025-0001", 2, 1, "reassign", "w0", "Nơi w0", repeated=False)
    assert (item(story).claimed_by, item(story).version, woken) == (ident, 2, [1])
    (row,) = story.stored(event, event.c.kind == "handed_over")
    assert (row.actor_id, row.body["refs"], row.body["role"]) == (chi.person_id, [item(story).id, ident], "office")
    assert row.body["channel"] == "page"
    (kept,) = story.stored(event_detail, event_detail.c.event_id == row.id)
    assert kept.inputs == {"reason": REASON}
    assert act(story, "an", "stay").event_seq == 3


def test_who_keeps_out_is_out_from_now_on(story: Story, woken: list[int]) -> None:
    engine, chi = story.world.app.engine, story.world.actor("chi")
    receipt = engine.recuse(chi, item(story).id, REASON, 1)
    assert (receipt.action, receipt.event_seq, receipt.repeated, woken) == ("recuse", 2, False, [1])
    assert [row.person_id for row in story.stored(conflict)] == [chi.person_id]
    assert why(lambda: act(story, "chi", "stay")) == ("forbidden", ["authority.conflict"])
    assert act(story, "dung", "stay").event_seq == 3


# --- for the system -----------------------------------------------------------------------------------


def test_a_change_for_the_system_is_written_whole_or_not_at_all(story: Story, woken: list[int]) -> None:
    change, seen = story.world.app.engine.change, []

    def note(draft: Draft) -> None:
        seen.append(draft.case["id"])
        draft.note("noted")

    assert not change("nobody", SYSTEM, note)
    assert not change(story.case_id, SYSTEM, note, finish=lambda _: False)
    assert (len(story.stored(event)), woken, seen) == (1, [], [story.case_id])
    assert change(story.case_id, SYSTEM, note, finish=lambda _: True)
    assert change(story.case_id, SYSTEM, note)
    assert [row.kind for row in sorted(story.stored(event), key=lambda row: row.seq)] == ["action", "noted", "noted"]
    assert woken == [1, 1]


def test_a_change_that_was_overtaken_looks_again(story: Story) -> None:
    tries: list[int] = []

    def overtaken(times: int) -> Any:
        def apply(draft: Draft) -> None:
            tries.append(1)
            draft.note("noted")
            if len(tries) <= times:
                story.put(case, case.c.id == story.case_id, chain_seq=case.c.chain_seq + 100)

        return apply

    change = story.world.app.engine.change
    assert change(story.case_id, SYSTEM, overtaken(2))
    assert len(tries) == 3
    tries.clear()
    assert why(lambda: change(story.case_id, SYSTEM, overtaken(99))) == ("busy", ["error.busy"])
    assert len(tries) == 9
    tries.clear()
    assert not change(story.case_id, SYSTEM, overtaken(99), timer_id="gone"), "its timer was done by others"
    assert len(tries) == 1


def test_a_message_goes_to_whoever_hears_its_kind(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    engine, heard = story.world.app.engine, []
    monkeypatch.setitem(hearing.HANDLERS, "word", lambda *given: heard.append(given))
    claim = type("Claim", (), {"kind": "word"})()
    engine.receive(claim, bool)
    assert heard == [(engine, claim, bool)]
    assert engine.start_due_cadences() == 0


def test_a_case_outlives_what_is_known_of_its_subject(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = story.world.app.engine
    with story.world.app.database.read() as connection:
        facts = load_case(connection, engine, story.case_id, None)
        row = facts.case
        assert facts.subject.parties[0].person_id == story.world.ids["khanh"]
        for port in (None, SubjectPort(lambda *_: sa.null(), lambda _: None)):
            monkeypatch.setattr(engine.registry, "subject", port)
            assert load_case(connection, engine, story.case_id, None).subject == SubjectFacts(
                "subject", row["subject_id"], "person", "khanh", "khanh", row["unit_id"]
            )
