"""In what capacity a paper is signed, and the words of its day."""

from __future__ import annotations

from datetime import date

import pytest

from states.documents.days import day_text
from states.documents.measures import balanced
from states.documents.signing import in_capacity, in_place, signatures
from tests.cast import Cast
from workflow.definition import Document
from workflow.identity import Matter, load_organisation


@pytest.mark.parametrize(
    ("lines", "made"),
    [
        (["GIÁM ĐỐC"], in_capacity("", "", "Giám đốc")),
        (["TM. HỘI ĐỒNG", "CHỦ TỊCH"], in_capacity("TM", "Hội đồng", "Chủ tịch")),
        (["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"], in_place("Giám đốc", "Phó Giám đốc Sở")),
        (["TL. GIÁM ĐỐC", "CHÁNH VĂN PHÒNG"], in_capacity("TL", "Giám đốc", "Chánh Văn phòng")),
        (["TUQ. GIÁM ĐỐC", "CHÁNH VĂN PHÒNG"], in_place("Giám đốc", "Chánh Văn phòng")),
        (["Q. GIÁM ĐỐC"], in_capacity("Q", "", "Giám đốc")),
        (["TM. HỘI ĐỒNG", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"], in_place("Chủ tịch", "Phó Giám đốc Sở", "Hội đồng")),
    ],
)
def test_every_capacity_has_its_lines(lines: list[str], made: list[str]) -> None:
    assert made == lines


def test_who_stands_in_signs_for_the_absent_head(sqlite_cast: Cast) -> None:
    cast = sqlite_cast
    made = Document(name="d", title="QĐ", template="qd_cong_nhan", signer=("director",), post="Giám đốc")

    def signed() -> dict[str, object]:
        with cast.app.database.read() as connection:
            org = load_organisation(connection, cast.agency_id, cast.now().date())
            plan = cast.app.catalogue.living_plan(connection, cast.agency_id)[1]
        return signatures(made, plan, org, Matter("", None, (), {}), None)[0]

    assert signed() == {"chuc_vu": ["GIÁM ĐỐC"], "ho_ten": "Director Nguyễn"}
    cast.absent("director", "deputy", cast.now().date(), cast.now().date())
    assert signed()["ho_ten"] == "Deputy Nguyễn"
    assert signed()["chuc_vu"][0].startswith(("KT.", "TUQ."))


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 1, 5), "ngày 05 tháng 01 năm 2026"),
        (date(2026, 2, 28), "ngày 28 tháng 02 năm 2026"),
        (date(2026, 3, 9), "ngày 09 tháng 3 năm 2026"),
        (date(2026, 11, 10), "ngày 10 tháng 11 năm 2026"),
    ],
)
def test_days_under_ten_and_the_months_one_and_two_have_a_leading_zero(day: date, said: str) -> None:
    assert day_text(day) == said


def test_a_long_name_of_an_agency_is_broken_evenly() -> None:
    assert balanced("SỞ THÔNG TIN VÀ TRUYỀN THÔNG", 13, 65) == "SỞ THÔNG TIN\nVÀ TRUYỀN THÔNG"
    assert balanced("SỞ Y TẾ", 13, 65) == "SỞ Y TẾ"
