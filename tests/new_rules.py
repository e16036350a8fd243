"""Another version of the seed's rules for its running cases, and what stands in a case: for tests and the bench."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from states.revisions.moving import Change, begin, carry_out
from tests.cast import BEGIN, Cast
from tests.roads import ROADS
from workflow.case import ask, case
from workflow.catalogue import store_plan
from workflow.db import uuid7
from workflow.definition import Definition, Plan
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


def another_version(cast: Cast, edit: Edit, name: Callable[[str], str] = renamed, **of_plan: Any) -> str:
    """A version of the plan in force that differs in its nominee process, and perhaps in the plan itself; its id."""
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
        same = Plan.model_validate_json(plan.canonical())
        new, is_new = store_plan(
            connection, agency_id=cast.agency_id, plan=same.model_copy(update=of_plan),
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
