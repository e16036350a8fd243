"""Asking about cases: where one is; and repairing what failed."""

from __future__ import annotations

import click
import sqlalchemy as sa

from web.commands.asking import (
    agency_of,
    agency_option,
    case_json,
    item_lines,
    moment,
    sentences,
    view_of,
)
from web.commands.shell import Shell, pass_shell
from workflow import incidents, outbox
from workflow.explain import CaseView
from workflow.incidents import incident

as_json = click.option("--json", "as_json", is_flag=True, help="Kết quả dạng JSON, cho máy đọc.")


@click.command("case", help="Một hồ sơ: đang ở đâu, đến lượt ai, hạn nào, lịch sử ra sao.")
@click.argument("code")
@agency_option
@as_json
@pass_shell
def case_(shell: Shell, code: str, agency_code: str | None, as_json: bool) -> None:
    """One case with its history."""
    view = view_of(shell, agency_of(shell, agency_code), code)
    if as_json:
        events = [
            {
                "seq": one.seq,
                "at": one.at,
                "kind": one.kind,
                "action": one.action,
                "actor": one.actor,
                "to": one.to_title,
            }
            for one in view.history
        ]
        shell.say_json(case_json(shell, view) | {"history": events})
        return
    _place(shell, view)
    for one in view.history:
        who = f"{one.actor}{f' ({one.on_behalf_of})' if one.on_behalf_of else ''}" or shell.text("history.system")
        step = f" → {one.to_title}" if one.to_title and one.to_title != one.from_title else ""
        title = one.heading if isinstance(one.heading, str) else sentences(shell, (one.heading,))[0]
        click.echo(f"{one.seq:>4}  {moment(one.at)}  {title}{step}  [{who}]")


def _place(shell: Shell, view: CaseView) -> None:
    click.echo(f"{view.case['code']}  {view.case['label']}  ({view.definition.title})")
    shell.say("why.state", state=view.state.title, since=view.case["entered_at"])
    if view.case["holds"]:
        shell.say("why.held", grounds=view.grounds)
    for item in view.items:
        for line in item_lines(shell, item):
            click.echo(f"  {line}")
    if view.state.may_wait:
        click.echo(f"  {view.state.may_wait}")
    for link in view.links:
        click.echo(f"  {link.relation}: {link.code} {link.state_title}")


@click.command("incidents", help="Sự cố đang mở: điều cần người sửa. Mã thoát 1 khi còn sự cố.")
@agency_option
@as_json
@pass_shell
def incidents_(shell: Shell, agency_code: str | None, as_json: bool) -> None:
    """Open incidents, newest first."""
    agency_id = agency_of(shell, agency_code)
    with shell.application.database.read() as connection:
        rows = incidents.listed(connection, agency_id, limit=1000)
    told = [(row, sentences(shell, (incidents.reason(row),))[0]) for row in rows]
    if as_json:
        keys = ("id", "kind", "case_id", "message_id", "opened_at")
        shell.say_json([{**{key: row[key] for key in keys}, "reason": text} for row, text in told])
    elif not told:
        shell.say("incidents.command_none")
    for row, text in [] if as_json else told:
        click.echo(f"{row['id']}  {moment(row['opened_at'])}  {row['kind']}  {text}")
    if told:
        raise SystemExit(1)


@click.command(help="Làm lại điều đã hỏng của một sự cố: gửi lại thư, giao lại kết quả giữa các hồ sơ.")
@click.argument("incident_id")
@pass_shell
def retry(shell: Shell, incident_id: str) -> None:
    """Try the incident's message anew; exit code 1 when there is nothing to try."""
    with shell.application.database.write() as connection:
        row = connection.execute(sa.select(incident).where(incident.c.id == incident_id)).mappings().first()
        if row is None:
            raise shell.fail("retry.unknown", given=incident_id)
        if row["message_id"] is None or not outbox.retry(connection, row["message_id"], None):
            raise shell.fail("retry.nothing")
    shell.application.after_commit()
    shell.say("retry.done")


COMMANDS = (case_, incidents_, retry)
