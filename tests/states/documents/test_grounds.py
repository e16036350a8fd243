"""What a decision cites, and how it names whom it is about."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cast import Cast
from tests.roads import case_at, do
from tests.states.councils.test_sittings import count, finish, grant_members, opened, staff
from tests.states.documents.test_deliver import shown, with_papers, words
from tests.states.documents.test_sitting_papers import PRESENT
from workflow.organisation_changes import change_person

BODY = "Hội đồng Thi đua - Khen thưởng Sở"


def decision(cast: Cast, case_id: str) -> list[str]:
    do(cast, "director", case_id, "recognize")
    cast.settle()
    return words(cast, next(one for one in shown(cast, case_id) if one.row["name"] == "recognition")).split("\n")


def test_a_decision_cites_the_minutes_of_the_sitting_and_who_proposed_it(sqlite_cast: Cast, tmp_path: Path) -> None:
    cast = sqlite_cast
    with_papers(cast, tmp_path)
    grant_members(cast)
    chosen = case_at(cast, "council_review", who=staff(cast, 1)[0])
    sitting = opened(cast, [chosen], PRESENT)
    do(cast, "office", sitting, "call_vote")
    count(cast, sitting, {chosen: 8})
    finish(cast, sitting)
    minutes = next(one for one in shown(cast, sitting) if one.row["name"] == "minutes")
    said = decision(cast, chosen)
    cited = minutes.numbered.removeprefix("Số: ")
    assert any(line.startswith(f"Căn cứ Biên bản số {cited} ngày ") and BODY in line for line in said)
    assert "Theo đề nghị của Chánh Văn phòng Sở." in said, "it comes last and closes the bases"


@pytest.mark.parametrize(("gender", "called"), [("male", "ông "), ("female", "bà "), ("", "ông (bà) ")])
def test_a_person_is_addressed_and_minutes_typed_by_hand_are_cited(
    sqlite_cast: Cast, tmp_path: Path, gender: str, called: str
) -> None:
    cast = sqlite_cast
    with_papers(cast, tmp_path)
    case_id = case_at(cast, "director_decision")
    with cast.app.database.write() as connection:
        change_person(connection, cast.agency_id, cast.people["candidate"], {"gender": gender})
    said = decision(cast, case_id)
    assert any(f"Công nhận {called}{cast.row(case_id).label}" in line for line in said)
    assert f"Căn cứ Biên bản số Ghi theo hồ sơ giấy của {BODY};" in said
