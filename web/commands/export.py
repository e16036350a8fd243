"""`neuguong export`: what happened (XES, OCEL 2.0) and what may happen (BPMN, PNML, Mermaid, SVG), for other tools."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import click

from states.open_data import taking
from states.open_data.histories import Wanted
from states.registration import register
from web.commands.asking import agency_of, agency_option
from web.commands.folders import checked_folder
from web.commands.shell import Shell, pass_shell
from web.diagrams.kinds import KINDS
from workflow.definition import Definition, Plan
from workflow.loading import DefinitionError
from workflow.message import Refused
from workflow.registry import Registry

_DAY = click.DateTime(formats=["%Y-%m-%d", "%d/%m/%Y"])
output = click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Tệp; không nêu: in ra.")


@click.group("export", help="Xuất dữ liệu mở: nhật ký sự kiện (XES, OCEL 2.0), quy trình (BPMN, PNML, SVG, Mermaid).")
def group() -> None:
    """What other tools read."""


@group.command("log", help="Nhật ký sự kiện của các hồ sơ. Tên người, mã hồ sơ thay bằng bí danh, trừ khi có --names.")
@click.option("--format", "format_", type=click.Choice(sorted(taking.FORMATS)), default="ocel", show_default=True)
@click.option("--process", default="", metavar="PROCESS", help="Chỉ một quy trình; XES phải có.")
@click.option("--from", "first", type=_DAY, help="Hồ sơ bắt đầu từ ngày này.")
@click.option("--to", "last", type=_DAY, help="Hồ sơ bắt đầu đến hết ngày này.")
@click.option("--names", "named", is_flag=True, help="Ghi tên người và mã hồ sơ thật: dữ liệu cá nhân.")
@output
@agency_option
@pass_shell
def log(
    shell: Shell, format_: str, process: str, first: datetime | None, last: datetime | None, named: bool,
    output: Path | None, agency_code: str | None,
) -> None:  # fmt: skip
    """All cases of the agency, written as they are read: memory does not grow with them."""
    agency_id, app = agency_of(shell, agency_code), shell.application
    wanted = Wanted(process, first.date() if first else None, last.date() if last else None, named)
    try:
        taking.check(wanted, format_)
    except Refused as refused:
        (reason,) = refused.reasons
        raise shell.fail(reason.key, code=2, **reason.params) from refused
    with app.database.read() as connection, _into(shell, output) as file:
        texts = taking.log(connection, app.catalogue, agency_id, wanted, format_, taking.everything)
        taking.write(texts, file)


@group.command(
    "process", help="Một quy trình: BPMN 2.0, PNML, Mermaid hoặc SVG. Của kế hoạch đang áp dụng, hoặc --plan."
)
@click.argument("process")
@click.option("--format", "format_", type=click.Choice(sorted(KINDS)), default="bpmn", show_default=True)
@click.option(
    "--plan", "plan_dir", type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Thư mục kế hoạch chưa nạp; không cần cơ sở dữ liệu.",
)  # fmt: skip
@output
@agency_option
@pass_shell
def process_(
    shell: Shell, process: str, format_: str, plan_dir: Path | None, output: Path | None, agency_code: str | None
) -> None:
    """What new cases go by; of a folder, what they would."""
    definition, plan = _of_folder(shell, plan_dir, process) if plan_dir else _living(shell, agency_code, process)
    with _into(shell, output) as file:
        file.write(KINDS[format_].written(definition, plan))


def _of_folder(shell: Shell, folder: Path, process: str) -> tuple[Definition, Plan]:
    registry = Registry()
    register(registry)
    try:
        loaded = checked_folder(shell, folder.resolve(), registry)
    except DefinitionError as wrong:
        for defect in wrong.defects:
            click.echo(shell.render(defect.line), err=True)
        raise SystemExit(1) from wrong
    if process not in loaded.definitions:
        raise shell.fail("check.no_process", code=2, name=process, known=sorted(loaded.definitions))
    return loaded.definitions[process], loaded.plan


def _living(shell: Shell, agency_code: str | None, process: str) -> tuple[Definition, Plan]:
    agency_id, app = agency_of(shell, agency_code), shell.application
    with app.database.read() as connection:
        life = app.catalogue.living(connection, agency_id, process)
        if life is None:
            _, plan = app.catalogue.living_plan(connection, agency_id) or (None, None)
            raise shell.fail("check.no_process", code=2, name=process, known=sorted(plan.processes if plan else ()))
    return life.definition, life.plan


class _Printed(BytesIO):
    """Bytes on standard output as they come."""

    def write(self, data: Any, /) -> int:
        click.echo(bytes(data), nl=False)
        return len(data)

    def writelines(self, lines: Iterable[Any], /) -> None:
        for one in lines:
            self.write(one)


@contextmanager
def _into(shell: Shell, output: Path | None) -> Iterator[BinaryIO]:
    if output is None:
        yield _Printed()
        return
    try:
        with output.open("wb") as file:
            yield file
    except OSError as wrong:
        raise shell.fail("export.cannot_write", code=2, file=output, why=wrong.strerror or str(wrong)) from wrong


COMMANDS = (group,)
