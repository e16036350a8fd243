"""The dashboards' pages: whose numbers, the file behind each, nothing of cases that one may not see."""

from __future__ import annotations

import csv
import io
import re

import pytest

from tests.roads import case_at, do
from tests.web.desk import BOTH_DESKS, Desk
from web.overview import MAKERS


def numbers(desk: Desk, who: str, name: str) -> dict[str, list[str]]:
    answer = desk.browser(who).get(f"/tong-quan/{name}.csv")
    assert answer.status_code == 200, answer.text
    _, *rows = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    return {row[0]: row[1:] for row in rows if len(row) > 1}  # the last line is the mark of who took it


@BOTH_DESKS
def test_whose_numbers(desk: Desk) -> None:
    case_at(desk.cast, "recognized_unit")
    desk.cast.nominate(by="outsider", who="head2")
    unit, other = "Phòng Công nghệ thông tin", "Phòng Bưu chính - Viễn thông"
    assert set(numbers(desk, "office", "units")) == set(numbers(desk, "director", "units")) >= {unit}
    assert set(numbers(desk, "head", "units")) == {unit}
    assert numbers(desk, "head2", "units") == {}, "the head's own case, undecided, is not in the head's numbers"
    assert other not in desk.browser("head").get("/tong-quan").text
    for who in ("outsider", "candidate"):
        for path in ("/tong-quan", "/tong-quan/in", "/tong-quan/units.csv"):
            assert desk.browser(who).get(path).status_code == 403, (who, path)
        assert 'href="/tong-quan"' not in desk.browser(who).get("/ca-nhan").text


@BOTH_DESKS
def test_every_figure_has_its_chart_table_and_file(desk: Desk) -> None:
    do(desk.cast, "office", case_at(desk.cast, "recognized_department"), "hold")
    desk.cast.later(days=40)
    office = desk.browser("office")
    text = office.get("/tong-quan").text
    for name in MAKERS:
        assert f'href="/tong-quan/{name}.csv?nam=2025"' in text
        rows = numbers(desk, "office", name)
        if rows:
            part = text.split(f'id="figure-{name}"')[1].split("</section>")[0]
            assert f'aria-labelledby="chart-{name}"' in part
            assert all(label in re.sub(r"&#39;", "'", part) for label in rows), name
    assert numbers(desk, "office", "stages")
    assert "style=" not in text
    assert "<script>" not in text
    assert office.get("/tong-quan/khong-co.csv").status_code == 404


def test_aims_of_a_year_are_said_to_stand_in_the_reviews(desk: Desk) -> None:
    """The plan has targets and no quotas: neither page may sound as if nothing was aimed at."""
    office, said = desk.browser("office"), "Chỉ tiêu hằng năm để so sánh kết quả nằm trong hồ sơ sơ kết, tổng kết."
    assert said in office.get("/tong-quan").text.split('id="figure-quotas"')[1].split("</section>")[0]
    page = office.get("/chi-tieu").text
    assert said in page
    assert "Kế hoạch không giới hạn số lượng" in page


@BOTH_DESKS
def test_what_is_late_leads_to_why(desk: Desk) -> None:
    case_at(desk.cast, "unit_appraisal")
    desk.cast.later(days=40)
    office = desk.browser("office")
    part = office.get("/tong-quan").text.split('id="figure-overdue"')[1].split("</section>")[0]
    late = re.findall(r'href="(/vi-sao/han/[^"]+)"', part)
    assert len(late) == len(numbers(desk, "office", "overdue")) > 0
    assert all(office.get(one).status_code == 200 for one in late)


@pytest.mark.parametrize("query", ["nam=x", "nam=1999", "nam=9999", "nam=%C2%B22%C2%B2%C2%B2", "nam=2024"])
def test_nonsense_for_a_year_is_this_year(desk: Desk, query: str) -> None:
    assert desk.browser("office").get(f"/tong-quan?{query}").status_code == 200


def test_a_name_that_looks_like_a_formula_is_none(desk: Desk) -> None:
    import sqlalchemy as sa

    from workflow.organisation import unit

    with desk.cast.app.database.write() as connection:
        mine = unit.c.id == desk.cast.units["cntt"]
        connection.execute(sa.update(unit).where(mine).values(name='=cmd|"/c calc"!A0'))
    desk.cast.nominate()
    assert next(iter(numbers(desk, "office", "units"))).startswith("'=")
