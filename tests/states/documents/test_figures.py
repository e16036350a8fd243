"""A review's numbers as its report says them: with words, beside the period before, beside what was aimed at."""

from __future__ import annotations

from typing import Any

from states.documents.figures import NAMES, NOTHING, compared, of_targets, of_units, of_verdicts

TITLES = {"unit": "Cấp phòng", "department": "Cấp Sở"}
YEARS = [["period.year", {"year": "2024"}], ["period.year", {"year": "2025"}]]


def line(name: str, before: int, now: int, target: int | None = None) -> dict[str, Any]:
    aimed: Any = "" if target is None else target
    columns = [[*YEARS[0], before], [*YEARS[1], now], ["counted.target", {}, aimed]]
    return {"name": name, "value": now, "before": before, "columns": columns} | ({"target": target} if target else {})


def test_a_number_of_a_year() -> None:
    found = of_targets([line("nominated", 9, 12, 10)], final=False, titles=TITLES)
    said = found["so_lieu"]["gioi_thieu"]
    assert (said["ghi"], said["chu"], said["so_sanh"]) == ("12", "mười hai", "tăng 03 so với năm 2024")
    assert (said["chi_tieu"], said["dat"]) == ("10", "120%")
    assert found["ky_bao_cao"] == "năm 2025"
    assert found["bang_dau"] == ["Năm 2024", "Năm 2025", "Chỉ tiêu"]


def test_a_number_of_the_whole_plan_is_that_of_all_its_years() -> None:
    rows = [line("recognised.unit", 4, 6), line("recognised.department", 1, 2)]
    found = of_targets(rows, final=True, titles=TITLES)
    assert found["tong_cong_nhan"]["so"] == 13
    assert found["tong_cong_nhan"]["so_sanh"] == ""
    assert [(level["cap"], level["so"]) for level in found["cong_nhan"]] == [("Cấp phòng", 10), ("Cấp Sở", 3)]
    assert found["bieu_do"]["theo_nam"]["day"][1]["so"] == [5, 8]


def test_levels_together_have_a_target_only_where_each_of_them_has_one() -> None:
    """What was recognised at a level nothing was asked of would make up for what the others lack."""
    both = [line("recognised.unit", 4, 16, 18), line("recognised.department", 1, 8, 9)]
    said = of_targets(both, final=False, titles=TITLES)["tong_cong_nhan"]
    assert (said["so"], said["chi_tieu"], said["dat"]) == (24, "27", "89%")
    said = of_targets([*both, line("recognised.province", 0, 4)], final=False, titles=TITLES)["tong_cong_nhan"]
    assert (said["so"], said["chi_tieu"], said["dat"]) == (28, "", "")


def test_more_fewer_as_many() -> None:
    assert compared(3, 1, "năm 2024") == "tăng 02 so với năm 2024"
    assert compared(1, 3, "năm 2024") == "giảm 02 so với năm 2024"
    assert compared(3, 3, "năm 2024") == "bằng năm 2024"


def test_what_a_plan_does_not_count_is_there_as_nothing() -> None:
    """Every tag has a value: a template never fails over a process that a plan lacks."""
    found = of_targets([line("nominated", 0, 0)], final=False, titles={})
    assert set(found["so_lieu"]) == set(NAMES)
    assert found["so_lieu"]["tin_bai"] == NOTHING
    assert found["tong_cong_nhan"] == NOTHING


def test_what_is_of_no_unit_is_a_line_of_the_table_but_no_unit() -> None:
    """A Director adds the lines up: the sum is the number in the text. It is none that reported nothing."""
    unit = {"params": {"unit": "Văn phòng"}, "names": ["nominated", "published"]}
    rows = [
        {**unit, "columns": [["", {}, 3], ["", {}, 1]]},
        {**unit, "params": {}, "columns": [["", {}, 0], ["", {}, 24]]},
    ]
    found = of_units(rows)
    assert [(line["don_vi"], line["tin_bai"]) for line in found["theo_don_vi"]] == [
        ("Văn phòng", 1), ("Chung toàn cơ quan", 24),
    ]  # fmt: skip
    assert found["cong_don_vi"]["tin_bai"] == 25
    assert found["bieu_do"]["theo_don_vi"]["nhom"] == ["Văn phòng"]
    assert found["khong_phat_sinh"] == []


def test_units_add_up_and_those_without_anything_are_named() -> None:
    names = ["nominated", "recognised.unit", "recognised.department", "followed"]
    rows = [
        {"params": {"unit": unit}, "names": names, "columns": [["", {}, value] for value in values]}
        for unit, values in (("Văn phòng", (3, 2, 1, 2)), ("Thanh tra", (0, 0, 0, 1)))
    ]
    found = of_units(rows)
    assert found["cong_don_vi"]["gioi_thieu"] == 3
    assert found["cong_don_vi"]["cong_nhan"] == 3
    assert found["cong_don_vi"]["dang_theo_doi"] == 3
    assert found["khong_phat_sinh"] == ["Thanh tra"]
    assert found["chua_bao_cao"] == []
    late = of_units([rows[0], {**rows[1], "has_reported": False}])
    assert late["chua_bao_cao"] == ["Thanh tra"]


def test_verdicts() -> None:
    said = of_verdicts([{"name": "continue", "value": 3}, {"name": "promote", "value": 0}])["danh_gia"]
    assert (said["tiep_tuc"], said["de_nghi_cap_tren"], said["ghi"]) == ("03", "không có", "03")
