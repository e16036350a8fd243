"""The editors' schema says of a plan what the loader says of its keys, and explains each in two languages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from config.settings import SHIPPED_PLANS
from dev import ROOT
from tests.workflow.plans import changed, registry
from web.cli import main
from web.commands.schema import FILES, described, schema_of
from workflow.defects import DefinitionError
from workflow.loading import load_plan
from workflow.vocabulary import KEYS

FOLDERS = sorted(path.parent for home in (SHIPPED_PLANS, ROOT / "tests" / "plans") for path in home.glob("*/plan.yaml"))
VALIDATORS = {file: Draft202012Validator(schema_of(file)) for file in FILES}


def as_editor(path: Path) -> Any:
    """YAML as an editor types it: numbers, flags and days are no longer texts; keys are."""
    return json.loads(json.dumps(_texts(yaml.safe_load(path.read_text(encoding="utf-8"))), default=str))


def _texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _texts(inner) for key, inner in value.items()}
    return [_texts(inner) for inner in value] if isinstance(value, list) else value


def as_loader(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506 - BaseLoader makes text only


def kind_of(path: Path) -> str:
    return "process" if path.parent.name == "processes" else path.stem


def files(folder: Path) -> list[Path]:
    found = [folder / "plan.yaml", *sorted((folder / "processes").glob("*.yaml"))]
    return found + ([folder / "organisation.yaml"] if (folder / "organisation.yaml").exists() else [])


def wrong(path: Path, value: Any) -> list[str]:
    return [
        f"{path.name}: {one.json_path}: {one.message[:120]}" for one in VALIDATORS[kind_of(path)].iter_errors(value)
    ]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda one: one.name)
def test_every_plan_fits_the_schema_as_an_editor_reads_it(folder: Path) -> None:
    assert [said for path in files(folder) for said in wrong(path, as_editor(path))] == []


def test_the_sample_plans_are_among_them() -> None:
    assert len([one for one in FOLDERS if one.parent == SHIPPED_PLANS]) == 5


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("plan.yaml", "remind_hour: 9", "remind_our: 9"),
        ("plan.yaml", "day_off: {length: next, day: same}", "day_off: {length: next, day: never}"),
        ("plan.yaml", "every: year, at: 20/10", "each: year, at: 20/10"),
        ("plan.yaml", "of: agency, who: everyone", "of: agency, who: anybody"),
        ("processes/nominee.yaml", "subject: [person, household]", "subjects: [person, household]"),
        ("processes/nominee.yaml", "    stage: identified", "    stage: found"),
        (
            "processes/nominee.yaml",
            "every: $rhythm, due: 5 working_days, answer: progress",
            "every: $rhythm, due: 5 workdays, answer: progress",
        ),
        ("processes/nominee.yaml", "{title: Rút, by: [nominator", "{title: Rút, from: [nominator"),
        ("processes/nominee.yaml", "verb: approve, to: nurturing, needs", "verb: aprove, to: nurturing, needs"),
        (
            "processes/nominee.yaml",
            "escalate: [secretariat +1 working_day add_owner",
            "escalate: [secretariat in 1 day",
        ),
        ("processes/annual_review.yaml", "each: unit}", "each: unit, nil: maybe}"),
        ("processes/unit_report.yaml", "    says: true", "    says: sometimes"),
    ],
)
def test_a_planted_wrong_word_is_refused_by_both(file: str, old: str, new: str, tmp_path: Path) -> None:
    folder = changed(tmp_path, file, old, new)
    for read in (as_editor, as_loader):
        assert wrong(folder / file, read(folder / file)), "the editor says nothing"
    with pytest.raises(DefinitionError):
        load_plan(folder, registry=registry())


def test_every_key_is_explained_in_vietnamese_and_english() -> None:
    bare = [(kind, key) for kind, keys in KEYS.items() for key in keys if described(kind, key).count("\n") != 1]
    assert bare == []
    plan = schema_of("plan")["$defs"]["plan"]["properties"]
    assert plan["levels"]["description"].startswith("Các cấp công nhận")


def test_no_explanation_is_of_a_key_that_is_gone() -> None:
    from config.texts import read

    known = {f"schema.{kind}.{key}" for kind, keys in KEYS.items() for key in keys}
    known |= {f"schema.any.{key}" for keys in KEYS.values() for key in keys}
    known |= {f"schema.organisation.{key}" for key in schema_of("organisation")["properties"]}
    known |= {"schema.requirement.figure", "schema.written"}
    assert sorted(key for key in read("vi") if key.startswith("schema.") and key not in known) == []


def test_a_pattern_of_the_schema_is_one_that_editors_know() -> None:
    """ECMA's regular expressions know no `(?P<name>…)`."""
    assert all("?P<" not in json.dumps(schema_of(file)) for file in FILES)


def test_the_command_prints_one_and_writes_all(tmp_path: Path) -> None:
    printed = CliRunner().invoke(main, ["schema", "plan"], env={"NEUGUONG_VAR": str(tmp_path / "var")})
    assert json.loads(printed.stdout) == schema_of("plan")
    to = tmp_path / "schemas"
    said = CliRunner().invoke(main, ["schema", "--to", str(to)], env={"NEUGUONG_VAR": str(tmp_path / "var")})
    assert said.exit_code == 0, said.output
    assert sorted(path.name for path in to.iterdir()) == ["organisation.json", "plan.json", "process.json"]
    assert "3" in said.stdout
    assert not (tmp_path / "var").exists(), "needs no database"
