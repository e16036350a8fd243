"""`neuguong conformance`: has every case gone as its plan says? Histories are played against what they ran under."""

from __future__ import annotations

import click

from web.commands.asking import agency_of, agency_option
from web.commands.shell import Shell, pass_shell
from workflow.case import case
from workflow.conformance import Deviation, deviations
from workflow.streams import without_a_limit


@click.command(
    help="Đối chiếu mọi hồ sơ với quy trình đã áp dụng: từng bước đi ngoài quy trình được nêu tên. Mã thoát 1 khi có."
)
@click.option("--process", default="", metavar="PROCESS", help="Chỉ một quy trình.")
@click.option("--json", "as_json", is_flag=True, help="Kết quả dạng JSON, cho máy đọc.")
@agency_option
@pass_shell
def conformance(shell: Shell, process: str, as_json: bool, agency_code: str | None) -> None:
    """One line a deviation, as they are found; in the end how many cases were played."""
    agency_id, application = agency_of(shell, agency_code), shell.application
    played, found = 0, []
    with application.database.read() as connection:
        without_a_limit(connection)
        for one in deviations(connection, application.catalogue, case.c.agency_id == agency_id, process=process):
            if one is None:
                played += 1
                continue
            found.append(_as_json(shell, one))
            if not as_json:
                click.echo(shell.text("conformance.line", code=one.code, seq=one.seq, reason=one.reason), err=True)
    if as_json:
        shell.say_json({"cases": played, "deviations": found})
    else:
        shell.say("conformance.found" if found else "conformance.none", cases=played, count=len(found))
    if found:
        raise SystemExit(1)


def _as_json(shell: Shell, one: Deviation) -> dict[str, object]:
    told = {"code": one.code, "process": one.process, "seq": one.seq}
    return {**told, "key": one.reason.key.removeprefix("conformance."), "reason": shell.render(one.reason)}


COMMANDS = (conformance,)
