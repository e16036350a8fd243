"""`neuguong check`: whether a plan's folder may be used, and who is missing to carry it out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from states.eligibility.panel import endings
from states.registration import register
from web.commands.folders import checked_folder
from web.commands.shell import Shell, pass_shell
from web.commands.staffing import Unknown, gap_line, later_json, later_lines, prove
from web.process_drawing import drawing
from workflow.clock import local_date, wall_now
from workflow.defects import Defect
from workflow.definition import Definition
from workflow.loading import DefinitionError, LoadedPlan, show
from workflow.plan_folder import PLAN_FILE
from workflow.registry import Registry
from workflow.showing import show_definition


@dataclass(frozen=True)
class Checked:
    """A folder with what it holds, or with what is wrong with it."""

    folder: Path
    loaded: LoadedPlan | None
    defects: tuple[Defect, ...] = ()
    definitions: Mapping[str, Definition] = field(default_factory=dict)


@click.command(help="Kiểm tra thư mục kế hoạch (mặc định: mọi kế hoạch đã cài) và chỗ thiếu người. Mã thoát 1 khi sai.")
@click.argument("plan_dir", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--show", "process", metavar="PROCESS", help="In quy trình này sau khi đã gộp `like` và giá trị chung.")
@click.option("--json", "as_json", is_flag=True, help="Kết quả dạng JSON.")
@click.option(
    "--draw",
    "drawn",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="Vẽ đường đi tới từng lỗi trên sơ đồ quy trình, mỗi lỗi một tệp SVG trong thư mục này.",
)
@pass_shell
def check(shell: Shell, plan_dir: Path | None, process: str | None, as_json: bool, drawn: Path | None) -> None:
    """One line a defect; changes nothing and needs no database."""
    registry = Registry()
    register(registry)
    found = [_check(shell, folder, registry) for folder in _folders(shell, plan_dir)]
    is_sound = not any(one.defects for one in found)
    if process is not None and is_sound:
        _show(shell, found, process, as_json)
    elif as_json:
        shell.say_json({"sound": is_sound, "plans": [_as_json(shell, one) for one in found]})
    else:
        for one in found:
            _tell(shell, one)
            _tell_endings(shell, one)
            if process is not None and one.defects:
                _show_broken(shell, one, process)
    if drawn is not None and not is_sound:
        shell.say("check.drawn", count=sum(_draw(shell, one, drawn) for one in found), folder=drawn)
    if not is_sound:
        raise SystemExit(1)


def _folders(shell: Shell, plan_dir: Path | None) -> list[Path]:
    if plan_dir is not None:
        return [plan_dir.resolve()]
    home: Path = shell.settings.plans
    found = sorted(path.parent for path in home.glob(f"*/{PLAN_FILE}"))
    if not found:
        raise shell.fail("check.no_plans", code=2, folder=home)
    return found


def _check(shell: Shell, folder: Path, registry: Registry) -> Checked:
    try:
        return Checked(folder, checked_folder(shell, folder, registry))
    except DefinitionError as error:
        return Checked(folder, None, error.defects, error.definitions)


def _show(shell: Shell, found: list[Checked], process: str, as_json: bool) -> None:
    plans = {one.folder.name: one.loaded for one in found if one.loaded}
    having = {name: loaded for name, loaded in plans.items() if process in loaded.definitions}
    if not having:
        known = sorted({name for loaded in plans.values() for name in loaded.definitions})
        raise shell.fail("check.no_process", code=2, name=process, known=known)
    if as_json:
        shell.say_json({name: json.loads(one.definitions[process].canonical()) for name, one in having.items()})
        return
    for name, loaded in having.items():
        click.echo(f"# {name}/processes/{process}.yaml")
        click.echo(show(loaded, process), nl=False)


def _show_broken(shell: Shell, one: Checked, process: str) -> None:
    """What could be read of a process whose plan has defects; or that, and why, there is nothing to show."""
    definition = one.definitions.get(process)
    if definition is not None:
        click.echo(f"# {one.folder.name}/processes/{process}.yaml")
        click.echo(f"# {shell.text('check.shown_in_part')}")
        click.echo(show_definition(definition), nl=False)
    elif one.definitions:
        click.echo(shell.text("check.no_process", name=process, known=sorted(one.definitions)), err=True)
    else:
        click.echo(shell.text("check.not_shown", name=process), err=True)


def _tell(shell: Shell, one: Checked) -> None:
    name = one.folder.name
    for defect in one.defects:
        click.echo(shell.render(defect.line))
    if one.loaded is None:
        click.echo(shell.text("check.bad", folder=name, count=len(one.defects)), err=True)
        return
    shell.say("check.sound", folder=name, count=len(one.loaded.definitions))
    for remark in one.loaded.remarks:
        click.echo(shell.text("check.remark", line=remark.line), err=True)
    try:
        proof = prove(shell, one.loaded.plan, one.loaded.definitions.values())
    except Unknown as unknown:
        shell.say(unknown.key, folder=name, agency=one.loaded.plan.agency)
        return
    titles = {process: definition.title for process, definition in one.loaded.definitions.items()}
    for gap in proof.today:
        click.echo(gap_line(shell, gap, titles), err=True)
    shell.say("check.unstaffed" if proof.today else "check.staffed", folder=name, count=len(proof.today))
    for later in proof.later:
        for line in later_lines(shell, later, titles):
            click.echo(line, err=True)
    if one.loaded.plan.end > local_date(wall_now()):
        no_more = "check.no_more_later" if proof.today else "check.staffed_later"
        key = "check.unstaffed_later" if proof.later else no_more
        shell.say(key, folder=name, count=len(proof.later), day=one.loaded.plan.end)


def _draw(shell: Shell, one: Checked, to: Path) -> int:
    """Each defect with a way to it as a picture; how many. What could not be read has none."""
    number = 0
    for defect in one.defects:
        definition = one.definitions.get(defect.process)
        if definition is None or not defect.path:
            continue
        number += 1
        to.mkdir(parents=True, exist_ok=True)
        path = to / f"{one.folder.name}-{number:02}-{defect.key}.svg"
        path.write_text(drawing(definition, defect.path, defect.at, shell.render(defect.line)), encoding="utf-8")
    return number


def _tell_endings(shell: Shell, one: Checked) -> None:
    """Legal texts that the plan's conditions rest on and that end soon, or have ended: by today's calendar."""
    for ending in endings(one.loaded.plan, local_date(wall_now())) if one.loaded else ():
        said = {"title": ending.title, "day": ending.last_day, "count": len(ending.conditions)}
        shell.say("bases.ended" if ending.over else "bases.ends", **said)


def _as_json(shell: Shell, one: Checked) -> dict[str, Any]:
    """For scripts: `staffing` is null where there is nothing to hold the plan against."""
    plan = {"folder": str(one.folder), "defects": [_defect(shell, defect) for defect in one.defects]}
    if one.loaded is None:
        return plan
    remarks = [_defect(shell, remark) for remark in one.loaded.remarks]
    return {**plan, "remarks": remarks, "agency": one.loaded.plan.agency, "processes": [*one.loaded.definitions],
            **_staffing(shell, one.loaded)}  # fmt: skip


def _defect(shell: Shell, defect: Defect) -> dict[str, Any]:
    return {
        "file": defect.place.file if defect.place else "",
        "line": defect.place.line if defect.place else 0,
        "kind": defect.key,
        "text": shell.render(defect.told),
        "process": defect.process,
        "path": list(defect.path),
    }


def _staffing(shell: Shell, loaded: LoadedPlan) -> dict[str, Any]:
    try:
        proof = prove(shell, loaded.plan, loaded.definitions.values())
    except Unknown:
        return {"staffing": None, "staffing_later": None}
    today = [
        {"process": gap.process, "place": gap.place, "unit": gap.unit, "text": shell.render(gap.reason)}
        for gap in proof.today
    ]
    return {"staffing": today, "staffing_later": [later_json(shell, one) for one in proof.later]}


COMMANDS = (check,)
