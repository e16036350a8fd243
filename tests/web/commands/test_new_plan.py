"""`new-plan` writes a plan that is sound, fits the editors' schema, has its people, and lives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from config.settings import Settings
from tests.databases import Databases
from tests.plans.walking import settled_in, walk
from tests.workflow.plans import registry
from web.cli import main
from workflow.clock import business_now, local_date
from workflow.identity import load_organisation
from workflow.loading import load_plan
from workflow.staffing import gaps

SHAPES = {
    "usual": [],
    "one-level": ["--tier", "xa", "--kinds", "person,ho_gia_dinh", "--no-council", "--period", "1/1/2026..31/12/2026"],
    "school-years": ["--tier", "bo", "--school-year", "--agency-name", "Bộ Giáo dục & Đào tạo: khối trường"],
    "three-levels": ["--levels", "to:Cấp tổ,phong:Cấp phòng,so:Cấp Sở", "--closing", "15/9",
                     "--title", "Kế hoạch: 'mẫu', số 1", "--period", "1/1/2026..31/12/2027",
                     "--phase", "Năm đầu=1/1/2026..31/12/2026"],
}  # fmt: skip


def run(folder: Path, *options: str, typed: str | None = None) -> Result:
    asked = ["--no-ask"] if typed is None else ["--ask"]
    env = {"NEUGUONG_VAR": str(folder.parent / "var")}
    return CliRunner().invoke(main, ["new-plan", str(folder), *asked, *options], input=typed, env=env)


@pytest.fixture
def fresh(sqlite_databases: Databases) -> Iterator[Any]:
    with sqlite_databases.fresh() as url:
        yield lambda: Settings(database_url=url, strict_texts=True)


@pytest.mark.parametrize("shape", SHAPES)
def test_each_shape_is_sound_and_fits_the_schema_beside_it(shape: str, tmp_path: Path) -> None:
    folder = tmp_path / shape
    result = run(folder, *SHAPES[shape])
    assert result.exit_code == 0, result.output
    assert "đạt" in result.stdout
    loaded = load_plan(folder, registry=registry())
    assert (loaded.plan.plan, loaded.remarks) == (shape, ())
    for path in [folder / "plan.yaml", folder / "organisation.yaml", *(folder / "processes").glob("*.yaml")]:
        first, *rest = path.read_text(encoding="utf-8").splitlines()
        schema = (path.parent / first.partition("$schema=")[2]).resolve()
        wrong = Draft202012Validator(json.loads(schema.read_text())).iter_errors(
            yaml.safe_load(path.read_text(encoding="utf-8"))
        )
        assert [one.message for one in wrong] == []
        assert any(line.startswith("# ") and not line.isascii() for line in rest), "comments in Vietnamese"
    assert not (tmp_path / "var").exists(), "needs no database"


def test_without_a_keyboard_it_says_what_it_chose(tmp_path: Path) -> None:
    told = CliRunner().invoke(main, ["new-plan", str(tmp_path / "mau"), "--tier", "xa"], env={"NEUGUONG_VAR": "v"})
    assert "đã chọn mức thường dùng cho: --agency xa" in told.stdout, told.output
    assert ("--units thon" in told.stdout, "--council" in told.stdout, "--tier" in told.stdout) == (True, True, False)


def test_what_was_asked_for_is_in_it(tmp_path: Path) -> None:
    run(tmp_path / "a-plan", *SHAPES["three-levels"])
    plan = load_plan(tmp_path / "a-plan", registry=registry()).plan
    assert (list(plan.levels), plan.cadences["chot"].at, plan.title) == (
        ["to", "phong", "so"],
        "15/9",
        "Kế hoạch: 'mẫu', số 1",
    )
    assert [(one.title, str(one.end)) for one in plan.phases.values()] == [("Năm đầu", "2026-12-31")]
    run(tmp_path / "b-plan", *SHAPES["school-years"])
    schools = load_plan(tmp_path / "b-plan", registry=registry()).plan
    assert (schools.cadences["chot"].every, schools.school_year, schools.unit_types) == (
        "school_year",
        (9, 1),
        ("truong",),
    )


@pytest.mark.parametrize("shape", ["usual", "one-level"])
def test_its_people_carry_it_out_and_it_lives(shape: str, tmp_path: Path, fresh: Any) -> None:
    folder = tmp_path / shape
    run(folder, *SHAPES[shape], *(() if "--period" in SHAPES[shape] else ("--period", "1/1/2026..31/12/2030")))
    cast, loaded = settled_in(folder, fresh(), "2026-03-02")
    with cast.app.database.read() as connection:
        org = load_organisation(connection, cast.agency_id, local_date(business_now(connection)))
    assert gaps(org, loaded.plan, loaded.definitions.values()) == []
    cast.app.dispose()
    assert walk(folder, fresh, "2026-03-02", seeds=(1,), most=2).troubles == []


def test_in_a_plan_for_collectives_alone_nobody_is_told_to_stand_in_for_themselves(tmp_path: Path, fresh: Any) -> None:
    """Of a collective its members may decide here: with or without somebody who steps in."""
    folder = tmp_path / "a-plan"
    run(folder, "--kinds", "collective", "--period", "1/1/2026..31/12/2030")
    path = folder / "plan.yaml"
    text = path.read_text(encoding="utf-8")
    alone = text.replace(", else: lanh_dao", "")
    assert alone != text
    path.write_text(alone, encoding="utf-8")
    cast, loaded = settled_in(folder, fresh(), "2026-03-02")
    with cast.app.database.read() as connection:
        org = load_organisation(connection, cast.agency_id, local_date(business_now(connection)))
    cast.app.dispose()
    assert {gap.reason.key for gap in gaps(org, loaded.plan, loaded.definitions.values())} == set()


def test_who_is_missing_today_is_not_said_to_be_there_every_day(tmp_path: Path, fresh: Any) -> None:
    folder, settings = tmp_path / "a-plan", fresh()
    run(folder, "--period", "1/1/2026..31/12/2030")
    path = folder / "organisation.yaml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "role: lanh_dao" not in line), encoding="utf-8")
    cast, _ = settled_in(folder, settings, "2026-03-02")
    cast.app.dispose()
    env = {"NEUGUONG_DATABASE_URL": settings.database_url, "NEUGUONG_VAR": str(tmp_path / "var")}
    told = CliRunner().invoke(main, ["check", str(folder)], env=env).stdout
    assert ("chỗ thiếu người" in told, "ngoài những chỗ trên, đến hết kế hoạch (31/12/2030)" in told) == (True, True), (
        told
    )
    assert "ngày nào cũng có người" not in told


def test_it_asks_for_what_was_not_given(tmp_path: Path) -> None:
    typed = ["xa", "ubnd-xa", "Ủy ban nhân dân xã", "1/1/2026..31/12/2026", "n", "Kế hoạch của xã", "cap_xa:Cấp xã",
             "person,ho_gia_dinh", "thon", "1/11", "n"]  # fmt: skip
    result = run(tmp_path / "xa-2026", typed="\n".join([*typed, ""]))
    assert result.exit_code == 0, result.output
    plan = load_plan(tmp_path / "xa-2026", registry=registry()).plan
    assert (plan.agency, plan.title, list(plan.kinds), plan.votes) == (
        "ubnd-xa", "Kế hoạch của xã", ["person", "ho_gia_dinh"], {},
    )  # fmt: skip
    assert "Cơ quan cấp nào" in result.output


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--levels", "Cấp:Phòng"], "bắt đầu bằng chữ thường"),
        (["--levels", "phong"], "phong:Tên đầy đủ"),
        (["--period", "2026"], "1/1/2026..31/12/2030"),
        (["--period", "1/1/2026..31/12/2025"], "ngày cuối không trước ngày đầu"),
        (["--closing", "31/2"], "viết như 15/9"),
        (["--agency", "Sở"], "so-y-te-2026"),
        (["--kinds", "", "--levels", ""], "ít nhất một cấp"),
        (["--levels", "a:A,a:B"], "“a” được dùng hai lần"),
        (["--kinds", "person,person"], "“person” được dùng hai lần"),
        (["--period", "1/1/2026..31/12/2026", "--phase", "P=1/1/2030..1/2/2030"], "phải nằm trong thời gian"),
        (["--period", "1/9/2026..30/11/2026", "--closing", "1/12"], "không bao giờ tới"),
        (["--levels", "none:None,any:Any"], "chưa viết tệp nào"),
    ],
)
def test_a_bad_answer_is_told_and_nothing_is_written(options: list[str], told: str, tmp_path: Path) -> None:
    result = run(tmp_path / "a-plan", *options)
    assert (result.exit_code, told in result.stderr) == (2, True), result.output
    assert not (tmp_path / "a-plan").exists()


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "a-plan").mkdir()
    (tmp_path / "a-plan" / "plan.yaml").write_text("mine", encoding="utf-8")
    result = run(tmp_path / "a-plan")
    assert (result.exit_code, "không ghi đè" in result.stderr) == (2, True)
    assert (tmp_path / "a-plan" / "plan.yaml").read_text(encoding="utf-8") == "mine"
