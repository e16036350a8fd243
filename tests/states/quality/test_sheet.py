"""The quality sheet against a handful of fates whose numbers are known, and its cost against none of them."""

from __future__ import annotations

import csv
from datetime import date
from io import BytesIO, StringIO

import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from states.quality.sheet import Line, Period, columns, happenings, sheet, value
from states.spreadsheet import as_csv, as_xlsx
from tests.cast import Cast
from tests.roads import case_at, do
from tests.statements import sent_to
from workflow.organisation import unit
from workflow.outbox import Draft, enqueue

YEAR = Period(date(2025, 1, 1), date(2025, 12, 31))


def of(cast: Cast, code: str, period: Period = YEAR) -> Line:
    with cast.app.database.read() as connection:
        lines = sheet(connection, cast.app.catalogue, cast.agency_id, period)
    return next(line for line in lines if line.unit_id == cast.units[code])


def test_each_fate_is_counted_once_at_its_level(cast: Cast) -> None:
    case_id = case_at(cast, "unit_appraisal")
    do(cast, "head", case_id, "send_back")
    do(cast, "head", case_id, "propose")
    do(cast, "head", case_id, "refuse")
    line = of(cast, "cntt")
    assert (line.nominated, line.returned, line.refused, line.withdrawn) == (1, {"unit": 1}, {"unit": 1}, 0)
    do(cast, "head", case_id, "propose")
    do(cast, "head", case_id, "recognize")
    do(cast, "head", case_id, "climb")
    do(cast, "office", case_id, "send_back")
    do(cast, "head", case_id, "give_up")
    line = of(cast, "cntt")
    assert (line.returned, line.refused) == ({"unit": 1, "department": 1}, {"unit": 1, "department": 1})
    do(cast, "head", case_id, "revoke")
    assert of(cast, "cntt").revoked == {"unit": 1}
    assert of(cast, "bcvt") == Line(cast.units["bcvt"], "Phòng Bưu chính - Viễn thông")


def test_what_a_council_refuses_counts_though_no_person_takes_the_action(cast: Cast) -> None:
    case_id = case_at(cast, "council_review")
    with cast.app.database.write() as connection:
        word = {"case_id": case_id, "process": "sitting", "from_id": case_id, "answer": "failed", "late": "keep"}
        message = Draft(cast.agency_id, "answer", f"case:{case_id}", word, "verdict", cast.now(), case_id)
        enqueue(connection, [message])
    cast.settle()
    assert cast.row(case_id).state == "recognized_unit"
    assert of(cast, "cntt").refused == {"department": 1}
    with cast.app.database.read() as connection:
        (one,) = happenings(connection, cast.app.catalogue, cast.agency_id, YEAR, cast.units["cntt"])
    assert (one.kind, one.title) == ("turned_down", "Hội đồng không thông qua")


def test_withdrawn_is_what_the_nominator_may_end_and_closing_is_not(cast: Cast) -> None:
    do(cast, "nominator", case_at(cast, "identified"), "withdraw")
    do(cast, "office", case_at(cast, "cultivating"), "close")
    line = of(cast, "cntt")
    assert (line.nominated, line.withdrawn, line.refused) == (2, 1, {})


def test_a_turn_in_time_and_one_late(cast: Cast) -> None:
    case_id = case_at(cast, "identified")
    do(cast, "head", case_id, "take_up")
    line = of(cast, "cntt")
    assert (line.in_time, line.late) == (1, 0)
    do(cast, "office", case_id, "close")
    late = case_at(cast, "identified")
    cast.later(days=30)
    assert (of(cast, "cntt").in_time, of(cast, "cntt").late) == (1, 1)
    do(cast, "head", late, "take_up")
    assert (of(cast, "cntt").in_time, of(cast, "cntt").late) == (1, 1)


def test_other_days_count_nothing(cast: Cast) -> None:
    do(cast, "nominator", case_at(cast, "identified"), "withdraw")
    before = Period(date(2024, 1, 1), date(2025, 3, 2))
    assert of(cast, "cntt", before) == Line(cast.units["cntt"], "Phòng Công nghệ thông tin")
    assert of(cast, "cntt", Period(date(2025, 3, 3), date(2025, 3, 3))).withdrawn == 1


def test_what_is_behind_a_number_names_its_cases(cast: Cast) -> None:
    case_id = case_at(cast, "unit_appraisal")
    do(cast, "head", case_id, "send_back")
    with cast.app.database.read() as connection:
        (one,) = happenings(connection, cast.app.catalogue, cast.agency_id, YEAR, cast.units["cntt"])
    assert (one.kind, one.level, one.code, one.title) == (
        "returned", "unit", cast.row(case_id).code, "Trả lại bổ sung",
    )  # fmt: skip


def test_the_number_of_statements_does_not_grow(cast: Cast) -> None:
    def cost() -> int:
        with sent_to(cast.app.database) as sent, cast.app.database.read() as connection:
            sheet(connection, cast.app.catalogue, cast.agency_id, YEAR)
        return len(sent)

    case_id = case_at(cast, "unit_appraisal")
    do(cast, "head", case_id, "send_back")
    few = cost()
    for _ in range(4):
        do(cast, "head", case_id, "propose")
        do(cast, "head", case_id, "send_back")
    do(cast, "office", case_id, "close")
    case_at(cast, "recognized_department")
    assert cost() == few <= 8


def test_a_unit_named_like_a_formula_is_a_name(cast: Cast) -> None:
    name = "=HYPERLINK(1)"
    with cast.app.database.write() as connection:
        connection.execute(sa.update(unit).where(unit.c.id == cast.units["cntt"]).values(name=name))
    levels = {"unit": "Cấp phòng"}
    heads = ["Đơn vị", *(name for name, _ in columns(levels))]
    rows = [[line.name, *(value(line, *one) for one in columns(levels))] for line in (of(cast, "cntt"),)]
    book = CalamineWorkbook.from_filelike(BytesIO(as_xlsx("Chất lượng", [heads, *rows])))
    read = book.get_sheet_by_index(0).to_python()
    assert read[1][:2] == [name, 0.0]
    raw = as_csv([heads, *rows])
    assert raw.startswith("\ufeffĐơn vị".encode())
    assert list(csv.reader(StringIO(raw.decode("utf-8-sig"))))[1][0] == f"'{name}"
