"""`neuguong export`: what happened as an event log (XES, OCEL 2.0), for tools of process mining."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import click

from states.open_data import taking
from states.open_data.histories import Wanted
from web.commands.asking import agency_of, agency_option
from web.commands.shell import Shell, pass_shell
from workflow.message import Refused

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


@contextmanager
def _into(shell: Shell, output: Path | None) -> Iterator[BinaryIO]:
    if output is None:
        yield sys.stdout.buffer
        return
    try:
        with output.open("wb") as file:
            yield file
    except OSError as wrong:
        raise shell.fail("export.cannot_write", code=2, file=output, why=wrong.strerror or str(wrong)) from wrong


COMMANDS = (group,)
