"""Forty defects planted in the shipped plans and their organisations: each found at its line, with a run to follow."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from click.testing import CliRunner

from config.settings import SHIPPED_PLANS
from config.trial import try_organisation
from tests.workflow.plans import lines, registry
from web.cli import main
from web.process_drawing import drawing
from workflow.defects import Defect, DefinitionError
from workflow.definition import LAST_LEVEL, Action, Definition
from workflow.loading import load_plan

FILE = Path(__file__).parent / "planted.yaml"
PLANTED = yaml.safe_load(FILE.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Found:
    """A plan with one thing wrong: its folder and what is said of it."""

    folder: Path
    error: DefinitionError


def planted(home: Path, name: str) -> Path:
    """The shipped plan of this case, copied, with its one thing wrong."""
    said = PLANTED[name]
    folder = home / said["plan"]
    shutil.copytree(SHIPPED_PLANS / said["plan"], folder)
    path = folder / said["file"]
    text = path.read_text(encoding="utf-8")
    for edit in (said, *said.get("also", ())):
        assert text.count(edit["old"]) == 1, f"{edit['old']!r} stands {text.count(edit['old'])} times"
        text = text.replace(edit["old"], edit["new"])
    path.write_text(text, encoding="utf-8")
    return folder


def refused(folder: Path) -> DefinitionError:
    with pytest.raises(DefinitionError) as caught:
        try_organisation(folder, load_plan(folder, registry=registry()).plan)
    return caught.value


def follows(definition: Definition, path: Sequence[str]) -> bool:
    """Whether somebody could walk it by the file alone: a start, then always an action that leads to the next state."""
    if path[0] not in definition.start:
        return False
    actions: dict[str, Action] = definition.start
    steps = iter(path)
    for name in steps:
        state = next(steps, None)
        if state is None:
            here = {*actions, *(path[-2:-1] and definition.states[path[-2]].asks if len(path) > 1 else ())}
            return name in here
        if name not in actions or state not in {branch.to for branch in actions[name].to} | {LAST_LEVEL}:
            return False
        held = definition.held.actions if definition.held else {}
        actions = {**definition.actions_in(state), **held}
    return True


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_is_found_where_it_stands(name: str, tmp_path: Path) -> None:
    said = PLANTED[name]
    folder = planted(tmp_path, name)
    error = refused(folder)
    written = (folder / said["file"]).read_text(encoding="utf-8")
    at = said.get("at") or said["new"].splitlines()[0]
    line = written[: written.index(at)].count("\n") + 1
    told = [one for one in lines(error, "vi") if said["says"] in one]
    assert told, "\n".join(lines(error))
    assert said.get("anywhere") or any(one.startswith(f"{said['file']}:{line}: ") for one in told), (line, told)
    shown = next(one for one, text in zip(error.defects, lines(error, "vi"), strict=True) if said["says"] in text)
    if run := said.get("run"):
        path = list(shown.path)
        assert path[-len(run) :] == run, path
        if shown.process in error.definitions and path[0] in error.definitions[shown.process].start:
            assert follows(error.definitions[shown.process], path), path
            assert_drawn(error.definitions[shown.process], shown, lines(error, "vi")[0])


def assert_drawn(definition: Definition, shown: Defect, line: str) -> None:
    svg = ElementTree.fromstring(drawing(definition, shown.path, shown.at, line))
    boxes = list(svg.iter("{http://www.w3.org/2000/svg}rect"))
    marked = [one for one in boxes if one.get("class") != "state"]
    assert len(boxes) == len(definition.states)
    assert len(marked) >= len({one for one in shown.path if one in definition.states})


def test_there_are_forty_of_them_and_none_twice() -> None:
    assert len(PLANTED) >= 40
    assert len({(one["plan"], one["old"], one["new"]) for one in PLANTED.values()}) == len(PLANTED)


def test_the_same_plans_with_nothing_planted_raise_no_alarm() -> None:
    for folder in sorted(path.parent for path in SHIPPED_PLANS.glob("*/plan.yaml")):
        try_organisation(folder, load_plan(folder, registry=registry()).plan)


def test_the_command_draws_the_run_on_the_diagram(tmp_path: Path) -> None:
    folder = planted(tmp_path, "endless_wait")
    to = tmp_path / "drawn"
    env = {"NEUGUONG_VAR": str(tmp_path / "var")}
    result = CliRunner().invoke(main, ["check", str(folder), "--draw", str(to)], env=env)
    assert result.exit_code == 1
    assert "đường đi: gioi_thieu → moi_neu → dong_y → xac_minh_vh → dat" in result.stdout
    path, _ = sorted(to.iterdir())  # without a deadline nobody is reached by lateness, either
    text = path.read_text(encoding="utf-8")
    assert path.name == "phuong-2026-01-lacks.svg"
    assert "Chờ hội nghị bình chọn" in text
    assert text.count('class="line run"') == 3
    assert text.count('class="state here"') == 1
