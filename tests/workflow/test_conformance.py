"""Every history is a path of its definition; what was planted in one is found, and named at its event."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.cast import Cast
from tests.roads import case_at
from tests.tampering import unguard
from workflow.case import case
from workflow.catalogue import definition_version
from workflow.conformance import deviations
from workflow.history import GENESIS, event, link_hash, verify

Body = dict[str, Any]


def found(connection: sa.Connection, cast: Cast) -> list[tuple[int, str]]:
    """(event, kind) of every deviation."""
    told = deviations(connection, cast.app.catalogue, case.c.agency_id == cast.agency_id)
    return [(one.seq, one.reason.key.removeprefix("conformance.")) for one in told if one is not None]


@pytest.fixture
def climbed(unchecked_cast: Cast) -> Cast:
    """A nominee before the Director, held for a complaint on the way, by deputies and by mistake too."""
    cast = unchecked_cast
    case_id = case_at(cast, "office_check")
    cast.act("office", case_id, "hold", hold_ground="complaint", hold_document=cast.upload("office"),
             complaint_kind="complaint", complaint_on="2025-03-03")  # fmt: skip
    cast.settle()
    assert cast.row(case_id).holds == ["complaint"]
    return cast


def named(action: str) -> Callable[[Body], bool]:
    return lambda body: body["action"] == action


def change(**values: Any) -> Callable[[Body], Body]:
    return lambda body: {**body, **values}


PLANTED: dict[str, tuple[Callable[[Body], bool], Callable[[Body], Body], str]] = {
    "a state left out": (named("take_up"), change(to="unit_appraisal", stage="appraisal"), "wrong_target"),
    "an action of another state": (named("propose"), change(action="forward"), "no_action"),
    "an action nobody knows": (named("recognize"), change(action="gift"), "no_action"),
    "out of another state": (named("climb"), change(**{"from": "cultivating"}), "not_from_here"),
    "by another role": (named("recognize"), change(role="clerk"), "wrong_role"),
    "by nobody": (named("recognize"), change(cause="deadline", actor=None, role=None), "not_by_itself"),
    "begun by who may not": (named("nominate"), change(role="clerk"), "wrong_role"),
    "begun by a move": (named("nominate"), change(kind="heard"), "no_start"),
    "another stage": (named("climb"), change(stage="decision"), "wrong_stage"),
    "a form left out": (named("climb"), change(input_digest=None), "nothing_submitted"),
    "a version nobody stored": (named("climb"), change(definition="0" * 64), "unknown_version"),
    "held for no ground": (named("hold"), change(holds=[]), "wrong_holds"),
    "held for another ground": (named("hold"), change(holds=["flood"]), "wrong_holds"),
    "an answer nobody asked for": (named("climb"), change(kind="answered", to="recognized_unit"), "not_asked"),
    "undone, yet nothing was": (named("climb"), change(kind="undone", refs=["1"]), "undone"),
    "moved by a word": (named("climb"), change(kind="heard"), "moved_beside"),
}


def test_what_was_planted_is_found(climbed: Cast) -> None:
    """Each forger chains the history anew, so that `verify` alone says nothing; each is taken back."""
    with climbed.app.database.read() as connection:
        assert found(connection, climbed) == []
    for name, (is_it, make, kind) in PLANTED.items():
        with suppress(TakenBack), climbed.app.database.write() as connection:
            seq = rewrite(connection, is_it, make)
            assert verify(connection) == [] or name in ("begun by a move", "a form left out"), name
            told = found(connection, climbed)
            assert (seq, kind) in told, (name, told)
            raise TakenBack


class TakenBack(Exception):
    """Nothing of it stays."""


def rewrite(connection: sa.Connection, is_it: Callable[[Body], bool], make: Callable[[Body], Body]) -> int:
    """One event otherwise, its case chained anew; the event's number."""
    unguard(connection)
    rows = connection.execute(sa.select(event).order_by(event.c.case_id, event.c.seq)).all()
    (chosen,) = [row for row in rows if is_it(row.body)]
    previous = GENESIS
    for row in (one for one in rows if one.case_id == chosen.case_id):
        body = make(dict(row.body)) if row.id == chosen.id else row.body
        hashed = link_hash(previous, body)
        values = {"body": body, "kind": body["kind"], "actor_id": body["actor"], "previous": previous, "hash": hashed}
        if body["input_digest"] is None and row.body["input_digest"] is not None:
            connection.execute(sa.text("DELETE FROM event_detail WHERE event_id = :id"), {"id": row.id})
        connection.execute(sa.update(event).where(event.c.id == row.id).values(**values))
        previous = hashed
    connection.execute(sa.update(case).where(case.c.id == chosen.case_id).values(chain_head=previous))
    return int(chosen.seq)


