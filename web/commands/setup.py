"""`neuguong init` and `neuguong invite`: a database ready for work, and the way in for people."""

from __future__ import annotations

from pathlib import Path

import click
import sqlalchemy as sa

from config import migrations, organisation
from config.installation import install
from config.wiring import Application
from web.commands.shell import Shell, pass_shell
from web.commands.staffing import find_gaps, gap_line
from web.sign_in.accounts import invite as make_invitation
from workflow.clock import business_now, local_date, wall_now
from workflow.defects import DefinitionError
from workflow.definition import Plan
from workflow.message import Refused
from workflow.organisation import account


@click.command(help="Tạo (hoặc nâng cấp) cơ sở dữ liệu; nạp một thư mục kế hoạch cùng đơn vị, người, vai trò của nó.")
@click.argument("plan_dir", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--demo", is_flag=True, help="Đơn vị mẫu, trong cơ sở dữ liệu riêng; làm lại không đổi gì.")
@pass_shell
def init(shell: Shell, plan_dir: Path | None, demo: bool) -> None:
    """Same again changes nothing; nothing of another agency is touched."""
    shell.demo = demo
    shell.settings.var.mkdir(parents=True, exist_ok=True)
    shell.settings.files.mkdir(parents=True, exist_ok=True)
    migrations.upgrade(shell.settings.database_url)
    shell.say("init.database")
    if shell.settings.demo:
        from config import demo as demonstration  # a real installation never loads it

        demonstration.ensure(shell.application)
        return
    if plan_dir is None:
        shell.say("init.no_plan")
        return
    _load(shell, plan_dir)


def _load(shell: Shell, plan_dir: Path) -> None:
    application = shell.application
    try:
        agency_id, new = install(application, plan_dir, by="neuguong init")
        with application.database.read() as connection:
            _, plan = application.catalogue.living_plan(connection, agency_id) or ("", None)
            today = local_date(business_now(connection))
        shell.say("init.plan_new" if new else "init.plan_known", plan=plan.title if plan else "")
        if plan is not None and (plan_dir / organisation.FILE).exists():
            with application.database.write() as connection:
                _, tallies = organisation.load(
                    connection, plan_dir, known_roles=plan.roles, default_day=min(plan.start, today)
                )
            for name, tally in tallies.items():
                shell.say("init.list", name=name, added=tally.added, changed=tally.changed)
    except (Refused, DefinitionError) as refused:
        raise click.ClickException(_reasons(shell, refused)) from refused
    if plan is not None:
        _warn_of_gaps(shell, application, agency_id, plan)


def _reasons(shell: Shell, refused: Refused | DefinitionError) -> str:
    if isinstance(refused, Refused):
        return "\n".join(map(shell.render, refused.reasons))
    return "\n".join(shell.render(defect.line) for defect in refused.defects)


def _warn_of_gaps(shell: Shell, application: Application, agency_id: str, plan: Plan) -> None:
    with application.database.read() as connection:
        lives = [application.catalogue.living(connection, agency_id, process) for process in plan.processes]
    for gap in find_gaps(shell, plan, [life.definition for life in lives if life]):
        click.echo(gap_line(shell, gap))


@click.command(help="In đường dẫn để một người tự đặt mật khẩu (dùng một lần, trong 48 giờ).")
@click.argument("login")
@click.option("--admin", is_flag=True, help="Cho người này quản trị hệ thống.")
@pass_shell
def invite(shell: Shell, login: str, admin: bool) -> None:
    """The first way in; the office invites everyone else from the pages."""
    application = shell.application
    with application.database.write() as connection:
        found = connection.scalar(sa.select(account.c.id).where(account.c.login == login.strip().lower()))
        if found is None:
            raise shell.fail("invite.nobody", login=login)
        if admin:
            connection.execute(sa.update(account).where(account.c.id == found).values(is_admin=True))
        token = make_invitation(connection, application.database.new_id(), found, wall_now())
    shell.say("invite.link", login=login, link=f"{shell.settings.base_url}/dat-mat-khau/{token}")


COMMANDS = (init, invite)
