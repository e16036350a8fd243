"""The shipped organisation comes in whole, twice without a change, and its mistakes are named by line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from config import organisation
from config.settings import SHIPPED_PLANS
from config.texts import load
from states.registration import register
from workflow.db import Database
from workflow.definition import Plan
from workflow.identity import load_organisation
from workflow.loading import LoadedPlan, load_plan
from workflow.message import Refused
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
    agency_id, tallies = organisation.load(connection, folder, known_roles=plan.roles, default_day=FIRST)
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


def test_mistakes_are_named_by_line(connection: sa.Connection, loaded: LoadedPlan, tmp_path: Path) -> None:
    (tmp_path / organisation.FILE).write_text(BROKEN, encoding="utf-8")
    with pytest.raises(Refused) as refused:
        _load(connection, loaded.plan, tmp_path)
    said = [load(strict=True).render(reason) for reason in refused.value.reasons]
    assert said[0].startswith("organisation.yaml: Dòng 6, Ngày sinh: «31/02/1990» không phải là ngày")
    assert said[1] == ("organisation.yaml: Dòng 6, Đơn vị: không có «CNT» trong danh mục. Có phải là «CNTT»?")
    assert any("«unit_heda»" in text and "«unit_head»" in text for text in said)
    assert connection.scalar(sa.select(sa.func.count()).select_from(person)) == 0


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("units: {A: {name: B}}\n", "organisation.no_agency"),
        ("agency: {code: a, name: b}\npeople:\n  CB1: {name: An, phone: 09}\n", "organisation.bad_entry"),
    ],
)
def test_what_is_no_organisation(
    connection: sa.Connection, loaded: LoadedPlan, tmp_path: Path, text: str, key: str
) -> None:
    (tmp_path / organisation.FILE).write_text(text, encoding="utf-8")
    with pytest.raises(Refused, match=key):
        _load(connection, loaded.plan, tmp_path)
