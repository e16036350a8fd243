"""The shipped organisation comes in whole, twice without a change, and its mistakes are named by line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from config import organisation
from config.organisation_file import FILE
from config.settings import SHIPPED_PLANS
from config.texts import load
from states.registration import register
from workflow.db import Database
from workflow.defects import DefinitionError
from workflow.definition import Plan
from workflow.identity import load_organisation
from workflow.loading import LoadedPlan, load_plan
from workflow.organisation import agency, person
from workflow.registry import Registry
from workflow.staffing import gaps

FOLDER = SHIPPED_PLANS / "so-tttt-2022-2025"
FIRST = date(2023, 4, 3)


@pytest.fixture(scope="module")
def loaded() -> LoadedPlan:
    registry = Registry()
    register(registry)
    return load_plan(FOLDER, registry=registry)


@pytest.fixture
def connection(database_url: str) -> Iterator[sa.Connection]:
    database = Database(database_url)
    with database.write() as opened:
        yield opened
    database.dispose()


def _load(connection: sa.Connection, plan: Plan, folder: Path = FOLDER) -> tuple[str, dict[str, tuple[int, int, int]]]:
    agency_id, tallies = organisation.load(connection, folder, plan)
    return agency_id, {name: (t.added, t.changed, t.same) for name, t in tallies.items()}


def test_it_comes_in_once_and_leaves_no_role_unheld(connection: sa.Connection, loaded: LoadedPlan) -> None:
    agency_id, first = _load(connection, loaded.plan)
    assert first["units"] == (8, 0, 0)
    assert first["people"] == (61, 0, 0)
    assert connection.scalar(sa.select(agency.c.code).where(agency.c.id == agency_id)) == loaded.plan.agency
    org = load_organisation(connection, agency_id, FIRST)
    assert gaps(org, loaded.plan, loaded.definitions.values()) == []


def test_again_changes_nothing(connection: sa.Connection, loaded: LoadedPlan) -> None:
    agency_id, first = _load(connection, loaded.plan)
    version = connection.scalar(sa.select(agency.c.organisation_version))
    assert _load(connection, loaded.plan) == (agency_id, {name: (0, 0, counts[0]) for name, counts in first.items()})
    assert connection.scalar(sa.select(agency.c.organisation_version)) == version


BROKEN = """
agency: {code: so-tttt, name: Sở}
units:
  CNTT: {name: Phòng Công nghệ thông tin}
people:
  CB1: {name: Lê Thị Hiền, unit: CNT, born_on: 31/02/1990}
roles:
  - {person: CB1, role: unit_heda, unit: CNTT}
"""


def _refused(connection: sa.Connection, plan: Plan, folder: Path, text: str) -> list[str]:
    (folder / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as refused, connection.begin_nested():
        _load(connection, plan, folder)
    return [load(strict=True).render(defect.line) for defect in refused.value.defects]


def test_mistakes_are_named_by_line(connection: sa.Connection, loaded: LoadedPlan, tmp_path: Path) -> None:
    said = _refused(connection, loaded.plan, tmp_path, BROKEN)
    assert said[0].startswith("organisation.yaml:6: `born_on`: «31/02/1990» không phải là ngày")
    assert said[1] == "organisation.yaml:6: `unit`: không có «CNT» trong danh mục. Có phải là «CNTT»?"
    assert len(said) == 3
    assert said[2].startswith("organisation.yaml:8: `role`: không có «unit_heda»")
    assert connection.scalar(sa.select(sa.func.count()).select_from(person)) == 0


AGENCY = "agency: {code: so-tttt, name: Sở}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("units: {A: {name: B}}\n", ["organisation.yaml:1: tệp tổ chức “organisation.yaml” thiếu khóa “agency”"]),
        ("agency: {code: so-tttt}\n", ["organisation.yaml:1: cơ quan “agency” thiếu khóa “name”"]),
        ("agency: Sở\n", ["organisation.yaml:1: “agency” phải là một bảng các khóa"]),
        (
            "agency:\n  name: [Sở]\n  code: so-tttt\n",
            ["organisation.yaml:2: “name” phải là một chuỗi chữ"],
        ),
        (
            AGENCY + "people:\n  CB1: {name: An, phone: 09}\n",
            ["organisation.yaml:3: không có khóa “phone” (người); được dùng: born_on, email, ends_on"],
        ),
        (AGENCY + "peple: {}\n", ["organisation.yaml:2: không có khóa “peple” (tệp tổ chức); có phải là “people”?"]),
        (AGENCY + "units:\n  A:\n    name: [B]\n", ["organisation.yaml:4: “name” phải là một chuỗi chữ"]),
        (AGENCY + "units: A\n", ["organisation.yaml:2: “units” phải là một bảng các khóa"]),
        (AGENCY + "people:\n  CB1: An\n", ["organisation.yaml:3: “CB1” phải là một bảng các khóa"]),
        (AGENCY + "people:\n  CB1: {post: Trưởng phòng}\n", ["organisation.yaml:3: người “CB1” thiếu khóa “name”"]),
        (AGENCY + "roles:\n  - {person: [a], role: {b: c}}\n", [
            "organisation.yaml:3: “person” phải là một chuỗi chữ", "organisation.yaml:3: “role” phải là một chuỗi chữ",
        ]),
        (
            "agency:\n  code: so-khac\n  name: Sở\n",
            ["organisation.yaml:2: mã cơ quan ở đây là “so-khac”, còn plan.yaml ghi `agency: so-tttt`"],
        ),
    ],
)  # fmt: skip
def test_what_is_no_organisation_is_told_with_its_line(
    connection: sa.Connection, loaded: LoadedPlan, tmp_path: Path, text: str, said: list[str]
) -> None:
    told = _refused(connection, loaded.plan, tmp_path, text)
    assert len(told) == len(said), told
    assert all(line.startswith(start) for line, start in zip(told, said, strict=True)), told


def test_a_rejected_line_is_not_blamed_on_those_who_name_it(
    connection: sa.Connection, loaded: LoadedPlan, tmp_path: Path
) -> None:
    text = """
agency: {code: so-tttt, name: Sở}
units:
  CNTT: {name: [Phòng]}
  VP: {name: Văn phòng}
people:
  CB004: {name: Lê Thị Hà, unit: VP, email: khong-phai-thu}
  CB060: {name: Lâm Thị Diễm, unit: CNTT}
roles:
  - {person: CB004, role: office}
  - {person: CB060, role: unit_head, unit: CNTT}
  - {person: CB006, role: office}
"""
    said = _refused(connection, loaded.plan, tmp_path, text)
    assert [line.split(": ")[0] for line in said] == [f"organisation.yaml:{line}" for line in (4, 7, 12)]
    assert "«CB006»" in said[2]


def test_a_file_that_is_no_text_is_said_so(connection: sa.Connection, loaded: LoadedPlan, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes("agency: {code: so-tttt, name: Sở}".encode("utf-16"))
    with pytest.raises(DefinitionError, match="bad_yaml"):
        _load(connection, loaded.plan, tmp_path)


def test_a_units_type_that_is_nearly_one_of_the_plans_is_refused(
    connection: sa.Connection, loaded: LoadedPlan, tmp_path: Path
) -> None:
    units = "units:\n  A: {name: Lãnh đạo, type: lanh_dao}\n  B: {name: Phòng B, type: phòngg}\n"
    (said,) = _refused(connection, loaded.plan, tmp_path, AGENCY + units)
    assert said.startswith("organisation.yaml:4: `type`: không có loại đơn vị «phòngg»")
    assert said.endswith("Có phải là «phong»?")
