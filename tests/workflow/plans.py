"""Plans for tests: the shipped one, the second one, and copies of the second with one thing changed."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from config import texts
from dev import ROOT
from states.registration import register
from workflow.defects import DefinitionError
from workflow.loading import LoadedPlan, load_plan
from workflow.registry import Registry

SHIPPED = ROOT / "config" / "plans" / "so-tttt-2022-2025"
SECOND = ROOT / "tests" / "plans" / "two-levels"
OPEN = ROOT / "tests" / "plans" / "open-selection"
BROKEN = ROOT / "tests" / "workflow" / "broken"


@dataclass(frozen=True)
class Broken:
    """A changed plan that must be refused: edits are (file, old, new); `at` stands on the line to be named.

    `times`: how many lines are told in all, where it is said.
    """

    name: str
    edits: tuple[tuple[str, str, str], ...]
    file: str
    at: str
    says: tuple[str, ...]
    times: int | None = None


@cache
def registry() -> Registry:
    """Every name of the domain."""
    filled = Registry()
    register(filled)
    return filled


@cache
def shipped() -> LoadedPlan:
    """The plan of the seed."""
    return load_plan(SHIPPED, registry=registry())


@cache
def second() -> LoadedPlan:
    """The plan of another agency."""
    return load_plan(SECOND, registry=registry())


def lines(error: DefinitionError, language: str = "en") -> list[str]:
    """What an author is shown, a line a defect."""
    strict = texts.load(strict=True)
    return [strict.render(defect.line, language) for defect in error.defects]


def changed(folder: Path, file: str, old: str, new: str, base: Path = SECOND) -> Path:
    """A copy of a plan in `folder` in which `old`, which stands once in `file`, has become `new`."""
    copy = folder / base.name
    if not copy.exists():
        shutil.copytree(base, copy)
    path = copy / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return copy


def broken_plans() -> list[Broken]:
    """Every broken definition of tests/workflow/broken/."""
    found = []
    for path in sorted(BROKEN.glob("*.yaml")):
        for name, case in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            edits = tuple((edit["file"], edit["old"], edit["new"]) for edit in [case, *case.get("also", [])])
            at = case.get("at", case["new"].strip("\n").splitlines()[0] if case["new"] else "")
            found.append(Broken(name, edits, case.get("in", case["file"]), at, tuple(case["says"]), case.get("times")))
    return found


def make_broken(folder: Path, case: Broken) -> Path:
    """The plan's folder with the case's changes in it."""
    for file, old, new in case.edits:
        copy = changed(folder, file, old, new)
    return copy
