"""`neuguong calendar`: an agency's working days as a file; a file becomes the draft of a change."""

from __future__ import annotations

from pathlib import Path

import click
import sqlalchemy as sa
import yaml

from states.calendars import editing, lines
from web.capability import may
from web.commands.asking import agency_of, person_of
from web.commands.shell import Shell, pass_shell
from workflow.clock import business_now, local_date
from workflow.identity import load_organisation
from workflow.message import Refused

MOST_BYTES = 1_000_000


@click.command(help="In lịch làm việc đang áp dụng (YAML). Với FILE và --as: soạn bản sửa lịch từ tệp, chưa áp dụng.")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "who", help="Người soạn (mã hoặc tên đăng nhập), giữ vai trò Văn phòng.")
@click.option("--agency", "agency_code", help="Mã cơ quan, khi có nhiều cơ quan.")
@pass_shell
def calendar(shell: Shell, file: Path | None, who: str | None, agency_code: str | None) -> None:
    """Print it, or draft a change; what it would move is planned and agreed to on the pages."""
    agency_id, app = agency_of(shell, agency_code), shell.application
    if file is None:
        with app.database.read() as connection:
            click.echo(lines.as_file(editing.in_force(connection, agency_id)[1]), nl=False)
        return
    data = _read(shell, file)
    with app.database.write() as connection:
        person_id = _office(shell, connection, agency_id, who or "")
        row = editing.under_way(connection, agency_id)
        try:
            editing.edit(
                connection, app.database.new_id, agency_id, person_id, lambda _: data, row["revision"] if row else 0
            )
        except Refused as refused:
            raise click.ClickException("\n".join(shell.render(one) for one in refused.reasons)) from refused
        before = editing.in_force(connection, agency_id)[1]
    shell.say("work_calendar.drafted", count=len(lines.differences(before, data)))


def _read(shell: Shell, file: Path) -> lines.Data:
    """The file's data, checked as the shipped one is. Exit code 1 with the cause."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise ValueError(file.name)
        data = yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506 - makes text only
        lines.read(data)
    except (OSError, ValueError, yaml.YAMLError) as wrong:
        why = str(wrong).strip().splitlines()
        raise shell.fail("work_calendar.bad_file", file=str(file), why=" ".join(why[:3])) from wrong
    return dict(data)


def _office(shell: Shell, connection: sa.Connection, agency_id: str, given: str) -> str:
    """The id of who drafts it, who must keep the agency's house. Exit code 1."""
    app = shell.application
    person_id = person_of(connection, agency_id, given) if given else None
    org = load_organisation(connection, agency_id, local_date(business_now(connection)))
    found = app.catalogue.living_plan(connection, agency_id)
    if person_id is None or not may(org, found[1] if found else None, person_id):
        raise shell.fail("work_calendar.who_drafts", given=given)
    return person_id


COMMANDS = (calendar,)
