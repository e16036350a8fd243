"""`neuguong identities`: whether the keys open who complained or signed, a new key, old ones dropped."""

from __future__ import annotations

import click

from config.keys import new_identity_key, replace_secret
from states import identities
from states.sealed import KeyLost
from web.commands.shell import Shell, pass_shell


@click.command(
    name="identities",
    help="Khóa mã hóa danh tính người khiếu nại, tố cáo, người ký ý kiến: kiểm tra, hoặc đổi khóa (--rotate).",
)
@click.option("--rotate", is_flag=True, help="Thêm khóa mới (trong tệp khóa) và mã hóa lại tất cả bằng khóa đầu tiên.")
@click.option("--drop-old", is_flag=True, help="Sau khi mã hóa lại: chỉ giữ khóa đầu tiên trong tệp khóa.")
@pass_shell
def command(shell: Shell, rotate: bool, drop_old: bool) -> None:
    """Nothing is lost on the way: old keys open until every row is sealed with the new one."""
    settings, application = shell.settings, shell.application
    if rotate and not settings.given_identity_keys:
        _write(shell, (new_identity_key(), *settings.identity_keys))
    if rotate or drop_old:
        try:
            with application.database.write() as connection:
                many = identities.renew(connection, application.identities)
        except KeyLost as lost:
            raise click.ClickException(shell.render(lost.reasons[0])) from lost
        shell.say("identities.renewed", many=many)
    if drop_old:
        if settings.given_identity_keys:
            shell.say("identities.drop_by_hand")
        else:
            _write(shell, settings.identity_keys[:1])
    with application.database.read() as connection:
        lost = identities.unreadable(connection, application.identities)
        clear = identities.in_clear(connection)
    shell.say("identities.state", keys=len(settings.identity_keys), lost=lost, clear=clear)
    if lost or clear:
        raise SystemExit(1)


def _write(shell: Shell, keys: tuple[str, ...]) -> None:
    replace_secret(shell.settings.identity_file, "\n".join(keys) + "\n")


COMMANDS = (command,)
