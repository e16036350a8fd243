"""A list of ratings, titles, discipline … comes in whole, in the plan's words, and once."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from states.imports.records import COLUMNS, NAMES
from states.imports.run import applying_records, run
from states.imports.tally import Tally
from states.subjects.records import KINDS, dossier_record
from tests.cast import Cast

HEADS = [column.heading for column in COLUMNS]


def _line(**said: str) -> list[str]:
    return [said.get(column.name, "") for column in COLUMNS]


def _bring(cast: Cast, *lines: Sequence[str], dry_run: bool = False) -> Tally:
    with cast.app.database.read() as connection:
        _, plan = cast.app.catalogue.living_plan(connection, cast.agency_id) or (None, None)
    assert plan is not None
    apply = applying_records(cast.agency_id, plan.values)
    return run(cast.app.database, [HEADS, *lines], COLUMNS, apply, dry_run=dry_run)


def _count(cast: Cast) -> int:
    with cast.app.database.read() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(dossier_record)).scalar_one()


RATED = _line(whom="Cá nhân", subject="candidate", kind="Xếp loại năm", year="2024",
              value="Hoàn thành xuất sắc nhiệm vụ", decision_number="1/QĐ", decided_on="20/12/2024")  # fmt: skip


def test_a_list_comes_in_once_and_a_trial_writes_nothing(cast: Cast) -> None:
    titled = _line(whom="tập thể", subject="cntt", kind="danh hiệu", year="2024", value="ttldxs")
    assert _bring(cast, RATED, titled, dry_run=True).problems == []
    assert _count(cast) == 0
    assert _bring(cast, RATED, titled).added == 2
    assert _bring(cast, RATED, titled).same == 2
    with cast.app.database.read() as connection:
        assert set(connection.scalars(sa.select(dossier_record.c.value))) == {"htxsnv", "ttldxs"}


def test_what_is_wrong_is_named_and_nothing_is_written(sqlite_cast: Cast) -> None:
    lines = [
        RATED,
        _line(whom="Cá nhân", subject="candidate", kind="Xếp loại năm", year="2023", value="Giỏi"),
        _line(whom="Cá nhân", subject="candidate", kind="Kỷ luật", decision_number="9"),
        _line(whom="Cá nhân", subject="candidate", kind="Xếp loại năm", year="1890", value="htnv"),
        _line(whom="Cá nhân", subject="candidate", kind="Xếp loại năm", year="2024", value="htnv"),
        _line(whom="Cá nhân", subject="không ai", kind="Xếp loại năm", year="2024", value="htnv"),
    ]
    tally = _bring(sqlite_cast, *lines)
    assert [problem.row for problem in tally.problems] == [3, 4, 5, 6, 7]
    assert not tally.written
    assert _count(sqlite_cast) == 0


def test_every_kind_has_a_name_in_lists() -> None:
    assert set(NAMES) == set(KINDS)
