"""Taking a decision back while nothing of it has left: the case as it stood, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.cast import Cast
from tests.roads import case_at, do
from workflow import undoing
from workflow.case import case, case_field
from workflow.message import Conflict, Refused
from workflow.outbox import outbox
from workflow.timers import timer
from workflow.worklist import candidate, work_item

REASON = "Thiếu biên bản họp của đơn vị"


def standing(cast: Cast, case_id: str) -> Any:
    """Everything that waits: where the case is, what is asked of whom until when, what will fire."""
    with cast.app.database.read() as connection:
        row = connection.execute(sa.select(case).where(case.c.id == case_id)).mappings().one()
        items = connection.execute(
            sa.select(work_item.c.id, work_item.c.title, work_item.c.due_at, work_item.c.due)
            .where(work_item.c.case_id == case_id, work_item.c.status == "open")
            .order_by(work_item.c.id)
        ).all()
        offered = connection.execute(
            sa.select(candidate.c.item_id, candidate.c.role, candidate.c.unit_id, candidate.c.person_id)
            .where(candidate.c.case_id == case_id, candidate.c.is_open)
            .order_by(candidate.c.id)
        ).all()
        armed = connection.execute(
            sa.select(timer.c.kind, timer.c.name, timer.c.due_at, timer.c.detail, timer.c.item_id)
            .where(timer.c.case_id == case_id, timer.c.status == "armed")
            .order_by(timer.c.kind, timer.c.due_at)
        ).all()
    with cast.app.database.read() as connection:
        written = sa.select(case_field.c.name, case_field.c.value).where(case_field.c.case_id == case_id)
        fields = connection.execute(written.order_by(case_field.c.name)).all()
    moving = ("version", "chain_seq", "chain_head")
    return {k: v for k, v in row.items() if k not in moving}, items, offered, armed, fields


def letters(cast: Cast, case_id: str, status: str) -> int:
    with cast.app.database.read() as connection:
        count = sa.select(sa.func.count()).where(outbox.c.case_id == case_id, outbox.c.status == status)
        return connection.scalar(count) or 0


def seq(cast: Cast, case_id: str) -> int:
    return int(cast.row(case_id).chain_seq)


@pytest.mark.parametrize(("state", "who", "action"), [
    ("unit_appraisal", "head", "send_back"),
    ("unit_appraisal", "head", "refuse"),
    ("office_check", "office", "send_back"),
])  # fmt: skip
def test_everything_stands_as_before_and_no_letter_leaves(cast: Cast, state: str, who: str, action: str) -> None:
    case_id = case_at(cast, state)
    cast.settle()
    before, waiting = standing(cast, case_id), letters(cast, case_id, "new")
    do(cast, who, case_id, action, reason=REASON)
    assert standing(cast, case_id) != before
    assert letters(cast, case_id, "new") > waiting
    cast.app.engine.undo(cast.actor(who), case_id, seq(cast, case_id))
    assert standing(cast, case_id) == before
    assert letters(cast, case_id, "new") == waiting
    do(cast, who, case_id, action, reason=REASON)
    assert standing(cast, case_id)[0]["state"] != before[0]["state"], "one may decide anew, and differently"


def test_it_is_an_event_and_the_form_seen_before_no_longer_counts(cast: Cast) -> None:
    case_id = case_at(cast, "unit_appraisal")
    [item] = cast.open_items(case_id)
    do(cast, "head", case_id, "send_back", reason=REASON)
    cast.app.engine.undo(cast.actor("head"), case_id, seq(cast, case_id))
    assert cast.app.engine.view(cast.actor("head"), case_id).history[-1].kind == "undone"
    [again] = cast.open_items(case_id)
    assert again.id == item.id
    assert again.version > item.version


def test_after_the_seconds_by_another_or_twice_nothing_is_taken_back(cast: Cast) -> None:
    case_id = case_at(cast, "unit_appraisal")
    do(cast, "head", case_id, "send_back", reason=REASON)
    last = seq(cast, case_id)
    with pytest.raises(Refused, match=r"undo\.late"):
        cast.app.engine.undo(cast.actor("office"), case_id, last)
    cast.later(seconds=31)
    with pytest.raises(Refused, match=r"undo\.late"):
        cast.app.engine.undo(cast.actor("head"), case_id, last)
    assert cast.row(case_id).state == "cultivating"


def test_who_acted_since_comes_first(cast: Cast) -> None:
    case_id = case_at(cast, "unit_appraisal")
    do(cast, "head", case_id, "send_back", reason=REASON)
    last = seq(cast, case_id)
    do(cast, "head", case_id, "propose")
    with pytest.raises(Conflict, match=r"undo\.moved"):
        cast.app.engine.undo(cast.actor("head"), case_id, last)


def test_what_an_effect_did_is_final_and_not_offered(cast: Cast) -> None:
    case_id = case_at(cast, "recognized_unit")
    with cast.app.database.read() as connection:
        assert undoing.open_to(connection, cast.agency_id, cast.people["head"], cast.now()) == []
    with pytest.raises(Refused, match=r"undo\.late"):
        cast.app.engine.undo(cast.actor("head"), case_id, seq(cast, case_id))


def test_what_stays_where_it_is_is_not_taken_back(cast: Cast) -> None:
    case_id = case_at(cast, "cultivating")
    do(cast, "head", case_id, "replan")
    before = standing(cast, case_id)
    with pytest.raises(Refused, match=r"undo\.late"):
        cast.app.engine.undo(cast.actor("head"), case_id, seq(cast, case_id))
    assert standing(cast, case_id) == before


@pytest.mark.parametrize("reads", [True, False])
def test_what_ended_is_not_opened_again_beside_a_new_case(
    cast: Cast, reads: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = cast.nominate()
    do(cast, "head", case_id, "decline", reason=REASON)
    new = cast.nominate()
    if not reads:
        monkeypatch.setattr(cast.app.engine.registry, "readable", lambda *_: False)
    with pytest.raises(Refused) as refused:
        cast.app.engine.undo(cast.actor("head"), case_id, seq(cast, case_id))
    (reason,) = refused.value.reasons
    named = {"code": cast.row(new).code} if reads else {}
    assert (reason.key, reason.params) == (
        "undo.one_open" if reads else "undo.one_open_apart", {**named, "name": "Candidate Nguyễn"},
    )  # fmt: skip
