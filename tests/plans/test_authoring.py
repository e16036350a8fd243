"""docs/authoring.md: each example is laid over a new plan and checked, each deadline read, each named test exists."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
import yaml

from config.new_plan import Named, Wanted, write
from dev import ROOT
from tests.workflow.plans import registry
from workflow.deadline_grammar import parse_deadline
from workflow.loading import LoadedPlan, load_plan
from workflow.simulation.scenario import Scenario, scenario_of
from workflow.vocabulary import FIELD_TYPES

GUIDE = (ROOT / "docs" / "authoring.md").read_text(encoding="utf-8")
BASE, OWN = "goc", "vi-du"
_BLOCK = re.compile(r"```yaml (\S+)\n(.*?)```", re.DOTALL)


@dataclass
class Example:
    """What stands under one heading: texts by file."""

    title: str
    files: dict[str, str] = field(default_factory=dict)


def examples() -> list[Example]:
    found = []
    for part in re.split(r"^#{2,3} ", GUIDE, flags=re.MULTILINE)[1:]:
        title, _, rest = part.partition("\n")
        blocks = _BLOCK.findall(rest)
        if blocks:
            found.append(Example(title, dict(blocks)))
            assert len(blocks) == len(found[-1].files), f"{title}: a file twice"
    return found


def laid_over(home: Path, example: Example) -> LoadedPlan:
    """The example's plan, like the one that `new-plan` writes but for what the example says."""
    wanted = Wanted(
        code=BASE, agency="so", agency_name="Sở", title="Kế hoạch mẫu", start=date(2026, 1, 1), end=date(2030, 12, 31),
        levels=(Named("cap_phong", "Cấp phòng"), Named("cap_so", "Cấp Sở")),
        kinds=(Named("person", "Cá nhân"), Named("collective", "Tập thể")), unit_type="phong", closing="1/12",
    )  # fmt: skip
    write(home / BASE, wanted)
    own = home / OWN
    (own / "processes").mkdir(parents=True)
    for name in {"plan.yaml", *example.files}:
        text = example.files.get(name, "")
        if name == "plan.yaml":
            (own / name).write_text(f"like: {BASE}\nplan: {OWN}\n{text}", encoding="utf-8")
        else:
            (own / "processes" / name).write_text(
                f"like: {BASE}/{name.removesuffix('.yaml')}\n{text}", encoding="utf-8"
            )
    return load_plan(own, registry=registry())


@pytest.mark.parametrize("example", examples(), ids=lambda one: one.title)
def test_each_example_of_the_guide_is_sound(example: Example, tmp_path: Path) -> None:
    loaded = laid_over(tmp_path, example)
    plain = laid_over(tmp_path / "plain", Example("nothing"))
    assert (loaded.plan.canonical(), *map(str, loaded.definitions.values())) != (
        plain.plan.canonical(), *map(str, plain.definitions.values()),
    ), "an example that changes nothing shows nothing"  # fmt: skip


def test_the_guide_has_examples_of_every_chapter() -> None:
    assert len(examples()) >= 20


def test_each_deadline_of_the_guide_is_read() -> None:
    rows = [line for line in GUIDE.splitlines() if line.startswith("| `")]
    said = [text for line in rows for text in re.findall(r"`([^`]+)`", line.split("|")[1])]
    texts = [text for text in said if re.match(r"[\d\[]|before|by ", text)]
    assert len(texts) >= 9
    for text in texts:
        assert str(parse_deadline(text)) == text


def test_each_test_the_guide_names_is_there() -> None:
    named = re.findall(r"\| `(tests/[\w/]+\.py)(?:::(\w+))?` \|", GUIDE)
    assert len(named) >= 15
    for path, name in named:
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        assert not name or name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, (
            f"{path}::{name}"
        )


def test_the_guide_names_each_type_of_a_field_and_no_other() -> None:
    table = GUIDE[GUIDE.index("## Trường của biểu mẫu") : GUIDE.index("### Một bảng và một lựa chọn")]
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `") and "`type`" not in row]
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == set(FIELD_TYPES)


def test_the_scenario_of_the_guide_is_read() -> None:
    [text] = re.findall(r"```yaml-scenario\n(.*?)```", GUIDE, re.DOTALL)
    scenario = scenario_of(yaml.safe_load(text))
    assert (scenario.arrivals, scenario.habit("lanh_dao").hands_on) == ({"dien_hinh.gioi_thieu": 40}, 10)
    assert set(yaml.safe_load(text)) <= set(Scenario.model_fields)
