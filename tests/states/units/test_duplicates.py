"""Who may stand twice is found: by the name without diacritics, and a birthday or a unit that does not tell apart."""

from __future__ import annotations

from datetime import date

from states.units.duplicates import suspicions
from tests.cast import Cast
from workflow.organisation_changes import add_person

BORN = date(1988, 8, 17)


def add(cast: Cast, code: str, name: str, unit: str, born_on: date | None, ends_on: date | None = None) -> None:
    with cast.app.database.write() as connection:
        add_person(
            connection, cast.agency_id, code=code, name=name, starts_on=date(2021, 1, 1), unit_id=cast.units[unit],
            born_on=born_on, ends_on=ends_on,
        )  # fmt: skip


def found(cast: Cast) -> list[tuple[bool, list[str]]]:
    with cast.app.database.read() as connection:
        told = suspicions(connection, cast.agency_id, cast.now().date())
    return [(one.is_sure, [twin.code for twin in one.twins]) for one in told]


def test_the_same_person_twice_is_found_the_surest_first(cast: Cast) -> None:
    assert found(cast) == []
    add(cast, "A1", "Lê Thị Hòa", "cntt", BORN)
    add(cast, "A2", "Lê Thị Hoà", "cntt", BORN)  # the accent on another letter
    add(cast, "B1", "An Bình", "bcvt", None)
    add(cast, "B2", "AN BINH", "bcvt", BORN)
    add(cast, "C1", "Đỗ Cường", "vp", date(1980, 1, 1))  # two people: two birthdays
    add(cast, "C2", "Đỗ Cường", "vp", date(1981, 1, 1))
    add(cast, "D1", "Trần Dung", "vp", None)  # two units and no birthday: nothing says they are one
    add(cast, "D2", "Trần Dung", "cntt", None)
    add(cast, "A3", "Lê Thị Hòa", "cntt", BORN, ends_on=date(2022, 1, 1))  # gone
    assert found(cast) == [(True, ["A1", "A2"]), (False, ["B1", "B2"])]


def test_what_hangs_on_each_is_shown(cast: Cast) -> None:
    add(cast, "X", "Candidate Nguyễn", "cntt", None)
    cast.nominate()
    with cast.app.database.read() as connection:
        (one,) = suspicions(connection, cast.agency_id, cast.now().date())
    assert {twin.code: twin.cases for twin in one.twins} == {"candidate": 1, "X": 0}