def test_a_case_stands_where_its_history_ends(climbed: Cast) -> None:
    with climbed.app.database.write() as connection:
        unguard(connection)
        connection.execute(sa.update(case).values(state="recognized_unit", stage="recognized", holds=[]))
        told = found(connection, climbed)
    assert sorted(told) == [(0, "other_holds"), (0, "stands_elsewhere")]


def test_no_event_is_earlier_than_the_one_before(climbed: Cast) -> None:
    with climbed.app.database.write() as connection:
        unguard(connection)
        late = sa.select(sa.func.max(event.c.seq)).scalar_subquery()
        connection.execute(sa.update(event).where(event.c.seq == late).values(at=climbed.now() - timedelta(days=400)))
        assert [kind for _, kind in found(connection, climbed)] == ["back_in_time"]


def test_another_version_comes_by_an_event_alone(climbed: Cast) -> None:
    with climbed.app.database.write() as connection:
        other = sa.select(definition_version.c.hash).where(definition_version.c.process == "sitting")
        seq = rewrite(connection, named("hold"), change(definition=connection.scalar(other)))
        assert {(seq, "other_version"), (0, "other_version")} <= set(found(connection, climbed))


def test_four_eyes(unchecked_cast: Cast) -> None:
    cast = unchecked_cast
    case_at(cast, "sending")
    with cast.app.database.write() as connection:
        signed = rewrite(connection, named("sign"), change(actor=cast.people["office"]))
        assert found(connection, cast) == [(signed, "same_eyes")]


def test_while_held_only_what_a_hold_allows(climbed: Cast) -> None:
    """A move is planted behind the hold, as by a hand that knows the chain."""
    with climbed.app.database.write() as connection:
        unguard(connection)
        last = connection.execute(sa.select(event).order_by(event.c.seq.desc()).limit(1)).one()
        body = {**last.body, "id": climbed.app.database.new_id(), "seq": last.seq + 1, "action": "forward",
                "to": "council_review", "stage": "council", "input_digest": None}  # fmt: skip
        hashed = link_hash(last.hash, body)
        connection.execute(sa.insert(event).values(
            {**last._asdict(), "id": body["id"], "seq": body["seq"], "body": body, "previous": last.hash,
             "hash": hashed}
        ))  # fmt: skip
        ends = {"chain_seq": body["seq"], "chain_head": hashed, "state": "council_review", "stage": "council"}
        connection.execute(sa.update(case).where(case.c.id == last.case_id).values(**ends))
        assert "while_held" in [kind for seq, kind in found(connection, climbed) if seq == body["seq"]]


def test_a_decision_taken_back_is_no_deviation(cast: Cast) -> None:
    case_id = case_at(cast, "identified")
    taken = cast.act("head", case_id, "decline", reason="Chưa đủ căn cứ để nhận bồi dưỡng lúc này.")
    cast.app.engine.undo(cast.actor("head"), case_id, taken.event_seq)
    with cast.app.database.read() as connection:
        assert found(connection, cast) == []
        kinds = connection.scalars(sa.select(event.c.kind).where(event.c.case_id == case_id).order_by(event.c.seq))
        assert list(kinds)[-1] == "undone"
    assert json.dumps(cast.row(case_id).state) == '"identified"'
