"""Commands that arrive at once or twice: one decision, one event, one answer; and what one costs."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from tests.cast import Cast
from tests.roads import answer, case_at, do, filled
from workflow.case import case
from workflow.commands import Receipt
from workflow.history import event
from workflow.idempotency import idempotency
from workflow.message import Conflict, Refused
from workflow.outbox import outbox
from workflow.worklist import work_item

CROWD, REPEATS = 200, 50


def together(calls: list[Callable[[], Any]]) -> list[Any]:
    """Everybody at once; what each got, or what was raised."""
    barrier = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)

    def run(number: int) -> None:
        barrier.wait()
        try:
            results[number] = calls[number]()
        except Exception as failure:
            results[number] = failure

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def count(cast: Cast, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
    """Rows."""
    with cast.app.database.read() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(table).where(*where)) or 0


def decision(cast: Cast, who: str, case_id: str, action: str, **more: Any) -> Callable[[], Receipt]:
    """The call behind a button, its form filled in once, as the page was seen."""
    view = cast.app.engine.view(cast.actor(who), case_id)
    option = next(o for o in view.options if o.name == action)
    given: dict[str, Any] = {
        "case_id": case_id, "action": action, "inputs": filled(cast, who, option.needs, view.fields),
        "case_version": view.case["version"], "item_id": option.item_id, "item_version": option.item_version, **more,
    }  # fmt: skip
    return lambda: cast.app.engine.act(cast.actor(who), **given)


def test_nominate(cast: Cast):
    case_id = cast.nominate()
    row = cast.row(case_id)
    assert (row.state, row.code) == ("identified", "DH-2025-0001")


# --- at once ------------------------------------------------------------------------------------------


def test_200_decisions_at_once_one_wins_the_others_are_told(cast: Cast):
    case_id = case_at(cast, "office_check")
    cast.settle()
    events, letters = cast.row(case_id).chain_seq, count(cast, outbox, outbox.c.kind == "start")
    buttons = [decision(cast, who, case_id, name) for who in ("office", "office2") for name in ("refuse", "send_back")]
    began = time.perf_counter()
    results = together([buttons[number % len(buttons)] for number in range(CROWD)])
    took = time.perf_counter() - began
    print(f"{CROWD} decisions at once on {cast.app.database.url.get_backend_name()}: {took:.2f} s")
    kinds = Counter(type(result).__name__ for result in results)
    assert kinds == {"Receipt": 1, "Conflict": CROWD - 1}, kinds
    assert all(result.decided for result in results if isinstance(result, Conflict)), "decided, and not only moved"
    (receipt,) = [result for result in results if isinstance(result, Receipt)]
    row = cast.row(case_id)
    assert (row.state, row.chain_seq) == (receipt.state, events + 1)
    assert count(cast, event, event.c.case_id == case_id) == events + 1
    of_case = (work_item.c.case_id == case_id, work_item.c.status == "open", work_item.c.kind == "state")
    assert count(cast, work_item, *of_case) == 1
    assert count(cast, outbox, outbox.c.kind == "start") == letters
    names = {reason.params["name"] for result in results if isinstance(result, Conflict) for reason in result.reasons}
    assert names <= {"Office Nguyễn", "Office2 Nguyễn"}
    assert len(names) == 1, "everybody is told of the one who decided"


def test_two_starts_at_once_for_one_subject_one_is_refused_in_words(cast: Cast):
    subject = cast.subject()
    choice = cast.first_choice("nominee", "life_field")

    def start(who: str) -> Callable[[], Receipt]:
        inputs = {"life_field": choice, "evidence": [cast.upload(who)], "merit": "Sáng kiến rút ngắn thời gian xử lý"}
        return lambda: cast.app.engine.start(
            cast.actor(who), process="nominee", action="nominate", subject_type="subject", subject_id=subject,
            inputs=inputs,
        )  # fmt: skip

    results = together([start("nominator"), start("outsider")])
    (won,) = [result for result in results if isinstance(result, Receipt)]
    (lost,) = [result for result in results if isinstance(result, Refused)]
    assert {reason.key for reason in lost.reasons} <= {
        "start.one_open",
        "start.one_open_apart",
        "guard.not_a_duplicate",
    }
    texts = [cast.app.texts.render(reason, "vi") for reason in lost.reasons]
    assert won
    assert all("Candidate Nguyễn" in text for text in texts), texts
    assert count(cast, case) == 1


def test_twenty_starts_at_once_number_their_cases_without_a_gap(cast: Cast):
    names = [name for name in cast.people if name != "nominator"]
    subjects = [cast.subject(name) for name in names]
    choice = cast.first_choice("nominee", "life_field")
    evidence = [cast.upload("nominator") for _ in names]
    calls = [
        lambda subject=subject, file=file: cast.app.engine.start(
            cast.actor("nominator"), process="nominee", action="nominate", subject_type="subject", subject_id=subject,
            inputs={"life_field": choice, "evidence": [file], "merit": "Sáng kiến rút ngắn thời gian xử lý"},
        )
        for subject, file in zip(subjects, evidence, strict=True)
    ]  # fmt: skip
    results = together(calls)
    assert {type(result) for result in results} == {Receipt}, results
    assert sorted(r.code for r in results) == [f"DH-2025-{n:04d}" for n in range(1, len(names) + 1)]


# --- twice --------------------------------------------------------------------------------------------


def _without_repeated(receipt: Receipt) -> dict[str, Any]:
    return {name: value for name, value in vars(receipt).items() if name != "repeated"}


def test_50_identical_requests_are_one_event_and_one_answer(cast: Cast):
    case_id = case_at(cast, "office_check")
    events = cast.row(case_id).chain_seq
    button = decision(cast, "office", case_id, "send_back", key="một-lần")
    results = together([button] * REPEATS)
    assert {type(result) for result in results} == {Receipt}, results
    assert len({tuple(_without_repeated(result).items()) for result in results}) == 1
    assert Counter(result.repeated for result in results) == {False: 1, True: REPEATS - 1}
    assert cast.row(case_id).chain_seq == events + 1
    assert count(cast, idempotency) == 1
    assert button().repeated, "and long after"


def test_the_same_answer_to_an_ask_sent_often_is_one_event(cast: Cast):
    case_id = case_at(cast, "cultivating", held=["moving"])
    view = cast.app.engine.view(cast.actor("head"), case_id)
    option = next(o for o in view.options if o.name == "old_opinion")
    events = cast.row(case_id).chain_seq
    inputs = filled(cast, "head", option.needs, view.fields)
    actor = cast.actor("head")
    results = together([lambda: cast.app.engine.answer(actor, ask_id=option.ask_id, inputs=inputs, key="a")] * 10)
    assert {type(result) for result in results} == {Receipt}, results
    assert Counter(result.repeated for result in results) == {False: 1, True: 9}
    assert cast.row(case_id).chain_seq == events + 1


def test_the_same_start_sent_often_is_one_case(cast: Cast):
    subject = cast.subject()
    inputs = {
        "life_field": cast.first_choice("nominee", "life_field"), "evidence": [cast.upload("nominator")],
        "merit": "Sáng kiến rút ngắn thời gian xử lý",
    }  # fmt: skip

    def start() -> Receipt:
        return cast.app.engine.start(
            cast.actor("nominator"), process="nominee", action="nominate", subject_type="subject", subject_id=subject,
            inputs=inputs, key="start",
        )  # fmt: skip

    results = together([start] * 10)
    assert {type(result) for result in results} == {Receipt}, results
    assert Counter(result.repeated for result in results) == {False: 1, True: 9}
    assert count(cast, case) == 1


def test_a_key_stands_for_one_request_only(cast: Cast):
    case_id = case_at(cast, "office_check")
    decision(cast, "office", case_id, "send_back", key="k")()
    other = decision(cast, "office", case_id, "close", key="k")
    with pytest.raises(Refused) as raised:
        other()
    assert raised.value.status == "key_reused"
    assert [reason.key for reason in raised.value.reasons] == ["error.key_reused"]
    assert cast.row(case_id).state == "completion"


def test_a_start_under_a_used_key_for_somebody_else_is_another_request(cast: Cast):
    inputs = {
        "life_field": cast.first_choice("nominee", "life_field"), "evidence": [cast.upload("nominator")],
        "merit": "Sáng kiến rút ngắn thời gian xử lý",
    }  # fmt: skip

    def start(who: str, **more: Any) -> Receipt:
        return cast.app.engine.start(
            cast.actor("nominator"), process="nominee", action="nominate", subject_type="subject",
            subject_id=cast.subject(who), inputs=inputs, **more,
        )  # fmt: skip

    start("candidate", key="k", whom={"name": "Bảy"})
    for given in ({}, {"whom": {"name": "Tám"}}):
        with pytest.raises(Refused) as raised:
            start("mentor", key="k", **given)
        assert raised.value.status == "key_reused"
    assert start("mentor", key="k", whom={"name": "Bảy"}).repeated, "a new subject's id is another on each try"
    assert count(cast, case) == 1


def test_a_key_is_ones_own(cast: Cast):
    case_id = case_at(cast, "office_check")
    decision(cast, "office", case_id, "send_back", key="k")()
    receipt = decision(cast, "head", case_id, "resubmit", key="k")()
    assert not receipt.repeated
    assert receipt.state == "office_check"


def test_a_refused_request_leaves_its_key_free(cast: Cast):
    case_id = case_at(cast, "office_check")
    with pytest.raises(Refused):
        cast.app.engine.act(
            cast.actor("office"), case_id=case_id, action="refuse", inputs={"reason": ""},
            case_version=cast.row(case_id).version, key="k",
        )  # fmt: skip
    assert not decision(cast, "office", case_id, "refuse", key="k")().repeated


# --- what a decision costs ----------------------------------------------------------------------------


def statements(cast: Cast, call: Callable[[], Any]) -> list[str]:
    """Every statement a call sends."""
    sent: list[str] = []

    def note(_c: Any, _u: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    sa.event.listen(cast.app.database.engine, "before_cursor_execute", note)
    try:
        call()
    finally:
        sa.event.remove(cast.app.database.engine, "before_cursor_execute", note)
    return sent


def test_a_decision_costs_the_same_however_old_the_case_is(cast: Cast):
    case_id = case_at(cast, "office_check")
    rounds = []
    for _ in range(4):
        do(cast, "office", case_id, "send_back")
        do(cast, "head", case_id, "resubmit")
        cast.later(days=4)
        cast.run_due()
        rounds.append(len(statements(cast, decision(cast, "office", case_id, "send_back"))))
        do(cast, "head", case_id, "resubmit")
    print(f"statements of one decision, the case ever older: {rounds}")
    assert len(set(rounds[1:])) == 1
    assert rounds[0] < 70


def test_a_decision_costs_the_same_however_many_check_ins_there_were(cast: Cast):
    case_id = case_at(cast, "cultivating")
    costs = []
    for _ in range(3):
        costs.append(len(statements(cast, decision(cast, "colleague1", case_id, "add_proof"))))
        cast.later(days=93)
        cast.run_due()
        answer(cast, "mentor", case_id, "check_in")
        cast.settle()
    assert len(set(costs[1:])) == 1, costs
