"""Running cases stay with the definition they began with, whatever is loaded later; new ones take the new."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from config.installation import install
from tests.cast import Cast
from tests.roads import ENDORSED, case_at, do
from tests.workflow.plans import SHIPPED, changed
from workflow.catalogue import Catalogue
from workflow.history import event

NOMINEE = "processes/nominee.yaml"
EDITS = (
    ("title: Đưa vào bồi dưỡng,", "title: Nhận vào bồi dưỡng,"),
    ("due: $accept_time", "due: 3 working_days"),
    ("due: $appraisal_time", "due: 8 working_days"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped plan with two other deadlines and another title."""
    for old, new in EDITS:
        copy = changed(tmp_path, NOMINEE, old, new, SHIPPED)
    return copy


def due_on(cast: Cast, case_id: str) -> str:
    """The last day of what a case's state waits for."""
    (item,) = (one for one in cast.open_items(case_id) if one.kind == "state")
    return str(item.due["due_on"])


def titles(cast: Cast, case_id: str) -> list[str]:
    """What may be done, and what was, as the head reads it."""
    view = cast.app.engine.view(cast.actor("head"), case_id)
    return [*(option.title for option in view.options), *(one.action_title for one in view.history)]


def definitions(cast: Cast, case_id: str) -> set[str]:
    """The hashes sealed into a case's history."""
    with cast.app.database.read() as connection:
        bodies = connection.scalars(sa.select(event.c.body).where(event.c.case_id == case_id))
        return {body["definition"] for body in bodies}


def test_a_running_case_keeps_its_definition_and_a_new_one_takes_the_new(cast: Cast, folder: Path):
    old = cast.nominate()
    assert install(cast.app, folder, by="tests") == (cast.agency_id, True)
    new = cast.nominate(who="colleague2")
    assert (due_on(cast, old), due_on(cast, new)) == ("2025-03-17", "2025-03-06")
    for case_id, own, other in ((old, "Đưa", "Nhận"), (new, "Nhận", "Đưa")):
        do(cast, "head", case_id, "take_up")
        assert f"{own} vào bồi dưỡng" in titles(cast, case_id)
        assert f"{other} vào bồi dưỡng" not in titles(cast, case_id)
    for who, action in (*ENDORSED, ("head", "propose")):
        do(cast, who, old, action)
    assert due_on(cast, old) == "2025-03-10", "a deadline that begins after the loading is the old one too"
    assert definitions(cast, old) & definitions(cast, new) == set()
    assert len(definitions(cast, old)) == len(definitions(cast, new)) == 1


def test_what_a_case_is_pinned_to_is_in_the_database(cast: Cast, folder: Path):
    old = cast.nominate()
    install(cast.app, folder, by="tests")
    new = cast.nominate(who="colleague2")
    afresh = Catalogue()
    with cast.app.database.read() as connection:
        lives = [afresh.life(connection, cast.row(case_id).definition_id) for case_id in (old, new)]
        living = afresh.living(connection, cast.agency_id, "nominee")
    assert living == lives[1]
    assert [life.definition.states["identified"].due for life in lives] == ["10 working_days", "3 working_days"]
    assert [{life.definition_hash} for life in lives] == [definitions(cast, old), definitions(cast, new)]


def test_a_child_lives_under_its_parents_plan(cast: Cast, folder: Path):
    old = case_at(cast, "at_province")
    install(cast.app, folder, by="tests")
    do(cast, "office", old, "recognize")
    cast.settle()
    (merit,) = cast.cases("merit_request")
    assert merit.plan_id == cast.row(old).plan_id
    with cast.app.database.read() as connection:
        found = cast.app.catalogue.living_plan(connection, cast.agency_id)
    assert found is not None
    assert found[0] != merit.plan_id
