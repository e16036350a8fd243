"""`neuguong check`: a line a defect, in the installation's language; sound plans; people who are missing."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml
from click.testing import CliRunner, Result

from config.organisation_file import FILE as ORGANISATION
from config.settings import Settings
from tests.cast import Cast, make_cast
from tests.databases import Databases
from tests.web.commands.terminal import called
from tests.workflow.plans import SECOND, SHIPPED, broken_plans, changed, lines, make_broken, registry
from web.cli import main
from workflow.catalogue import plan_version
from workflow.db import Database
from workflow.loading import DefinitionError, load_plan, show
from workflow.organisation import agency, person, role_grant, unit

BROKEN = {case.name: case for case in broken_plans()}
LINE = re.compile(r"[\w./-]+\.yaml:[1-9]\d*: \S.*")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str | None]:
    """Nothing made yet, and no variable of whoever runs the tests."""
    cleared = {name: None for name in os.environ if name.startswith("NEUGUONG_")}
    return {**cleared, "NEUGUONG_VAR": str(tmp_path / "var"), "NEUGUONG_STRICT_TEXTS": "1"}


@pytest.fixture
def check(environment: dict[str, str | None]):
    def run(*arguments: object, **variables: str) -> Result:
        return called("check", *arguments, **{**environment, **variables})

    return run


# --- plans --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("folder", "count"), [(SHIPPED, 14), (SECOND, 3)], ids=["shipped", "second"])
def test_a_sound_plan_is_told_so_without_a_database(folder: Path, count: int, check, tmp_path: Path):
    result = check(folder)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == f"{folder.name}: đạt ({count} quy trình)."
    assert "chưa rà nhân sự" in result.stdout.splitlines()[1]
    assert not (tmp_path / "var").exists(), "a check makes nothing"


def test_without_a_folder_every_installed_plan_is_checked(check, tmp_path: Path):
    told = [line for line in check().stdout.splitlines() if "đạt" in line]
    assert [line.partition(":")[0] for line in told] == sorted(
        one.parent.name for one in SHIPPED.parent.glob("*/plan.yaml")
    )
    assert f"{SHIPPED.name}: đạt (14 quy trình)." in told
    home = tmp_path / "plans"
    shutil.copytree(SHIPPED, home / SHIPPED.name)
    changed(home, "processes/nominee.yaml", "if: not_a_duplicate", "if: not_a_dupe")
    result = check(NEUGUONG_PLANS=str(home))
    assert result.exit_code == 1
    assert f"{SHIPPED.name}: đạt (14 quy trình)." in result.stdout
    assert "không có điều kiện “not_a_dupe”; có phải là “not_a_duplicate”?" in result.stdout
    assert f"{SECOND.name}: 1 chỗ sai" in result.stderr


def test_a_folder_of_plans_without_plans_is_a_wrong_call(check, tmp_path: Path):
    result = check(NEUGUONG_PLANS=str(tmp_path))
    assert (result.exit_code, result.stdout) == (2, "")
    assert str(tmp_path) in result.stderr


def test_a_folder_may_be_named_from_inside(check, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(SECOND)
    assert check(".").stdout.startswith(f"{SECOND.name}: đạt")


@pytest.mark.parametrize("name", BROKEN)
def test_every_broken_plan_is_refused_a_line_a_defect(name: str, check, tmp_path: Path):
    folder = make_broken(tmp_path, BROKEN[name])
    with pytest.raises(DefinitionError) as refused:
        load_plan(folder, registry=registry())
    result = check(folder)
    assert result.exit_code == 1
    told = result.stdout.splitlines()
    assert told == lines(refused.value, "vi")
    assert all(LINE.fullmatch(line) for line in told)
    assert f"{len(told)} chỗ sai" in result.stderr


def test_the_language_of_the_installation_is_spoken(check, tmp_path: Path):
    folder = make_broken(tmp_path, BROKEN["unknown_guard"])
    assert "unknown guard 'elligible'; did you mean 'eligible'?" in check(folder, NEUGUONG_LANGUAGE="en").stdout


def test_a_path_is_shown_where_the_graph_is_wrong(check, tmp_path: Path):
    folder = make_broken(tmp_path, BROKEN["automatic_circle"])
    assert "đường đi: collecting → complete → summing_up → slow → collecting" in check(folder).stdout


def test_init_refuses_a_broken_plan_in_the_same_words(environment, check, tmp_path: Path):
    folder = make_broken(tmp_path, BROKEN["unknown_guard"])
    refused = CliRunner().invoke(main, ["init", str(folder)], env=environment)
    assert refused.exit_code == 1
    assert check(folder).stdout.strip() in refused.stderr


# --- organisation.yaml ---------------------------------------------------------------------------------


WRONG_ROW = (ORGANISATION, "unit: VP, post: Chánh Văn phòng, gender: nữ", "unit: VP, post: Chánh Văn phòng, gender: bà")


def counts(url: str) -> list[int]:
    """Plans, agencies, units and people in a database."""
    database = Database(url)
    with database.read() as connection:
        found = [
            connection.scalar(sa.select(sa.func.count()).select_from(t)) for t in (plan_version, agency, unit, person)
        ]
    database.dispose()
    return found


def test_a_broken_organisation_is_told_with_its_line_and_nothing_is_made(environment, check, tmp_path: Path):
    folder = changed(tmp_path, *WRONG_ROW, base=SHIPPED)
    written = (folder / ORGANISATION).read_text(encoding="utf-8")
    line = written[: written.index("gender: bà")].count("\n")
    told = f"{ORGANISATION}:{line + 1}: `gender`: «bà»: hãy ghi nam hoặc nữ, hoặc để trống."
    result = check(folder)
    assert (result.exit_code, result.stdout.splitlines()) == (1, [told])
    defects = json.loads(check(folder, "--json").stdout)["plans"][0]["defects"]
    assert [(one["file"], one["line"], one["kind"]) for one in defects] == [(ORGANISATION, line + 1, "bad_line")]
    refused = CliRunner().invoke(main, ["init", str(folder)], env=environment)
    assert (refused.exit_code, told in refused.stderr) == (1, True)
    assert not (tmp_path / "var").exists(), "nothing is made for a folder that is refused"


def test_init_loads_plan_and_organisation_together_or_neither(
    environment, databases: Databases, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    with databases.fresh() as url:
        variables = {**environment, "NEUGUONG_DATABASE_URL": url}
        monkeypatch.setattr(
            "web.commands.folders.try_organisation", lambda *_: None
        )  # somebody is quicker than the check
        broken = changed(tmp_path, *WRONG_ROW, base=SHIPPED)
        refused = CliRunner().invoke(main, ["init", str(broken)], env=variables)
        assert (refused.exit_code, "«bà»" in refused.stderr) == (1, True)
        assert counts(url) == [0, 0, 0, 0]
        whole = CliRunner().invoke(main, ["init", str(SHIPPED)], env=variables)
        assert (whole.exit_code, counts(url)) == (0, [1, 1, 8, 61])


def test_agencies_that_disagree_are_both_named(environment, check, tmp_path: Path):
    folder = changed(tmp_path, ORGANISATION, "  code: so-tttt\n", "  code: so-ttttt\n", base=SHIPPED)
    told = check(folder).stdout
    assert "mã cơ quan ở đây là “so-ttttt”, còn plan.yaml ghi `agency: so-tttt`" in told
    assert told.strip() in CliRunner().invoke(main, ["init", str(folder)], env=environment).stderr


def test_an_organisation_is_checked_beside_what_the_database_holds(unchecked_cast: Cast, check, tmp_path: Path):
    folder = tmp_path / SHIPPED.name
    shutil.copytree(SHIPPED, folder)
    text = "agency: {code: so-tttt, name: Sở}\nroles:\n  - {person: mentor, role: office}\n"
    (folder / ORGANISATION).write_text(text, encoding="utf-8")
    assert "«mentor»" in check(folder).stdout
    assert check(folder, NEUGUONG_DATABASE_URL=unchecked_cast.app.settings.database_url).exit_code == 0
    with unchecked_cast.app.database.read() as connection:
        held = sa.select(role_grant.c.role).where(role_grant.c.person_id == unchecked_cast.people["mentor"])
        assert connection.scalars(held).all() == [], "a check changes nothing"


# --- --show and --json --------------------------------------------------------------------------------


def test_show_prints_the_merged_definition_and_nothing_else(check, tmp_path: Path):
    result = check(SECOND, "--show", "nominee")
    assert result.exit_code == 0
    assert yaml.safe_load(result.stdout) == yaml.safe_load(show(load_plan(SECOND, registry=registry()), "nominee"))
    copy = tmp_path / SECOND.name
    shutil.copytree(SECOND, copy)
    (copy / "processes" / "nominee.yaml").write_text(result.stdout, encoding="utf-8")
    assert check(copy).exit_code == 0


def test_show_of_no_process_names_those_there_are(check):
    result = check(SECOND, "--show", "nomine")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "annual_review, nominee, unit_report" in result.stderr


def test_show_of_a_broken_plan_tells_its_defects(check, tmp_path: Path):
    folder = make_broken(tmp_path, BROKEN["unknown_guard"])
    result = check(folder, "--show", "nominee")
    assert result.exit_code == 1
    assert "elligible" in result.stdout
    told, _, shown = result.stdout.partition(f"# {folder.name}/processes/nominee.yaml\n")
    assert "không có điều kiện “elligible”" in told
    assert shown.startswith("# Kế hoạch còn chỗ sai")
    assert yaml.safe_load(shown)["process"] == "nominee"
    no_such = check(folder, "--show", "nomine")
    assert (no_such.exit_code, "annual_review, nominee, unit_report" in no_such.stderr) == (1, True)


@pytest.mark.parametrize("name", ["bad_condition", "unknown_role_of_escalation", "a_language_twice"])
def test_show_of_what_could_be_read_only_in_part(name: str, check, tmp_path: Path):
    """Of a process that is wrong itself, what is left of it; of a plan that could not be read, that it could not."""
    result = check(make_broken(tmp_path, BROKEN[name]), "--show", "annual_review")
    assert result.exit_code == 1
    if name == "a_language_twice":
        assert "Chưa in được quy trình annual_review" in result.stderr
    else:
        assert "\nprocess: annual_review\n" in result.stdout


def test_show_as_json_is_what_the_database_would_keep(check):
    loaded = load_plan(SECOND, registry=registry())
    said = json.loads(check(SECOND, "--show", "nominee", "--json").stdout)
    assert said == {SECOND.name: json.loads(loaded.definitions["nominee"].canonical())}


def test_json_says_it_all_for_scripts(check, tmp_path: Path):
    folder = make_broken(tmp_path, BROKEN["unknown_guard"])
    result = check(folder, "--json")
    said = json.loads(result.stdout)
    assert (result.exit_code, said["sound"], result.stderr) == (1, False, "")
    (defect,) = said["plans"][0]["defects"]
    assert (defect["file"], defect["kind"]) == (BROKEN["unknown_guard"].file, "unknown_guard")
    assert defect["text"].startswith("không có điều kiện “elligible”; có phải là “eligible”?; đường đi: introduce → ")
    assert (defect["process"], defect["path"][-2:]) == ("nominee", ["appraising", "honour"])
    written = (folder / defect["file"]).read_text(encoding="utf-8").splitlines()
    assert "elligible" in written[defect["line"] - 1]
    sound = json.loads(check(SHIPPED, "--json").stdout)
    assert (sound["sound"], sound["plans"][0]["agency"], sound["plans"][0]["staffing"]) == (True, "so-tttt", None)
    assert sound["plans"][0]["remarks"] == []


def test_what_is_worth_a_look_is_told_and_changes_no_exit_code(check):
    result = check(SECOND)
    assert result.exit_code == 0
    assert (
        "Nên xem lại: plan.yaml:3: mã kế hoạch là “so-tu-phap-2021-2025” mà thư mục tên “two-levels”" in result.stderr
    )
    (plan,) = json.loads(check(SECOND, "--json").stdout)["plans"]
    assert [(one["kind"], one["line"]) for one in plan["remarks"]] == [("other_folder", 3)]


# --- people -------------------------------------------------------------------------------------------


def test_gaps_in_staffing_are_warnings(unchecked_cast: Cast, check, tmp_path: Path):
    url = unchecked_cast.app.settings.database_url
    folder = tmp_path / SHIPPED.name
    shutil.copytree(SHIPPED, folder, ignore=shutil.ignore_patterns(ORGANISATION))  # its people are the cast
    result = check(folder, NEUGUONG_DATABASE_URL=url)
    assert result.exit_code == 0
    told = result.stderr.splitlines()
    assert any(
        "Xét công nhận điển hình tiên tiến · Giám đốc quyết định" in line and "Director Nguyễn" in line for line in told
    )
    assert f"{SHIPPED.name}: {len(told)} chỗ thiếu người" in result.stdout
    staffing = json.loads(check(folder, "--json", NEUGUONG_DATABASE_URL=url).stdout)["plans"][0]["staffing"]
    assert len(staffing) == len(told)
    assert {gap["place"] for gap in staffing} >= {"Giám đốc quyết định"}


def test_an_agency_the_database_does_not_hold_is_said_so(unchecked_cast: Cast, check):
    result = check(SECOND, NEUGUONG_DATABASE_URL=unchecked_cast.app.settings.database_url)
    assert result.exit_code == 0
    agency = load_plan(SECOND, registry=registry()).plan.agency
    assert f"cơ sở dữ liệu chưa có cơ quan {agency}" in result.stdout


@pytest.fixture
def well_named(tmp_path: Path) -> Path:
    """The second plan in a folder of its own name: nothing is remarked of it."""
    return shutil.copytree(SECOND, tmp_path / load_plan(SECOND, registry=registry()).plan.plan)


def test_an_agency_with_two_of_everyone_has_no_gap(databases: Databases, check, well_named: Path):
    roles = load_plan(SECOND, registry=registry()).plan.roles
    held = tuple(name for name, role in roles.items() if role.of == "agency" and not role.everyone)
    with databases.fresh() as url:
        people = dict.fromkeys(("first", "second", "third"), ("tp", held))
        make_cast(Settings(database_url=url), folder=SECOND, cast=people, units={"tp": "Tư pháp"}).app.dispose()
        result = check(well_named, NEUGUONG_DATABASE_URL=url)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[1] == f"{well_named.name}: hôm nay việc nào cũng có người làm."


def test_an_agency_with_nobody_in_it_is_not_fully_staffed(databases: Databases, check, well_named: Path):
    with databases.fresh() as url:
        make_cast(Settings(database_url=url), folder=SECOND, cast={}, units={}).app.dispose()
        result = check(well_named, NEUGUONG_DATABASE_URL=url)
        staffing = json.loads(check(SECOND, "--json", NEUGUONG_DATABASE_URL=url).stdout)["plans"][0]["staffing"]
    told = result.stderr.splitlines()
    assert told[0].startswith("Cần xem lại nhân sự: Chưa có đơn vị nào thuộc loại phong: ")
    assert told[1].startswith("Cần xem lại nhân sự: Chưa có người nào: ")
    assert any("Giám đốc Sở" in line for line in told[2:])
    assert f"{well_named.name}: {len(told)} chỗ thiếu người" in result.stdout
    assert [gap["text"] for gap in staffing][:2] == [line.split(": ", 1)[1] for line in told[:2]]


def test_a_server_that_does_not_answer_keeps_no_plan_from_being_checked(check):
    result = check(SHIPPED, NEUGUONG_DATABASE_URL="postgresql+psycopg://nobody@127.0.0.1:1/none")
    assert result.exit_code == 0
    assert "chưa đọc được cơ sở dữ liệu" in result.stdout


# --- as a process -------------------------------------------------------------------------------------


def test_the_command_as_scripts_call_it(environment, tmp_path: Path):
    clean = {name: value for name, value in {**os.environ, **environment}.items() if value is not None}
    command = [str(Path(sys.executable).parent / "neuguong"), "check"]  # as installed, not as a module of this folder

    def run(plan: Path) -> subprocess.CompletedProcess:
        told = [*command, str(plan)]
        return subprocess.run(told, cwd=tmp_path, env=clean, capture_output=True, text=True, check=False)

    sound = run(SHIPPED)
    assert (sound.returncode, sound.stderr) == (0, "")
    broken = make_broken(tmp_path, BROKEN["unknown_key_of_a_state"])
    bad = run(broken)
    assert bad.returncode == 1
    assert LINE.fullmatch(bad.stdout.strip())
