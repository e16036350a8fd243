"""`neuguong doctor`: one clear line for each thing that is wrong or should be known; exit code 1 on a refusal."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import click

from web.commands.shell import Shell, pass_shell
from web.doctor import around, configuration, stored
from web.doctor.finding import Finding, Weight, refused

MARKS = {Weight.REFUSED: "doctor.refused", Weight.WARNING: "doctor.warning"}


@click.command(
    help="Khám hệ thống: cấu hình, cơ sở dữ liệu, hàng đợi, thư, tiến trình. Mã thoát 1 khi có điều phải sửa."
)
@click.option(
    "--running", is_flag=True, help="Đang vận hành: không thấy đồng hồ hay việc nền trong 60 giây cũng là lỗi."
)
@click.option("--json", "as_json", is_flag=True, help="Kết quả dạng JSON, cho máy đọc.")
@pass_shell
def doctor(shell: Shell, running: bool, as_json: bool) -> None:
    """Changes nothing but a trial file in the folders it writes to."""
    found = sorted(examine(shell, running=running), key=lambda one: one.weight.value)
    if as_json:
        shell.say_json(
            [{"weight": one.weight.value, "name": one.name, "text": shell.render(one.message)} for one in found]
        )
    else:
        for one in found:
            click.echo(f"{shell.text(MARKS[one.weight])} {shell.render(one.message)}")
        if not found:
            shell.say("doctor.well")
    if any(one.weight is Weight.REFUSED for one in found):
        raise SystemExit(1)


def examine(shell: Shell, *, running: bool) -> Iterator[Finding]:
    """Everything that is found."""
    yield from configuration.examine(shell.settings, os.environ)
    yield from around.examine(shell.settings)
    database = shell.wired.database
    if database.is_sqlite and not Path(database.url.database or "").is_file():  # looking would make it
        yield refused("not_initialised")
        return
    yield from stored.examine(shell.wired, running=running)


COMMANDS = (doctor,)
