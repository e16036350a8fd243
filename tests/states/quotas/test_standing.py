"""How quotas stand: every kind of place, shares of people and of other quotas, splits, and who still owes."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from states.quotas.standing import (
    Line,
    Whom,
    covers,
    first_split,
    line,
    name_of,
    people_in,
    period_title,
    places,
    scopes_of,
)  # fmt: skip
from tests.cast import Cast
from tests.roads import do
from tests.states.quotas.test_places import agency, another, honoured, said
from workflow.definition import Plan, Quota
from workflow.grammar import parse_share
from workflow.identity import Organisation, load_organisation
from workflow.message import Message, Refused

__all__ = ["agency"]
pytestmark = pytest.mark.parametrize("agency", ["sqlite"], indirect=True)


def organisation(cast: Cast, day: date | None = None) -> Organisation:
    with cast.app.database.read() as connection:
        return load_organisation(connection, cast.agency_id, day or cast.now().date())


def plan_of(cast: Cast, *more: Quota) -> Plan:
    with cast.app.database.read() as connection:
        _, plan = cast.app.catalogue.living_plan(connection, cast.agency_id) or ("", None)
    assert plan is not None
    return plan.model_copy(update={"quotas": {**plan.quotas, **{one.name: one for one in more}}})


def quota(name: str = "q", **more) -> Quota:
    return Quota.model_validate({"name": name, "title": "Q", "of": "nominee", "at": ("judging.honour",), **more})


def test_a_share_of_people_is_of_those_who_work_there_that_day(agency: Cast):
    org, units = organisation(agency), agency.units
    here = Counter(one.unit_id for one in org.people.values() if one.active)
    assert [people_in(org, quota(each="unit"), units[u]) for u in ("htp", "bt")] == [here[units["htp"]], 1]
    assert people_in(org, quota(), "") == len(org.people)
    phong = {units[u] for u in ("vp", "pb", "htp", "bt")}
    assert people_in(org, quota(units=("phong",)), "") == sum(here[u] for u in phong)
    assert people_in(org, quota(each="unit_type"), "phong") == sum(here[u] for u in phong)
    before = organisation(agency, date(2019, 12, 31))
    assert people_in(before, quota(), "") == 0, "nobody had begun then"


def test_a_share_of_another_quota_is_of_what_that_has_taken(agency: Cast):
    org, unit = organisation(agency), agency.units["htp"]
    share = parse_share("at most 30 % of base, rounded down")
    plan = plan_of(agency, quota("base", each="unit"), quota(share=share, each="unit"))
    for taken, most in ((0, 0), (3, 0), (4, 1), (10, 3)):
        counts = {("base", "2025", unit): (taken, None), ("q", "2025", unit): (0, None)}
        assert line(plan, org, plan.quotas["q"], "2025", unit, counts).most == most


def test_places_are_units_types_of_units_or_the_agency(agency: Cast):
    org, units, plan = organisation(agency), agency.units, plan_of(agency)
    assert set(places(plan, org, quota(each="unit"))) == {units[u] for u in ("vp", "pb", "htp", "bt")}
    assert places(plan, org, quota(each="unit_type")) == ("phong",)
    assert places(plan, org, quota()) == ("",)
    assert scopes_of(quota(split="people"), org, units["bt"]) == (units["bt"], "")
    assert scopes_of(quota(each="unit_type"), org, units["bgd"]) == ("lanh_dao",)
    assert scopes_of(quota(each="unit"), org, None) == ("",)


def test_only_the_kinds_and_types_of_units_a_quota_names_are_counted(agency: Cast):
    org, units = organisation(agency), agency.units
    only = quota(kinds=("household",), units=("phong",))
    assert covers(only, org, Whom(units["bt"], "household"))
    assert not covers(only, org, Whom(units["bt"], "person"))
    assert not covers(only, org, Whom(units["bgd"], "household"))
    assert not covers(only, org, Whom(None, "household"))
    assert covers(quota(), org, Whom(None, "person"))


def test_a_split_begins_by_people_alike_or_with_nothing(agency: Cast):
    org, plan = organisation(agency), plan_of(agency)
    bounds = {"": (None, 5)}
    by_people = first_split(plan, org, quota(bounds=bounds, split="people"))
    assert sum(by_people.values()) == 5
    assert by_people[agency.units["htp"]] == max(by_people.values())
    assert sorted(first_split(plan, org, quota(bounds=bounds, split="equal")).values()) == [1, 1, 1, 2]
    assert set(first_split(plan, org, quota(bounds=bounds, split="by_hand")).values()) == {0}


def test_a_line_says_where_and_when(agency: Cast):
    org, plan = organisation(agency), plan_of(agency)
    assert name_of(org, quota(), "") == Message("quota.whole")
    assert name_of(org, quota(each="unit"), agency.units["bt"]) == "Phòng Bổ trợ tư pháp"
    assert name_of(org, quota(each="unit_type"), "phong") == Message("quota.type", {"type": "phong"})
    assert period_title(plan, quota(period="phase"), "whole") == "Cả giai đoạn"
    assert period_title(plan, quota(period="quarter"), "2025-Q3") == Message(
        "quota.period.quarter", {"year": "2025", "part": "3"}
    )
    assert period_title(plan, quota(period="half_year"), "2025-H2") == Message(
        "quota.period.second_half", {"year": "2025"}
    )
    over = Line(quota(), "2025", "", "x", 1, 2, 3)
    assert (over.left, over.owed) == (0, 0)


def test_the_leader_signs_when_every_division_has_met_its_minimum(agency: Cast):
    agency.at("2025-10-20")
    agency.run_due()
    review = agency.cases("annual_review")[0].id
    do(agency, "receiver", review, "go_on")
    do(agency, "receiver", review, "submit")
    with pytest.raises(Refused) as refused:
        do(agency, "leader", review, "sign")
    words = said(agency, refused.value)
    assert "chưa đủ chỉ tiêu tối thiểu của năm 2025 (theo Kế hoạch 15/KH-STP mục III.1)" in words
    assert "Phòng Hộ tịch còn thiếu 1" in words
    honoured(agency, another(agency, 1))
    with pytest.raises(Refused) as refused:
        do(agency, "leader", review, "sign")
    assert "Phòng Hộ tịch" not in said(agency, refused.value)
