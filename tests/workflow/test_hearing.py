"""What cases tell each other: holds and ends travel down, answers up; what nobody listens to is an incident or kept."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.cast import Cast
from tests.roads import case_at, do
from tests.workflow.test_moves import actions
from workflow.case import link
from workflow.history import event, event_detail
from workflow.incidents import incident
from workflow.outbox import Draft, enqueue


def with_merit_request(cast: Cast) -> tuple[str, Any]:
    """A nominee recognised by the province, and the merit request that started by itself."""
    case_id = case_at(cast, "recognized_province")
    cast.settle()
    (merit,) = cast.cases("merit_request")
    assert merit.parent_id == case_id
    return case_id, merit


def says(cast: Cast, case_id: str, process: str, answer: str, late: str = "incident") -> None:
    """Another case's verdict arrives, as a list's delivery sends it."""
    payload = {"case_id": case_id, "process": process, "from_id": case_id, "answer": answer, "late": late}
    with cast.app.database.write() as connection:
        draft = Draft(
            agency_id=cast.agency_id, case_id=case_id, kind="answer", recipient=f"case:{case_id}",
            topic=f"answer:{answer}", payload=payload, not_before=cast.now(), dedupe_key=f"{answer}:{cast.now()}",
        )  # fmt: skip
        enqueue(connection, [draft], new_id=cast.app.database.new_id)
    cast.run_due()


def incidents(cast: Cast, case_id: str) -> list[str]:
    """Their kinds."""
    with cast.app.database.read() as connection:
        return list(connection.scalars(sa.select(incident.c.kind).where(incident.c.case_id == case_id)))


def waiting(cast: Cast, case_id: str) -> list[str]:
    """Answers that wait to be taken."""
    of_case = sa.select(link.c.answer).where(link.c.case_id == case_id, link.c.taken_at.is_(None))
    with cast.app.database.read() as connection:
        return [answer for answer in connection.scalars(of_case) if answer]


# --- holds travel -------------------------------------------------------------------------------------


def test_a_hold_travels_to_the_child_and_its_release_too(cast: Cast):
    case_id, merit = with_merit_request(cast)
    do(cast, "office", case_id, "hold")
    cast.settle()
    assert cast.row(merit.id).holds == [f"parent:{case_id}"]
    assert [i.kind for i in cast.open_items(merit.id)] in ([], ["held"])
    do(cast, "office", case_id, "clear")
    cast.settle()
    assert cast.row(merit.id).holds == []
    do(cast, "office", merit.id, "choose", ground="a")
    assert cast.row(merit.id).state == "dossier"


def test_a_child_begun_while_its_parent_is_held_is_held(cast: Cast):
    case_id = case_at(cast, "recognized_province")
    do(cast, "office", case_id, "hold")
    cast.settle()
    (merit,) = cast.cases("merit_request")
    assert cast.row(merit.id).holds == [f"parent:{case_id}"]
    do(cast, "office", case_id, "clear")
    cast.settle()
    assert cast.row(merit.id).holds == []


# --- ends travel --------------------------------------------------------------------------------------


def test_a_parent_that_ends_tells_its_child(cast: Cast):
    case_id, merit = with_merit_request(cast)
    do(cast, "office", case_id, "close")
    cast.settle()
    with cast.app.database.read() as connection:
        row = connection.execute(sa.select(link).where(link.c.case_id == merit.id)).one()
    assert row.ended


def test_a_parent_that_ended_before_its_child_began(cast: Cast):
    case_id = case_at(cast, "recognized_province")
    do(cast, "office", case_id, "close")
    cast.settle()
    merits = cast.cases("merit_request")
    for merit in merits:
        with cast.app.database.read() as connection:
            row = connection.execute(sa.select(link).where(link.c.case_id == merit.id)).one()
        assert row.ended, "the child learns of it as soon as it is there"
    assert len(merits) == 1


def test_a_childs_end_is_its_answer(cast: Cast):
    case_id, merit = with_merit_request(cast)
    do(cast, "office", merit.id, "none")
    assert "merit_lost" not in actions(cast, case_id), "what leaves a case waits until it cannot be undone"
    cast.settle()
    assert actions(cast, case_id)[-1] == "merit_lost"
    with cast.app.database.read() as connection:
        row = connection.execute(sa.select(link).where(link.c.case_id == case_id, link.c.other_id == merit.id)).one()
    assert (row.answer, row.ended) == ("no_ground", True)
    assert row.taken_at is not None


NEITHER = "Chưa đủ hai năm liên tục, sáng kiến chưa được công nhận."
SIGNED = (("office", "choose"), ("office", "prepare"), ("director", "sign"), ("clerk", "send"))


def heard(cast: Cast, case_id: str) -> list[tuple[str, Any]]:
    """What a case heard and the words beside it, in order."""
    rows = sa.select(event.c.body, event_detail.c.inputs).where(event.c.case_id == case_id, event.c.kind == "heard")
    with cast.app.database.read() as connection:
        found = connection.execute(
            rows.outerjoin(event_detail, event_detail.c.event_id == event.c.id).order_by(event.c.seq)
        )
        return [(row.body["answer"], row.inputs) for row in found]


@pytest.mark.parametrize(
    "way, last, end",
    [((), ("office", "none"), "no_ground"), (SIGNED[:2], ("director", "refuse"), "dropped"),
     (SIGNED, ("office", "refuse"), "refused")],
    ids=["no_ground", "dropped", "refused"],
)  # fmt: skip
def test_why_a_child_ended_reaches_its_parent_once(cast: Cast, way: Any, last: tuple[str, str], end: str):
    case_id, merit = with_merit_request(cast)
    for who, action in way:
        do(cast, who, merit.id, action, **({"ground": "a"} if action == "choose" else {}))
    do(cast, last[0], merit.id, last[1], reason=NEITHER)
    cast.settle()
    cast.run_due()
    said = heard(cast, case_id)
    assert said[-1] == (end, {"reason": NEITHER})
    assert [inputs for _, inputs in said].count({"reason": NEITHER}) == 1
    taken = cast.app.engine.view(cast.actor("head"), case_id).history[-1]
    assert (taken.action, taken.body["refs"]) == ("merit_lost", [merit.id])
    with cast.app.database.read() as connection:
        bodies = connection.scalars(sa.select(event.c.body).where(event.c.case_id == case_id)).all()
    assert NEITHER not in str(bodies), "free text is no part of the chain"


def test_a_reason_given_on_the_way_is_not_that_of_the_end(cast: Cast):
    case_id, merit = with_merit_request(cast)
    back = (("office", "send_back"), ("office", "prepare"), ("director", "sign"), ("clerk", "send"))
    for who, action in (*SIGNED, *back, ("office", "award")):
        do(cast, who, merit.id, action, **({"ground": "a"} if action == "choose" else {}))
    cast.settle()
    assert actions(cast, case_id)[-1] == "merit_known"
    assert {str(inputs) for _, inputs in heard(cast, case_id)} == {"None"}


# --- what fits and what does not ----------------------------------------------------------------------


def test_an_answer_that_fits_is_taken(cast: Cast):
    case_id = case_at(cast, "recognized_unit")
    says(cast, case_id, "unit_report", "withdraw")
    assert cast.row(case_id).state == "closed"
    assert incidents(cast, case_id) == []


def test_an_answer_nobody_listens_to_is_an_incident(cast: Cast):
    case_id = case_at(cast, "office_check")
    says(cast, case_id, "unit_report", "withdraw")
    assert incidents(cast, case_id) == ["unfit_answer"]
    assert waiting(cast, case_id) == []
    with cast.app.database.read() as connection:
        kinds = connection.scalars(sa.select(event.c.kind).where(event.c.case_id == case_id)).all()
    assert "unfit" in kinds
    do(cast, "office", case_id, "refuse")
    assert cast.row(case_id).state == "recognized_unit", "it was put aside, and closes nothing later"


def test_a_kept_answer_waits_for_the_state_that_listens(cast: Cast):
    case_id = case_at(cast, "office_check")
    says(cast, case_id, "unit_report", "withdraw", late="keep")
    assert incidents(cast, case_id) == []
    assert waiting(cast, case_id) == ["withdraw"]
    do(cast, "office", case_id, "refuse")
    assert cast.row(case_id).state == "closed", "back among the recognised, it is heard"
    assert waiting(cast, case_id) == []


def test_an_answer_heard_while_held_waits_for_the_release(cast: Cast):
    case_id = case_at(cast, "recognized_unit", held=["complaint"])
    says(cast, case_id, "unit_report", "withdraw")
    assert cast.row(case_id).state == "recognized_unit"
    assert incidents(cast, case_id) == []
    do(cast, "office", case_id, "clear")
    assert cast.row(case_id).state == "closed"


def test_an_answer_to_a_case_that_ended_changes_nothing(cast: Cast):
    case_id = case_at(cast, "closed")
    before = cast.row(case_id)
    says(cast, case_id, "unit_report", "continue")
    after = cast.row(case_id)
    assert (after.state, after.version, incidents(cast, case_id)) == (before.state, before.version, [])
