"""`neuguong reset-sign-in`: the way back for who lost the second factor, also for the last administrator."""

from __future__ import annotations

import click
import sqlalchemy as sa

from states.accounts import letters
from web.commands.shell import Shell, pass_shell
from web.sign_in import factors
from workflow.organisation import account


@click.command(
    name="reset-sign-in",
    help="Xóa xác thực hai lớp, khóa truy cập, mã dự phòng, liên kết đăng nhập một lần và kết thúc mọi phiên của một "
    "tài khoản (mất điện thoại). Mật khẩu giữ nguyên.",
)
@click.argument("login")
@pass_shell
def command(shell: Shell, login: str) -> None:
    """The owner is told by mail."""
    app = shell.application
    with app.database.write() as connection:
        found = connection.scalar(sa.select(account.c.id).where(account.c.login == login.strip().lower()))
        if found is None:
            raise shell.fail("invite.nobody", login=login)
        factors.reset(connection, found)
        letters.order(connection, app.identities, app.database.new_id, found, letters.Word("factors_reset"))
    shell.say("sign_ins.reset", login=login)


COMMANDS = (command,)
