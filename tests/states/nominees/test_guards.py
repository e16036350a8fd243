"""What must be true before a step in a nominee's life."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from states.nominees import guards
from states.subjects.enrol import enrol_other
from tests.cast import Cast
from tests.states import facts
from tests.states.facts import context
from workflow.message import Refused
from workflow.registry import Context, Party


def _open(process: str, subject_id: str = "s1") -> Context:
    row = {"id": "c2", "code": "DH-2025-0007", "process": process, "subject_id": subject_id}
    return context(facts={"open_cases": [row]})


def test_a_second_nomination_is_refused_and_not_told_by_which_case() -> None:
    against = guards.not_a_duplicate(_open("nominee", "namesake"), None)
    assert against is not None
    assert "DH-2025-0007" not in str(against.params)
    assert guards.not_a_duplicate(_open("merit_request"), None) is None


def test_one_request_for_merit_at_a_time_of_the_same_one() -> None:
    assert guards.no_open_merit_request(_open("merit_request"), None) is not None
    assert guards.no_open_merit_request(_open("merit_request", "namesake"), None) is None
    assert guards.no_open_merit_request(_open("cup_request"), "cup_request") is not None


@pytest.mark.parametrize(("name", "refused"), [("evidence", True), ("moved_on", True), ("clearance", False)])
def test_the_director_decides_on_what_the_council_saw(name: str, refused: bool) -> None:
    changed = [{"name": name, "title": name}]
    against = guards.no_change_since_council(context(facts={"fields_changed_here": changed}), None)
    assert (against is not None) == refused


@pytest.mark.parametrize(
    ("since", "moved_on", "asked"),
    [
        (date(2025, 4, 28), "2025-10-28", True),
        (date(2025, 4, 29), "2025-10-28", False),
        (date(2024, 12, 31), "2025-06-30", False),
        (date(2020, 1, 1), "2025-10-28", True),
    ],
)
def test_half_a_year_in_the_old_unit_calls_for_its_opinion(since: date, moved_on: str, asked: bool) -> None:
    stays = [
        {"unit_id": "u1", "starts_on": since, "ends_on": None},
        {"unit_id": "u2", "starts_on": date(2025, 10, 28), "ends_on": None},
    ]
    fields = {"new_unit": "u2", "moved_on": moved_on}
    against = guards.six_months_in_old_unit(context(fields=fields, facts={"unit_stays": stays}), None)
    assert (against is None) == asked


def test_an_unknown_beginning_counts_as_long_enough() -> None:
    assert guards.six_months_in_old_unit(context(fields={"new_unit": "u2"}, facts={"unit_stays": []}), None) is None


def test_a_namesake_of_the_same_unit_may_be_the_same_person(cast: Cast) -> None:
    first = cast.row(cast.nominate())
    with cast.app.database.write() as connection:
        namesake = enrol_other(
            connection, cast.agency_id, kind="person", name=first.label.upper(), unit_id=cast.units["cntt"]
        )
    with pytest.raises(Refused) as refused:
        cast.app.engine.start(
            cast.actor("colleague1"), process="nominee", action="nominate", subject_type="subject", subject_id=namesake,
            inputs={"life_field": "work", "merit": "Một việc tốt", "evidence": [cast.upload("colleague1")]},
        )  # fmt: skip
    assert [(r.key, dict(r.params)) for r in refused.value.reasons] == [
        ("guard.not_a_duplicate", {"name": first.label.upper()})
    ]


@pytest.mark.parametrize(
    ("unit", "new_unit", "refused"), [("u1", "u2", False), ("u1", "u1", True), (None, "u1", False)]
)
def test_a_move_leads_to_another_unit(unit: str | None, new_unit: str, refused: bool) -> None:
    against = guards.another_unit(context(unit_id=unit, fields={"new_unit": new_unit}), None)
    assert (against is not None) == refused


def test_nobody_is_moved_to_where_they_are(cast: Cast) -> None:
    case_id = cast.nominate()
    with pytest.raises(Refused) as refused:
        cast.act("office", case_id, "move", new_unit=cast.units["cntt"], moved_on="2025-03-03")
    assert [reason.key for reason in refused.value.reasons] == ["guard.another_unit"]
    assert not cast.row(case_id).is_held


def _loaded(cast: Cast, case_id: str, loader: str, **changed: Any) -> Any:
    with cast.app.database.read() as connection:
        return cast.app.registry.loaders[loader](connection, facts.of(case_id, cast, **changed))


def test_what_changed_since_the_case_came_here_is_told_by_the_plans_titles(cast: Cast) -> None:
    case_id = cast.nominate()
    assert _loaded(cast, case_id, "fields_changed_here") == []
    cast.later(hours=1)
    cast.act("nominator", case_id, "add_proof", evidence=[cast.upload("nominator")])
    assert _loaded(cast, case_id, "fields_changed_here") == [{"name": "evidence", "title": "Minh chứng"}]


def test_nobody_is_their_own_mentor() -> None:
    own = replace(facts.SUBJECT, parties=(Party("p7", "subject"), Party("p8", "member")))
    against = guards.by_another(context(subject=own, inputs={"mentor": "p7"}), "mentor")
    assert against is not None
    assert guards.by_another(context(subject=own, inputs={"mentor": "p8"}), "mentor") is None, "a member may help all"
    assert guards.by_another(context(subject=own), "mentor") is None


def test_what_is_not_done_yet_is_due_from_today_on() -> None:
    rows = [{"due": "2025-11-03"}, {"due": "2025-11-02", "done": True}, {"due": ""}]
    assert guards.still_ahead(context(inputs={"measures": rows}), "measures.due") is None
    against = guards.still_ahead(context(inputs={"measures": [*rows, {"due": "2025-11-02"}]}), "measures.due")
    assert against is not None
    assert against.params["days"] == [date(2025, 11, 2)]
