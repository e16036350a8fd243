"""Cases are found by what they are called, with or without marks, and page by page without loss."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.cast import Cast
from tests.roads import case_at
from workflow.case import case
from workflow.case_list import Filter, find_cases, find_code
from workflow.folding import fold

NAMES = {"candidate": "Đặng Thị Ngọc Ánh", "colleague1": "Dang Thi Ngoc Anh", "colleague2": "Đặng Thị Ngọc Anh"}


@pytest.fixture
def named(cast: Cast) -> Cast:
    """Three cases whose names differ in marks only."""
    for who, name in NAMES.items():
        case_id = cast.nominate(who=who)
        with cast.app.database.write() as connection:
            renamed = sa.update(case).where(case.c.id == case_id).values(label=name, folded=fold(name))
            connection.execute(renamed)
    return cast


def found(cast: Cast, **wanted: object) -> list[str]:
    with cast.app.database.read() as connection:
        rows = find_cases(connection, sa.true(), Filter(**wanted), now=cast.now()).rows
    return [row["label"] for row in rows]


@pytest.mark.parametrize(
    "typed, order",
    [
        ("dang thi ngoc anh", ["Dang Thi Ngoc Anh", "Đặng Thị Ngọc Anh", "Đặng Thị Ngọc Ánh"]),
        ("Đặng Thị Ngọc Ánh", ["Đặng Thị Ngọc Ánh", "Đặng Thị Ngọc Anh", "Dang Thi Ngoc Anh"]),
        ("ngọc ánh", ["Đặng Thị Ngọc Ánh", "Đặng Thị Ngọc Anh", "Dang Thi Ngoc Anh"]),
        ("anh đặng", ["Đặng Thị Ngọc Anh", "Dang Thi Ngoc Anh", "Đặng Thị Ngọc Ánh"]),
        ("dh-2025-0002", ["Dang Thi Ngoc Anh"]),
        ("100%", []),
        ("_", []),
    ],
)
def test_marks_are_not_needed_and_right_ones_come_first(named: Cast, typed: str, order: list[str]) -> None:
    assert found(named, search=typed) == order


def test_pages_by_keyset_lose_and_repeat_nothing(named: Cast) -> None:
    seen, after = [], ""
    for _ in range(4):
        with named.app.database.read() as connection:
            page = find_cases(connection, sa.true(), Filter(search="Ngọc Ánh"), now=named.now(), after=after, limit=1)
        seen += [row["label"] for row in page.rows]
        after = page.after
        if not after:
            break
    assert seen == ["Đặng Thị Ngọc Ánh", "Đặng Thị Ngọc Anh", "Dang Thi Ngoc Anh"]


def test_a_case_that_is_not_visible_is_not_found_by_its_code(cast: Cast) -> None:
    code = cast.row(case_at(cast, "identified")).code
    with cast.app.database.read() as connection:
        assert find_code(connection, sa.true(), cast.agency_id, code)
        assert find_code(connection, sa.false(), cast.agency_id, code) is None
        assert find_code(connection, sa.true(), "another", code) is None
