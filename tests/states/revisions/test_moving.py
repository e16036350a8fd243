"""Every running case is tried under another version, those that fit are moved and brought back, and nothing is lost."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from states.revisions.model import MOVED, REFUSED, UNMAPPED, revision_case
from states.revisions.moving import Change, begin, carry_out, rehearse, waiting, way_back
from tests.cast import Cast
from tests.new_rules import (
    PROCESS,
    RENAMED,
    RUNNING,
    Edit,
    another_version,
    edited,
    moved,
    orphans,
    people,
    standing,
    states,
)
from tests.roads import case_at, do
from workflow.case import case
from workflow.catalogue import plan_version
from workflow.clock import local_date
from workflow.db import uuid7
from workflow.history import verify
from workflow.timers import timer


def test_every_state_is_tried_moved_and_brought_back_as_it_was(cast: Cast) -> None:
    *names, last = people(cast, len(RUNNING) + 1)
    made = {state: case_at(cast, state, who=who) for state, who in zip(RUNNING, names, strict=True)}
    held = case_at(cast, "cultivating", held=("complaint",), who=last)
    cast.settle()
    before = {case_id: standing(cast, case_id) for case_id in (*made.values(), held)}
    change = Change(cast.agency_id, another_version(cast, edited), RENAMED)
    tried = list(rehearse(cast.app.engine, change))
    assert {one.case_id: one.outcome for one in tried if one.process == PROCESS} == dict.fromkeys(before, MOVED)
    assert {case_id: standing(cast, case_id) for case_id in before} == before  # a trial writes nothing

    told = {one.case_id: one for one in tried}
    assert moved(cast, change) == Counter(one.outcome for one in tried)
    after = {case_id: standing(cast, case_id) for case_id in before}
    assert states(cast)[made["unit_appraisal"]] == "unit_review"
    assert [one.key for one in told[made["identified"]].reasons] == ["revision.due"]
    assert [one.key for one in told[made["office_check"]].reasons] == ["revision.owner"]
    assert [one.key for one in told[made["completion"]].reasons] == ["revision.ask_opened"]
    assert [one.key for one in told[made["preparing"]].reasons] == ["revision.due"]
    assert "revision.ask_closed" in [one.key for one in told[made["council_review"]].reasons]
    assert told[made["director_decision"]].reasons == ()
    assert after[made["director_decision"]] == before[made["director_decision"]]
    assert orphans(cast) == []
    with cast.app.database.read() as connection:
        assert verify(connection, cast.agency_id) == []
        back = way_back(connection, cast.agency_id, 1)
    assert set(moved(cast, back)) == {MOVED}
    assert {case_id: standing(cast, case_id) for case_id in before} == before
    assert orphans(cast) == []


def test_a_case_goes_on_to_its_end_under_the_other_version(cast: Cast) -> None:
    case_id = case_at(cast, "unit_appraisal")
    moved(cast, Change(cast.agency_id, another_version(cast, edited), RENAMED))
    do(cast, "head", case_id, "recognize")
    do(cast, "head", case_id, "climb")
    assert cast.row(case_id).state == "office_check"
    do(cast, "director", case_id, "forward")  # its owner in the other version
    assert cast.row(case_id).state == "council_review"


def test_a_state_nobody_mapped_stays_and_says_so(sqlite_cast: Cast) -> None:
    case_id, other = case_at(sqlite_cast, "unit_appraisal"), case_at(sqlite_cast, "identified", who="colleague1")
    change = Change(sqlite_cast.agency_id, another_version(sqlite_cast, edited), {})
    tried = {one.case_id: one for one in rehearse(sqlite_cast.app.engine, change)}
    assert (tried[case_id].outcome, tried[case_id].reasons[0].key) == (UNMAPPED, "revision.no_state")
    assert moved(sqlite_cast, change) == {MOVED: 1, UNMAPPED: 1}
    assert states(sqlite_cast)[case_id] == "unit_appraisal"
    with sqlite_cast.app.database.read() as connection:
        assert waiting(connection, change) == [case_id]
        lines = connection.execute(sa.select(revision_case.c.case_id, revision_case.c.outcome)).all()
    assert sorted(map(tuple, lines)) == sorted([(case_id, UNMAPPED), (other, MOVED)])


@pytest.mark.parametrize("edit, reason", [
    (lambda d: d["states"]["cultivating"].update(end=True, actions={}, asks={}), "revision.ends"),
    (lambda d: d.update(held=None), "revision.no_hold"),
    (lambda d: d["fields"]["life_field"].update(choices={"other": "Khác"}), "revision.field_choice"),
    (lambda d: d["fields"]["merit"].update(type="number"), "revision.field_type"),
])  # fmt: skip
def test_what_does_not_fit_is_left_alone_with_its_reason(sqlite_cast: Cast, edit: Edit, reason: str) -> None:
    case_id = case_at(sqlite_cast, "cultivating", held=("complaint",))
    before = standing(sqlite_cast, case_id)
    change = Change(sqlite_cast.agency_id, another_version(sqlite_cast, edit, str), {})
    (tried,) = rehearse(sqlite_cast.app.engine, change)
    assert (tried.outcome, reason in [one.key for one in tried.reasons]) == (REFUSED, True)
    assert moved(sqlite_cast, change) == {REFUSED: 1}
    assert standing(sqlite_cast, case_id) == before


def test_hands_that_died_go_on_and_nothing_moves_twice(cast: Cast) -> None:
    ids = [case_at(cast, "identified", who=who) for who in ("candidate", "colleague1")]
    change = Change(cast.agency_id, another_version(cast, edited), RENAMED)
    with cast.app.database.write() as connection:
        revision_id = begin(connection, change, by="test", reason="", new_id=uuid7())
    first = carry_out(cast.app.engine, change, revision_id)
    assert next(first).case_id == ids[0]
    first.close()
    assert [one.case_id for one in carry_out(cast.app.engine, change, revision_id)] == [ids[1]]
    assert list(carry_out(cast.app.engine, change, revision_id)) == []
    with cast.app.database.read() as connection:
        living = connection.scalar(sa.select(plan_version.c.id).where(plan_version.c.is_living))
        assert set(connection.scalars(sa.select(case.c.plan_id))) == {living}


def test_what_waits_for_the_end_of_the_plan_goes_to_the_new_end(sqlite_cast: Cast) -> None:
    cast = sqlite_cast

    def by_itself(definition: dict[str, Any]) -> None:
        actions = definition["states"]["identified"]["actions"]
        ended = {"kind": "period_ended", "text": "period ended"}
        actions["over"] = {**actions["decline"], "name": "over", "by": [], "needs": [], "when": [ended]}

    another_version(cast, by_itself, str)
    case_id = case_at(cast, "identified")
    (before,) = ends(cast, case_id)
    end = before + timedelta(days=100)
    assert moved(cast, Change(cast.agency_id, another_version(cast, lambda _: None, str, end=end), {})) == {MOVED: 1}
    assert ends(cast, case_id) == [end]


def ends(cast: Cast, case_id: str) -> list[date]:
    """The last days that steps by themselves wait for."""
    waits = sa.select(timer.c.due_at).where(
        timer.c.case_id == case_id, timer.c.kind == "after", timer.c.status == "armed"
    )
    with cast.app.database.read() as connection:
        return [local_date(at) - timedelta(days=1) for at in connection.scalars(waits)]
