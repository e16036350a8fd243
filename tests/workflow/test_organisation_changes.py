"""Each change makes yesterday's snapshot and yesterday's rights old, for the right people and nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from workflow import organisation_changes as changes
from workflow.db import Database
from workflow.identity import load_organisation
from workflow.message import Refused
from workflow.organisation import agency, person

FIRST = date(2023, 4, 3)
TODAY = date(2025, 11, 3)


@pytest.fixture
def connection(database_url: str) -> Iterator[sa.Connection]:
    database = Database(database_url)
    with database.write() as open_one:
        yield open_one
    database.dispose()


@pytest.fixture
def cast(connection: sa.Connection) -> dict[str, str]:
    so = changes.add_agency(connection, code="so", name="Sở")
    unit = changes.add_unit(connection, so, code="PBC", name="Phòng Bưu chính", starts_on=FIRST)
    add = {"starts_on": FIRST, "unit_id": unit}
    ids = {"agency": so, "unit": unit}
    for code, name in [("an", "Lê Văn An"), ("binh", "Đỗ Thị Bình"), ("chi", "Trần Thị Chi")]:
        ids[code] = changes.add_person(connection, so, code=code, name=name, **add)
    return ids


def _versions(connection: sa.Connection, cast: dict[str, str]) -> dict[str, int]:
    people = {row.code: row.authority_version for row in connection.execute(sa.select(person))}
    org = connection.scalar(sa.select(agency.c.organisation_version).where(agency.c.id == cast["agency"]))
    return {**people, "organisation": org or 0}


def _grant(c: sa.Connection, cast: dict[str, str]) -> str:
    return changes.grant_role(
        c, cast["agency"], person_id=cast["an"], role="unit_head", unit_id=cast["unit"], starts_on=FIRST
    )


def _absence(c: sa.Connection, cast: dict[str, str]) -> str:
    return changes.set_absence(c, cast["agency"], person_id=cast["an"], deputy_id=cast["binh"], days=(FIRST, TODAY))


def _conflict(c: sa.Connection, cast: dict[str, str]) -> str:
    return changes.declare_conflict(c, cast["agency"], person_id=cast["an"], subject_id="s1", kind="kin")


CHANGES: dict[str, tuple[Callable[[sa.Connection, dict[str, str]], Any], set[str]]] = {
    "grant": (_grant, {"an"}),
    "absence": (_absence, {"an", "binh"}),
    "conflict": (_conflict, {"an"}),
    "person moved": (lambda c, k: changes.change_person(c, k["agency"], k["an"], {"unit_id": None}), {"an"}),
    "unit ended": (
        lambda c, k: changes.change_unit(c, k["agency"], k["unit"], {"ends_on": TODAY}),
        {"an", "binh", "chi"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_touches_whom_it_concerns(connection: sa.Connection, cast: dict[str, str], name: str) -> None:
    make, concerned = CHANGES[name]
    before = _versions(connection, cast)
    make(connection, cast)
    after = _versions(connection, cast)
    assert {key for key in after if after[key] != before[key]} == concerned | {"organisation"}


@pytest.mark.parametrize(
    ("make", "undo", "concerned"),
    [
        (_grant, lambda c, k, i: changes.revoke_role(c, k["agency"], i, last_day=TODAY), {"an"}),
        (_absence, lambda c, k, i: changes.end_absence(c, k["agency"], i, last_day=TODAY), {"an", "binh"}),
        (_conflict, lambda c, k, i: changes.withdraw_conflict(c, k["agency"], i), {"an"}),
    ],
)
def test_undoing_touches_the_same(
    connection: sa.Connection, cast: dict[str, str], make: Any, undo: Any, concerned: set[str]
) -> None:
    made = make(connection, cast)
    before = _versions(connection, cast)
    undo(connection, cast, made)
    after = _versions(connection, cast)
    assert {key for key in after if after[key] != before[key]} == concerned | {"organisation"}


def test_the_snapshot_follows_at_once(connection: sa.Connection, cast: dict[str, str]) -> None:
    grant_id = _grant(connection, cast)
    assert [p.role for p in load_organisation(connection, cast["agency"], TODAY).powers(cast["an"])] == ["unit_head"]
    _absence(connection, cast)
    deputy = load_organisation(connection, cast["agency"], TODAY).powers(cast["binh"])
    assert [(p.role, p.on_behalf_of) for p in deputy] == [("unit_head", cast["an"])]
    changes.revoke_role(connection, cast["agency"], grant_id, last_day=date(2025, 11, 2))
    assert load_organisation(connection, cast["agency"], TODAY).powers(cast["binh"]) == ()


def test_nobody_stands_in_for_himself_or_backwards(connection: sa.Connection, cast: dict[str, str]) -> None:
    with pytest.raises(Refused, match="own_deputy"):
        changes.set_absence(connection, cast["agency"], person_id=cast["an"], deputy_id=cast["an"], days=(FIRST, TODAY))
    with pytest.raises(Refused, match="absence_backwards"):
        changes.set_absence(
            connection, cast["agency"], person_id=cast["an"], deputy_id=cast["chi"], days=(TODAY, FIRST)
        )


def test_a_change_never_reaches_another_agency(connection: sa.Connection, cast: dict[str, str]) -> None:
    other = changes.add_agency(connection, code="khac", name="Sở khác")
    changes.change_person(connection, other, cast["an"], {"name": "Đã Đổi"})
    assert connection.scalar(sa.select(person.c.name).where(person.c.id == cast["an"])) == "Lê Văn An"
