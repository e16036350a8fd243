"""`neuguong init` and `neuguong invite`: a database ready for work, and the way in for people."""

from __future__ import annotations

from pathlib import Path

import click
import sqlalchemy as sa

from config import migrations, organisation
from config.installation import put
from states import identities
from web.commands.folders import checked_folder
from web.commands.shell import Shell, pass_shell
from web.commands.staffing import find_gaps, gap_line
from web.sign_in.links import invite as make_invitation
from workflow.clock import wall_now
from workflow.defects import DefinitionError
from workflow.loading import LoadedPlan
from workflow.organisation import account


@click.command(help="Tạo (hoặc nâng cấp) cơ sở dữ liệu; nạp một thư mục kế hoạch cùng đơn vị, người, vai trò của nó.")
@click.argument("plan_dir", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--demo", is_flag=True, help="Đơn vị mẫu, trong cơ sở dữ liệu riêng; làm lại không đổi gì.")
@pass_shell
def init(shell: Shell, plan_dir: Path | None, demo: bool) -> None:
    """Same again changes nothing; nothing of another agency is touched."""
    shell.demo = demo
    loaded = None if plan_dir is None or shell.settings.demo else _checked(shell, plan_dir)
    shell.settings.make_folders()
    migrations.upgrade(shell.settings.database_url)
    with shell.application.database.write() as connection:
        identities.renew(connection, shell.application.identities, clear_only=True)
    shell.say("init.database")
    if shell.settings.demo:
        from config import demo as demonstration  # a real installation never loads it

        demonstration.ensure(shell.application)
        return
    if plan_dir is None or loaded is None:
        shell.say("init.no_plan")
        return
    _load(shell, plan_dir, loaded)


def _checked(shell: Shell, plan_dir: Path) -> LoadedPlan:
    """The folder's plan; what is wrong with it or its organisation is said before anything is written."""
    try:
        return checked_folder(shell, plan_dir)
    except DefinitionError as error:
        raise _refusal(shell, error) from error


def _refusal(shell: Shell, error: DefinitionError) -> click.ClickException:
    return click.ClickException("\n".join(shell.render(defect.line) for defect in error.defects))


def _load(shell: Shell, plan_dir: Path, loaded: LoadedPlan) -> None:
    """Plan and organisation together, or nothing of either."""
    database, tallies = shell.application.database, {}
    try:
        with database.write() as connection:
            _, new = put(connection, loaded, by="neuguong init", new_id=database.new_id)
            if organisation.has_organisation(plan_dir):
                _, tallies = organisation.load(connection, plan_dir, loaded.plan)
    except DefinitionError as error:  # somebody changed the organisation since it was checked
        raise _refusal(shell, error) from error
    shell.say("init.plan_new" if new else "init.plan_known", plan=loaded.plan.title)
    for name, tally in tallies.items():
        shell.say("init.list", name=name, added=tally.added, changed=tally.changed)
    for gap in find_gaps(shell, loaded.plan, loaded.definitions.values()):
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
