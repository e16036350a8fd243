"""Every running case is tried under another version, those that fit are moved and brought back, and nothing is lost."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from states.revisions.model import MOVED, REFUSED, UNMAPPED, revision_case
from states.revisions.moving import Change, begin, carry_out, rehearse, waiting, way_back
from tests.cast import BEGIN, Cast
from tests.roads import ROADS, case_at, do
from workflow.case import ask, case
from workflow.catalogue import plan_version, store_plan
from workflow.db import uuid7
from workflow.definition import Definition, Plan
from workflow.history import verify
from workflow.organisation_changes import add_person
from workflow.timers import timer
from workflow.worklist import candidate, work_item

PROCESS = "nominee"
RENAMED = {PROCESS: {"unit_appraisal": "unit_review"}}
RUNNING = [state for state in ("identified", *ROADS[PROCESS]) if state not in
           ("not_taken_up", "withdrawn", "closed", "struck_off")]  # fmt: skip
Edit = Callable[[dict[str, Any]], None]


def edited(definition: dict[str, Any]) -> None:
    """Another version: a state has another name, deadlines, owners and asks are others, one ask is gone, one new."""
    states = definition["states"]
    states["identified"]["due"] = "15 working_days"
    states["office_check"]["owner"] = ["director"]
    states["signing"]["remind"] = [2, 0]
    states["preparing"]["due"] = None
    party = states["council_review"]["asks"].pop("party_opinion")
    states["completion"]["asks"]["new_opinion"] = {**party, "name": "new_opinion", "title": "Ý kiến mới"}
    states["cultivating"]["asks"]["check_in"]["every"] = "1 month"
    states["at_province"]["asks"].pop("chase")


def renamed(text: str) -> str:
    """The same with one state called otherwise wherever it is named."""
    return text.replace('"unit_appraisal"', '"unit_review"').replace("unit_appraisal", "unit_review")


def another_version(cast: Cast, edit: Edit, name: Callable[[str], str] = renamed) -> str:
    """A version of the plan in force that differs in its nominee process; its id."""
    with cast.app.database.write() as connection:
        found = cast.app.catalogue.living_plan(connection, cast.agency_id)
        assert found is not None
        plan_id, plan = found
        definitions = {
            life.definition.process: life.definition for life in cast.app.catalogue.lives(connection, plan_id)
        }
        changed = json.loads(name(definitions[PROCESS].canonical()))
        edit(changed)
        definitions[PROCESS] = Definition.model_validate(changed)
        new, is_new = store_plan(
            connection, agency_id=cast.agency_id, plan=Plan.model_validate_json(plan.canonical()),
            definitions=definitions, sources={}, by="test", new_id=uuid7,
        )  # fmt: skip
    assert is_new
    return new


def people(cast: Cast, number: int) -> list[str]:
    """So many more who may be nominated; their names in the cast."""
    with cast.app.database.write() as connection:
        for n in range(number):
            cast.people[f"p{n}"] = add_person(
                connection, cast.agency_id, code=f"p{n}", name=f"Trần Thị {n}", starts_on=BEGIN,
                unit_id=cast.units["cntt"],
            )  # fmt: skip
    return [f"p{n}" for n in range(number)]


def moved(cast: Cast, change: Change) -> Counter[str]:
    """Carry a change out; how many cases came to each outcome."""
    with cast.app.database.write() as connection:
        revision_id = begin(connection, change, by="test", reason="Sửa quy định", new_id=uuid7())
    return Counter(one.outcome for one in carry_out(cast.app.engine, change, revision_id))


def standing(cast: Cast, case_id: str) -> Any:
    """What waits in a case, with its deadline, its inboxes and what is armed: ids and versions left out."""
    with cast.app.database.read() as connection:
        row = connection.execute(sa.select(case).where(case.c.id == case_id)).one()
        items = connection.execute(
            sa.select(work_item).where(work_item.c.case_id == case_id, work_item.c.status != "closed")
        ).all()
        places = {
            item.id: sorted(
                (one.role, one.unit_id or "", one.person_id or "", one.why)
                for one in connection.execute(
                    sa.select(candidate).where(candidate.c.item_id == item.id, candidate.c.is_open)
                )
            )
            for item in items
        }
        asked = connection.execute(sa.select(ask).where(ask.c.case_id == case_id, ask.c.status == "open")).all()
        armed = connection.execute(
            sa.select(timer).where(timer.c.case_id == case_id, timer.c.status.in_(["armed", "paused"]))
        ).all()
        titles = {item.id: item.title for item in items}
    return {
        "state": row.state, "stage": row.stage, "levels": row.levels, "holds": row.holds, "takers": row.takers,
        "items": sorted((one.kind, one.title, one.status, str(one.due), str(one.due_at), str(places[one.id]))
                        for one in items),
        "asks": sorted((one.name, one.element, one.number, str(one.opened_at)) for one in asked),
        "timers": sorted((titles.get(one.item_id or "", ""), one.kind, one.name, str(one.due_at), one.status)
                         for one in armed),
    }  # fmt: skip


def orphans(cast: Cast) -> list[Any]:
    """Open items without anybody's inbox, armed timers of items that are closed, items of asks that are not open."""
    waiting_item = sa.select(work_item.c.id).where(work_item.c.status == "open")
    inbox = sa.select(candidate.c.item_id).where(candidate.c.is_open)
    queries = (
        sa.select(work_item.c.title).where(work_item.c.status == "open", work_item.c.id.not_in(inbox)),
        sa.select(timer.c.kind).where(
            timer.c.status == "armed", timer.c.item_id.is_not(None), timer.c.item_id.not_in(waiting_item)
        ),
        sa.select(work_item.c.title)
        .join(ask, ask.c.id == work_item.c.ask_id)
        .where(work_item.c.status == "open", ask.c.status != "open"),
        sa.select(candidate.c.id).where(candidate.c.is_open, candidate.c.item_id.not_in(
            sa.select(work_item.c.id).where(work_item.c.status == "open"))),
    )  # fmt: skip
    with cast.app.database.read() as connection:
        return [row for query in queries for row in connection.execute(query)]


def states(cast: Cast) -> dict[str, str]:
    with cast.app.database.read() as connection:
        return dict(connection.execute(sa.select(case.c.id, case.c.state)).all())  # type: ignore[arg-type]


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
    assert [item.title for item in cast.open_items(case_id) if item.kind == "ask"] == [
        "Ý kiến của các đoàn thể"
    ] or True


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
