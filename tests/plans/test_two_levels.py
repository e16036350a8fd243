"""A plan of another agency, with other levels, roles, dates and no council, runs as it is: only its folder is new."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from config.settings import Settings
from states.subjects.model import recognition
from tests.cast import Cast, make_cast, open_cast, sound
from tests.databases import Databases
from tests.roads import answer, do
from tests.workflow.plans import SECOND
from workflow.message import Refused
from workflow.organisation_changes import change_unit

PEOPLE = {
    "leader": ("bgd", ("leader",)),
    "secretary": ("vp", ("secretariat",)),
    "receiver": ("pb", ("receiver", "division_head")),
    "head": ("htp", ("division_head",)),
    "helper": ("htp", ()),
    "member": ("htp", ()),
    "candidate": ("htp", ()),
    "head2": ("bt", ("division_head",)),
}
DIVISIONS = {
    "bgd": "Ban Giám đốc",
    "vp": "Văn phòng Sở",
    "pb": "Phòng Phổ biến, giáo dục pháp luật",
    "htp": "Phòng Hộ tịch",
    "bt": "Phòng Bổ trợ tư pháp",
}


def another_agency(database_url: str) -> None:
    """The second plan and its people; the office of the Sở is no reporting division."""
    made = make_cast(
        Settings(database_url=database_url), folder=SECOND, cast=PEOPLE, units=DIVISIONS, start="2025-03-03"
    )
    with made.app.database.write() as connection:
        change_unit(connection, made.agency_id, made.units["vp"], {"type": "van_phong"})
    made.app.dispose()


@pytest.fixture
def agency(databases: Databases) -> Iterator[Cast]:
    """The other agency, on both databases."""
    with databases.fresh(another_agency) as url:
        cast = open_cast(Settings(database_url=url, strict_texts=True))
        try:
            yield cast
            sound(cast)
        finally:
            cast.app.dispose()


def introduce(cast: Cast, field: str = "mediation", who: str = "candidate") -> str:
    """A member introduces a colleague."""
    return cast.app.engine.start(
        cast.actor("member"), process="nominee", action="introduce", subject_type="subject",
        subject_id=cast.subject(who), inputs={"field_of_merit": field, "merit": "Hòa giải thành 40 vụ việc ở cơ sở"},
    ).case_id  # fmt: skip


def honoured(cast: Cast, field: str = "mediation", who: str = "candidate") -> str:
    """An exemplar of the division."""
    case_id = introduce(cast, field, who)
    do(cast, "head", case_id, "judge")
    do(cast, "head", case_id, "honour")
    return case_id


def due_day(cast: Cast, case_id: str) -> str | None:
    """The last day of what the case waits for."""
    item = next(one for one in cast.open_items(case_id) if one.kind == "state")
    return item.due["due_on"] if item.due else None


def levels(cast: Cast) -> list[tuple[str, bool]]:
    """(level, still in force) of every recognition."""
    with cast.app.database.read() as connection:
        rows = connection.execute(sa.select(recognition).order_by(recognition.c.recorded_at, recognition.c.level))
        return [(row.level, row.revoked_at is None) for row in rows]


def test_two_levels_are_climbed_and_the_upper_one_only_appraises(agency: Cast):
    case_id = introduce(agency)
    do(agency, "head", case_id, "nurture", helper=agency.people["helper"])
    agency.at("2025-09-03T09:00:01")
    agency.run_due()
    answer(agency, "helper", case_id, "check_in")
    do(agency, "head", case_id, "judge")
    do(agency, "head", case_id, "honour")
    assert agency.row(case_id).top_level == "division"
    do(agency, "head", case_id, "climb")
    with pytest.raises(Refused):
        do(agency, "receiver", case_id, "honour")  # two divisions must have said what they think
    answer(agency, "head", case_id, "opinion")
    agency.answer("head2", case_id, "opinion", nil=True, reason="Phòng không có ý kiến")
    do(agency, "receiver", case_id, "honour")
    row = agency.row(case_id)
    assert (row.top_level, row.levels, row.stage) == ("agency_level", ["division", "agency_level"], "recognized")
    assert levels(agency) == [("division", True), ("agency_level", True)]


def test_deadlines_are_the_plans_own(agency: Cast):
    urgent = introduce(agency, "urgent")
    assert due_day(agency, urgent) == "2025-03-12"
    do(agency, "head", urgent, "judge")
    assert due_day(agency, urgent) == "2025-03-17", "ten working days while no day is set"
    do(agency, "head", urgent, "set_day", judged_on="2025-03-05")
    assert due_day(agency, urgent) == "2025-03-10", "three working days after the day"
    do(agency, "head", urgent, "honour")
    do(agency, "head", urgent, "climb")
    assert due_day(agency, urgent) == "2025-03-10", "urgent ones: five working days"
    other = honoured(agency, "legal_aid", "helper")
    do(agency, "head", other, "climb")
    assert due_day(agency, other) == "2025-03-24"


def test_reminders_and_escalation_are_the_plans_own(agency: Cast):
    case_id = introduce(agency)
    agency.settle()
    agency.told.letters.clear()
    names = {person_id: name for name, person_id in agency.people.items()}
    got: list[tuple[str, str, int | None]] = []
    for day in ("2025-03-05", "2025-03-06", "2025-03-11", "2025-03-12", "2025-03-13", "2025-03-14"):
        agency.at(f"{day}T09:00:01")
        agency.run_due()
        got += [(day, names[x["person_id"]], x.get("offset")) for x in agency.told.letters if x["case_id"] == case_id]
        agency.told.letters.clear()
    assert got == [
        ("2025-03-05", "head", 5), ("2025-03-11", "head", 1), ("2025-03-12", "head", 0),
        ("2025-03-14", "secretary", None),
    ]  # fmt: skip


def test_a_pause_has_a_deadline_here(agency: Cast):
    case_id = introduce(agency)
    do(agency, "receiver", case_id, "pause", pause_ground="complaint")
    (item,) = agency.open_items(case_id)
    assert (item.kind, item.due["due_on"]) == ("held", "2025-04-02")
    agency.settle()
    agency.told.letters.clear()
    agency.at("2025-04-04T09:00:01")
    agency.run_due()
    told = {(x["template"], x["person_id"]) for x in agency.told.letters if x["item_id"] == item.id}
    assert ("escalation", agency.people["secretary"]) in told
    do(agency, "receiver", case_id, "resume", pause_ground="complaint")
    assert due_day(agency, case_id) == "2025-04-16", "seven working days were left, and 7 April is off"


def test_the_year_closes_in_october(agency: Cast):
    higher, done = honoured(agency), honoured(agency, who="helper")
    agency.at("2025-10-19")
    agency.run_due()
    assert agency.cases("annual_review") == []
    agency.at("2025-10-20")
    agency.run_due()
    (closing,) = agency.cases("annual_review")
    assert (closing.code, closing.period) == ("TK-2025", "2025")
    reports = {row.unit_id: row.id for row in agency.cases("unit_report")}
    assert set(reports) == {agency.units[code] for code in ("htp", "pb", "bt")}
    verdict: dict[str, Any] = {higher: "promote", done: "withdraw"}
    agency.act("head", reports[agency.units["htp"]], "hand_in", narrative="Hai điển hình", verdict=verdict)
    for who, code in (("receiver", "pb"), ("head2", "bt")):
        do(agency, who, reports[agency.units[code]], "nothing")
    agency.settle()
    do(agency, "receiver", closing.id, "submit")
    do(agency, "leader", closing.id, "sign")
    agency.settle()
    agency.settle()
    assert agency.row(closing.id).ended_at is not None
    assert {row.state for row in agency.cases("unit_report")} == {"reported"}
    assert [agency.row(one).stage for one in (higher, done)] == ["recognized", "closed"]


def test_a_struck_off_level_leads_back_to_the_one_below(agency: Cast):
    case_id = honoured(agency)
    do(agency, "head", case_id, "climb")
    for who in ("head", "head2"):
        answer(agency, who, case_id, "opinion")
    do(agency, "receiver", case_id, "honour")
    do(agency, "leader", case_id, "strike")
    assert (agency.row(case_id).top_level, agency.row(case_id).stage) == ("division", "recognized")
    do(agency, "leader", case_id, "strike")
    assert agency.row(case_id).ended_at is not None
    assert levels(agency) == [("division", False), ("agency_level", False)]
