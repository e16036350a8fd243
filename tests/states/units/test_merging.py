"""Two units become one with open cases in every state: nothing stands still, everybody still has an owner."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from states.quotas.model import quota_counter
from states.subjects.model import subject, unit_stay
from states.units.deciding import Merge, decide
from states.units.merging import UnitMerging
from states.units.trial import attempt
from tests.cast import Cast
from tests.roads import ROADS, begin, case_at, do
from tests.workflow.test_firing import in_inbox
from workflow import runs
from workflow.case import case
from workflow.facts import load_case
from workflow.draft import By
from workflow.history import event
from workflow.identity import who
from workflow.message import Refused
from workflow.organisation import person, role_grant, unit, unit_merge
from workflow.organisation_changes import add_person
from workflow.permission import asked_of_item
from workflow.runs import run
from workflow.worklist import candidate, work_item

ENDS = {"not_taken_up", "withdrawn", "closed", "struck_off", "awarded", "refused", "no_ground", "dropped"}


def newcomer(cast: Cast, name: str) -> str:
    """One more of the old unit, so that each state has a subject of its own."""
    with cast.app.database.write() as connection:
        cast.people[name] = add_person(
            connection, cast.agency_id, code=name, name=f"Người {name}", starts_on=date(2020, 1, 1),
            unit_id=cast.units["cntt"],
        )  # fmt: skip
    return name


def merge_of(cast: Cast, **more: Any) -> Merge:
    wanted = {"starts_on": cast.now().date(), "decision_number": "45/QĐ-STTTT"} | more
    return Merge(cast.agency_id, cast.units["cntt"], cast.units["bcvt"], **wanted)


def decided(cast: Cast, merge: Merge, kept: Any = (), key: str = "form") -> str:
    with cast.app.database.write() as connection:
        return decide(connection, merge, cast.people["office"], kept, key)


def in_every_state(cast: Cast) -> dict[str, str]:
    """An open case of the old unit in each state of the nominee and of the merit request, some of them held."""
    found = {}
    for state in ["identified", *(one for one in ROADS["nominee"] if one not in ENDS)]:
        found[state] = case_at(cast, state, who=newcomer(cast, f"n-{state}"))
    for ground in ("complaint", "moving"):
        name = newcomer(cast, f"h-{ground}")
        found[f"held:{ground}"] = case_at(cast, "cultivating", held=[ground] if ground == "complaint" else [], who=name)
    for state in ["choosing_ground", *(one for one in ROADS["merit_request"] if one not in ENDS)]:
        found[f"merit:{state}"] = case_at(cast, state, process="merit_request", who=newcomer(cast, f"m-{state}"))
    cast.settle()
    return found


def owners(cast: Cast, case_id: str) -> dict[str, list[str]]:
    """Each open item of a case with whoever may answer it now, by the engine's own word."""
    with cast.app.database.read() as connection:
        facts = load_case(connection, cast.app.engine, case_id, None)
        draft = cast.app.engine.draft_for(connection, facts, By("case"))
        return {
            item["id"]: [*who(facts.org, facts.life.plan, draft.matter(), asked_of_item(draft, item))]
            for item in facts.items if item["status"] == "open"
        }  # fmt: skip


def still_old(cast: Cast) -> tuple[int, int]:
    """Open cases, and open places in inboxes, of the old unit."""
    old = cast.units["cntt"]
    with cast.app.database.read() as connection:
        cases = sa.select(sa.func.count()).where(case.c.unit_id == old, case.c.ended_at.is_(None))
        places = sa.select(sa.func.count()).where(candidate.c.unit_id == old, candidate.c.is_open)
        return connection.scalar(cases) or 0, connection.scalar(places) or 0


def carried(cast: Cast) -> list[str]:
    with cast.app.database.read() as connection:
        return list(connection.scalars(sa.select(event.c.case_id).where(event.c.kind == "carried_over")))


def test_open_cases_in_every_state_go_on_in_the_new_unit(cast: Cast):
    found = in_every_state(cast)
    ended = case_at(cast, "not_taken_up", who=newcomer(cast, "ended"))
    trial = attempt(cast.app.engine, merge_of(cast))
    assert trial.counts["cases"] >= len(found)
    assert trial.ownerless == []
    assert still_old(cast)[0] > 0, "a trial writes nothing"
    run_id = decided(cast, merge_of(cast))
    cast.settle()
    with cast.app.database.read() as connection:
        row = runs.find(connection, cast.agency_id, run_id)
        assert (row["status"], row["reasons"]) == ("done", [])
        assert row["result"]["cases"] == trial.counts["cases"]
    assert still_old(cast) == (0, 0)
    assert sorted(carried(cast)) == sorted(set(carried(cast))), "once each"
    assert set(found.values()) <= set(carried(cast))
    assert cast.row(ended).unit_id == cast.units["cntt"], "what has ended stays where it was"
    for name, case_id in found.items():
        assert cast.row(case_id).unit_id == cast.units["bcvt"], name
        for people in owners(cast, case_id).values():
            assert people, f"{name} is nobody's"
            assert cast.people["head"] not in people or name.startswith("merit"), name
    do(cast, "head2", found["identified"], "take_up")
    do(cast, "head2", found["unit_appraisal"], "recognize")
    do(cast, "office", found["held:complaint"], "clear")
    assert cast.row(found["held:complaint"]).unit_id == cast.units["bcvt"]
    assert owners(cast, found["held:complaint"]) != {}
