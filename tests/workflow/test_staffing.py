"""Staffing: today's people against the seed's processes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from config.settings import from_environment
from tests.cast import Cast, make_cast
from tests.databases import SqliteDatabases
from workflow.identity import Organisation, load_organisation
from workflow.staffing import Gap, gaps


@pytest.fixture(scope="module")
def cast(sqlite_databases: SqliteDatabases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cast]:
    with sqlite_databases.fresh() as url:
        var = tmp_path_factory.mktemp("var")
        made = make_cast(from_environment({"NEUGUONG_DATABASE_URL": url, "NEUGUONG_VAR": str(var)}))
        yield made
        made.app.dispose()


def _org(cast: Cast) -> Organisation:
    with cast.app.database.read() as connection:
        return load_organisation(connection, cast.agency_id, date(2025, 3, 3))


def _gaps(cast: Cast, org: Organisation) -> list[Gap]:
    with cast.app.database.read() as connection:
        _, plan = cast.app.catalogue.living_plan(connection, cast.agency_id) or ("", None)
        assert plan is not None
        lives = [cast.app.catalogue.living(connection, cast.agency_id, name) for name in plan.processes]
    return gaps(org, plan, [life.definition for life in lives if life])


def _without(org: Organisation, person_id: str) -> Organisation:
    """The same people, one of whom holds nothing any more."""
    return replace(org, grants={p: held for p, held in org.grants.items() if p != person_id})


def test_the_only_director_as_nominee_leaves_nobody_to_decide(cast: Cast) -> None:
    found = _gaps(cast, _org(cast))
    assert {gap.reason.key for gap in found} == {"staffing.own_case"}
    assert {gap.reason.params["name"] for gap in found} == {"Director Nguyễn"}
    assert "Giám đốc quyết định" in {gap.place for gap in found}


def test_a_second_director_closes_the_gap(cast: Cast) -> None:
    org = _org(cast)
    grants = {
        **org.grants,
        cast.people["deputy"]: (*org.grants[cast.people["deputy"]], *org.grants[cast.people["director"]]),
    }
    assert _gaps(cast, replace(org, grants=grants)) == []


def test_an_agency_role_nobody_holds_is_named_once_for_each_place(cast: Cast) -> None:
    org = _without(_without(_org(cast), cast.people["office"]), cast.people["office2"])
    unheld = [gap for gap in _gaps(cast, org) if gap.reason.key == "staffing.unheld"]
    assert ("nominee", "Văn phòng Sở kiểm tra hồ sơ", "") in {(g.process, g.place, g.unit) for g in unheld}
    assert all(gap.reason.params["roles"] == ["Văn phòng Sở"] for gap in unheld if gap.place.startswith("Văn phòng"))


def test_a_unit_without_a_head_is_the_directors_and_then_four_eyes_fail(cast: Cast) -> None:
    org = _without(_org(cast), cast.people["head"])
    four_eyes = [gap for gap in _gaps(cast, org) if gap.reason.key == "staffing.four_eyes"]
    assert {gap.reason.params["name"] for gap in four_eyes} == {"Director Nguyễn"}
    assert {gap.reason.params["action"] for gap in four_eyes} == {"Công nhận cấp Sở"}


def test_nobody_at_all_is_no_full_staffing(cast: Cast) -> None:
    empty = replace(_org(cast), units={}, people={}, grants={}, deputies={})
    found = _gaps(cast, empty)
    assert [gap.reason.key for gap in found[:2]] == ["staffing.no_unit_of", "staffing.no_people"]
    assert {gap.process for gap in found[:2]} == {""}
    unheld = {title for gap in found[2:] for title in gap.reason.params["roles"]}
    assert unheld >= {"Giám đốc Sở", "Văn phòng Sở", "Văn thư", "Thư ký Hội đồng"}
    assert not unheld & {"Lãnh đạo phòng, đơn vị"}


def test_without_a_unit_only_the_missing_roles_of_the_agency_are_named(cast: Cast) -> None:
    org = _without(_without(replace(_org(cast), units={}), cast.people["office"]), cast.people["office2"])
    found = _gaps(cast, org)
    assert found[0].reason.key == "staffing.no_unit_of"
    unheld = [gap for gap in found if gap.reason.key == "staffing.unheld"]
    assert {title for gap in unheld for title in gap.reason.params["roles"]} == {
        "Văn phòng Sở", "Thư ký Hội đồng",
    }  # fmt: skip
    assert {gap.unit for gap in found} == {""}
