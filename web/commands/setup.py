"""`neuguong init` and `neuguong invite`: a database ready for work, and the way in for people."""

from __future__ import annotations

from pathlib import Path

import click
import sqlalchemy as sa

from config import migrations, organisation
from config.installation import put
from states import identities
from states.office.missing import steps
from states.office.numbers import edited
from web.capability import office_role
from web.commands import running
from web.commands.folders import checked_folder
from web.commands.shell import Shell, pass_shell
from web.sign_in.links import invite as make_invitation
from workflow.catalogue import plan_version
from workflow.clock import business_now, local_date, wall_now
from workflow.defects import DefinitionError
from workflow.identity import load_organisation
from workflow.loading import LoadedPlan
from workflow.organisation import account, agency, person, role_grant

MOST_LACKS = 8  # lines; the rest is on the page


@click.command(help="Tạo (hoặc nâng cấp) cơ sở dữ liệu; nạp một thư mục kế hoạch cùng đơn vị, người, vai trò của nó.")
@click.argument("plan_dir", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--over-edits", is_flag=True, help="Bỏ các con số đã sửa trên trang mà thư mục không có.")
@click.option("--demo", is_flag=True, help="Đơn vị mẫu, trong cơ sở dữ liệu riêng; làm lại không đổi gì.")
@pass_shell
def init(shell: Shell, plan_dir: Path | None, demo: bool, over_edits: bool) -> None:
    """Same again changes nothing; nothing of another agency is touched."""
    shell.demo = demo
    running.refuse_unfit(shell)
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
        _tell_no_plan(shell)
        return
    if not over_edits:
        _refuse_edited(shell, plan_dir, loaded)
    _load(shell, plan_dir, loaded)


def _tell_no_plan(shell: Shell) -> None:
    """An upgrade names no folder: a plan in force goes on."""
    with shell.application.database.read() as connection:
        found = connection.scalar(sa.select(plan_version.c.id).where(plan_version.c.is_living).limit(1))
    if found is None:
        shell.say("init.no_plan")


def _refuse_edited(shell: Shell, plan_dir: Path, loaded: LoadedPlan) -> None:
    """A number that the office set on a page is not undone by an older folder, unless somebody says so."""
    with shell.application.database.read() as connection:
        found = edited(connection, loaded)
    if found:
        raise shell.fail("init.edited", folder=plan_dir, changes=found)


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
        shell.say(f"init.list.{name}", added=tally.added, changed=tally.changed)
    _tell_missing(shell, plan_dir, loaded)


def _tell_missing(shell: Shell, plan_dir: Path, loaded: LoadedPlan) -> None:
    """What is missing before the first nomination, a line each; everything else is on the page, or in `check`."""
    with shell.application.database.read() as connection:
        agency_id = connection.execute(sa.select(agency.c.id).where(agency.c.code == loaded.plan.agency)).scalar_one()
        org = load_organisation(connection, agency_id, local_date(business_now(connection)))
        mail = shell.settings.mail_server is not None
        found = steps(connection, org, loaded.plan, loaded.definitions.values(), mail=mail)
        first = connection.scalar(_first_login(agency_id, office_role(loaded.plan)))
    lacks = [lack for step in found for lack in step.lacks]  # what stops everything first
    lacks += [hint for step in found if step.name == "papers" for hint in step.hints]
    shell.say("init.lacks" if lacks else "init.lacks_nothing", count=len(lacks))
    for lack in lacks[:MOST_LACKS]:
        click.echo(f"  - {shell.render(lack)}")
    if len(lacks) > MOST_LACKS:
        shell.say("init.more", count=len(lacks) - MOST_LACKS)
    shell.say("init.where", folder=plan_dir)
    if first:
        shell.say("init.then", login=first)


def _first_login(agency_id: str, role: str) -> sa.Select[tuple[str]]:
    """Who could be invited first: somebody of the office with a sign-in, nobody once one has a password."""
    mine = sa.select(account.c.login, account.c.password_hash).join(person, person.c.account_id == account.c.id)
    ready = mine.where(person.c.agency_id == agency_id, account.c.password_hash != "").exists()
    held = mine.join(role_grant, role_grant.c.person_id == person.c.id).where(role_grant.c.role == role, ~ready)
    here = held.where(person.c.agency_id == agency_id)
    return here.with_only_columns(account.c.login).order_by(person.c.code).limit(1)


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
