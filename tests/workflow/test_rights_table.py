"""The table of who may what, against the matrix written by hand from the plan: no more, and no less."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.workflow.nominee_matrix import FREE, read
from workflow.rights_table import ABOUT, HERE, THERE, Holder, Line, lines

HAND = {  # who stands in the matrix for whom in the table
    "nominator": Holder("nominator"), "mentor": Holder("mentor"), "colleague1": Holder("colleague", HERE),
    "head": Holder("unit_head", HERE), "head2": Holder("unit_head", THERE), "office2": Holder("office"),
    "clerk": Holder("clerk"), "press": Holder("press_unit"), "director": Holder("director"),
    "outsider": Holder("staff", THERE), "candidate": Holder(ABOUT, HERE),
}  # fmt: skip


def table(cast: Cast, process: str) -> dict[str, Line]:
    with cast.app.database.read() as connection:
        life = cast.app.catalogue.living(connection, cast.agency_id, process)
    assert life is not None
    return {f"{one.state}.{one.action}": one for one in lines(life.plan, life.definition)}


def test_it_says_what_the_matrix_says(sqlite_cast: Cast):
    found, by_hand = table(sqlite_cast, "nominee"), read(FREE)
    assert len(by_hand) > 30
    for name, marks in by_hand.items():
        allowed = {holder for holder, _ in found[name].may}
        for person, holder in HAND.items():
            if person in ("nominator", "mentor", "colleague1") and holder not in allowed:
                continue  # they are of the unit, too: what a colleague may is asked of the colleague
            assert (holder in allowed) == (marks[person] in "+g"), (name, person)


def test_whom_it_is_about_is_nowhere(sqlite_cast: Cast):
    for process in ("nominee", "merit_request", "sitting"):
        for name, line in table(sqlite_cast, process).items():
            assert ABOUT not in line.roles, name


@pytest.mark.parametrize("role", ["unit_head"])
def test_another_units_head_may_nothing_that_is_a_units(sqlite_cast: Cast, role: str):
    found = table(sqlite_cast, "nominee")
    assert any(Holder(role, HERE) in [one for one, _ in line.may] for line in found.values())
    assert not any(Holder(role, THERE) in [one for one, _ in line.may] for line in found.values())
