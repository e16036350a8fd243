"""The numbers of a year, of one unit and of the agency beside the year before."""

from __future__ import annotations

from typing import Any

import pytest

from states.overview.figures import started
from states.reviews.guards import no_exemplars_here
from states.subjects import effects
from tests.cast import Cast
from tests.plan_work import launched
from tests.states import facts
from tests.states.facts import context
from tests.states.overview.test_figures import bring_in, seen_by
from web.dossier import counted


def _values(rows: list[dict[str, Any]]) -> dict[str, int]:
    return {" ".join([row["key"].removeprefix("review."), *row["params"].values()]): row["value"] for row in rows}


def _year(cast: Cast) -> str:
    """One nominee endorsed and recognised in one unit, another nominated elsewhere."""
    case_id = cast.nominate()
    cast.act("colleague1", case_id, "endorse", endorsement="Việc làm có thật.")
    with cast.app.database.write() as connection:
        effects.record_recognition(facts.of(case_id, cast, entered_level="unit"), connection)
        effects.record_reward(facts.of(case_id, cast, inputs={"reward": "certificate"}), connection)
    cast.nominate(by="outsider", who="head2")
    return case_id


def test_a_units_year(cast: Cast) -> None:
    case_id = _year(cast)
    with cast.app.database.read() as connection:
        rows = cast.app.registry.forms["unit_counts"](connection, facts.of(case_id, cast))
    assert _values(rows) == {
        "nominated": 1, "endorsed": 1, "nurtured": 0, "recognised Cấp phòng (đơn vị)": 1, "recognised Cấp Sở": 0,
        "recognised Cấp tỉnh": 0, "revoked": 0, "awarded": 1, "published": 0, "reach": 0, "launched": 0,
        "registered": 0, "ended Hoàn thành": 0, "ended Không đạt": 0, "ended Hoàn thành xuất sắc": 0, "trained": 0,
    }  # fmt: skip


def test_the_agencys_year_beside_the_one_before(cast: Cast) -> None:
    case_id = _year(cast)
    about = facts.of(case_id, cast, year=2026)
    with cast.app.database.read() as connection:
        rows = cast.app.registry.forms["targets"](connection, about)
    numbers = {row["key"]: (row["value"], row["before"]) for row in rows if "before" in row}
    assert numbers["review.nominated"] == (0, 2)
    assert numbers["review.awarded"] == (0, 1)


def test_nominations_of_a_year_are_as_many_in_the_review_as_on_the_dashboard(cast: Cast) -> None:
    """Whoever was recognised before this system is a case of the year, and no nomination of it."""
    about = facts.of(_year(cast), cast)
    bring_in(cast, "clerk")
    with cast.app.database.read() as connection:
        numbers = _values(cast.app.registry.forms["targets"](connection, about))
        told = started(connection, seen_by(cast, connection, "office"), "nominee")
    assert (numbers["nominated"], told) == (2, {2025: 2})


def test_a_row_for_each_unit_adds_up_to_the_agencys(cast: Cast) -> None:
    about = facts.of(_year(cast), cast)
    launched(cast)  # of the whole agency, and so of no unit
    with cast.app.database.read() as connection:
        whole = {row["name"]: row["value"] for row in cast.app.registry.forms["targets"](connection, about)}
        rows = cast.app.registry.forms["review_units"](connection, about)
    summed = {name: sum(row["columns"][n][2] for row in rows) for n, name in enumerate(rows[0]["names"])}
    assert summed.pop("followed") == 0  # recognised in a test's row only: the case itself holds no level
    assert summed == whole
    assert whole["nominated"] == 2
    assert whole["launched"] == 1
    assert rows[-1]["key"] == "review.of_no_unit"


@pytest.mark.parametrize(
    ("final", "head"),
    [(False, ("period.year", {"year": "2025"})), (True, ("counted.whole_from_to", {"first": "2023", "last": "2025"}))],
)
def test_the_units_table_says_of_which_time_it_is(cast: Cast, final: bool, head: tuple[str, dict[str, str]]) -> None:
    about = facts.of(cast.nominate(), cast, fields={"final": final})
    with cast.app.database.read() as connection:
        rows = cast.app.registry.forms["review_units"](connection, about)
    heads, _ = counted(rows)
    assert (heads[0].key, heads[0].params) == head


@pytest.mark.parametrize(("held", "refused"), [(None, False), ([], False), (["c1"], True)])
def test_a_nil_report_is_for_units_without_an_exemplar(held: list[str] | None, refused: bool) -> None:
    against = no_exemplars_here(context(fields={"exemplars": held}), None)
    assert (against is not None) == refused
